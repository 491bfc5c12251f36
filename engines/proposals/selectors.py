"""Reading runs, proposals and what the chain has now."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from engines.proposals.bounds import Box
from engines.proposals.errors import UnknownProposal
from engines.proposals.models import OptimiserRun, Proposal
from engines.proposals.voting import Tally, proposal_tallies
from medixain.chainindex.chain import get_chain
from medixain.chainindex.errors import ChainError

MAX_LISTED = 100


@dataclass(frozen=True, slots=True)
class Present:
    """Parameters, bounds and enabled miners of ConsensusGovernance at the head."""

    s: int
    r: int
    d: int
    box: Box
    miners: int


def present() -> tuple[Present | None, str]:
    """Return what the chain has now, or None and a sentence that says why not."""
    try:
        chain = get_chain()
        found, limits = chain.parameters(), chain.bounds()
        if found is None or limits is None:
            return None, "ConsensusGovernance is not deployed on this chain yet."
        return Present(*found, Box(**limits), chain.enabled_miners()), ""
    except ChainError as error:
        return None, error.message


def run_get(run_id: UUID) -> OptimiserRun:
    """Return a run; raises :class:`UnknownProposal`."""
    run = OptimiserRun.objects.filter(id=run_id).first()
    if run is None:
        raise UnknownProposal("run", run_id)
    return run


def proposal_get(proposal_id: UUID) -> Proposal:
    """Return a proposal; raises :class:`UnknownProposal`."""
    proposal = Proposal.objects.select_related("run", "transaction").filter(id=proposal_id).first()
    if proposal is None:
        raise UnknownProposal("proposal", proposal_id)
    return proposal


def proposal_list(limit: int = MAX_LISTED) -> list[Proposal]:
    """Return the newest proposals, newest first."""
    return list(Proposal.objects.select_related("run", "transaction").prefetch_related("votes")[:limit])


def run_list(limit: int = 10) -> list[OptimiserRun]:
    """Return the newest runs without their certificates and plots, newest first."""
    return list(OptimiserRun.objects.defer("certificate", "plots", "explanations")[:limit])


def tally_or_none(proposal: Proposal) -> Tally | None:
    """Return the tally, None while the chain does not answer."""
    try:
        return proposal_tallies([proposal])[0]
    except ChainError:
        return None


def institution_names() -> dict[str, str]:
    """Return names by institution id; whose they are to keep is not this package's, so the settings say who knows."""
    names: dict[str, str] = import_string(settings.INSTITUTION_NAMES)()
    return names


def ballots(proposal: Proposal) -> list[dict[str, Any]]:
    """Return the active institutions by name with the time of their vote, None for who has not voted."""
    try:
        active = get_chain().active_institution_keys()
    except ChainError:
        active = {vote.voter: "" for vote in proposal.votes.all()}
    names, given = institution_names(), {vote.voter: vote.created for vote in proposal.votes.all()}
    rows = [{"name": names.get(one, "") or one, "address": one, "voted": given.get(one)} for one in active]
    return sorted(rows, key=lambda row: str(row["name"]))
