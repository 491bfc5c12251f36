"""The audit log as operators see it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from medixain.api.admin import ReadOnlyAdmin, hexed, shortened
from medixain.audit.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what, newest first."""

    list_display: ClassVar[Any] = ("seq", "at", "action", "short_actor", "short_subject")
    list_filter: ClassVar[Any] = ("action",)
    search_fields: ClassVar[Any] = ("actor", "subject")
    fields: ClassVar[Any] = ("seq", "at", "actor", "action", "subject", "details", "hash_hex", "previous_hex")
    readonly_fields: ClassVar[Any] = fields
    short_actor = shortened("actor", _("actor"))
    short_subject = shortened("subject", _("subject"))
    hash_hex = hexed("hash", _("hash"))
    previous_hex = hexed("previous", _("hash of the event before"))
