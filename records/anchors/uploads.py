"""Ciphertext in and out as streams: bounded memory whatever the size."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from medixain.api.caller import Caller
from medixain.api.errors import TooLarge
from medixain.audit.services import PLATFORM, audit_record
from medixain.core.errors import InvalidInput
from records.anchors.models import Record, Upload
from records.anchors.store import record_store
from records.storage import ContentMissing

log = structlog.get_logger(__name__)

MAX_OPEN_UPLOADS = 1000
"""Uploads that one caller may have lying about without a record."""


class Stream(Protocol):
    """What a request body offers."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, none at the end."""


class _Counted:
    """A stream that stops with an error when more comes than was announced or is allowed."""

    def __init__(self, stream: Stream, limit: int) -> None:
        self._stream, self._limit = stream, limit
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        """Pass on what comes, counting it."""
        data = self._stream.read(size if size >= 0 else self._limit + 1)
        self.size += len(data)
        if self.size > self._limit:
            raise TooLarge("The upload", self._limit)
        return data


def upload_create(*, caller: Caller, body: Stream, announced: int | None) -> Upload:
    """Stream ``body`` into the record store; durable when this returns. Idempotent per caller and content.

    ``announced`` is the Content-Length. Raises :class:`TooLarge`, :class:`InvalidInput` for a body that was cut short,
    or the store's errors.
    """
    limit = settings.UPLOAD_MAX_BYTES
    if announced is not None and announced > limit:
        raise TooLarge("The upload", limit)
    if Upload.objects.filter(uploader=caller.address).count() >= MAX_OPEN_UPLOADS:
        raise InvalidInput("Too many uploads wait for their records; send the records first.")
    counted = _Counted(body, limit)
    store = record_store()
    cid = store.put(counted, pin=False)
    if announced is not None and counted.size != announced:
        _forget(cid)
        raise InvalidInput(f"The upload was cut short after {counted.size} of {announced} bytes; send it again.")
    with transaction.atomic():
        upload, created = Upload.objects.get_or_create(
            cid=cid, uploader=caller.address, defaults={"size": counted.size}
        )
        if created:
            # Without the address: beside the record that names it, it would tie a professional to a slot.
            audit_record(by=caller.address, action="upload.stored", subject="upload", details={"size": counted.size})
    # Pinned after the row exists: a crash in between leaves a row that store_reconcile pins, never a forgotten pin.
    store.pin(cid)
    return upload


def _forget(cid: str) -> None:
    """Delete content from the store unless a record or an upload needs it."""
    if not Record.objects.filter(cid=cid, removed=None).exists() and not Upload.objects.filter(cid=cid).exists():
        record_store().delete(cid)


def uploads_collect() -> int:
    """Delete uploads that no record has named for a day; return how many."""
    oldest = timezone.now() - timedelta(seconds=settings.UPLOAD_KEEP_SECONDS)
    stale = list(Upload.objects.filter(created__lt=oldest))
    for upload in stale:
        with transaction.atomic():
            upload.delete()
            audit_record(by=PLATFORM, action="upload.collected", subject=upload.cid[:80])
        _forget(upload.cid)
    return len(stale)


def store_reconcile() -> int:
    """Pin what rows name, then let the store drop what a crash left behind; return the number of blocks dropped.

    To be run at start-up, before uploads are taken: an upload under way is not named by a row yet.
    """
    store = record_store()
    named = set(Upload.objects.values_list("cid", flat=True))
    named |= set(Record.objects.filter(removed=None).values_list("cid", flat=True))
    for cid in sorted(named):
        if not store.has(cid):
            log.error("content-lost", cid=cid)
            continue
        store.pin(cid)
    return store.gc()


def content_open(record: Record, *, start: int, end: int) -> Iterator[bytes]:
    """Return the bytes [start, end) of the record's container, each block checked against its address.

    Raises :class:`ContentMissing` at once.
    """
    return record_store().get(record.cid, offset=start, length=end - start)


__all__ = ["ContentMissing", "content_open", "store_reconcile", "upload_create", "uploads_collect"]
