"""The consortium as operators see it. Nothing is edited here: what is not the chain's was signed by an institution, and
a name that an operator changed would be shown by no client."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from medixain.api.admin import ReadOnlyAdmin, hexed
from wallets.registry.models import CareTeam, Institution, InstitutionVote, Node, Professional


@admin.register(Institution)
class InstitutionAdmin(ReadOnlyAdmin):
    """Institutions and applications."""

    list_display: ClassVar[Any] = ("__str__", "address", "roles", "admitted", "suspended")
    list_filter: ClassVar[Any] = ("admitted", "suspended")
    search_fields: ClassVar[Any] = ("name", "address")
    readonly_fields: ClassVar[Any] = (
        "name", "address", "key", "roles", "requested_roles", "admitted", "suspended", "exchange_key_hex", "created",
    )  # fmt: skip
    fields: ClassVar[Any] = readonly_fields
    exchange_key_hex = hexed("exchange_key", _("exchange key"))


@admin.register(Professional)
class ProfessionalAdmin(ReadOnlyAdmin):
    """Professionals of the chain."""

    list_display: ClassVar[Any] = ("__str__", "wallet", "institution", "level", "registered", "suspended")
    list_filter: ClassVar[Any] = ("level", "registered", "suspended")
    search_fields: ClassVar[Any] = ("name", "wallet", "institution")
    readonly_fields: ClassVar[Any] = (
        "name", "wallet", "signing_key", "institution", "level", "valid_until", "registered", "suspended",
    )  # fmt: skip
    fields: ClassVar[Any] = readonly_fields


@admin.register(CareTeam)
class CareTeamAdmin(ReadOnlyAdmin):
    """Care teams, every version that is kept."""

    list_display: ClassVar[Any] = ("name", "version", "institution", "team")
    search_fields: ClassVar[Any] = ("name", "team", "institution")
    readonly_fields: ClassVar[Any] = ("name", "version", "institution", "team", "document", "transaction", "created")
    fields: ClassVar[Any] = readonly_fields


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
