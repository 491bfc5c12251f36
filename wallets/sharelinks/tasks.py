"""Erases what has expired."""

import structlog
from celery import shared_task

from wallets.sharelinks.services import share_links_erase

log = structlog.get_logger(__name__)


@shared_task(name="sharelinks.housekeeping", ignore_result=True)
def housekeeping() -> None:
    """Erase expired links with their ciphertext."""
    erased = share_links_erase()
    if erased:
        log.info("share-links.erased", count=erased)
