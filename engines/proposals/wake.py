"""Waking a worker when a run waits. Losing a wake-up costs nothing but time: the row is picked up later."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

COMPUTE_TASK = "proposals.compute_runs"


def wake_optimiser() -> None:
    """Ask a worker to compute the runs that wait; never fails, because pages and chores ask again."""
    try:
        current_app.send_task(COMPUTE_TASK)
    except OperationalError as error:
        log.warning("wake-up-lost", detail=str(error))
