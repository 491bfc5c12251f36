"""Writing a record: encrypt, sign, upload, hand in (ARCHITECTURE.md, "add")."""

import base64
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contracts.bindings.messages import Anchor
from keymgmt.keys.introduction import SignedIntroduction
from keymgmt.keys.layers import Writer, layer_of, may_append
from keymgmt.keys.messages import Envelope, RecordStatement
from keymgmt.pre import PublicKey, SecretKey
from medixain.core.addresses import ZERO_ADDRESS, Address, to_address
from medixain.core.errors import InvalidInput
from medixain.sdk.context import Context
from medixain.sdk.errors import Integrity, NoIntroduction
from medixain.sdk.slots import attested, attested_keyset, attested_professional, own_keyset
from medixain.sdk.stored import StoredRecord
from medixain.sdk.transactions import sign, stamp
from medixain.sdk.transport import Identity, Signer
from records.container import (
    Layer,
    Preamble,
    Progress,
    Provenance,
    RecordType,
    Source,
    cid_from_text,
    cid_to_text,
    hash_of,
    new_header,
    seal,
    seal_envelope,
    seal_key,
    seal_provenance,
)
from records.container.content_address import LEAF_SIZE, TreeBuilder


@dataclass(frozen=True, slots=True)
class Professional:
    """The professional who vouches for a record, with the registered signing key."""

    wallet: Address
    institution: Address
    signer: Signer


@dataclass(frozen=True, slots=True)
class Target:
    """Where a record goes and who signs it: ``author`` is the slot's own key or the professional's pseudonym."""

    owner: Address
    slot: Address
    layer: str
    section: str
    tag: bytes
    epoch: int
    section_key: PublicKey
    author_address: Address
    author: Signer
    by: Identity
    professional: Professional | None


@dataclass(frozen=True, slots=True)
class Written:
    """A record that was handed in."""

    stored: StoredRecord
    transaction: str


def own_target(context: Context, layer: str, section: str) -> Target:
    """Return a section of the own wallet; raises ``InvalidInput`` for one only clinicians write (promise C16)."""
    if not may_append(layer, section, Writer.PATIENT):
        raise InvalidInput(
            f"Only clinicians write {layer}/{section}; choose profile/documents or profile/self-reports.",
            field="section",
        )
    return own_section(context, layer, section)


def own_section(context: Context, layer: str, section: str) -> Target:
    """Return a section of the own wallet, whoever writes it: the patient marks entries in every section of hers."""
    keys = context.keys
    tag = keys.section_tag(layer, section)
    live = own_keyset(context, layer).live(tag)
    slot = keys.slot_id(layer)
    return Target(
        keys.wallet_id, slot, layer, section, tag, live.epoch, live.key, slot, keys.slot(layer), context.account, None
    )


def patient_target(context: Context, patient: str, layer: str, section: str) -> Target:
    """Return a section of a patient who introduced it to this professional for appending.

    The key encrypted to is the one m nodes attest. Raises :class:`NoIntroduction` or :class:`NotAttested`.
    """
    if not may_append(layer, section, Writer.CLINICIAN):
        raise InvalidInput(f"Only the patient writes {layer}/{section}; choose another section.", field="section")
    introduction = find_introduction(context, patient, layer, section)
    author = context.keys.author(patient, layer)
    slot = to_address(introduction.message.slot)
    by = Identity(author)
    keyset = attested_keyset(context, slot, by, attested(context, slot, fresh=True))
    live = keyset.live(introduction.tag(section))
    me = context.professional
    statement = attested_professional(context, me.address)
    return Target(
        owner=to_address(patient),
        slot=slot,
        layer=layer,
        section=section,
        tag=live.tag,
        epoch=live.epoch,
        section_key=live.key,
        author_address=author.address,
        author=author,
        by=by,
        professional=Professional(to_address(me.address), to_address(statement.institution), me.signer),
    )


