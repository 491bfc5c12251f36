"""Celery tasks of outbox and index: wake-ups only."""

import structlog
from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from medixain.chainindex.errors import ChainError

log = structlog.get_logger(__name__)


@shared_task(name="chainindex.chain_pass", ignore_result=True)
def chain_pass() -> None:
    """Make one pass over outbox and index; what fails is tried again by the loop."""
    try:
        import_string(settings.CHAIN_PASS)()
    except ChainError as error:
        log.info("chain-pass-deferred", error=error)
