"""The consortium as operators see it; names may be corrected, the rest is the chain's."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from medixain.api.admin import ReadOnlyAdmin, hexed
from medixain.audit.services import audit_record
from wallets.registry.models import Institution, InstitutionVote, Node, Professional


class NamedAdmin(ModelAdmin):
    """A table whose rows' display name alone may be corrected."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from applications and from the chain."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows follow the chain."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Save the name with its audit event."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            by = f"operator:{request.user.get_username()}"[:64]
            audit_record(by=by, action="name.corrected", subject=str(obj.pk), details={"name": obj.name})


@admin.register(Institution)
class InstitutionAdmin(NamedAdmin):
    """Institutions and applications."""

    list_display: ClassVar[Any] = ("__str__", "address", "roles", "admitted", "suspended")
    list_filter: ClassVar[Any] = ("admitted", "suspended")
    search_fields: ClassVar[Any] = ("name", "address")
    readonly_fields: ClassVar[Any] = (
        "address", "key", "roles", "requested_roles", "admitted", "suspended", "exchange_key_hex", "created",
    )  # fmt: skip
    fields: ClassVar[Any] = ("name", *readonly_fields)
    exchange_key_hex = hexed("exchange_key", _("exchange key"))


@admin.register(Professional)
class ProfessionalAdmin(NamedAdmin):
    """Professionals of the chain."""

    list_display: ClassVar[Any] = ("__str__", "wallet", "institution", "level", "registered", "suspended")
    list_filter: ClassVar[Any] = ("level", "registered", "suspended")
    search_fields: ClassVar[Any] = ("name", "wallet", "institution")
    readonly_fields: ClassVar[Any] = (
        "wallet", "signing_key", "institution", "level", "valid_until", "registered", "suspended",
    )  # fmt: skip
    fields: ClassVar[Any] = ("name", *readonly_fields)


@admin.register(InstitutionVote)
class InstitutionVoteAdmin(ReadOnlyAdmin):
    """Votes as they came in."""

    list_display: ClassVar[Any] = ("function", "institution", "voter", "created", "transaction")
    list_filter: ClassVar[Any] = ("function",)
    fields: ClassVar[Any] = ("function", "institution", "voter", "message", "transaction", "created")
    readonly_fields: ClassVar[Any] = fields


@admin.register(Node)
class NodeAdmin(ReadOnlyAdmin):
    """Re-encryption nodes by node set."""

    list_display: ClassVar[Any] = ("address", "institution", "version", "position")
    list_filter: ClassVar[Any] = ("version",)
    fields: ClassVar[Any] = ("address", "institution", "version", "position", "exchange_key_hex")
    readonly_fields: ClassVar[Any] = fields
    exchange_key_hex = hexed("exchange_key", _("exchange key"))
