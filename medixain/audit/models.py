"""Append-only, hash-chained events. They name slots, records by id and addresses; never content, never a patient."""

from typing import Any

from django.db import models

from medixain.api.model_fields import FixedBytesField
from medixain.core.errors import MedixainError


class AuditIsAppendOnly(MedixainError):
    """Somebody tried to change or delete an audit event."""

    code = "audit-append-only"
    status = 500

    def __init__(self) -> None:
        super().__init__("Audit events are never changed or deleted; add a new event that corrects the old one.")


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    """Reads only."""

    def update(self, **_: Any) -> int:
        """Refuse."""
        raise AuditIsAppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AuditIsAppendOnly


class AuditHead(models.Model):
    """The newest event's number and hash: one row, locked by whoever appends."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    hash = FixedBytesField(default=bytes(32))


class AuditEvent(models.Model):
    """Who did what to what. ``hash`` = SHA-256(previous || canonical JSON of the other columns)."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=80)
    details = models.JSONField(default=dict)
    previous = FixedBytesField()
    hash = FixedBytesField(unique=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ("-seq",)
        indexes = (models.Index(fields=("subject", "seq")), models.Index(fields=("actor", "seq")))

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert, once."""
        if not self._state.adding:
            raise AuditIsAppendOnly
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AuditIsAppendOnly
