"""The signed messages about a record have the types docs/spec/container.md states."""

from medixain.core.eip712 import encode_type
from records.container import Envelope, RecordStatement


def test_types() -> None:
    assert encode_type(Envelope) == (
        "Envelope(bytes32 record,address slot,bytes16 section,uint32 epoch,bytes32 envelopeHash)"
    )
    assert encode_type(RecordStatement) == (
        "RecordStatement(bytes32 record,string cid,bytes32 kcHash,uint64 size,address professional)"
    )
