"""Records as the platform keeps them: parsing, fetching, and where an own slot or section tag belongs."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.layers import layer_of, section_of
from keymgmt.pre import SecretKey
from medixain.core.addresses import Address, to_address
from medixain.core.errors import InvalidInput, MedixainError
from medixain.sdk.context import RECORD_LAYERS, Context
from medixain.sdk.errors import BadServerAnswer, Integrity, NotFound, ServerRefused
from medixain.sdk.slots import unhex
from medixain.sdk.transport import Identity
from records.container import Header, body_size, cid_from_text, hash_of, open_envelope, open_key, parse_header


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record without its bytes; ``tag`` and ``epoch`` say which section key the envelope is sealed to."""

    id: bytes
    slot: Address
    header: Header
    cid: str
    size: int
    kc: bytes
    tag: bytes
    epoch: int
    envelope: bytes
    envelope_signature: bytes
    provenance: bytes | None
    statement_signature: bytes
    state: str
    created: int
    transaction: str

    @classmethod
    def parse(cls, row: Any) -> "StoredRecord":
        """Return the row of an answer; its header must hash to its id. Raises :class:`BadServerAnswer`."""
        try:
            header = parse_header(unhex(row["header"]))
            envelope = row["envelope"]
            record = cls(
                id=unhex(row["id"]),
                slot=to_address(row["slot"]),
                header=header,
                cid=str(row["cid"]),
                size=int(row["size"]),
                kc=base64.b64decode(row["kc"], validate=True),
                tag=unhex(envelope["section"]),
                epoch=int(envelope["epoch"]),
                envelope=base64.b64decode(envelope["blob"], validate=True),
                envelope_signature=unhex(envelope["signature"]),
                provenance=None if row["provenance"] is None else base64.b64decode(row["provenance"], validate=True),
                statement_signature=unhex(row["statement_signature"]),
                state=str(row["state"]),
                created=int(row["created"]),
                transaction=str(row["transaction"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, MedixainError) as error:
            raise BadServerAnswer("a record") from error
        if header.record_id != record.id or header.slot != record.slot:
            raise Integrity("The platform shows a record under another id than its own")
        return record

    @property
    def name(self) -> str:
        """The id as people write it."""
        return "0x" + self.id.hex()

    @property
    def kc_hash(self) -> bytes:
        """keccak256 of Kc, which is anchored."""
        return hash_of(self.kc)

    @property
    def cid_bytes(self) -> bytes:
        """The binary content address, which is anchored."""
        return cid_from_text(self.cid)

    @property
    def body_size(self) -> int:
        """Bytes of the file inside."""
        return body_size(self.size)


def record_id(text: str) -> bytes:
    """Return the 32 bytes of a record, grant or event id; raises ``InvalidInput``."""
    try:
        value = unhex(text)
    except ValueError as error:
        raise InvalidInput(f"An id is 0x and 64 hexadecimal digits, not {text!r}.", field="id") from error
    if len(value) != 32:
        raise InvalidInput(f"An id is 0x and 64 hexadecimal digits, not {text!r}.", field="id")
    return value


def fetch(context: Context, record: bytes, by: Identity) -> StoredRecord:
    """Return one record's row; raises :class:`NotFound`."""
    try:
        row = context.api.get(f"/records/0x{record.hex()}", by=by)
    except ServerRefused as error:
        if error.status == 404:
            raise NotFound("record", "0x" + record.hex()) from error
        raise
    found = StoredRecord.parse(row)
    if found.id != record:
        raise Integrity("The platform answered with another record than was asked for")
    return found


def rows(context: Context, by: Identity, headers: Mapping[str, str] | None = None, **query: str) -> list[StoredRecord]:
    """Return every record of a listing, page by page."""
    found: list[StoredRecord] = []
    after: str | None = None
    while True:
        page = context.api.get("/records", by=by, headers=headers, after=after, limit=200, **query)
        found += [StoredRecord.parse(row) for row in page["records"]]
        after = page.get("next")
        if after is None:
            return found


def own_layers(keys: WalletKeys) -> dict[str, str]:
    """Return the layer of each own slot."""
    return {keys.slot_id(layer): layer for layer in RECORD_LAYERS}


def section_of_tag(keys: WalletKeys, layer: str, tag: bytes) -> str:
    """Return the name of an own section; raises :class:`Integrity` for a tag that is none of this layer's."""
    for section in layer_of(layer).sections:
        if keys.section_tag(layer, section) == tag:
            return section
    raise Integrity("A record is filed under a section this wallet does not have")


def own_record_key(keys: WalletKeys, stored: StoredRecord) -> SecretKey:
    """Return sk_r of an own record, from its envelope; raises ``SealedBoxUnopenable``."""
    layer = own_layers(keys)[stored.slot]
    section = section_of_tag(keys, layer, stored.tag)
    section_key = keys.section_key(layer, section, stored.epoch)
    return open_envelope(stored.envelope, section_key, record_public_key=stored.header.record_public_key)


def own_data_key(keys: WalletKeys, stored: StoredRecord) -> bytes:
    """Return K of an own record; raises ``SealedBoxUnopenable``."""
    return open_key(stored.kc, own_record_key(keys, stored))


def split_section(text: str) -> tuple[str, str]:
    """Return layer and section of ``layer/section``; a section alone is the profile's. Raises ``UnknownSection``."""
    layer, slash, section = text.rpartition("/")
    layer, section = (layer, section) if slash else ("profile", text)
    section_of(layer, section)
    return layer, section
