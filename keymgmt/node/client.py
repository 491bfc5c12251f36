"""How a client asks several re-encryption nodes at once and believes none of them alone (docs/spec/nodes.md).

Fastest first: a threshold of nodes is asked together, and others where one fails or is slow; each answer is verified
before it counts, and the call returns with the threshold's last valid answer or as soon as the threshold is out of
reach. Nothing of the server is imported here.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeVar

import httpx
from eth_hash.auto import keccak

from contracts.bindings.messages import Removal, Withdrawal
from keymgmt.node.asking import TIMEOUT, NodeRef, Speeds, collect, gather, post
from keymgmt.node.errors import (
    BadAnswer,
    Malformed,
    NodeDown,
    NodeError,
    Refusal,
    RolledBack,
    StatementsDisagree,
)
from keymgmt.node.merkle import verify_proof
from keymgmt.node.messages import (
    REQUEST_WINDOW,
    AccessRequest,
    DepositContent,
    Fragment,
    KeyDeposit,
    LogEntry,
    LogLength,
    LogRequest,
    ProfessionalRequest,
    ProfessionalStatement,
    RegistrationRequest,
    RegistrationStatement,
    StateRequest,
    StateStatement,
    grant_id,
)
from keymgmt.node.wire import canonical_json, from_json, parse_hex
from keymgmt.pre import Capsule, PreError, PublicKey, VerifiedCFrag, seal, verify_cfrag
from medixain.core.addresses import to_address
from medixain.core.eip712 import TypedStruct, hash_struct, off_chain_domain, sign, verify
from medixain.core.secp256k1 import SIGNATURE_LENGTH, SignatureError
from medixain.core.typed_json import hex_bytes, message_to_json

__all__ = [
    "Delegation",
    "Delivery",
    "Fragments",
    "NodeRef",
    "Nodes",
    "ProvenLogEntry",
    "SeenState",
    "Signer",
    "agreement_key",
    "key_signer",
]

Signer = Callable[[TypedStruct], bytes]
"""Signs a message in the off-chain domain; see :func:`key_signer`."""

Answer = TypeVar("Answer")
Statement = TypeVar("Statement", StateStatement, ProfessionalStatement, RegistrationStatement)


@dataclass(frozen=True, slots=True)
class Delegation:
    """What a fragment is verified against: the capsule, the owner's PRE-signing key, from which key, to which."""

    capsule: Capsule
    verifying: PublicKey
    delegating: PublicKey
    receiving: PublicKey


@dataclass(frozen=True, slots=True)
class Fragments:
    """A threshold of verified fragments; ``given_by`` are (node, number of its log entry), fastest first."""

    cfrags: tuple[VerifiedCFrag, ...]
    given_by: tuple[tuple[str, int], ...]
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which nodes took a message, why others did not, and for a deposit what the platform keeps for those down."""

    taken: tuple[str, ...]
    failed: Mapping[str, NodeError]
    sealed: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProvenLogEntry:
    """A verified log entry of ``node``.

    ``request`` is signed by ``signature``, whose signer the caller compares with the registered key. With ``root`` and
    ``root_index`` the caller asks the chain (``AccessLog.rootAt``) whether the entry is final; None: not yet.
    """

    node: str
    entry: LogEntry
    request: AccessRequest
    signature: bytes
    root_index: int | None
    root: bytes | None


@dataclass(frozen=True, slots=True)
class SeenState:
    """The highest counters a client has seen of a slot; a client keeps them for ever (protocols.md)."""

    final_height: int = 0
    keyset_version: int = 0
    keystore_version: int = 0
    records_count: int = 0
    grants_count: int = 0

    @classmethod
    def of(cls, statement: StateStatement) -> "SeenState":
        """Return the counters of a statement that was accepted."""
        return cls(**{item.name: getattr(statement, item.name) for item in fields(cls)})


def key_signer(secret_key: bytes, chain_id: int) -> Signer:
    """Return a signer that holds a secret key (32 bytes) in this process."""
    domain = off_chain_domain(chain_id)
    return lambda message: sign(domain, message, secret_key)


class _OwnTrouble(Exception):
    """What the caller said it would bring did not come: no node is to blame, even where a node's error is the cause."""

    def __init__(self, cause: NodeError) -> None:
        super().__init__("the delegation did not come")
        self.cause = cause


def system_clock() -> int:
    """Return Unix seconds."""
    return int(time.time())


