"""One table says which layers and sections there are, which are sensitive and who may append."""

import pytest

from keymgmt.keys.errors import UnknownLayer, UnknownSection
from keymgmt.keys.layers import (
    FAMILIES,
    LAYERS,
    Writer,
    layer_of,
    may_append,
    section_of,
)

SENSITIVE = {("identity", "bank"), ("profile", "mental-health"), ("profile", "sexual-health"), ("profile", "genetics")}


def test_exactly_the_sections_of_the_specification_are_sensitive() -> None:
    marked = {(layer.name, name) for layer in LAYERS.values() for name, s in layer.sections.items() if s.sensitive}
    assert marked == SENSITIVE


@pytest.mark.parametrize("section", ["blood-type", "sex", "conditions", "results", "allergies", "genetics"])
def test_patients_never_write_what_is_the_clinicians_to_say(section: str) -> None:
    assert not may_append("profile", section, Writer.PATIENT)
    assert may_append("profile", section, Writer.CLINICIAN)


@pytest.mark.parametrize("section", ["self-reports", "measurements", "medication", "wishes", "disputes"])
def test_patients_write_their_predefined_sections(section: str) -> None:
    assert may_append("profile", section, Writer.PATIENT)


def test_every_section_has_a_writer_and_its_own_name() -> None:
    for layer in (*LAYERS.values(), *FAMILIES.values()):
        for name, section in layer.sections.items():
            assert section.name == name
            assert section.writers
            assert section.title


def test_container_codes_are_those_of_the_specification() -> None:
    codes = {layer.name: layer.code for layer in (*LAYERS.values(), *FAMILIES.values())}
    assert codes == {
        "account": 0, "identity": 1, "profile": 2, "activity": 3, "emergency": 4, "sealed": 5, "forum": 16, "study": 17,
    }  # fmt: skip


def test_only_identity_account_forum_and_study_are_not_clinical() -> None:
    clinical = {layer.name for layer in (*LAYERS.values(), *FAMILIES.values()) if layer.clinical}
    assert clinical == {"profile", "activity", "emergency", "sealed"}


def test_layers_that_wallets_may_have_many_of_are_found_by_their_family() -> None:
    assert layer_of("forum/asthma") is FAMILIES["forum"]
    assert layer_of("study/2026-07") is FAMILIES["study"]
    assert section_of("study/1", "submissions").writers == {Writer.PATIENT}


def test_what_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(UnknownLayer):
        layer_of("wallet")
    with pytest.raises(UnknownSection):
        section_of("identity", "allergies")
