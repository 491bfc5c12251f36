"""Institutions' votes on the chain's bounds: what operators proposed, and signing it."""

from typing import Any

from contracts.bindings.messages import Bounds
from keymgmt.node.wire import from_json
from medixain.core.errors import MedixainError
from medixain.sdk.context import Context
from medixain.sdk.errors import BadServerAnswer, NotFound
from medixain.sdk.results import ProposalRow, ProposalVoted


def proposals(context: Context) -> list[ProposalRow]:
    """Return the newest proposals, newest first; ``voted`` says whether this home's institution is among the votes."""
    me = context.institution.address
    return [_row(proposal, me) for proposal in _listed(context)]


def vote(context: Context, proposal: str) -> ProposalVoted:
    """Sign the bounds of ``proposal`` as the institution of this home.

    What is signed is what the result shows, in the domain of the contract that this home pinned: whatever else the
    platform says about a proposal binds nobody. Raises :class:`NotFound`, ``proposal-expired``, ``not-a-voter``.
    """
    found = next((one for one in _listed(context) if one.get("id") == proposal), None)
    if found is None:
        raise NotFound("proposal", proposal)
    bounds = _bounds(found)
    signature = context.desk.sign(context.contract_domain("ConsensusGovernance"), bounds)
    answer = context.api.post(
        f"/proposals/{proposal}/votes", {"signature": "0x" + signature.hex()}, by=context.institution
    )
    row = _row(answer, context.institution.address)
    return ProposalVoted(row.proposal, **_limits(bounds), votes=row.votes, needed=row.needed, state=row.state)


def _listed(context: Context) -> list[dict[str, Any]]:
    try:
        return list(context.api.get("/proposals")["proposals"])
    except (KeyError, TypeError) as error:
        raise BadServerAnswer("/proposals") from error


def _bounds(proposal: dict[str, Any]) -> Bounds:
    try:
        return from_json(Bounds, proposal["message"])
    except (KeyError, MedixainError) as error:
        raise BadServerAnswer("/proposals") from error


def _limits(bounds: Bounds) -> dict[str, int]:
    return {name: getattr(bounds, name) for name in ("s_min", "s_max", "r_min", "r_max", "d_min", "d_max")}


def _row(proposal: dict[str, Any], me: str) -> ProposalRow:
    bounds = _bounds(proposal)
    try:
        return ProposalRow(
            proposal=str(proposal["id"]),
            **_limits(bounds),
            votes=len(proposal["votes"]),
            needed=int(proposal["needed"]),
            voted=me in proposal["votes"],
            until=bounds.deadline,
            state=str(proposal["state"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadServerAnswer("/proposals") from error
