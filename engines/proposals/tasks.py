"""Celery tasks of runs and proposals: wake-ups only."""

import structlog
from celery import shared_task

from engines.proposals.runs import runs_compute
from engines.proposals.voting import proposals_relay
from engines.proposals.wake import COMPUTE_TASK, wake_optimiser

log = structlog.get_logger(__name__)


@shared_task(name=COMPUTE_TASK, ignore_result=True)
def compute_runs() -> None:
    """Compute every run that waits or whose worker died."""
    runs_compute()


@shared_task(name="proposals.housekeeping", ignore_result=True)
def housekeeping() -> None:
    """Wake a worker for runs that were left, and relay proposals whose votes suffice but which are not on their way."""
    wake_optimiser()
    proposals_relay()
