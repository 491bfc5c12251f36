"""What a slot is and holds, believed only as far as m nodes attest it (promises H10, C17; protocols.md).

The nodes attest heads and counts; the platform tells the events. Folding the events must give the attested head, so a
platform that hides, adds or reorders an event is caught, and one that shows an older state than this device has seen.
"""

import base64
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from eth_hash.auto import keccak

from contracts.bindings.messages import Document, DocumentKind
from keymgmt.keys.keyset import Keyset, require_own
from keymgmt.node.errors import StaleChain, StatementsDisagree
from keymgmt.node.messages import ProfessionalStatement, StateStatement
from medixain.core.addresses import to_address
from medixain.core.errors import MedixainError
from medixain.sdk.context import Context
from medixain.sdk.errors import BadServerAnswer, Integrity, NotAttested, Rollback
from medixain.sdk.transactions import Handed, handed, sign, stamp
from medixain.sdk.transport import Identity

FINALITY_WINDOW: Final = 150
"""Seconds since the attested final block after which nothing is encrypted on its word."""

AGREEMENT_TRIES: Final = 8

INDEX_PATIENCE: Final = 15.0
"""Seconds that a platform has to index what the nodes attest already; one that was just started needs some of them."""

Answer = TypeVar("Answer")

_WATCHED: Final = (
    ("records_count", "records_head"),
    ("grants_count", "grants_head"),
    ("keyset_version", "keyset_hash"),
    ("keystore_version", "keystore_hash"),
)
"""Counters that never fall, each with the hash that belongs to its value."""


@dataclass(frozen=True, slots=True)
class RecordItem:
    """An item of a slot's record history; ``attested`` when it is inside the head the nodes attest."""

    kind: str
    record: bytes
    ipfs: bytes
    kc_hash: bytes
    originator: str
    seq: int
    time: int
    attested: bool


@dataclass(frozen=True, slots=True)
class GrantItem:
    """An item of a slot's grant history."""

    kind: str
    grant_id: bytes
    expiry: int
    node_set: int
    seq: int
    attested: bool


@dataclass(frozen=True, slots=True)
class History:
    """A slot's history, its attested part checked against the heads.

    Whatever follows the heads is the platform's word alone. It may announce something (an anchor that the nodes do not
    see yet), and it may never take anything back: with an invented removal a platform would hide a record, with an
    invented withdrawal it would make its owner believe that a reader is shut out who is not.
    """

    statement: StateStatement
    records: tuple[RecordItem, ...]
    grants: tuple[GrantItem, ...]

    def anchored(self) -> dict[bytes, RecordItem]:
        """Return the records that are anchored and whose removal no m nodes attest, by id, in the chain's order."""
        found: dict[bytes, RecordItem] = {}
        for item in self.records:
            if item.kind == "anchor":
                found[item.record] = item
            elif item.attested:
                found.pop(item.record, None)
        return found

    def said_removed(self) -> set[bytes]:
        """Return the records that only the platform says were removed."""
        return {item.record for item in self.records if item.kind == "remove" and not item.attested}

    def withdrawn(self) -> set[bytes]:
        """Return the grant ids whose withdrawal m nodes attest."""
        return {item.grant_id for item in self.grants if item.kind == "withdraw" and item.attested}


def attested(context: Context, slot: str, *, fresh: bool) -> StateStatement:
    """Return the slot's state on the word of m nodes, never older than this home has seen.

    ``fresh`` demands a recent final block, for encrypting on it. Raises what ``Nodes.state`` raises, ``StaleChain``,
    :class:`Rollback` and :class:`Integrity`.
    """
    signer = context.node_signer(context.unlocked.device)
    statement = agreed(lambda: context.nodes.state(slot, signer=signer))
    if fresh and context.now() - statement.final_time > FINALITY_WINDOW:
        raise StaleChain
    remember(context, statement)
    return statement


def agreed(ask: Callable[[], Answer]) -> Answer:
    """Ask until the nodes agree: while a block becomes final, honest nodes differ for a moment."""
    for _ in range(AGREEMENT_TRIES):
        try:
            return ask()
        except StatementsDisagree:
            time.sleep(0.5)
    return ask()


