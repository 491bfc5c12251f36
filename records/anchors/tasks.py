"""Housekeeping of the record store."""

import structlog
from celery import shared_task

from medixain.core.errors import MedixainError
from records.anchors.deletion import deletion_complete, deletions_pending
from records.anchors.uploads import uploads_collect

log = structlog.get_logger(__name__)


@shared_task(name="anchors.housekeeping", ignore_result=True)
def housekeeping() -> None:
    """Finish deletions that a crash interrupted, and collect uploads that no record names."""
    for record in deletions_pending():
        try:
            deletion_complete(record)
        except MedixainError as error:
            log.warning("deletion-waits", record=str(record), error=error)
    uploads_collect()
