"""Reading a record: one's own by its envelope, another's through the nodes (ARCHITECTURE.md, "retrieve")."""

import base64
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from contracts.bindings.messages import GrantKind, GrantOpening
from keymgmt.keys.messages import RecordStatement
from keymgmt.node.client import Delegation, Fragments, Nodes
from keymgmt.node.errors import Expired, NoGrant, UnknownProfessional, UnknownRecord, WaitingForFinality, Withdrawn
from keymgmt.node.messages import grant_id
from keymgmt.node.wire import from_json
from keymgmt.pre import PublicKey, Sealed
from medixain.core import canonical
from medixain.core.addresses import to_address
from medixain.core.eip712 import recover
from medixain.core.errors import MedixainError
from medixain.core.typed_json import message_to_json
from medixain.sdk.context import Context
from medixain.sdk.errors import Integrity, NotFound
from medixain.sdk.slots import agreed, attested, attested_keyset, history
from medixain.sdk.stored import StoredRecord, fetch, own_data_key, own_layers
from medixain.sdk.transport import Identity
from records.container import (
    FIRST_CHUNK_END,
    Preamble,
    Provenance,
    RecordReader,
    hash_of,
    open_key,
    open_provenance,
    open_reencrypted_envelope,
    open_reencrypted_key,
    read_metadata,
)

FINALITY_PATIENCE: Final = 20.0
"""Seconds for which a reader waits when the nodes say that the grant is not final yet."""


