"""Owner, file name and type: what a name may be in somebody else's folder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medixain.core.addresses import to_address
from records.container import InvalidPreamble, Preamble, RecordType, parse_preamble, require_safe_name, shortened_name
from records.container.preamble import NAME_SIZE, PREAMBLE_SIZE

OWNER = to_address(b"\x07" * 20)


def is_safe(name: str) -> bool:
    try:
        require_safe_name(name)
    except InvalidPreamble:
        return False
    return True


@given(st.text(min_size=1, max_size=64).filter(is_safe), st.sampled_from(RecordType))
def test_every_preamble_round_trips(name: str, kind: RecordType) -> None:
    preamble = Preamble(OWNER, name, kind)
    assert len(preamble.encode()) == PREAMBLE_SIZE
    assert parse_preamble(preamble.encode()) == preamble


@given(st.binary(max_size=100))
def test_junk_is_refused_or_has_this_one_encoding(junk: bytes) -> None:
    try:
        preamble = parse_preamble(junk)
    except InvalidPreamble:
        return
    assert preamble.encode() == junk


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "a\\b",
        "a\x00b",
        "a\nb",
        "\x1b[2J",
        "gpj\u202eexe",
        "a\u200bb",
        "ä" * 33,
        "x" * 65,
        "\ud800",
    ],
)
def test_names_that_could_deceive_or_escape_are_refused(name: str) -> None:
    with pytest.raises(InvalidPreamble) as refusal:
        Preamble(OWNER, name, RecordType.OTHER)
    assert refusal.value.field == "name"


def test_unknown_types_and_owners_are_refused() -> None:
    with pytest.raises(InvalidPreamble) as refusal:
        Preamble(OWNER, "a", 15)  # type: ignore[arg-type]
    assert refusal.value.field == "type"
    with pytest.raises(InvalidPreamble) as refusal:
        parse_preamble(bytes(20) + b"a".ljust(NAME_SIZE, b"\x00") + b"\x00\x0f")
    assert refusal.value.field == "type"
    with pytest.raises(InvalidPreamble) as refusal:
        Preamble("0x12", "a", RecordType.OTHER)  # type: ignore[arg-type]
    assert refusal.value.field == "owner"


@given(st.text(min_size=1, max_size=200).filter(lambda name: is_safe(name[:1])))
def test_shortened_names_fit_and_keep_their_extension(name: str) -> None:
    try:
        short = shortened_name(name)
    except UnicodeEncodeError:
        return
    assert len(short.encode()) <= NAME_SIZE
    if len(name.encode()) <= NAME_SIZE:
        assert short == name


def test_a_long_name_keeps_its_extension() -> None:
    assert shortened_name("ü" * 40 + ".json") == "ü" * 29 + ".json"
    assert shortened_name("x" * 70) == "x" * 64
    assert shortened_name("a." + "x" * 70) == ("a." + "x" * 70)[:64]
