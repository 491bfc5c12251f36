"""``evidence/records.json`` of an export, parsed strictly: nothing in it has been checked yet (docs/spec/export.md)."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from keymgmt.node.messages import ProfessionalStatement, RegistrationStatement, StateStatement
from medixain.core.addresses import to_address
from medixain.core.eip712 import TypedStruct
from medixain.core.errors import InvalidInput
from medixain.core.typed_json import message_from_json, parse_hex
from medixain.sdk.exported.errors import ArchiveDamaged
from medixain.sdk.slots import RecordItem
from records.container import Header, Preamble, RecordType, cid_from_text, parse_header

VERSION: Final = 2

Statement = TypeVar("Statement", bound=TypedStruct)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Word(Generic[Statement]):
    """What one node stated, and its signature."""

    node: str
    statement: Statement
    signature: bytes


@dataclass(frozen=True, slots=True)
class SlotEvidence:
    """A slot: its history as the platform told it, and what nodes signed of its head."""

    layer: str
    words: tuple[Word[StateStatement], ...]
    history: tuple[RecordItem, ...]


@dataclass(frozen=True, slots=True)
class Vouching:
    """A professional's signature, and what nodes signed of the key that is said to have made it."""

    professional: str
    institution: str
    signature: bytes
    words: tuple[Word[ProfessionalStatement], ...] | tuple[Word[RegistrationStatement], ...]


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """A record whose file is at ``path``: all of its container but the body, and the signatures beside it."""

    path: str
    record: bytes
    header: Header
    key: bytes
    name: str
    type: RecordType
    cid: bytes
    size: int
    kc: bytes
    statement_signature: bytes
    vouching: Vouching | None

    def preamble(self, owner: str) -> Preamble:
        """Return what stands before the body; raises ``InvalidPreamble``."""
        return Preamble(to_address(owner), self.name, self.type)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All of it: of which chain and contracts, by which nodes, of which slots and records."""

    chain_id: int
    contracts: dict[str, str]
    node_set: int
    threshold: int
    nodes: tuple[str, ...]
    slots: tuple[SlotEvidence, ...]
    records: tuple[RecordEvidence, ...]


def parse_evidence(document: Any) -> Evidence:
    """Return the evidence in a JSON document; raises :class:`ArchiveDamaged` naming what does not fit."""
    try:
        return _evidence(document)
    except (InvalidInput, KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise ArchiveDamaged(f"evidence/records.json is not as docs/spec/export.md says ({error})") from error


def _evidence(document: Any) -> Evidence:
    found = _fields(document, "v", "chain_id", "contracts", "node_set", "slots", "records")
    if found["v"] != VERSION:
        raise InvalidInput(f"It is of version {found['v']!r}, and this program knows {VERSION}: update medixain.")
    nodes = _fields(found["node_set"], "version", "threshold", "nodes")
    return Evidence(
        chain_id=_number(found["chain_id"]),
        contracts={name: to_address(address) for name, address in found["contracts"].items()},
        node_set=_number(nodes["version"]),
        threshold=_number(nodes["threshold"]),
        nodes=_all(to_address, nodes["nodes"]),
        slots=_all(_slot, found["slots"]),
        records=_all(_record, found["records"]),
    )


def _slot(row: Any) -> SlotEvidence:
    found = _fields(row, "layer", "words", "history")
    history = tuple(_item(item, seq) for seq, item in enumerate(_list(found["history"]), 1))
    return SlotEvidence(_text(found["layer"]), _words(StateStatement, found["words"]), history)


def _item(row: Any, seq: int) -> RecordItem:
    if row["kind"] == "remove":
        found = _fields(row, "kind", "record", "time")
        record = parse_hex(found["record"], "record", size=32)
        return RecordItem("remove", record, b"", b"", "", seq, _number(found["time"]), True)
    found = _fields(row, "kind", "record", "ipfs", "kc_hash", "originator", "time")
    if found["kind"] != "anchor":
        raise InvalidInput("An item of a history is an anchor or a removal.")
    return RecordItem(
        kind="anchor",
        record=parse_hex(found["record"], "record", size=32),
        ipfs=parse_hex(found["ipfs"], "ipfs"),
        kc_hash=parse_hex(found["kc_hash"], "kc_hash", size=32),
        originator=to_address(_text(found["originator"])),
        seq=seq,
        time=_number(found["time"]),
        attested=True,
    )


def _record(row: Any) -> RecordEvidence:
    found = _fields(row, "path", "record", "header", "key", "name", "type", "cid", "size", "kc",
                    "statement_signature", "provenance")  # fmt: skip
    return RecordEvidence(
        path=_text(found["path"]),
        record=parse_hex(found["record"], "record", size=32),
        header=parse_header(parse_hex(found["header"], "header")),
        key=parse_hex(found["key"], "key", size=32),
        name=_text(found["name"]),
        type=RecordType(_number(found["type"])),
        cid=cid_from_text(_text(found["cid"])),
        size=_number(found["size"]),
        kc=base64.b64decode(_text(found["kc"]), validate=True),
        statement_signature=parse_hex(found["statement_signature"], "statement_signature"),
        vouching=None if found["provenance"] is None else _vouching(found["provenance"]),
    )


def _vouching(row: Any) -> Vouching:
    found = _fields(row, "professional", "institution", "signature", "registered", "words")
    kinds: dict[str, Any] = {"now": ProfessionalStatement, "then": RegistrationStatement}
    return Vouching(
        to_address(_text(found["professional"])),
        to_address(_text(found["institution"])),
        parse_hex(found["signature"], "signature"),
        _words(kinds[found["registered"]], found["words"]),
    )


def _words(kind: type[Statement], rows: Any) -> tuple[Word[Statement], ...]:
    def word(row: Any) -> Word[Statement]:
        found = _fields(row, "node", "statement", "signature")
        statement = message_from_json(kind, found["statement"], place="statement")
        return Word(to_address(_text(found["node"])), statement, parse_hex(found["signature"], "signature"))

    return _all(word, rows)


def _all(parse: Callable[[Any], Item], rows: Any) -> tuple[Item, ...]:
    return tuple(parse(row) for row in _list(rows))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidInput("A list is missing.")
    return value


def _fields(value: Any, *names: str) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != set(names):
        raise InvalidInput(f"Expected exactly: {', '.join(names)}.")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidInput("A number is missing.")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidInput("A text is missing.")
    return value