@dataclass(frozen=True, slots=True)
class Received:
    """A grant received: its opening, whose wallet it is said to be from, and the names of its sections by tag.

    ``arrived`` counts what this device received, from 1.
    """

    opening: GrantOpening
    wallet: str
    layer: str
    sections: dict[bytes, str]
    arrived: int = 0

    @property
    def id(self) -> bytes:
        """The grant id."""
        return grant_id(self.opening)

    def headers(self) -> dict[str, str]:
        """The header that shows the opening to the platform."""
        return {"Grant-Opening": base64.b64encode(canonical.encode(message_to_json(self.opening))).decode("ascii")}

    def covers(self, stored: StoredRecord) -> bool:
        """Whether the grant is for this record: named, or in one of its section epochs."""
        if stored.slot != self.opening.slot:
            return False
        if self.opening.kind == GrantKind.RECORDS:
            return stored.id in self.opening.records
        return any((section.tag, section.epoch) == (stored.tag, stored.epoch) for section in self.opening.sections)

    def once_covered(self, stored: StoredRecord) -> bool:
        """Whether the grant is of the record's section in an epoch the record has left since."""
        return stored.slot == self.opening.slot and any(
            section.tag == stored.tag and section.epoch < stored.epoch for section in self.opening.sections
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A record with its data key: through ``nodes`` and ``grant`` when it is another's."""

    stored: StoredRecord
    key: bytes
    by: Identity
    grant: Received | None
    nodes: tuple[str, ...]

    @contextmanager
    def content(self, context: Context, *, first: int | None = None) -> Iterator[Iterator[bytes]]:
        """The container's bytes from the platform."""
        headers = self.grant.headers() if self.grant else None
        grant = "0x" + self.grant.id.hex() if self.grant else None
        path = f"/records/{self.stored.name}/content"
        with context.api.download(path, by=self.by, headers=headers, first=first, grant=grant) as pieces:
            yield pieces

    def reader(self, pieces: Iterator[bytes]) -> RecordReader:
        """A reader of the container that accepts this record and this key only."""
        return RecordReader(pieces, key=self.key, record=self.stored.id)

    def metadata(self, context: Context) -> Preamble:
        """Owner, name and type, from the first chunk."""
        with self.content(context, first=FIRST_CHUNK_END) as pieces:
            first = bytearray()
            for piece in pieces:
                first += piece
                if len(first) >= FIRST_CHUNK_END:
                    break
        _, preamble = read_metadata(bytes(first[:FIRST_CHUNK_END]), key=self.key, record=self.stored.id)
        return preamble


def open_record(context: Context, record: bytes) -> Opened:
    """Return a record and its data key, as its owner or by a grant received.

    Raises ``NoGrant``, the nodes' own refusal (``withdrawn``, ``expired`` …) or ``NotEnoughNodes``.
    """
    grants = received_grants(context)
    try:
        stored = fetch(context, record, context.account)
    except NotFound as error:
        # Whoever reads others' records is told the same of one that is restricted, deleted or never was.
        raise NoGrant if grants else error from error
    if stored.slot in own_layers(context.keys):
        return Opened(stored, own_data_key(context.keys, stored), context.account, None, ())
    return open_granted(context, stored, grants)


def received_grants(context: Context) -> list[Received]:
    """Return the grants this device has received, the one that lasts longest first."""
    found = [received_from(row) for row in context.table("received").values()]
    return sorted(found, key=lambda grant: grant.opening.expiry, reverse=True)


def received_from(row: Any) -> Received:
    """Return the grant of a row of the home's state."""
    return Received(
        opening=from_json(GrantOpening, row["opening"]),
        wallet=to_address(row["wallet"]),
        layer=str(row["layer"]),
        sections={bytes.fromhex(tag[2:]): str(name) for tag, name in row["sections"].items()},
        arrived=int(row.get("arrived", 0)),
    )


def open_granted(context: Context, stored: StoredRecord, grants: list[Received]) -> Opened:
    """Return another's record through the nodes, by the first of ``grants`` that opens it.

    When none does, the refusal of the grant that arrived last is raised: it is the newest word of the patient.
    """
    refusals: dict[bytes, MedixainError] = {}
    for grant in grants:
        if grant.covers(stored):
            try:
                return _open_by(context, stored, grant)
            except MedixainError as error:
                refusals[grant.id] = error
    for grant in sorted(grants, key=lambda one: one.arrived, reverse=True):
        if grant.id in refusals:
            raise refusals[grant.id]
        if grant.once_covered(stored):
            _raise_if_ended(context, grant)
    raise NoGrant


def _raise_if_ended(context: Context, grant: Received) -> None:
    """Say why a grant of an earlier epoch does not open this any more, as the attested history has it.

    The nodes cannot: the record has left the epoch that such a grant is of.
    """
    slot = grant.opening.slot
    past = history(context, slot, context.professional, attested(context, slot, fresh=False))
    if grant.id in past.withdrawn():
        raise Withdrawn
    if grant.opening.expiry <= context.now():
        raise Expired


def _open_by(context: Context, stored: StoredRecord, grant: Received) -> Opened:
    by, receiving, nodes = context.professional, context.keys.exchange, context.nodes
    with ThreadPoolExecutor(1, "attested") as side:
        # The nodes decide while the owner's keys are being attested: neither needs the other before it answers.
        delegation = side.submit(_delegation, context, stored, grant)
        given = _fragments(context, nodes, stored, grant, delegation.result)
        delegating = delegation.result().delegating
    if grant.opening.kind == GrantKind.RECORDS:
        key = open_reencrypted_key(
            stored.kc, receiving_key=receiving, record_public_key=delegating, fragments=given.cfrags
        )
    else:
        record_secret = open_reencrypted_envelope(
            stored.envelope,
            receiving_key=receiving,
            section_public_key=delegating,
            record_public_key=stored.header.record_public_key,
            fragments=given.cfrags,
        )
        key = open_key(stored.kc, record_secret)
    return Opened(stored, key, by, grant, context.meta.node_set.named(tuple(node for node, _ in given.given_by)))


def _delegation(context: Context, stored: StoredRecord, grant: Received) -> Delegation:
    """What the fragments are verified against, from keys that m nodes attest."""
    slot = grant.opening.slot
    statement = attested(context, slot, fresh=False)
    if grant.opening.kind == GrantKind.RECORDS:
        delegating, box = stored.header.record_public_key, stored.kc
    else:
        keyset = attested_keyset(context, slot, context.professional, statement)
        delegating, box = keyset.find(stored.tag, stored.epoch).key, stored.envelope
    receiving = context.keys.exchange.public_key
    return Delegation(Sealed.parse(box).capsule, PublicKey(statement.pre_key), delegating, receiving)


def _fragments(
    context: Context, nodes: Nodes, stored: StoredRecord, grant: Received, delegation: Callable[[], Delegation]
) -> Fragments:
    """Ask the nodes; a grant that is only not final yet is waited for."""
    patience = time.monotonic() + FINALITY_PATIENCE
    while True:
        try:
            return nodes.fragments(
                record=stored.id,
                grant=grant.id,
                requester=context.professional.address,
                signer=context.node_signer(context.professional.signer),
                delegation=delegation,
            )
        except WaitingForFinality:
            if time.monotonic() > patience:
                raise
            time.sleep(1.0)


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who vouches for a record: the owner, or a professional of an institution whose signature was checked."""

    author: str
    institution: str | None


def authorship(context: Context, opened: Opened, owner: str) -> Authorship:
    """Return who wrote a record, from signatures: the author's statement, and the professional's provenance.

    Raises :class:`Integrity` when a signature is not what it should be.
    """
    stored, header = opened.stored, opened.stored.header
    if stored.provenance is None:
        if header.author != header.slot:
            raise Integrity("A record by somebody else than its owner does not say who vouches for it")
        return Authorship(owner, None)
    provenance = open_provenance(stored.provenance, header=header, key=opened.key)
    statement = RecordStatement(stored.id, stored.cid, hash_of(stored.kc), stored.size, provenance.professional)
    signer = recover(context.off_chain, statement, provenance.signature)
    if not _stood_registered(context, stored, provenance, signer):
        raise Integrity("The signature of the professional who is said to have written this record does not verify")
    return Authorship(provenance.professional, provenance.institution)


def _stood_registered(context: Context, stored: StoredRecord, provenance: Provenance, signer: str) -> bool:
    """Whether ``signer`` is the professional's key at that institution: now, or when the record was anchored.

    A past signature counts under its own key (protocols.md): whoever registers anew, with another institution or key,
    has still written what she wrote. Both on the word of m nodes.
    """
    node_signer, nodes, wallet = context.node_signer(context.unlocked.device), context.nodes, provenance.professional
    claimed = (signer, provenance.institution)
    registered = agreed(lambda: nodes.professional(wallet, signer=node_signer))
    if (registered.signing_key, registered.institution) == claimed:
        return True
    try:
        stood = agreed(lambda: nodes.registration(wallet, stored.slot, stored.id, signer=node_signer))
    except (UnknownProfessional, UnknownRecord):
        # Not anchored yet, or nobody then: there is no other registration it could count under.
        return False
    return (stood.signing_key, stood.institution) == claimed
