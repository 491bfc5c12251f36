"""A keyset names one live key per section; nothing but its canonical bytes is accepted as it."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.errors import BadDocument
from keymgmt.keys.keyset import EpochState, Keyset, SectionKey, first_keyset, require_own, rotate
from keymgmt.keys.layers import LAYERS
from keymgmt.pre import SecretKey
from medixain.core import canonical

KEYS = WalletKeys(b"\x11" * 32)
PROFILE = first_keyset(KEYS, "profile")


@pytest.mark.parametrize("layer", list(LAYERS))
def test_the_first_keyset_has_every_section_live_in_epoch_one(layer: str) -> None:
    keyset = first_keyset(KEYS, layer)
    assert keyset.version == 1
    assert keyset.slot == KEYS.slot_id(layer)
    assert {section.tag for section in keyset.sections} == {KEYS.section_tag(layer, s) for s in LAYERS[layer].sections}
    assert {(section.epoch, section.state) for section in keyset.sections} <= {(1, EpochState.LIVE)}
    assert Keyset.parse(keyset.encode()) == keyset


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sets(st.sampled_from(sorted(LAYERS["profile"].sections)), max_size=3), max_size=3))
def test_after_any_rotations_the_live_key_is_the_owners_newest(rotations: list[set[str]]) -> None:
    keyset = PROFILE
    epochs = dict.fromkeys(LAYERS["profile"].sections, 1)
    for sections in rotations:
        keyset = rotate(keyset, KEYS, "profile", sections)
        epochs |= {section: epochs[section] + 1 for section in sections}
    assert keyset.version == 1 + len(rotations)
    for section, epoch in epochs.items():
        live = keyset.live(KEYS.section_tag("profile", section))
        assert (live.epoch, live.key) == (epoch, KEYS.section_key("profile", section, epoch).public_key)
    require_own(keyset, KEYS, "profile")
    assert Keyset.parse(keyset.encode()) == keyset


def test_a_retired_epoch_is_still_found() -> None:
    tag = KEYS.section_tag("profile", "results")
    keyset = rotate(PROFILE, KEYS, "profile", ["results"])
    assert keyset.find(tag, 1).state is EpochState.RETIRED
    assert keyset.find(tag, 2).state is EpochState.LIVE
    assert keyset.hash() != PROFILE.hash()
    with pytest.raises(BadDocument):
        keyset.find(tag, 3)
    with pytest.raises(BadDocument):
        keyset.live(bytes(16))


def altered(**changes: object) -> bytes:
    return canonical.encode(json.loads(PROFILE.encode()) | changes)


def section(**changes: object) -> list[object]:
    sections = json.loads(PROFILE.encode())["sections"]
    return [sections[0] | changes, *sections[1:]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        PROFILE.encode()[:-1],
        PROFILE.encode() + b" ",
        PROFILE.encode().replace(b":", b": ", 1),
        altered(v=2),
        altered(v=True),
        altered(version=0),
        altered(version="1"),
        altered(version=True),
        altered(slot=PROFILE.slot.lower()),
        altered(slot="0x12"),
        altered(slot=None),
        altered(pre_key="0x" + "05" * 33),
        altered(pre_key="0x" + "00" * 33),
        altered(extra=1),
        altered(sections={}),
        altered(sections=[1]),
        altered(sections=section(state="LIVE")),
        altered(sections=section(state="retired")),
        altered(sections=section(epoch=0)),
        altered(sections=section(epoch=2**32)),
        altered(sections=section(tag="0x" + "ff" * 15)),
        altered(sections=section(tag="0x" + "ff" * 16)),
        altered(sections=section(tag="0x" + "FF" * 16)),
        altered(sections=section(key=json.loads(PROFILE.encode())["sections"][1]["key"])),
        altered(sections=[*section(), section()[0]]),
        b'{"v":1,' + b" " * (1 << 20) + b"}",
    ],
)
def test_anything_but_a_canonical_keyset_is_one_typed_error(data: bytes) -> None:
    with pytest.raises(BadDocument, match="keyset"):
        Keyset.parse(data)


def test_a_keyset_cannot_be_made_that_contradicts_itself() -> None:
    live = PROFILE.sections[0]
    with pytest.raises(BadDocument, match="16 bytes"):
        dataclasses.replace(PROFILE, sections=(dataclasses.replace(live, tag=b"short"),))
    with pytest.raises(BadDocument, match="version"):
        dataclasses.replace(PROFILE, version=0)
    with pytest.raises(BadDocument, match="twice"):
        dataclasses.replace(PROFILE, sections=(live, dataclasses.replace(live, state=EpochState.RETIRED)))


def test_the_owner_notices_a_key_that_is_not_his() -> None:
    other = SecretKey.random().public_key
    first = PROFILE.sections[0]
    substituted = dataclasses.replace(PROFILE, sections=(dataclasses.replace(first, key=other), *PROFILE.sections[1:]))
    planted = dataclasses.replace(
        PROFILE, sections=(*PROFILE.sections, SectionKey(b"\xff" * 16, 1, other, EpochState.LIVE))
    )
    for keyset in (substituted, planted, dataclasses.replace(PROFILE, pre_key=other), first_keyset(KEYS, "activity")):
        with pytest.raises(BadDocument):
            require_own(keyset, KEYS, "profile")
        with pytest.raises(BadDocument):
            rotate(keyset, KEYS, "profile", ["results"])
