"""What is signed about a record: the author's statement and the envelope's placement (EIP-712, off-chain domain)."""

from dataclasses import dataclass

from medixain.core.eip712 import AddressField, Bytes16, Bytes32, String, TypedStruct, Uint32, Uint64


@dataclass(frozen=True, slots=True)
class Envelope(TypedStruct):
    """Binds an envelope to its record, slot, section and epoch.

    Signed by the author pseudonym when first written and by the slot's current key after a rotation; nodes verify it
    before a section re-encryption, so that nobody files a record under a section its owner or author did not choose.
    """

    record: Bytes32
    slot: AddressField
    section: Bytes16
    epoch: Uint32
    envelope_hash: Bytes32


@dataclass(frozen=True, slots=True)
class RecordStatement(TypedStruct):
    """The author's word for a record's content: its CID, its sealed key and its size in bytes of container.

    ``professional`` is the registered professional's wallet in the copy that travels encrypted as provenance, and the
    zero address in the copy the platform sees, which the author pseudonym signs.
    """

    record: Bytes32
    cid: String
    kc_hash: Bytes32
    size: Uint64
    professional: AddressField
