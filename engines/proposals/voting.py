"""Proposing bounds, collecting the institutions' signatures, and handing the message to the outbox."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import transaction as database

from contracts.bindings.messages import Bounds, fresh_nonce
from engines.proposals.bounds import Box, box_of
from engines.proposals.errors import NotAVoter, NothingToPropose, ProposalExpired, TooFewMiners
from engines.proposals.models import OptimiserRun, Proposal, ProposalVote, RunState
from medixain.audit.services import audit_record
from medixain.chainindex.chain import get_chain
from medixain.chainindex.errors import ChainError
from medixain.chainindex.models import Transaction, TransactionState
from medixain.chainindex.services import SignedMessage, transaction_enqueue, transaction_prepare
from medixain.core.addresses import address_bytes
from medixain.core.eip712 import digest
from medixain.core.secp256k1 import recover_digest
from medixain.core.typed_json import message_to_json

log = structlog.get_logger(__name__)

CONTRACT: Final = "ConsensusGovernance"
LIFETIME_SECONDS: Final = 6 * 24 * 3600
"""How long votes may come: the contract takes deadlines at most 7 days ahead, and a block's clock may lag."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes that count now, how many the contract needs, and the outbox row once they sufficed."""

    voters: list[str]
    needed: int
    transaction: Transaction | None

    @property
    def votes(self) -> int:
        """How many votes count."""
        return len(self.voters)


def bounds_of(run: OptimiserRun) -> Box:
    """Return the bounds that the run's certified rows justify; raises :class:`NothingToPropose`."""
    if run.state != RunState.DONE or not run.rows:
        raise NothingToPropose
    return box_of(run.rows, u_s=int(run.problem["u_s"]), u_d=int(run.problem["u_d"]))


def proposal_create(run: OptimiserRun, *, by: str) -> Proposal:
    """Put the bounds of ``run`` to the institutions' vote; one that collects votes already is returned as it is.

    Raises :class:`NothingToPropose`, :class:`TooFewMiners` when the contract would refuse, ``ChainUnavailable``.
    """
    box = bounds_of(run)
    chain = get_chain()
    if (enabled := chain.enabled_miners()) < box.s_min:
        raise TooFewMiners(enabled=enabled, needed=box.s_min)
    message = Bounds(**box.as_dict(), nonce=fresh_nonce(), deadline=int(time.time()) + LIFETIME_SECONDS)
    with database.atomic():
        # Two clicks must not divide the votes: the second waits for the first here and finds its proposal.
        OptimiserRun.objects.select_for_update().get(pk=run.pk)
        collecting = run.proposals.filter(transaction=None, deadline__gt=int(time.time())).first()
        if collecting is not None:
            return collecting
        proposal = Proposal.objects.create(
            run=run, proposed_by=by, message=message_to_json(message), deadline=message.deadline,
            message_hash=digest(chain.domain(CONTRACT), message),
        )  # fmt: skip
        audit_record(by=by, action="bounds.proposed", subject=str(proposal.id), details=box.as_dict())
    return proposal


def proposal_vote(proposal: Proposal, signature: bytes) -> Tally:
    """Collect one institution's signature; when more than half signed, the message goes to the outbox. Idempotent.

    Raises :class:`ProposalExpired`, :class:`NotAVoter`, and what the outbox raises; the vote is kept even so.
    """
    if proposal.expired:
        raise ProposalExpired
    key = recover_digest(proposal.message_hash, signature)
    voter = get_chain().institution_of_key(key)
    if voter is None:
        raise NotAVoter(key)
    with database.atomic():
        # A later signature replaces the former: the institution's key may have changed in between.
        ProposalVote.objects.update_or_create(
            proposal=proposal, voter=voter, defaults={"signature": signature}
        )  # fmt: skip
        audit_record(by=voter, action="bounds.vote", subject=str(proposal.id))
    return proposal_relay(proposal)


def proposal_tallies(proposals: Sequence[Proposal]) -> list[Tally]:
    """Count the votes by the current keys of active institutions; raises ``ChainUnavailable``."""
    active = get_chain().active_institution_keys() if proposals else {}
    return [
        Tally([vote.voter for vote in _counting(proposal, active)], len(active) // 2 + 1, proposal.transaction)
        for proposal in proposals
    ]


def _counting(proposal: Proposal, active: dict[str, str]) -> list[ProposalVote]:
    """The votes the contract would count, in ascending order of their signers as it wants them."""
    votes = [
        vote for vote in proposal.votes.all()
        if active.get(vote.voter) == recover_digest(proposal.message_hash, vote.signature)
    ]  # fmt: skip
    return sorted(votes, key=lambda vote: address_bytes(active[vote.voter]))


def proposal_relay(proposal: Proposal) -> Tally:
    """Hand the message to the outbox when its votes suffice and it is not on its way; return the tally."""
    active = get_chain().active_institution_keys()
    votes, needed = _counting(proposal, active), len(active) // 2 + 1
    waiting = proposal.transaction is None or proposal.transaction.state == TransactionState.FAILED
    if waiting and len(votes) >= needed:
        signed = SignedMessage(CONTRACT, "setBounds", proposal.message, [vote.signature for vote in votes], {})
        prepared = transaction_prepare(signed)
        with database.atomic():
            proposal.transaction = transaction_enqueue(prepared, by=votes[-1].voter)
            proposal.save(update_fields=["transaction"])
    return Tally([vote.voter for vote in votes], needed, proposal.transaction)


def proposals_relay() -> None:
    """Relay what a crash or an unreachable chain held back after the last vote; called by the chores."""
    for proposal in Proposal.objects.filter(transaction=None, deadline__gt=int(time.time())):
        try:
            proposal_relay(proposal)
        except ChainError as error:
            log.warning("proposal-waits", proposal=str(proposal.id), error=error)