def remember(context: Context, statement: StateStatement) -> None:
    """Hold ``statement`` against the highest state seen of its slot, and keep the higher one."""
    with context.changing("seen") as seen:
        before: dict[str, Any] = seen.get(statement.slot, {})
        for counter, content in _WATCHED:
            value, digest = getattr(statement, counter), getattr(statement, content).hex()
            if value < before.get(counter, 0):
                raise Rollback(f"The nodes show {counter.replace('_', ' ')} {value} after {before[counter]}")
            if value == before.get(counter, 0) and digest != before.get(content, digest):
                raise Integrity(f"The nodes show another {content.replace('_', ' ')} for the same number of changes")
        changed = any(before.get(name) != getattr(statement, name) for name in ("key",))
        if before and changed and statement.final_height < before["final_height"]:
            raise Rollback("The nodes show an older key of this slot")
        entry: dict[str, Any] = {"key": statement.key}
        entry["final_height"] = max(statement.final_height, before.get("final_height", 0))
        for counter, content in _WATCHED:
            entry[counter], entry[content] = getattr(statement, counter), getattr(statement, content).hex()
        seen[statement.slot] = entry


def history(context: Context, slot: str, by: Identity, statement: StateStatement) -> History:
    """Return the slot's history as the platform tells it, folded and compared with the attested heads.

    Events after the attested ones are kept and marked. A platform whose index is still behind the statement is asked
    again for a while. Raises :class:`Integrity` when an event is missing, added, altered or out of order.
    """
    deadline = time.monotonic() + INDEX_PATIENCE
    while True:
        records, grants = _told(context, slot, by, statement)
        behind = len(records) < statement.records_count or len(grants) < statement.grants_count
        if not behind or time.monotonic() >= deadline:
            break
        time.sleep(0.5)
    _check_head("records", records, _record_hash, statement.records_count, statement.records_head)
    _check_head("grants", grants, _grant_hash, statement.grants_count, statement.grants_head)
    return History(statement, tuple(records), tuple(grants))


def _told(
    context: Context, slot: str, by: Identity, statement: StateStatement
) -> tuple[list[RecordItem], list[GrantItem]]:
    answer = context.api.get(f"/slots/{slot}/history", by=by)
    try:
        records = [_record_item(row, statement.records_count) for row in answer["records"]]
        grants = [_grant_item(row, statement.grants_count) for row in answer["grants"]]
    except (KeyError, TypeError, ValueError, AttributeError, MedixainError) as error:
        raise BadServerAnswer("a slot's history") from error
    return records, grants


def _check_head(what: str, items: Sequence[Any], digest: Callable[[Any], bytes], count: int, head: bytes) -> None:
    if [item.seq for item in items] != list(range(1, len(items) + 1)) or len(items) < count:
        raise Integrity(f"The platform hides part of this wallet's {what}")
    if _folded(items[:count], digest) != head:
        raise Integrity(f"The {what} the platform shows are not those the nodes attest")


def records_head(items: Sequence[RecordItem]) -> bytes:
    """Return the head of a record history that these items, all of them and in order, give."""
    return _folded(items, _record_hash)


def _folded(items: Sequence[Any], digest: Callable[[Any], bytes]) -> bytes:
    folded = bytes(32)
    for item in items:
        folded = keccak(folded + digest(item) + item.seq.to_bytes(32, "big"))
    return folded


def _record_hash(item: RecordItem) -> bytes:
    if item.kind == "anchor":
        return keccak(_word(1) + item.record + keccak(item.ipfs) + item.kc_hash)
    return keccak(_word(2) + item.record)


def _grant_hash(item: GrantItem) -> bytes:
    if item.kind == "grant":
        return keccak(_word(1) + item.grant_id + _word(item.expiry) + _word(item.node_set))
    return keccak(_word(2) + item.grant_id)


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _record_item(row: Any, count: int) -> RecordItem:
    anchor = row["kind"] == "anchor"
    seq = int(row["seq"])
    return RecordItem(
        kind="anchor" if anchor else "remove",
        record=unhex(row["record"]),
        ipfs=unhex(row["ipfs"]) if anchor else b"",
        kc_hash=unhex(row["kc_hash"]) if anchor else b"",
        originator=to_address(row["originator"]) if anchor else "",
        seq=seq,
        time=int(row["time"]),
        attested=seq <= count,
    )