class Nodes:
    """A node set as a client sees it; thread-safe, keeps its connections. Close it when done."""

    def __init__(
        self,
        nodes: Sequence[NodeRef],
        *,
        threshold: int,
        chain_id: int,
        clock: Callable[[], int] = system_clock,
        http: httpx.Client | None = None,
    ) -> None:
        self.nodes = tuple(nodes)
        self.threshold = threshold
        self._clock = clock
        self._domain = off_chain_domain(chain_id)
        self._chain_id = chain_id
        self._http = http or httpx.Client(timeout=TIMEOUT)
        self._speeds = Speeds()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> "Nodes":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # ---- reading a record ------------------------------------------------------------------------------------------

    def fragments(
        self, *, record: bytes, grant: bytes, requester: str, signer: Signer, delegation: Callable[[], Delegation]
    ) -> Fragments:
        """Return a threshold of verified fragments of one record's capsule.

        ``signer`` signs with the requester's registered signing key. ``delegation`` is asked, by several threads, when
        there are answers to verify: what it says may still be on its way when the nodes are asked. Raises the nodes'
        own refusal when they refuse, :class:`NotEnoughNodes` when too few answer, and whatever ``delegation`` raises.
        """
        nonce = secrets.token_bytes(32)

        def ask(node: NodeRef) -> tuple[VerifiedCFrag, int]:
            request = AccessRequest(record, grant, requester, node.address, nonce, self._clock())
            answer = post(self._http, node, "/v1/reencrypt", _signed(request, signer(request)))
            try:
                against = delegation()
            except NodeError as error:
                raise _OwnTrouble(error) from error
            return self._fragment(node, request, answer, against)

        try:
            answers = self._collect(ask)
        except _OwnTrouble as trouble:
            raise trouble.cause from None
        return Fragments(
            tuple(cfrag for cfrag, _ in answers.values()),
            tuple((address, seq) for address, (_, seq) in answers.items()),
            AccessRequest(record, grant, requester, requester, nonce, 0).request_hash,
        )

    def _fragment(
        self, node: NodeRef, request: AccessRequest, answer: dict[str, Any], delegation: Delegation
    ) -> tuple[VerifiedCFrag, int]:
        try:
            cfrag = parse_hex(answer.get("cfrag"), "cfrag")
            seq = answer.get("seq")
            if not isinstance(seq, int):
                raise Malformed(field="seq")
            statement = Fragment(request.record, request.grant_id, request.requester, request.nonce, keccak(cfrag), seq)
            self._verify(node, statement, answer.get("signature"))
            verified = verify_cfrag(
                cfrag,
                delegation.capsule,
                verifying=delegation.verifying,
                delegating=delegation.delegating,
                receiving=delegation.receiving,
            )
        except (Refusal, PreError, SignatureError) as error:
            raise BadAnswer(node.address, error.code) from error
        return verified, seq

    # ---- what owners send ------------------------------------------------------------------------------------------

    def deposit(self, contents: Mapping[str, DepositContent], *, signer: Signer) -> Delivery:
        """Leave each node its own kfrags, by node address; what a node that is down should get comes back sealed.

        ``signer`` signs with the slot's current key. The sealed deposits go to the platform (``/node-deposits``).
        """
        sealed: dict[str, bytes] = {}

        def ask(node: NodeRef) -> None:
            content = contents[node.address]
            opening = content.opening
            message = KeyDeposit(opening.slot, grant_id(opening), content.hash, node.address, self._clock())
            body = {**_signed(message, signer(message)), "content": content.to_json()}
            try:
                post(self._http, node, "/v1/deposits", body)
            except NodeDown:
                sealed[node.address] = bytes(seal(PublicKey(node.exchange_key), canonical_json(body)))
                raise

        delivery = self._deliver(ask, [node for node in self.nodes if node.address in contents])
        return Delivery(delivery.taken, delivery.failed, dict(sealed))

    def withdraw(self, message: Withdrawal, signature: bytes) -> Delivery:
        """Tell every node of a withdrawal, signed for the AccessGrants contract; it counts there at once."""
        return self._deliver(lambda node: post(self._http, node, "/v1/withdrawals", _signed(message, signature)))

    def remove(self, message: Removal, signature: bytes) -> Delivery:
        """Tell every node of a removal, signed for the RecordRegistry contract; kfrags of the record go at once."""
        return self._deliver(lambda node: post(self._http, node, "/v1/removals", _signed(message, signature)))

    # ---- what nodes attest -----------------------------------------------------------------------------------------

    def state(self, slot: str, *, signer: Signer, seen: SeenState | None = None) -> StateStatement:
        """Return the newest state of a slot on which a threshold of nodes agree, fresh.

        Raises :class:`RolledBack` if anything is below ``seen``, :class:`StatementsDisagree`, :class:`NotEnoughNodes`,
        or the nodes' own refusal (``unknown-slot``). The caller keeps ``SeenState.of(answer)``.
        """

        def ask(node: NodeRef) -> StateStatement:
            request = StateRequest(slot, node.address, secrets.token_bytes(32), self._clock())
            statement = self._statement(node, "/v1/state", request, StateStatement, signer)
            if statement.slot != request.slot:
                raise BadAnswer(node.address, "another slot")
            return statement

        statement = self._agreed(ask)
        if seen is not None:
            _check_not_rolled_back(statement, seen)
        return statement

    def professional(self, wallet: str, *, signer: Signer) -> ProfessionalStatement:
        """Return what a threshold of nodes agree, fresh, about a professional; errors as :meth:`state`."""

        def ask(node: NodeRef) -> ProfessionalStatement:
            request = ProfessionalRequest(wallet, node.address, secrets.token_bytes(32), self._clock())
            statement = self._statement(node, "/v1/professional", request, ProfessionalStatement, signer)
            if statement.wallet != request.wallet:
                raise BadAnswer(node.address, "another wallet")
            return statement

        return self._agreed(ask)

    def registration(self, wallet: str, slot: str, record: bytes, *, signer: Signer) -> RegistrationStatement:
        """Return the registration of a professional that stood when a record was anchored; errors as :meth:`state`."""

        def ask(node: NodeRef) -> RegistrationStatement:
            nonce = secrets.token_bytes(32)
            request = RegistrationRequest(wallet, slot, record, node.address, nonce, self._clock())
            statement = self._statement(node, "/v1/registration", request, RegistrationStatement, signer)
            if (statement.wallet, statement.slot, statement.record) != (request.wallet, request.slot, record):
                raise BadAnswer(node.address, "another registration")
            return statement

        return self._agreed(ask)

    def _statement(
        self, node: NodeRef, path: str, request: TypedStruct, kind: type[Statement], signer: Signer
    ) -> Statement:
        answer = post(self._http, node, path, _signed(request, signer(request)))
        try:
            statement = from_json(kind, answer.get("statement"))
            self._verify(node, statement, answer.get("signature"))
        except (Refusal, SignatureError) as error:
            raise BadAnswer(node.address, error.code) from error
        if statement.chain_id != self._chain_id:
            raise BadAnswer(node.address, "another chain")
        if abs(self._clock() - statement.node_time) > REQUEST_WINDOW:
            raise BadAnswer(node.address, "stale")
        return statement

    def _agreed(self, ask: Callable[[NodeRef], Statement]) -> Statement:
        """Ask nodes until a threshold says the same; of those, return the one with the newest final block."""
        agreeing: dict[tuple[object, ...], list[Statement]] = {}

        def enough(answers: Mapping[str, Statement]) -> bool:
            agreeing.clear()
            for statement in answers.values():
                agreeing.setdefault(agreement_key(statement), []).append(statement)
            return any(len(group) >= self.threshold for group in agreeing.values())

        answers = self._collect(ask, enough)
        if not enough(answers):
            raise StatementsDisagree(max(map(len, agreeing.values())), self.threshold)
        group = next(group for group in agreeing.values() if len(group) >= self.threshold)
        return max(group, key=lambda statement: statement.final_height)

    # ---- the log ---------------------------------------------------------------------------------------------------

    def log(
        self, slot: str, *, signer: Signer, after: Mapping[str, int] | None = None
    ) -> tuple[dict[str, list[ProvenLogEntry]], dict[str, NodeError]]:
        """Return each node's entries of a slot after a ``slot_seq`` (by node), and why others gave none.

        Entries are checked for hashes, order and gaps, Merkle proofs and the signed request they record, and that they
        are as many as the node signs; ``signer`` signs with the slot's current key. A node whose log does not verify is
        in the second part.
        """
        start = after or {}

        def ask(node: NodeRef) -> list[ProvenLogEntry]:
            entries: list[ProvenLogEntry] = []
            last = start.get(node.address, 0)
            while True:
                request = LogRequest(slot, node.address, last, self._clock())
                answer = post(self._http, node, "/v1/log", _signed(request, signer(request)))
                newest = self._log_length(node, slot, answer.get("length"))
                page = self._log_page(node, slot, last, answer)
                entries += page
                if not page and last < newest:
                    raise BadAnswer(node.address, "a log cut short")
                if not page:
                    return entries
                last = page[-1].entry.slot_seq

        return gather(self.nodes, ask)

    def _log_length(self, node: NodeRef, slot: str, stated: object) -> int:
        """Return the number of the newest entry on the node's fresh word: a platform between may not shorten a log."""
        document: dict[str, Any] = stated if isinstance(stated, dict) else {}
        try:
            length = from_json(LogLength, document.get("statement"))
            self._verify(node, length, document.get("signature"))
        except (Refusal, SignatureError) as error:
            raise BadAnswer(node.address, error.code) from error
        if (length.slot, length.node) != (to_address(slot), node.address):
            raise BadAnswer(node.address, "another log")
        if abs(self._clock() - length.time) > REQUEST_WINDOW:
            raise BadAnswer(node.address, "stale")
        return length.slot_seq

    def _log_page(self, node: NodeRef, slot: str, last: int, answer: dict[str, Any]) -> list[ProvenLogEntry]:
        rows = answer.get("entries")
        if not isinstance(rows, list):
            raise BadAnswer(node.address, "no entries")
        page = []
        for row in rows:
            try:
                proven = _proven_entry(node, row)
            except Refusal as error:
                raise BadAnswer(node.address, error.code) from error
            if proven.entry.slot != slot or proven.entry.slot_seq != last + 1:
                raise BadAnswer(node.address, "a gap in the log")
            last += 1
            page.append(proven)
        return page

    # ---- shared ----------------------------------------------------------------------------------------------------

    def _collect(
        self, ask: Callable[[NodeRef], Answer], enough: Callable[[Mapping[str, Answer]], bool] | None = None
    ) -> dict[str, Answer]:
        return collect(self._speeds.sorted(self.nodes), self._speeds.timed(ask), self.threshold, enough)

    def _verify(self, node: NodeRef, statement: TypedStruct, signature: object) -> None:
        verify(self._domain, statement, parse_hex(signature, "signature", size=SIGNATURE_LENGTH), signer=node.address)

    def _deliver(self, ask: Callable[[NodeRef], object], nodes: Sequence[NodeRef] | None = None) -> Delivery:
        answers, failed = gather(self.nodes if nodes is None else nodes, ask)
        return Delivery(tuple(answers), failed)


