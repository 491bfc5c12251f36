"""What owners of slots send a node directly: deposits, withdrawals, removals, questions about their log."""

from typing import Any, Final

from contracts.bindings.messages import GrantStatus
from keymgmt.node.errors import (
    BadSignature,
    Expired,
    Malformed,
    StaleRequest,
    TooManyRequests,
    Withdrawn,
    WrongNode,
)
from keymgmt.node.messages import (
    REQUEST_WINDOW,
    DepositContent,
    GrantOpening,
    KeyDeposit,
    LogLength,
    LogRequest,
    Removal,
    Withdrawal,
    grant_id,
)
from keymgmt.node.server.context import NodeContext
from keymgmt.node.server.facts import SlotFacts
from keymgmt.node.server.log import ProvenEntry
from keymgmt.node.server.permission import (
    Moment,
    check_signature,
    check_time,
)
from keymgmt.node.server.requests import parse_signed
from keymgmt.pre import PreError, PublicKey, verify_kfrag
from medixain.core.eip712 import Domain, TypedStruct, verify
from medixain.core.secp256k1 import SignatureError
from medixain.core.typed_json import hex_bytes, message_to_json

MAX_SEALED_DEPOSIT_AGE: Final = 30 * 24 * 3600
"""Seconds for which a deposit may have waited at the platform for a node that was down."""

MAX_KFRAGS_PER_SLOT: Final = 20_000
MAX_WITHDRAWN_IDS: Final = 1024


class Owners:
    """Takes messages signed by slots' current keys."""

    def __init__(self, node: NodeContext) -> None:
        self._node = node

    def deposit(self, document: object, *, sealed: bool = False) -> dict[str, Any]:
        """Verify and keep the kfrags of a KeyDeposit; ``sealed`` ones may have waited at the platform."""
        if not isinstance(document, dict) or "content" not in document:
            raise Malformed("The body holds exactly message, signature and content.")
        rest = {name: value for name, value in document.items() if name != "content"}
        message, signature = parse_signed(KeyDeposit, rest)
        content = DepositContent.from_json(document["content"])
        self._node.require_addressed(message.node)
        self._check_deposit_time(message.time, sealed=sealed)
        opening = content.opening
        if (content.hash, grant_id(opening), opening.slot) != (message.content_hash, message.grant_id, message.slot):
            raise Malformed("The deposit's content does not match its message.", field="content")
        moment = self._node.moment()
        slot = self._node.slot(message.slot, moment.head.hash)
        check_signature(self._node.chain.chain_id, message, signature, slot.key)
        self._check_depositable(opening, moment)
        self._verify_kfrags(content, slot)
        if self._node.store.kfrag_count(opening.slot) + len(content.keys) > MAX_KFRAGS_PER_SLOT:
            raise TooManyRequests("This slot has too many re-encryption keys here; withdraw grants first.")
        with self._node.store.transaction():
            if self._node.store.is_withdrawn(opening.slot, message.grant_id):
                raise Withdrawn
            if not self._node.store.put_deposit(content, time=message.time):
                raise StaleRequest("A newer deposit of this grant is already here.")
        return {"stored": len(content.keys)}

    def _check_deposit_time(self, time: int, *, sealed: bool) -> None:
        now = self._node.clock()
        if not sealed:
            check_time(time, now)
        elif not now - MAX_SEALED_DEPOSIT_AGE <= time <= now + REQUEST_WINDOW:
            raise StaleRequest

    def _check_depositable(self, opening: GrantOpening, moment: Moment) -> None:
        if opening.expiry <= moment.latest:
            raise Expired
        grant = self._node.chain.grant(opening.slot, grant_id(opening), moment.head.hash)
        if grant.status is GrantStatus.WITHDRAWN or self._node.store.is_withdrawn(opening.slot, grant_id(opening)):
            raise Withdrawn
        nodes = self._node.chain.node_set(opening.node_set, moment.head.hash)
        if nodes is None or self._node.keys.address not in nodes.nodes:
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
        contract = self._node.chain.grants_contract
        self._check_contract_message(message, signature, contract, message.slot, message.deadline)
        self._node.store.add_withdrawals(message.slot, message.grant_ids, time=self._node.clock())
        return {"accepted": True}

    def remove(self, document: object) -> dict[str, Any]:
        """Accept a contract Removal from its owner: the record's kfrags are deleted now."""
        message, signature = parse_signed(Removal, document)
        contract = self._node.chain.records_contract
        self._check_contract_message(message, signature, contract, message.slot, message.deadline)
        self._node.store.add_removal(message.slot, message.record, time=self._node.clock())
        return {"accepted": True}

    def _check_contract_message(
        self, message: TypedStruct, signature: bytes, contract: str, slot: str, deadline: int
    ) -> None:
        # What the contract would refuse, the node refuses too, so that both tell the same story.
        if deadline <= self._node.clock():
            raise StaleRequest("The message's deadline has passed; sign a new one.")
        domain = Domain(_CONTRACT_NAMES[type(message)], "1", self._node.chain.chain_id, contract)
        signer = self._node.slot(slot, self._node.moment().head.hash).key
        try:
            verify(domain, message, signature, signer=signer)
        except SignatureError as error:
            raise BadSignature from error

    def log(self, document: object) -> dict[str, Any]:
        """Return a page of a slot's log entries to the slot's owner, and this node's word on how many there are."""
        request, signature = parse_signed(LogRequest, document)
        self._node.require_addressed(request.node)
        check_time(request.time, self._node.clock())
        slot = self._node.slot(request.slot, self._node.moment().head.hash)
        check_signature(self._node.chain.chain_id, request, signature, slot.key)
        # Read before the page: entries written in between are more than was said, never fewer.
        newest = self._node.store.last_slot_seq(request.slot)
        length = LogLength(request.slot, self._node.keys.address, newest, self._node.clock())
        page = self._node.log.page(request.slot, after=min(request.after, (1 << 63) - 1))
        return {
            "entries": [_proven_json(entry) for entry in page],
            "length": {"statement": message_to_json(length), "signature": self._node.signature(length)},
        }


_CONTRACT_NAMES: Final[dict[type[TypedStruct], str]] = {Withdrawal: "AccessGrants", Removal: "RecordRegistry"}


def _proven_json(proven: ProvenEntry) -> dict[str, Any]:
    stored, root = proven.stored, proven.root
    return {
        "entry": message_to_json(stored.entry),
        "request": message_to_json(stored.request),
        "signature": hex_bytes(stored.signature),
        "proof": [hex_bytes(sibling) for sibling in proven.proof],
        "root": None
        if root is None
        else {"index": proven.index, "from": root.from_seq, "to": root.to_seq, "root": hex_bytes(root.root)},
    }
