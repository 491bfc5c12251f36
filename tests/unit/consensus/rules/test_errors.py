"""Messages name the values and say what to do."""

from consensus.node.errors import ForeignStore
from consensus.rules.errors import CheckpointNotFinal, ForksBeforeFinal, ParentUnknown, PayloadInvalid, SealMismatch


def test_bytes_are_shown_as_hex_and_values_are_kept():
    error = SealMismatch("parent", b"\x01", b"\x02")
    assert "0x02" in error.message
    assert "0x01" in error.message
    assert (error.field, error.expected, error.actual) == ("parent", b"\x01", b"\x02")
    assert ParentUnknown(b"\x03").parent_seal == b"\x03"
    assert CheckpointNotFinal(b"\x04").checkpoint == b"\x04"
    assert PayloadInvalid("out of gas").reason == "out of gas"
    assert (ForksBeforeFinal(3, 5).height, ForksBeforeFinal(3, 5).final_height) == (3, 5)
    assert ForeignStore("f", b"\x01", b"\x02").actual == b"\x02"
