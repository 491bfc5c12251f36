"""Who may have a fragment: pure functions of facts, in the order of docs/spec/nodes.md, "Permission".

Each raises the refusal that the requester is shown. Whoever is not the grantee of a deposit gets :class:`NoGrant`,
whatever the reason, so that nobody learns from an error which grants and records exist. Nothing here reads a clock, a
database or a chain.
"""

from dataclasses import dataclass
from typing import Final

from eth_hash.auto import keccak

from contracts.bindings.messages import AccessLevel, GrantKind, GrantOpening, GrantStatus, Role
from keymgmt.node.errors import (
    BadCapsule,
    BadSignature,
    Ceiling,
    Expired,
    NoGrant,
    NotAuthorised,
    Refusal,
    StaleChain,
    StaleKeys,
    StaleRequest,
    Suspended,
    UnknownRecord,
    WaitingForFinality,
    Withdrawn,
)
from keymgmt.node.messages import REQUEST_WINDOW, AccessRequest, Envelope, section_item
from keymgmt.node.server.facts import (
    BlockRef,
    GrantFacts,
    ProfessionalFacts,
    RecordFacts,
    RecordMaterial,
    SlotFacts,
)
from keymgmt.node.server.header import Layer, read_header
from keymgmt.pre import Capsule, MalformedEncoding, Sealed
from medixain.core.eip712 import TypedStruct, off_chain_domain, verify
from medixain.core.secp256k1 import SignatureError

STALL_AFTER: Final = 45
"""Seconds without a block after which the chain counts as standing still (protocols.md, "AccessGrants")."""

MAX_STALL: Final = 24 * 3600
"""Seconds without a block after which nothing opens any more: so long a silence is an eclipse, not an outage."""

MAX_CLOCK_LEAD: Final = 60
"""Seconds a block may be ahead of the node's clock before the node distrusts its own clock."""

MIN_CLINICIAN_LEVEL: Final = AccessLevel.CLINICAL

OPEN_TO_ALL_LEVELS: Final = frozenset({Layer.IDENTITY, Layer.STUDY})
"""Layers whose records somebody below a clinician may ever be granted (promise G4); all others are clinical."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One look at clock and chain; a decision uses one moment throughout."""

    now: int
    head: BlockRef
    final: BlockRef

    @property
    def latest(self) -> int:
        """The later of both clocks: neither a slow clock nor an idle chain makes an expired grant live."""
        return max(self.now, self.head.timestamp)

    @property
    def stalled(self) -> bool:
        """Whether the chain stands still, so that nothing new can be known."""
        return self.now - self.head.timestamp > STALL_AFTER


@dataclass(frozen=True, slots=True)
class AtHeadAndFinal:
    """What the chain says of grant and grantee at the newest and at the newest final block."""

    grant_head: GrantFacts
    grant_final: GrantFacts
    professional_head: ProfessionalFacts
    professional_final: ProfessionalFacts | None


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be re-encrypted: the capsule, which thing it is, and the key of the deposit that covers it.

    ``of`` is ``record`` or ``envelope``; ``delegating`` (33 bytes) is known in advance for a record only.
    """

    of: str
    capsule: Capsule
    item: bytes
    delegating: bytes | None


def check_time(time: int, now: int) -> None:
    """Raise :class:`StaleRequest` unless ``time`` is within :data:`REQUEST_WINDOW` of the node's clock."""
    if abs(now - time) > REQUEST_WINDOW:
        raise StaleRequest


def check_chain(moment: Moment) -> None:
    """Raise :class:`StaleChain` when chain and clock contradict each other or the chain is silent for too long."""
    if moment.head.timestamp > moment.now + MAX_CLOCK_LEAD:
        raise StaleChain("This node's clock is behind the chain; use other nodes until its operator mends it.")
    if moment.now - moment.head.timestamp > MAX_STALL or moment.final.number > moment.head.number:
        raise StaleChain


def check_requester(
    chain_id: int, request: TypedStruct, signature: bytes, professional: ProfessionalFacts | None
) -> ProfessionalFacts:
    """Return the requester; raises :class:`NoGrant` if unregistered, :class:`BadSignature` unless the registered key
    signed.
    """
    if professional is None:
        raise NoGrant(reason="not-registered")
    check_signature(chain_id, request, signature, professional.signing_key)
    return professional


def check_signature(chain_id: int, message: TypedStruct, signature: bytes, signer: str) -> None:
    """Raise :class:`BadSignature` unless ``signer`` signed ``message`` in the off-chain domain."""
    try:
        verify(off_chain_domain(chain_id), message, signature, signer=signer)
    except SignatureError as error:
        raise BadSignature from error


def check_entitled(request: AccessRequest, opening: GrantOpening | None) -> GrantOpening:
    """Return the opening if it names the requester and the record may be under it; raises :class:`NoGrant`."""
    if opening is None:
        raise NoGrant(reason="unknown-grant")
    if opening.grantee != request.requester:
        raise NoGrant(reason="not-grantee")
    if opening.kind == GrantKind.RECORDS and request.record not in opening.records:
        raise NoGrant(reason="not-covered")
    return opening


