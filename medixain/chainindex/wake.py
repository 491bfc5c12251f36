"""Waking the chain loop when there is something to do. Losing a wake-up costs at most one interval."""

import threading

import structlog
from kombu.exceptions import OperationalError

from medixain.chainindex.tasks import chain_pass

log = structlog.get_logger(__name__)


def wake_chain_loop() -> None:
    """Ask a worker for a pass now; never fails, because the loop passes every second anyway."""
    try:
        chain_pass.delay()
    except OperationalError as error:
        log.warning("wake-up-lost", detail=str(error), threads=threading.active_count())
