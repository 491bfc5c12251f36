"""What a re-encryption node does, apart from HTTP: each method takes a parsed JSON body and returns a JSON object.

Every refusal is a :class:`~keymgmt.node.errors.Refusal`. Whatever else is raised is a fault and gives nothing out.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from eth_hash.auto import keccak

from contracts.bindings.messages import DocumentKind, GrantStatus
from keymgmt.node.errors import (
    BadSignature,
    Expired,
    Malformed,
    Refusal,
    Replayed,
    StaleChain,
    StaleKeys,
    StaleRequest,
    TooManyRequests,
    UnknownProfessional,
    UnknownRecord,
    UnknownSlot,
    Withdrawn,
    WrongNode,
)
from keymgmt.node.messages import (
    AccessRequest,
    DepositContent,
    Fragment,
    GrantOpening,
    KeyDeposit,
    LogEntry,
    LogRequest,
    ProfessionalRequest,
    ProfessionalStatement,
    Removal,
    StateRequest,
    StateStatement,
    Withdrawal,
    grant_id,
)
from keymgmt.node.server.facts import ChainView, Clock, ProfessionalFacts, RecordSource, SlotFacts
from keymgmt.node.server.limits import Buckets
from keymgmt.node.server.log import GIVEN, AccessLog, ProvenEntry
from keymgmt.node.server.permission import (
    AtHeadAndFinal,
    Moment,
    Target,
    check_chain,
    check_entitled,
    check_grant,
    check_professional,
    check_record,
    check_requester,
    check_signature,
    check_time,
    find_target,
    is_clinician,
    true_reason,
)
from keymgmt.node.server.requests import parse_signed
from keymgmt.node.server.state import NodeState
from keymgmt.node.server.storage import Store
from keymgmt.node.wire import hex_bytes, to_json
from keymgmt.pre import PreError, PublicKey, SecretKey, VerifiedKFrag, reencrypt, verify_kfrag
from medixain.core.addresses import address_of_secret_key
from medixain.core.eip712 import Domain, TypedStruct, off_chain_domain, recover, sign, verify
from medixain.core.secp256k1 import SignatureError

VERSION: Final = "1"

NONCE_MEMORY: Final = 600
"""Seconds for which nonces are remembered; more than twice the window in which a request counts."""

MAX_SEALED_DEPOSIT_AGE: Final = 30 * 24 * 3600
"""Seconds for which a deposit may have waited at the platform for a node that was down."""

MAX_KFRAGS_PER_SLOT: Final = 20_000
MAX_WITHDRAWN_IDS: Final = 1024


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The node key (32 bytes, signs and sends) and the exchange key (opens sealed deposits)."""

    node_secret: bytes = field(repr=False)
    exchange: SecretKey = field(repr=False)
    address: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", address_of_secret_key(self.node_secret))