def _grant_item(row: Any, count: int) -> GrantItem:
    grant = row["kind"] == "grant"
    seq = int(row["seq"])
    return GrantItem(
        kind="grant" if grant else "withdraw",
        grant_id=unhex(row["grant_id"]),
        expiry=int(row["expiry"]) if grant else 0,
        node_set=int(row["node_set"]) if grant else 0,
        seq=seq,
        attested=seq <= count,
    )


def unhex(text: str) -> bytes:
    """Bytes of ``0x`` hex."""
    return bytes.fromhex(text.removeprefix("0x"))


# ---- documents -----------------------------------------------------------------------------------------------------


def attested_keyset(context: Context, slot: str, by: Identity, statement: StateStatement) -> Keyset:
    """Return the slot's keyset, which must be the very one the nodes attest: nothing is encrypted to any other.

    Raises :class:`NotAttested`.
    """
    blob = _document(context, slot, DocumentKind.KEYSET, by)
    if statement.keyset_version == 0:
        raise NotAttested("The nodes attest no keys of this wallet yet; try again in a few seconds")
    if keccak(blob) != statement.keyset_hash:
        raise NotAttested("The keys the platform shows for this wallet are not those the nodes attest")
    keyset = Keyset.parse(blob)
    if keyset.slot != slot or bytes(keyset.pre_key) != statement.pre_key:
        raise NotAttested("The keys the platform shows belong to another wallet")
    return keyset


def own_keyset(context: Context, layer: str) -> Keyset:
    """Return this wallet's keyset of ``layer``: every key in it is checked to be derived from the own phrase."""
    cached = context.table("keysets").get(layer)
    if cached is None:
        slot = context.keys.slot_id(layer)
        keyset = attested_keyset(context, slot, context.account, attested(context, slot, fresh=False))
        require_own(keyset, context.keys, layer)
        remember_keyset(context, layer, keyset)
        return keyset
    keyset = Keyset.parse(cached.encode("utf-8"))
    require_own(keyset, context.keys, layer)
    return keyset


def remember_keyset(context: Context, layer: str, keyset: Keyset) -> None:
    """Keep the newest keyset this wallet has made."""
    with context.changing("keysets") as keysets:
        keysets[layer] = keyset.encode().decode("utf-8")


def put_document(context: Context, layer: str, kind: DocumentKind, version: int, blob: bytes) -> Handed:
    """Store the next version of a document of an own slot and put its hash on chain."""
    slot = context.keys.slot_id(layer)
    message = Document(slot=slot, kind=kind, version=version, hash=keccak(blob), **stamp(context))
    signed = sign(context, "WalletRegistry", "setDocument", message, context.keys.slot(layer))
    body = signed.body()
    answer = context.api.put(
        f"/slots/{slot}/documents/{int(kind)}",
        {
            "version": version,
            "blob": base64.b64encode(blob).decode("ascii"),
            "transaction": {"message": body["message"], "signatures": body["signatures"]},
        },
    )
    return handed(answer["transaction"])


def _document(context: Context, slot: str, kind: DocumentKind, by: Identity) -> bytes:
    answer = context.api.get(f"/slots/{slot}/documents/{int(kind)}", by=by)
    try:
        return base64.b64decode(answer["blob"], validate=True)
    except (KeyError, TypeError, ValueError) as error:
        raise BadServerAnswer("a slot's document") from error


# ---- professionals -------------------------------------------------------------------------------------------------


def attested_professional(context: Context, wallet: str) -> ProfessionalStatement:
    """Return the professional on the word of m nodes; its key may be encrypted to.

    Raises ``UnknownProfessional`` and :class:`NotAttested` when it is not authorised now.
    """
    signer = context.node_signer(context.unlocked.device)
    statement = agreed(lambda: context.nodes.professional(wallet, signer=signer))
    if not statement.authorised:
        raise NotAttested(f"The institution of {wallet} does not authorise this professional now")
    return statement
