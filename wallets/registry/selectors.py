"""Reading the consortium."""

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from medixain.api.errors import NotFound
from medixain.chainindex.models import TransactionState
from wallets.registry.models import CareTeam, Institution, Node, NodeSetVersion, Professional


def institution_get(address: str) -> Institution:
    """Return an institution that applied or is admitted; raises :class:`NotFound`."""
    row = Institution.objects.filter(pk=address).first()
    if row is None:
        raise NotFound(f"No institution has the id {address}.")
    return row


def institution_list() -> list[Institution]:
    """Return the admitted institutions by name."""
    return list(Institution.objects.filter(admitted=True))


def institution_names() -> dict[str, str]:
    """Return the names of the admitted institutions by id."""
    return {str(row.address): row.name for row in institution_list()}


def professional_get(wallet: str) -> Professional:
    """Return a professional of the chain; raises :class:`NotFound`."""
    row = Professional.objects.filter(pk=wallet, registered=True).first()
    if row is None:
        raise NotFound(f"The chain knows no professional {wallet}.")
    return row


def colleague_list(address: str) -> list[Professional]:
    """Return who is registered with the institution of ``address``, its own or a professional's; nobody for others."""
    own = Professional.objects.filter(pk=address, registered=True).first()
    institution = own.institution if own is not None else address
    return list(Professional.objects.filter(institution=institution, registered=True))


def professional_is_authorised(professional: Professional) -> bool:
    """Whether the professional may act now: registered, valid, unsuspended, at an active institution."""
    institution = Institution.objects.filter(pk=professional.institution).first()
    valid = professional.registered and not professional.suspended
    in_time = professional.valid_until > timezone.now().timestamp()
    return valid and in_time and institution is not None and institution.is_active


def team_get(team: str, version: int | None = None) -> CareTeam:
    """Return a care team's newest version, or the one asked for; raises :class:`NotFound`."""
    rows = _on_its_way().filter(team=team)
    row = (rows if version is None else rows.filter(version=version)).order_by("-version").first()
    if row is None:
        raise NotFound(f"No institution has published a care team {team}.")
    return row


def team_list(institution: str) -> list[CareTeam]:
    """Return the newest version of each of an institution's care teams, by name; not those that were dissolved."""
    newest = {str(row.team): row for row in _on_its_way().filter(institution=institution).order_by("version")}
    return sorted((row for row in newest.values() if row.document["members"]), key=lambda row: (row.name, row.team))


def _on_its_way() -> QuerySet[CareTeam]:
    return CareTeam.objects.exclude(transaction__state=TransactionState.FAILED).select_related("transaction")


def node_set_current() -> tuple[int, int, list[Node]]:
    """Return version, threshold and members of the current node set; (0, 0, []) before the index has seen one."""
    current = NodeSetVersion.objects.order_by("-version").first()
    if current is None:
        return 0, 0, []
    return current.version, current.threshold, list(Node.objects.filter(version=current.version).order_by("position"))


def node_place(address: str) -> dict[str, str]:
    """Return {url, name} of a node from the settings; empty strings where they say nothing."""
    for place in settings.REENCRYPTION_NODES:
        if place["address"].lower() == address.lower():
            return {"url": place["url"], "name": place.get("name", "")}
    return {"url": "", "name": ""}