class NodeService:
    """One node. All collaborators are given; see :mod:`keymgmt.node.server.facts` for what they promise."""

    def __init__(
        self,
        *,
        keys: NodeKeys,
        store: Store,
        chain: ChainView,
        records: RecordSource,
        clock: Clock,
        state: NodeState,
        requesters: Buckets,
    ) -> None:
        self._keys = keys
        self._store = store
        self._log = AccessLog(store)
        self._chain = chain
        self._records = records
        self._clock = clock
        self._state = state
        self._requesters = requesters
        self._domain = off_chain_domain(chain.chain_id)

    # ---- re-encryption ---------------------------------------------------------------------------------------------

    def reencrypt(self, document: object) -> dict[str, Any]:
        """Answer an AccessRequest with one signed fragment, after its log entry is on disk."""
        request, signature = parse_signed(AccessRequest, document)
        self._require_addressed(request.node)
        check_time(request.time, self._clock())
        self._state.require_open()
        moment = self._moment()
        professional = self._chain.professional(request.requester, moment.head.hash)
        check_requester(self._chain.chain_id, request, signature, professional)
        # Only from here on is it certain who asks, so only from here on does the log speak of a person.
        self._requesters.require(request.requester)
        deposit = self._store.deposit(request.grant_id)
        opening = None if deposit is None else deposit.opening
        try:
            if self._store.nonce_used(request.requester, request.nonce):
                raise Replayed
            target, kfrag = self._permit(request, check_entitled(request, opening), professional, moment)
            entry = self._write_ahead(request, signature, opening, moment)
        except Refusal as refusal:
            self._refuse(request, signature, opening, moment, true_reason(refusal))
            raise
        return self._fragment(request, target, kfrag, entry)

    def _permit(
        self, request: AccessRequest, opening: GrantOpening, professional: ProfessionalFacts | None, moment: Moment
    ) -> tuple[Target, VerifiedKFrag]:
        if professional is None:  # check_requester has refused; this keeps the type honest
            raise UnknownProfessional
        head, final = moment.head.hash, moment.final.hash
        facts = AtHeadAndFinal(
            self._chain.grant(opening.slot, request.grant_id, head),
            self._chain.grant(opening.slot, request.grant_id, final),
            professional,
            self._chain.professional(request.requester, final),
        )
        withdrawn_here = self._store.is_withdrawn(opening.slot, request.grant_id)
        check_grant(opening, facts, moment, withdrawn_here=withdrawn_here)
        check_professional(opening, facts, moment)
        record = check_record(
            self._chain.record(opening.slot, request.record, head),
            removed_here=self._store.is_removed(opening.slot, request.record),
        )
        slot = self._slot(opening.slot, head)
        target = find_target(
            request,
            opening,
            self._records.fetch(request.record),
            record,
            slot,
            chain_id=self._chain.chain_id,
            clinician=is_clinician(facts),
        )
        return target, self._kfrag(opening, target, slot)

    def _kfrag(self, opening: GrantOpening, target: Target, slot: SlotFacts) -> VerifiedKFrag:
        stored = self._store.kfrag(grant_id(opening), target.item)
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

    def _write_ahead(
        self, request: AccessRequest, signature: bytes, opening: GrantOpening | None, moment: Moment
    ) -> LogEntry:
        if opening is None:
            raise StaleKeys
        with self._store.transaction():
            if not self._store.use_nonce(request.requester, request.nonce, time=moment.now):
                raise Replayed
            # Asked again inside the transaction, so that a withdrawal accepted meanwhile wins.
            if self._store.is_withdrawn(opening.slot, request.grant_id):
                raise Withdrawn
            if self._store.is_removed(opening.slot, request.record):
                raise UnknownRecord
            return self._log.append(
                request, signature, outcome=GIVEN, time=moment.now, slot=opening.slot, purpose=opening.purpose
            )

    def _refuse(
        self, request: AccessRequest, signature: bytes, opening: GrantOpening | None, moment: Moment, outcome: str
    ) -> None:
        self._requesters.spend(request.requester)
        known: dict[str, str] = {} if opening is None else {"slot": opening.slot, "purpose": opening.purpose}
        with self._store.transaction():
            self._store.use_nonce(request.requester, request.nonce, time=moment.now)
            self._log.append(request, signature, outcome=outcome, time=moment.now, **known)

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
            "signature": self._signature(statement),
        }

    # ---- what owners send ------------------------------------------------------------------------------------------

    def deposit(self, document: object, *, sealed: bool = False) -> dict[str, Any]:
        """Verify and keep the kfrags of a KeyDeposit; ``sealed`` ones may have waited at the platform."""
        if not isinstance(document, dict) or "content" not in document:
            raise Malformed("The body holds exactly message, signature and content.")
        rest = {name: value for name, value in document.items() if name != "content"}
        message, signature = parse_signed(KeyDeposit, rest)
        content = DepositContent.from_json(document["content"])
        self._require_addressed(message.node)
        self._check_deposit_time(message.time, sealed=sealed)
        opening = content.opening
        if (content.hash, grant_id(opening), opening.slot) != (message.content_hash, message.grant_id, message.slot):
            raise Malformed("The deposit's content does not match its message.", field="content")
        moment = self._moment()
        slot = self._slot(message.slot, moment.head.hash)
        check_signature(self._chain.chain_id, message, signature, slot.key)
        self._check_depositable(opening, moment)
        self._verify_kfrags(content, slot)
        if self._store.kfrag_count(opening.slot) + len(content.keys) > MAX_KFRAGS_PER_SLOT:
            raise TooManyRequests("This slot has too many re-encryption keys here; withdraw grants first.")
        with self._store.transaction():
            if self._store.is_withdrawn(opening.slot, message.grant_id):
                raise Withdrawn
            if not self._store.put_deposit(content, time=message.time):
                raise StaleRequest("A newer deposit of this grant is already here.")
        return {"stored": len(content.keys)}

    def _check_deposit_time(self, time: int, *, sealed: bool) -> None:
        now = self._clock()
        if not sealed:
            check_time(time, now)
        elif not now - MAX_SEALED_DEPOSIT_AGE <= time <= now + NONCE_MEMORY:
            raise StaleRequest

    def _check_depositable(self, opening: GrantOpening, moment: Moment) -> None:
        if opening.expiry <= moment.latest:
            raise Expired
        grant = self._chain.grant(opening.slot, grant_id(opening), moment.head.hash)
        if grant.status is GrantStatus.WITHDRAWN or self._store.is_withdrawn(opening.slot, grant_id(opening)):
            raise Withdrawn
        nodes = self._chain.node_set(opening.node_set, moment.head.hash)
        if nodes is None or self._keys.address not in nodes.nodes:
            raise WrongNode("This node is not in the node set of the grant; fetch the current node set.")

    def _verify_kfrags(self, content: DepositContent, slot: SlotFacts) -> None:
        try:
            verifying, receiving = PublicKey(slot.pre_key), PublicKey(content.opening.grantee_key)
            for key in content.keys:
                verify_kfrag(key.kfrag, verifying=verifying, delegating=PublicKey(key.delegating), receiving=receiving)
        except PreError as error:
            raise Malformed(f"A kfrag does not verify: {error.message}", field="kfrags") from error

    def withdraw(self, document: object) -> dict[str, Any]:
        """Accept a contract Withdrawal from its owner; it counts from this moment, before any block has it."""
        message, signature = parse_signed(Withdrawal, document)
        if not 0 < len(message.grant_ids) <= MAX_WITHDRAWN_IDS:
            raise Malformed(f"A withdrawal names 1 to {MAX_WITHDRAWN_IDS} grants.", field="grantIds")
        self._check_contract_message(message, signature, self._chain.grants_contract, message.slot, message.deadline)
        self._store.add_withdrawals(message.slot, message.grant_ids, time=self._clock())
        return {"accepted": True}

    def remove(self, document: object) -> dict[str, Any]:
        """Accept a contract Removal from its owner: the record's kfrags are deleted now."""
        message, signature = parse_signed(Removal, document)
        self._check_contract_message(message, signature, self._chain.records_contract, message.slot, message.deadline)
        self._store.add_removal(message.slot, message.record, time=self._clock())
        return {"accepted": True}

    def _check_contract_message(
        self, message: TypedStruct, signature: bytes, contract: str, slot: str, deadline: int
    ) -> None:
        # What the contract would refuse, the node refuses too, so that both tell the same story.
        if deadline <= self._clock():
            raise StaleRequest("The message's deadline has passed; sign a new one.")
        domain = Domain(_CONTRACT_NAMES[type(message)], "1", self._chain.chain_id, contract)
        signer = self._slot(slot, self._moment().head.hash).key
        try:
            verify(domain, message, signature, signer=signer)
        except SignatureError as error:
            raise BadSignature from error

    # ---- statements ------------------------------------------------------------------------------------------------

    def state(self, document: object) -> dict[str, Any]:
        """State what the chain finally says of a slot, signed."""
        request, signature = parse_signed(StateRequest, document)
        moment = self._statement_moment(request, signature, request.node, request.time)
        at = moment.final.hash
        slot = self._slot(request.slot, at)
        keyset = self._chain.document(request.slot, DocumentKind.KEYSET, at)
        keystore = self._chain.document(request.slot, DocumentKind.KEYSTORE, at)
        heads = self._chain.heads(request.slot, at)
        return self._stated(
            StateStatement(
                chain_id=self._chain.chain_id,
                slot=request.slot,
                key=slot.key,
                pre_key=slot.pre_key,
                keyset_version=keyset.version,
                keyset_hash=keyset.hash,
                keystore_version=keystore.version,
                keystore_hash=keystore.hash,
                records_head=heads.records_head,
                records_count=heads.records_count,
                grants_head=heads.grants_head,
                grants_count=heads.grants_count,
                final_height=moment.final.number,
                final_hash=at,
                final_time=moment.final.timestamp,
                node_time=moment.now,
                node_set=self._chain.current_node_set(at),
            )
        )

    def professional(self, document: object) -> dict[str, Any]:
        """State what the chain finally says of a professional, signed."""
        request, signature = parse_signed(ProfessionalRequest, document)
        moment = self._statement_moment(request, signature, request.node, request.time)
        facts = self._chain.professional(request.wallet, moment.final.hash)
        if facts is None:
            raise UnknownProfessional
        authorised = not facts.suspended and facts.institution_active and facts.valid_until > moment.latest
        return self._stated(
            ProfessionalStatement(
                chain_id=self._chain.chain_id,
                wallet=request.wallet,
                signing_key=facts.signing_key,
                umbral_key=facts.umbral_key,
                institution=facts.institution,
                level=facts.level,
                authorised=authorised,
                final_height=moment.final.number,
                final_hash=moment.final.hash,
                node_time=moment.now,
            )
        )

    def _statement_moment(self, request: TypedStruct, signature: bytes, node: str, time: int) -> Moment:
        self._require_addressed(node)
        check_time(time, self._clock())
        try:
            # Anybody may ask what anybody may read on the chain; the signature ties the request to this node.
            recover(self._domain, request, signature)
        except SignatureError as error:
            raise BadSignature from error
        return self._moment()

    def _stated(self, statement: TypedStruct) -> dict[str, Any]:
        return {"statement": to_json(statement), "signature": self._signature(statement)}

    # ---- log and condition -----------------------------------------------------------------------------------------

    def log(self, document: object) -> dict[str, Any]:
        """Return a page of a slot's log entries to the slot's owner."""
        request, signature = parse_signed(LogRequest, document)
        self._require_addressed(request.node)
        check_time(request.time, self._clock())
        slot = self._slot(request.slot, self._moment().head.hash)
        check_signature(self._chain.chain_id, request, signature, slot.key)
        page = self._log.page(request.slot, after=min(request.after, (1 << 63) - 1))
        return {"entries": [_proven_json(entry) for entry in page]}

    def info(self) -> dict[str, Any]:
        """Return who this node is; ``node_set`` is None while the chain cannot be read."""
        try:
            node_set: int | None = self._chain.current_node_set(self._chain.head().hash)
        except StaleChain:
            node_set = None
        return {
            "node": self._keys.address,
            "exchange_key": hex_bytes(bytes(self._keys.exchange.public_key)),
            "chain_id": self._chain.chain_id,
            "node_set": node_set,
            "time": self._clock(),
            "version": VERSION,
        }

    def health(self) -> dict[str, Any]:
        """Return ages in seconds (None: chain unreadable), the log's length, what is not final on chain, alarms."""
        now = self._clock()
        ages: dict[str, int | None] = {"head_age": None, "final_age": None}
        try:
            ages = {"head_age": now - self._chain.head().timestamp, "final_age": now - self._chain.final().timestamp}
        except StaleChain as error:
            unreadable = {"chain": error.message}
        else:
            unreadable = {}
        seq, _ = self._store.last_entry()
        root = self._store.last_root()
        alarms = {**self._state.alarms, **unreadable}
        return {
            "ok": self._state.reconciled and not alarms,
            **ages,
            "log_seq": seq,
            "uncommitted": seq - (0 if root is None else root.to_seq),
            "alarms": alarms,
        }

    # ---- shared ----------------------------------------------------------------------------------------------------

    def _moment(self) -> Moment:
        final = self._chain.final()  # asked for first, so that it is never ahead of the head
        moment = Moment(self._clock(), self._chain.head(), final)
        check_chain(moment)
        return moment

    def _slot(self, slot: str, at: bytes) -> SlotFacts:
        facts = self._chain.slot(slot, at)
        if facts is None:
            raise UnknownSlot
        return facts

    def _require_addressed(self, node: str) -> None:
        if node != self._keys.address:
            raise WrongNode

    def _signature(self, statement: TypedStruct) -> str:
        return hex_bytes(sign(self._domain, statement, self._keys.node_secret))


_CONTRACT_NAMES: Final[dict[type[TypedStruct], str]] = {Withdrawal: "AccessGrants", Removal: "RecordRegistry"}


def _proven_json(proven: ProvenEntry) -> dict[str, Any]:
    stored, root = proven.stored, proven.root
    return {
        "entry": to_json(stored.entry),
        "request": to_json(stored.request),
        "signature": hex_bytes(stored.signature),
        "proof": [hex_bytes(sibling) for sibling in proven.proof],
        "root": None
        if root is None
        else {"index": proven.index, "from": root.from_seq, "to": root.to_seq, "root": hex_bytes(root.root)},
    }
