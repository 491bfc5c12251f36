"""What an export proves by itself: its records against the nodes' signed words, its words against each other.

The nodes are those that the archive names, and whether they are the chain's only the chain can say. All else follows
from there: a node's signature covers the head of a slot's history, the head every record's address and sealed key, the
address every byte of the container, which is sealed once more from the file in the archive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_hash.auto import keccak

from keymgmt.keys.messages import RecordStatement
from keymgmt.node.client import agreement_key
from keymgmt.node.messages import ProfessionalStatement, RegistrationStatement, StateStatement
from medixain.core.addresses import ZERO_ADDRESS
from medixain.core.eip712 import Domain, off_chain_domain, recover, verify
from medixain.sdk.errors import SdkError
from medixain.sdk.exported.archive import Archive
from medixain.sdk.exported.evidence import Evidence, RecordEvidence, SlotEvidence, Word
from medixain.sdk.slots import RecordItem, records_head
from records.container import add_tree, cid_to_text, seal


class NotProved(SdkError):
    """The archive's evidence does not prove what it is there for; the message says what is wrong."""

    code = "integrity"
    exit_code = 6


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot whose history a threshold of the archive's nodes signed: its key, and its anchored records by id."""

    address: str
    layer: str
    key: str
    final_time: int
    anchored: dict[bytes, RecordItem]


class Proofs:
    """The checks of one archive; each raises :class:`NotProved` or another error whose message says what is wrong."""

    def __init__(self, archive: Archive, evidence: Evidence, wallet: str) -> None:
        self._archive = archive
        self._evidence = evidence
        self._wallet = wallet
        self._domain: Domain = off_chain_domain(evidence.chain_id)

    def slot(self, slot: SlotEvidence) -> Slot:
        """Check that the nodes signed the head of this history."""
        statement: StateStatement = self._agreed(slot.words, f"the slot of {slot.layer}")
        if statement.node_set != self._evidence.node_set:
            raise NotProved(f"The nodes that signed the slot of {slot.layer} say that they are of another node set.")
        if (statement.records_count, statement.records_head) != (len(slot.history), records_head(slot.history)):
            raise NotProved(f"The history of {slot.layer} is not the one that the nodes signed.")
        anchored: dict[bytes, RecordItem] = {}
        for item in slot.history:
            if item.kind == "anchor":
                anchored[item.record] = item
            else:
                anchored.pop(item.record, None)
        return Slot(statement.slot, slot.layer, statement.key, statement.final_time, anchored)

    def content(self, record: RecordEvidence) -> None:
        """Check that the file, sealed again, has the address that the record is said to have."""
        if record.header.record_id != record.record:
            raise NotProved("The header is another record's.")
        if record.header.chain_id != self._evidence.chain_id:
            raise NotProved("The record is of another chain.")
        sealed = seal(
            self._archive.pieces(record.path),
            header=record.header,
            key=record.key,
            preamble=record.preamble(self._wallet),
        )
        cid, size = add_tree(sealed)
        if (cid, size) != (record.cid, record.size):
            raise NotProved(f"The file is not the one at {cid_to_text(record.cid)}, or not under this name and owner.")

    def anchor(self, record: RecordEvidence, slots: Sequence[Slot]) -> None:
        """Check that its slot's signed history has this record, with this address and sealed key."""
        item = self.slot_of(record, slots).anchored.get(record.record)
        if item is None:
            raise NotProved("The nodes attested no such record when this was exported.")
        if (item.ipfs, item.kc_hash) != (record.cid, keccak(record.kc)):
            raise NotProved("The history has another address or sealed key of this record.")

    def author(self, record: RecordEvidence, slots: Sequence[Slot]) -> None:
        """Check the author's signature: the slot's key for the owner's own records, else the author's pseudonym."""
        header = record.header
        signer = self.slot_of(record, slots).key if header.author == header.slot else header.author
        verify(self._domain, _statement(record, ZERO_ADDRESS), record.statement_signature, signer=signer)

    def vouched(self, record: RecordEvidence) -> bool:
        """Check a professional's signature and key; False where the owner wrote the record."""
        vouching = record.vouching
        if vouching is None:
            if record.header.author != record.header.slot:
                raise NotProved("Somebody else than the owner wrote it, and nothing says who.")
            return False
        signer = recover(self._domain, _statement(record, vouching.professional), vouching.signature)
        stated: Any = self._agreed(vouching.words, f"the professional {vouching.professional}")
        about: list[object] = [stated.wallet, stated.signing_key, stated.institution]
        wanted: list[object] = [vouching.professional, signer, vouching.institution]
        if isinstance(stated, RegistrationStatement):
            about += [stated.slot, stated.record]
            wanted += [record.header.slot, record.record]
        if about != wanted:
            raise NotProved("The nodes attest another key or institution of the professional who is said to vouch.")
        return True

    def slot_of(self, record: RecordEvidence, slots: Sequence[Slot]) -> Slot:
        """Return the slot and layer that the record's header names."""
        for slot in slots:
            if (slot.address, slot.layer) == (record.header.slot, record.header.layer.name.lower()):
                return slot
        raise NotProved("The archive does not show the history in which this record stands.")

    def _agreed(
        self,
        words: tuple[Word[StateStatement], ...]
        | tuple[Word[ProfessionalStatement], ...]
        | tuple[Word[RegistrationStatement], ...],
        what: str,
    ) -> Any:
        """Return what a threshold of different nodes of the archive's node set signed alike, the newest of it."""
        nodes = {word.node for word in words}
        if len(nodes) < max(1, self._evidence.threshold) or len(nodes) < len(words) or nodes - {*self._evidence.nodes}:
            raise NotProved(f"Not {self._evidence.threshold} different nodes of the archive signed {what}.")
        for word in words:
            verify(self._domain, word.statement, word.signature, signer=word.node)
            if word.statement.chain_id != self._evidence.chain_id:
                raise NotProved(f"A node's word on {what} is of another chain.")
        if len({agreement_key(word.statement) for word in words}) != 1:
            raise NotProved(f"The nodes do not say the same of {what}.")
        return max((word.statement for word in words), key=lambda statement: statement.final_height)


def _statement(record: RecordEvidence, professional: str) -> RecordStatement:
    return RecordStatement(record.record, cid_to_text(record.cid), keccak(record.kc), record.size, professional)
