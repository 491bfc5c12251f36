"""The consortium as operators see it. Nothing is edited here: what is not the chain's was signed by an institution, and
a name that an operator changed would be shown by no client."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from medixain.api.admin import ReadOnlyAdmin, hexed, shortened
from wallets.registry.models import CareTeam, Institution, InstitutionVote, Node, Professional
from wallets.registry.words import level_name, role_names


class OfInstitution(ReadOnlyAdmin):
    """Rows of an institution, which is shown by its name where it has one."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows with the names."""
        named = Institution.objects.filter(address=OuterRef("institution")).values("name")[:1]
        return super().get_queryset(request).annotate(institution_name=Subquery(named))

    @display(description=_("name of the institution"), ordering="institution_name")
    def house(self, row: Any) -> str:
        """The name, else the address."""
        return row.institution_name or str(row.institution)


@admin.register(Institution)
class InstitutionAdmin(ReadOnlyAdmin):
    """Institutions and applications."""

    list_display: ClassVar[Any] = ("__str__", "short_address", "role_words", "admitted", "suspended")
    list_filter: ClassVar[Any] = ("admitted", "suspended")
    search_fields: ClassVar[Any] = ("name", "address")
    readonly_fields: ClassVar[Any] = (
        "name", "address", "key", "role_words", "requested_words", "admitted", "suspended", "exchange_key_hex",
        "created",
    )  # fmt: skip
    fields: ClassVar[Any] = readonly_fields
    short_address = shortened("address", _("address"))
    exchange_key_hex = hexed("exchange_key", _("exchange key"))

    @display(description=_("roles"))
    def role_words(self, row: Institution) -> str:
        """The roles that the chain gives."""
        return role_names(row.roles)

    @display(description=_("requested roles"))
    def requested_words(self, row: Institution) -> str:
        """The roles that were applied for."""
        return role_names(row.requested_roles)


@admin.register(Professional)
class ProfessionalAdmin(OfInstitution):
    """Professionals of the chain."""

    list_display: ClassVar[Any] = ("__str__", "short_wallet", "house", "level_words", "registered", "suspended")
    list_filter: ClassVar[Any] = ("level", "registered", "suspended")
    search_fields: ClassVar[Any] = ("name", "wallet", "institution")
    readonly_fields: ClassVar[Any] = (
        "name", "wallet", "signing_key", "house", "institution", "level_words", "valid_until", "registered",
        "suspended",
    )  # fmt: skip
    fields: ClassVar[Any] = readonly_fields

    short_wallet = shortened("wallet", _("wallet"))

    @display(description=_("level"))
    def level_words(self, row: Professional) -> str:
        """The access level."""
        return level_name(row.level)


@admin.register(CareTeam)
class CareTeamAdmin(OfInstitution):
    """Care teams, every version that is kept."""

    list_display: ClassVar[Any] = ("name", "version", "house", "short_team")
    search_fields: ClassVar[Any] = ("name", "team", "institution")
    readonly_fields: ClassVar[Any] = ("name", "version", "institution", "team", "document", "transaction", "created")
    fields: ClassVar[Any] = readonly_fields

    short_team = shortened("team", _("team"))


@admin.register(InstitutionVote)
class InstitutionVoteAdmin(OfInstitution):
    """Votes as they came in."""

    list_display: ClassVar[Any] = ("function", "house", "short_voter", "created", "transaction")
    list_filter: ClassVar[Any] = ("function",)
    fields: ClassVar[Any] = ("function", "institution", "voter", "message", "transaction", "created")
    readonly_fields: ClassVar[Any] = fields
    short_voter = shortened("voter", _("voter"))


@admin.register(Node)
class NodeAdmin(OfInstitution):
    """Re-encryption nodes by node set."""

    list_display: ClassVar[Any] = ("short_address", "house", "version", "position")
    list_filter: ClassVar[Any] = ("version",)
    fields: ClassVar[Any] = ("address", "house", "institution", "version", "position", "exchange_key_hex")
    readonly_fields: ClassVar[Any] = fields
    short_address = shortened("address", _("address"))
    exchange_key_hex = hexed("exchange_key", _("exchange key"))