def check_grant(opening: GrantOpening, facts: AtHeadAndFinal, moment: Moment, *, withdrawn_here: bool) -> None:
    """Raise unless the grant counts at head and at final and its time has not run out.

    Raises :class:`Withdrawn`, :class:`Expired`, :class:`WaitingForFinality` or :class:`StaleKeys`.
    """
    states = (facts.grant_head, facts.grant_final)
    if withdrawn_here or any(state.status is GrantStatus.WITHDRAWN for state in states):
        raise Withdrawn
    expiries = [state.expiry for state in states if state.status is GrantStatus.ACTIVE]
    if min([opening.expiry, *expiries]) <= moment.latest:
        raise Expired
    if any(state.status is not GrantStatus.ACTIVE for state in states):
        if moment.stalled:
            raise WaitingForFinality("The chain stands still; this grant opens when it goes on.")
        raise WaitingForFinality
    if any(state.node_set != opening.node_set for state in states):
        raise StaleKeys


def check_professional(opening: GrantOpening, facts: AtHeadAndFinal, moment: Moment) -> None:
    """Raise unless the grantee is authorised at head and at final and still has the granted key.

    Raises :class:`Suspended`, :class:`NotAuthorised`, :class:`WaitingForFinality` or :class:`StaleKeys`.
    """
    if facts.professional_final is None:
        raise WaitingForFinality("Your registration is not final on the chain yet; try again in a few seconds.")
    states = (facts.professional_head, facts.professional_final)
    if any(state.suspended or not state.institution_active for state in states):
        raise Suspended
    if any(state.valid_until <= moment.latest for state in states):
        raise NotAuthorised
    if facts.professional_head.umbral_key != opening.grantee_key:
        raise StaleKeys
    if facts.professional_final.umbral_key != opening.grantee_key:
        raise WaitingForFinality("Your new key is not final on the chain yet; try again in a few seconds.")
    if opening.kind == GrantKind.SECTIONS and not is_clinician(facts):
        raise Ceiling


def is_clinician(facts: AtHeadAndFinal) -> bool:
    """Tell whether the grantee is, at head and final, of clinical level and of an institution that is clinical."""
    return all(
        state is not None and state.level >= MIN_CLINICIAN_LEVEL and Role.CLINICAL in state.institution_roles
        for state in (facts.professional_head, facts.professional_final)
    )


def check_record(record: RecordFacts | None, *, removed_here: bool) -> RecordFacts:
    """Return the record's facts; raises :class:`UnknownRecord` if it is not anchored under the slot or was removed."""
    if record is None or record.removed or removed_here:
        raise UnknownRecord
    return record


def find_target(
    request: AccessRequest,
    opening: GrantOpening,
    material: RecordMaterial,
    record: RecordFacts,
    slot: SlotFacts,
    *,
    chain_id: int,
    clinician: bool,
) -> Target:
    """Return the capsule this request opens, after checking all that the platform delivered.

    Raises :class:`BadCapsule`, :class:`Ceiling` or :class:`NoGrant` (a section or epoch the grant does not name).
    """
    if keccak(material.kc) != record.kc_hash:
        raise BadCapsule
    header = read_header(material.header, record=request.record, chain_id=chain_id)
    if header.slot != opening.slot:
        raise BadCapsule
    if header.layer not in OPEN_TO_ALL_LEVELS and not clinician:
        raise Ceiling
    if opening.kind == GrantKind.RECORDS:
        return Target("record", _capsule(material.kc), request.record, header.record_key)
    return _envelope_target(request, opening, material, record, slot, chain_id)


def _envelope_target(
    request: AccessRequest,
    opening: GrantOpening,
    material: RecordMaterial,
    record: RecordFacts,
    slot: SlotFacts,
    chain_id: int,
) -> Target:
    envelope = material.envelope
    if envelope is None:
        raise BadCapsule
    statement = Envelope(request.record, opening.slot, envelope.section, envelope.epoch, keccak(envelope.blob))
    # For a record of the owner's own the slot id stands as originator; its first key may have been given up since.
    signers = {slot.key} if record.originator == opening.slot else {slot.key, record.originator}
    if not any(_is_signed(chain_id, statement, envelope.signature, signer) for signer in signers):
        raise BadCapsule
    if not any((envelope.section, envelope.epoch) == (entry.tag, entry.epoch) for entry in opening.sections):
        raise NoGrant(reason="not-covered")
    item = section_item(envelope.section, envelope.epoch)
    return Target("envelope", _capsule(envelope.blob), item, None)


def _is_signed(chain_id: int, message: TypedStruct, signature: bytes, signer: str) -> bool:
    try:
        check_signature(chain_id, message, signature, signer)
    except BadSignature:
        return False
    return True


def _capsule(sealed: bytes) -> Capsule:
    try:
        return Sealed.parse(sealed).capsule
    except MalformedEncoding as error:
        raise BadCapsule from error


def true_reason(refusal: Refusal) -> str:
    """Return what the log keeps of a refusal: its code, or for :class:`NoGrant` the reason that is not shown."""
    return refusal.reason if isinstance(refusal, NoGrant) else refusal.code
