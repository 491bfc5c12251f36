"""``python -m medixain.programs.worker``: Celery's worker. Tasks only wake the chain loop's work (ADR 0061)."""

import argparse

from medixain.startup import set_up


def main(arguments: list[str] | None = None) -> None:
    """Work until SIGINT or SIGTERM. The profile comes from ``MEDIXAIN_PROFILE``."""
    parser = argparse.ArgumentParser(
        prog="python -m medixain.programs.worker", description="Celery's worker of the platform."
    )
    parser.add_argument("--concurrency", type=int, default=2, help="processes (default: 2)")
    options = parser.parse_args(arguments)
    set_up()

    from medixain.celery import app  # noqa: PLC0415 — needs configured settings

    app.worker_main(["worker", "--loglevel", "INFO", "--concurrency", str(options.concurrency)])


if __name__ == "__main__":
    main()
