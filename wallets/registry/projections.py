"""Keeps institutions, professionals and nodes in step with the chain.

Rows are never computed from events: an event only says whose row to read again from the contract, at the head. So an
event that a reorganisation took back leaves no trace either.
"""

from collections.abc import Sequence

from medixain.chainindex.chain import Chain
from medixain.chainindex.errors import ChainUnavailable
from medixain.chainindex.models import ChainEvent
from wallets.registry.models import Institution, Node, NodeSetVersion, Professional


def project(chain: Chain, events: Sequence[ChainEvent]) -> None:
    """Refresh every row that one of ``events`` may have changed."""
    registry = [event for event in events if event.contract == "InstitutionRegistry"]
    for address in {str(event.arguments["institution"]) for event in registry if event.name.startswith("Institution")}:
        refresh_institution(chain, address)
    for wallet in {str(event.arguments["wallet"]) for event in registry if event.name.startswith("Professional")}:
        refresh_professional(chain, wallet)
    if any(event.name == "NodesSet" for event in registry):
        refresh_nodes(chain)


def refresh_institution(chain: Chain, address: str) -> None:
    """Copy the institution's state from the chain; one that is no longer there keeps its name only."""
    state = chain.institution(address)
    values: dict[str, object] = {"admitted": state is not None}
    if state is not None:
        values |= {"key": state.key, "roles": state.roles, "suspended": state.suspended, "profile": state.profile}
    Institution.objects.update_or_create(address=address, defaults=values)


def refresh_professional(chain: Chain, wallet: str) -> None:
    """Copy the professional's state from the chain; one that is no longer there keeps its name only."""
    state = chain.professional(wallet)
    values: dict[str, object] = {"registered": state is not None}
    if state is not None:
        values |= {
            "signing_key": state.signing_key, "umbral_key": state.umbral_key, "institution": state.institution,
            "level": state.level, "valid_until": state.valid_until,
            "suspended": state.suspended or state.suspended_by_vote,
        }  # fmt: skip
    Professional.objects.update_or_create(wallet=wallet, defaults=values)


def refresh_nodes(chain: Chain) -> None:
    """Copy every node set of the chain; members of earlier sets stay known, because grants name them."""
    current = chain.current_node_set()
    NodeSetVersion.objects.filter(version__gt=current).delete()
    Node.objects.filter(version__gt=current).delete()
    for version in range(1, current + 1):
        nodes = chain.node_set(version)
        if nodes is None:
            raise ChainUnavailable(f"it names node set {current} and does not have {version}")
        NodeSetVersion.objects.update_or_create(version=version, defaults={"threshold": nodes.threshold})
        for position, (address, key, institution) in enumerate(
            zip(nodes.nodes, nodes.keys, nodes.institutions, strict=True)
        ):
            Node.objects.update_or_create(
                address=address,
                defaults={"exchange_key": key, "institution": institution, "version": version, "position": position},
            )
