"""A person's number has one normal form; identity fields are checked before they are sealed."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keymgmt.keys.errors import BadNationalNumber, InvalidIdentity, UnknownSection
from keymgmt.keys.identity_fields import FIELDS, fields_of, validate_identity
from keymgmt.keys.layers import LAYERS, Writer
from keymgmt.keys.national import SCHEMES, nhs_check, normalise, nullifier_input

GOOD = [
    ("GB", "943 476 5919", "9434765919"),  # the example of the NHS data dictionary
    ("GB", "999-000-0018", "9990000018"),
    ("DE", "a123456780", "A123456780"),  # the example of GKV-Spitzenverband
    ("FR", "2 55 08 14 168 025 38", "255081416802538"),
    ("US", "219-09-9999", "219099999"),
    ("US", "999-52-6304", "999526304"),
]


@pytest.mark.parametrize(("country", "written", "plain"), GOOD)
def test_every_way_of_writing_a_number_gives_one_nullifier(country: str, written: str, plain: str) -> None:
    assert normalise(country, written) == plain
    expected = f"medixain/nullifier/v1|{country}|{SCHEMES[country].name}|{plain}".encode()
    assert nullifier_input(country, written) == nullifier_input(country, plain.lower()) == expected


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("GB", "9434765918"),
        ("GB", "943476591"),
        ("GB", "94347659190"),
        ("GB", "٩٤٣٤٧٦٥٩١٩"),
        ("GB", ""),
        ("DE", "A123456781"),
        ("DE", "1234567890"),
        ("FR", "255081416802539"),
        ("US", "000-12-3456"),
        ("US", "666-12-3456"),
        ("US", "219-00-9999"),
        ("US", "219-09-0000"),
        ("XX", "943 476 5919"),
    ],
)
def test_a_wrong_number_is_refused_and_not_repeated(country: str, number: str) -> None:
    with pytest.raises(BadNationalNumber) as caught:
        nullifier_input(country, number)
    assert not number or number not in str(caught.value)


def test_a_corsican_number_is_checked_with_its_own_rule() -> None:
    body = "180012A123456"  # the department stands at places 6 and 7
    key = 97 - int(body.replace("2A", "19")) % 97
    assert normalise("FR", f"{body}{key:02d}") == f"{body}{key:02d}"


@given(st.integers(0, 999_999_999), st.integers(0, 8), st.integers(1, 9))
def test_nhs_check_digit_finds_every_single_wrong_digit(number: int, place: int, change: int) -> None:
    body = f"{number:09d}"
    last = next((digit for digit in range(10) if nhs_check(f"{body}{digit}")), None)
    if last is None:  # the check digit would be 10: such numbers are not issued
        return
    wrong = body[:place] + str((int(body[place]) + change) % 10) + body[place + 1 :]
    assert not nhs_check(f"{wrong}{last}")


VALID: dict[str, dict[str, Any]] = {
    "name": {"family": "Müller-Łuka", "given": ["Ada", "M."], "prefix": "Dr"},
    "contact": {"address_line": ["1 Lane"], "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB",
                "telephone": "+441632960123", "email": "ada@example.org"},
    "national": {"national_insurance_number": "ab 12 34 56 c", "nhs_number": "943 476 5919"},
    "birth": {"date_of_birth": "1990-02-28", "registered_sex": "female", "birth_certificate_number": "BXCF 123456"},
    "family": {"relative_name": "Eve", "relationship": "MTH"},
    "bank": {"account_holder": "Ada", "iban": "GB82 WEST 1234 5698 7654 32", "bic": "WESTGB22",
             "sort_code": "12-34-56", "account_number": "98765432"},
    "contacts-emergency": {"contact_name": "Eve", "contact_telephone": "+441632960124"},
}  # fmt: skip


def test_every_field_of_the_paper_has_a_place_a_check_and_a_fhir_path() -> None:
    assert VALID.keys() == LAYERS["identity"].sections.keys() == {field.section for field in FIELDS}
    for field in FIELDS:
        assert re.match(r"(Patient|RelatedPerson|Account)\.", field.fhir)
        assert field.writers == {Writer.PATIENT}
        assert field.check("") is not None
    assert len({field.name for field in FIELDS}) == len(FIELDS)


@pytest.mark.parametrize("section", list(VALID))
def test_good_values_pass(section: str) -> None:
    validate_identity(section, VALID[section])
    validate_identity(section, {name: v for name, v in VALID[section].items() if fields_of(section)[name].required})


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("name", "family", None),
        ("name", "family", ""),
        ("name", "family", "a\nb"),
        ("name", "family", 7),
        ("name", "given", "Ada"),
        ("name", "given", []),
        ("name", "given", [1]),
        ("name", "nickname", "A"),
        ("contact", "country", "gb"),
        ("contact", "telephone", "01632 960123"),
        ("contact", "email", "ada"),
        ("national", "nhs_number", "9434765918"),
        ("national", "national_insurance_number", "GB123456C"),
        ("national", "national_insurance_number", "QQ123456C"),
        ("birth", "date_of_birth", "1990-02-30"),
        ("birth", "date_of_birth", "19900228"),
        ("birth", "date_of_birth", "1849-12-31"),
        ("birth", "registered_sex", "f"),
        ("family", "relationship", "FRIEND"),
        ("bank", "iban", "GB82 WEST 1234 5698 7654 33"),
        ("bank", "iban", "82"),
        ("bank", "bic", "WEST"),
        ("bank", "sort_code", "1234"),
        ("bank", "account_number", "1"),
    ],
)
def test_bad_values_are_named_with_what_to_do(section: str, name: str, value: Any) -> None:
    with pytest.raises(InvalidIdentity) as caught:
        validate_identity(section, VALID[section] | {name: value})
    assert list(caught.value.fields) == [name]
    assert name in str(caught.value)


def test_bank_details_stand_in_the_sensitive_section_and_nowhere_else() -> None:
    assert {field.section for field in FIELDS if field.fhir.startswith("Account.")} == {"bank"}
    with pytest.raises(UnknownSection):
        fields_of("results")