_OF_ONE_NODE: Final = frozenset({"final_height", "final_hash", "final_time", "node_time"})
"""Fields in which honest nodes may differ, because each finalises and reads its clock at its own moment."""


def agreement_key(statement: StateStatement | ProfessionalStatement | RegistrationStatement) -> tuple[object, ...]:
    """Return what honest nodes say alike: all but the moment at which each of them said it."""
    return tuple(getattr(statement, item.name) for item in fields(statement) if item.name not in _OF_ONE_NODE)


def _check_not_rolled_back(statement: StateStatement, seen: SeenState) -> None:
    for item in fields(seen):
        before, now = getattr(seen, item.name), getattr(statement, item.name)
        if now < before:
            raise RolledBack(item.name, before, now)


def _signed(message: TypedStruct, signature: bytes) -> dict[str, Any]:
    return {"message": message_to_json(message), "signature": hex_bytes(signature)}


def _proven_entry(node: NodeRef, row: object) -> ProvenLogEntry:
    if not isinstance(row, dict) or row.keys() != {"entry", "request", "signature", "proof", "root"}:
        raise Malformed("A log entry holds exactly entry, request, signature, proof and root.")
    entry, request = from_json(LogEntry, row["entry"]), from_json(AccessRequest, row["request"])
    signature = parse_hex(row["signature"], "signature", size=SIGNATURE_LENGTH)
    named = (request.record, request.grant_id, request.requester, request.request_hash, request.node)
    if named != (entry.record, entry.grant_id, entry.requester, entry.request_hash, node.address):
        raise Malformed("A log entry does not record the request beside it.")
    root = row["root"]
    if root is None:
        return ProvenLogEntry(node.address, entry, request, signature, None, None)
    if not isinstance(root, dict) or not isinstance(row["proof"], list) or not isinstance(root.get("index"), int):
        raise Malformed("A log entry's root holds index, from, to and root.")
    root_hash = parse_hex(root.get("root"), "root", size=32)
    proof = [parse_hex(sibling, "proof", size=32) for sibling in row["proof"]]
    if not verify_proof(hash_struct(entry), proof, root_hash):
        raise Malformed("A log entry's Merkle proof does not verify.")
    return ProvenLogEntry(node.address, entry, request, signature, root["index"], root_hash)
