"""The one thing a node is for: decide, write the log entry to disk, re-encrypt, answer (nodes.md, "Permission")."""

from typing import Any, Final

from eth_hash.auto import keccak

from keymgmt.node.errors import (
    Refusal,
    Replayed,
    StaleKeys,
    UnknownRecord,
    Withdrawn,
)
from keymgmt.node.messages import (
    AccessRequest,
    Fragment,
    GrantOpening,
    LogEntry,
    grant_id,
)
from keymgmt.node.server.context import NodeContext
from keymgmt.node.server.facts import ProfessionalFacts, RecordSource, SlotFacts
from keymgmt.node.server.limits import Buckets
from keymgmt.node.server.log import GIVEN
from keymgmt.node.server.permission import (
    AtHeadAndFinal,
    Moment,
    Target,
    check_entitled,
    check_grant,
    check_professional,
    check_record,
    check_requester,
    check_time,
    find_target,
    is_clinician,
    true_reason,
)
from keymgmt.node.server.requests import parse_signed
from keymgmt.pre import PreError, PublicKey, VerifiedKFrag, reencrypt, verify_kfrag
from medixain.core.typed_json import hex_bytes

NONCE_MEMORY: Final = 600
"""Seconds for which nonces are remembered; more than twice the window in which a request counts."""


class Reencryption:
    """Answers AccessRequests. ``requesters`` slows down registered professionals who keep being refused."""

    def __init__(self, node: NodeContext, *, records: RecordSource, requesters: Buckets) -> None:
        self._node = node
        self._records = records
        self._requesters = requesters

    def reencrypt(self, document: object) -> dict[str, Any]:
        """Answer an AccessRequest with one signed fragment, after its log entry is on disk."""
        request, signature = parse_signed(AccessRequest, document)
        self._node.require_addressed(request.node)
        check_time(request.time, self._node.clock())
        self._node.state.require_open()
        moment = self._node.moment()
        chain = self._node.chain
        chain.together(
            lambda: chain.professional(request.requester, moment.head.hash),
            lambda: chain.professional(request.requester, moment.final.hash),
        )
        registered = chain.professional(request.requester, moment.head.hash)
        professional = check_requester(chain.chain_id, request, signature, registered)
        # Only from here on is it certain who asks, so only from here on does the log speak of a person.
        self._requesters.require(request.requester)
        deposit = self._node.store.deposit(request.grant_id)
        opening = None if deposit is None else deposit.opening
        try:
            if self._node.store.nonce_used(request.requester, request.nonce):
                raise Replayed
            entitled = check_entitled(request, opening)
            target, kfrag = self._permit(request, entitled, professional, moment)
            entry = self._write_ahead(request, signature, entitled, moment)
        except Refusal as refusal:
            if refusal.status < 500:  # otherwise the fault is not the requester's
                self._requesters.spend(request.requester)
            self._refuse(request, signature, opening, moment, true_reason(refusal))
            raise
        return self._fragment(request, target, kfrag, entry)

    def _permit(
        self, request: AccessRequest, opening: GrantOpening, professional: ProfessionalFacts, moment: Moment
    ) -> tuple[Target, VerifiedKFrag]:
        head, final, chain = moment.head.hash, moment.final.hash, self._node.chain
        chain.together(
            lambda: chain.grant(opening.slot, request.grant_id, head),
            lambda: chain.grant(opening.slot, request.grant_id, final),
            lambda: chain.record(opening.slot, request.record, head),
            lambda: chain.slot(opening.slot, head),
        )
        facts = AtHeadAndFinal(
            self._node.chain.grant(opening.slot, request.grant_id, head),
            self._node.chain.grant(opening.slot, request.grant_id, final),
            professional,
            self._node.chain.professional(request.requester, final),
        )
        withdrawn_here = self._node.store.is_withdrawn(opening.slot, request.grant_id)
        check_grant(opening, facts, moment, withdrawn_here=withdrawn_here)
        check_professional(opening, facts, moment)
        record = check_record(
            self._node.chain.record(opening.slot, request.record, head),
            removed_here=self._node.store.is_removed(opening.slot, request.record),
        )
        slot = self._node.slot(opening.slot, head)
        target = find_target(
            request,
            opening,
            self._records.fetch(request.record),
            record,
            slot,
            chain_id=self._node.chain.chain_id,
            clinician=is_clinician(facts),
        )
        return target, self._kfrag(opening, target, slot)

    def _kfrag(self, opening: GrantOpening, target: Target, slot: SlotFacts) -> VerifiedKFrag:
        stored = self._node.store.kfrag(grant_id(opening), target.item)
        if stored is None or (target.delegating is not None and stored.delegating != target.delegating):
            raise StaleKeys
        # Verified at deposit, and again here: neither a tampered database nor a key given up since gives a fragment.
        try:
            return verify_kfrag(
                stored.kfrag,
                verifying=PublicKey(slot.pre_key),
                delegating=PublicKey(stored.delegating),
                receiving=PublicKey(opening.grantee_key),
            )
        except PreError as error:
            raise StaleKeys from error

    def _write_ahead(self, request: AccessRequest, signature: bytes, opening: GrantOpening, moment: Moment) -> LogEntry:
        with self._node.store.transaction():
            if not self._node.store.use_nonce(request.requester, request.nonce, time=moment.now):
                raise Replayed
            # Asked again inside the transaction, so that a withdrawal accepted meanwhile wins.
            if self._node.store.is_withdrawn(opening.slot, request.grant_id):
                raise Withdrawn
            if self._node.store.is_removed(opening.slot, request.record):
                raise UnknownRecord
            return self._node.log.append(
                request, signature, outcome=GIVEN, time=moment.now, slot=opening.slot, purpose=opening.purpose
            )

    def _refuse(
        self, request: AccessRequest, signature: bytes, opening: GrantOpening | None, moment: Moment, outcome: str
    ) -> None:
        known: dict[str, str] = {} if opening is None else {"slot": opening.slot, "purpose": opening.purpose}
        with self._node.store.transaction():
            self._node.store.use_nonce(request.requester, request.nonce, time=moment.now)
            self._node.log.append(request, signature, outcome=outcome, time=moment.now, **known)

    def _fragment(
        self, request: AccessRequest, target: Target, kfrag: VerifiedKFrag, entry: LogEntry
    ) -> dict[str, Any]:
        cfrag = bytes(reencrypt(target.capsule, kfrag))
        statement = Fragment(
            request.record, request.grant_id, request.requester, request.nonce, keccak(cfrag), entry.seq
        )
        return {
            "of": target.of,
            "cfrag": hex_bytes(cfrag),
            "seq": entry.seq,
            "signature": self._node.signature(statement),
        }
