"""The platform: Django under waitress, Celery's worker and the chain loop as threads of one program.

Everything it is told comes by ``MEDIXAIN_`` variables, as in production.
"""

import logging
import socket
import threading

from django.core.management import call_command
from django.db import connections
from waitress.server import create_server

from medixain.demo.operator import OPERATOR, operator_password
from medixain.demo.programs.child import arguments, serve_until_the_end
from medixain.startup import set_up

WEB_THREADS = 12
MAX_BODY = 2**31 + 2**26
"""Bytes: a record of 2 GiB with its header and tags."""


def start_worker() -> None:
    """Celery's worker on the in-process broker, in a daemon thread; tasks are wake-ups, so it may die any time."""
    from medixain.celery import app  # noqa: PLC0415 — needs configured settings

    app.conf.update(worker_redirect_stdouts=False, worker_hijack_root_logger=False)
    worker = app.Worker(
        hostname="demo",
        pool="solo",
        concurrency=1,
        quiet=True,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
    )
    threading.Thread(target=worker.start, name="celery-worker", daemon=True).start()


def settle_operator(password: str) -> None:
    """Make the operator's account where it is missing, and let ``password`` open it."""
    from django.contrib.auth.models import User  # noqa: PLC0415 — needs the app registry
    from django.db import transaction  # noqa: PLC0415

    from medixain.audit.services import PLATFORM, audit_record  # noqa: PLC0415

    with transaction.atomic():
        operator = User.objects.filter(username=OPERATOR).first()
        if operator is None:
            User.objects.create_superuser(OPERATOR, password=password)
            audit_record(by=PLATFORM, action="operator.made", subject=OPERATOR)
        elif not operator.check_password(password):
            operator.set_password(password)
            operator.save()
            audit_record(by=PLATFORM, action="operator.password-set", subject=OPERATOR)


def main() -> None:
    """Migrate, start the loops and serve until asked to stop."""
    layout, port = arguments("The platform of the demo.")
    set_up("demo")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    call_command("migrate", interactive=False, verbosity=0)
    settle_operator(operator_password(layout))
    from records.anchors.uploads import store_reconcile  # noqa: PLC0415 — needs the app registry

    store_reconcile()
    connections.close_all()

    from medixain.chainindex.loop import ChainLoop  # noqa: PLC0415 — needs the app registry
    from medixain.wsgi import application  # noqa: PLC0415

    listening = socket.create_server(("127.0.0.1", port))
    server = create_server(
        application, sockets=[listening], threads=WEB_THREADS, max_request_body_size=MAX_BODY, ident=None,
        channel_timeout=600, cleanup_interval=60,
    )  # fmt: skip
    threading.Thread(target=server.run, name="waitress", daemon=True).start()
    start_worker()
    loop = ChainLoop()
    loop.start()
    serve_until_the_end(f"http://localhost:{listening.getsockname()[1]}")
    loop.stop()
    server.close()


if __name__ == "__main__":
    main()