def find_introduction(context: Context, patient: str, layer: str, section: str) -> SignedIntroduction:
    """Return the introduction of a section for appending; raises :class:`NoIntroduction`."""
    known = context.table("introductions").get(to_address(patient), {}).get(layer)
    if known is None:
        raise NoIntroduction(f"{layer}/{section}")
    introduction = SignedIntroduction.parse(known.encode("utf-8"))
    message = introduction.message
    if not message.append or message.until <= context.now() or section not in introduction.sections:
        raise NoIntroduction(f"{layer}/{section}")
    return introduction


def write(
    context: Context,
    target: Target,
    body: Source,
    *,
    name: str,
    kind: RecordType,
    progress: Progress | None = None,
    begin: Callable[[str], None] | None = None,
    created: int | None = None,
) -> Written:
    """Encrypt ``body`` under a fresh key and hand it in; nothing but ciphertext leaves this function.

    ``created`` stands in the header instead of this device's time. ``begin`` is told the record's id when everything is
    ready and the platform knows of no record yet.
    """
    key, record_secret = secrets.token_bytes(32), SecretKey.random()
    header = new_header(
        chain_id=context.meta.chain_id,
        slot=target.slot,
        author=target.author_address,
        layer=Layer(layer_of(target.layer).code),
        record_public_key=record_secret.public_key,
        key=key,
        created=context.now() if created is None else created,
    )
    preamble = Preamble(target.owner, name, kind)
    cid, size = _upload(context, seal(body, header=header, key=key, preamble=preamble, progress=progress), target.by)
    kc = seal_key(header.record_public_key, key)
    envelope = seal_envelope(target.section_key, record_secret)
    record = header.record_id
    placed = Envelope(record, target.slot, target.tag, target.epoch, hash_of(envelope))
    provenance = None
    if target.professional is not None:
        who = target.professional
        vouched = RecordStatement(record, cid, hash_of(kc), size, who.wallet)
        signature = who.signer.sign(context.off_chain, vouched)
        provenance = seal_provenance(Provenance(who.wallet, who.institution, signature), header=header, key=key)
    statement = RecordStatement(record, cid, hash_of(kc), size, ZERO_ADDRESS)
    anchor = sign(
        context,
        "RecordRegistry",
        "anchor",
        Anchor(record, target.slot, target.author_address, cid_from_text(cid), hash_of(kc), **stamp(context)),
        target.author,
    ).body()
    if begin is not None:
        begin("0x" + record.hex())
    answer = context.api.post(
        "/records",
        {
            "header": "0x" + header.encode().hex(),
            "cid": cid,
            "size": size,
            "kc": _base64(kc),
            "envelope": {
                "section": "0x" + target.tag.hex(),
                "epoch": target.epoch,
                "blob": _base64(envelope),
                "signature": "0x" + target.author.sign(context.off_chain, placed).hex(),
            },
            "provenance": None if provenance is None else _base64(provenance),
            "statement_signature": "0x" + target.author.sign(context.off_chain, statement).hex(),
            "anchor": {"message": anchor["message"], "signature": anchor["signatures"][0]},
        },
        by=target.by,
    )
    stored = StoredRecord.parse(answer)
    if stored.id != record:
        raise Integrity("The platform answered with another record than was handed in")
    return Written(stored, str(answer["transaction"]))


def _upload(context: Context, container: Iterator[bytes], by: Identity) -> tuple[str, int]:
    """Stream the container to the platform; its address is computed here and must be what the store answers."""
    passing = _Addressed(container)
    answer = context.api.upload("/uploads", iter(passing), by=by)
    cid, size = passing.result()
    if answer.get("cid") != cid or answer.get("size") != size:
        raise Integrity("The platform stored something else than was uploaded")
    return cid, size


class _Addressed:
    """Pieces of a stream that are addressed while they pass; holds one leaf of the tree at most."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._tree = TreeBuilder()
        self._leaf = bytearray()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._leaf += piece
            while len(self._leaf) >= LEAF_SIZE:
                self._tree.add_leaf(bytes(self._leaf[:LEAF_SIZE]))
                del self._leaf[:LEAF_SIZE]
            yield piece

    def result(self) -> tuple[str, int]:
        """Return CID and size of everything that has passed."""
        if self._leaf:
            self._tree.add_leaf(bytes(self._leaf))
            self._leaf.clear()
        return cid_to_text(self._tree.finish()), self._tree.size


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
