"""The identity layer's fields (promise C7): type, check, FHIR R4 path, section; one table for pages, SDK and vault."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from keymgmt.keys.errors import InvalidIdentity
from keymgmt.keys.layers import Writer, section_of
from keymgmt.keys.national import nhs_check, nino_check

LAYER: Final = "identity"
Check = Callable[[str], str | None]
"""Returns what is wrong with a value, as the end of "field: …", or None."""


def _pattern(pattern: str, hint: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value: None if compiled.fullmatch(value) else hint


def _text(limit: int) -> Check:
    def check(value: str) -> str | None:
        if not value.strip() or len(value) > limit:
            return f"give 1 to {limit} characters"
        return None if value.isprintable() else "remove line breaks and control characters"

    return check


def _date(value: str) -> str | None:
    try:
        parsed = date.fromisoformat(value)
    except ValueError:
        return "give a date as YYYY-MM-DD"
    return None if parsed.isoformat() == value and parsed.year >= 1850 else "give a date as YYYY-MM-DD, from 1850 on"


def _plain(value: str) -> str:
    return re.sub(r"[\s\-]", "", value).upper()


def _nhs_number(value: str) -> str | None:
    plain = _plain(value)
    fits = re.fullmatch(r"[0-9]{10}", plain) and nhs_check(plain)
    return None if fits else "check the ten digits of the NHS number"


def _national_insurance(value: str) -> str | None:
    plain = _plain(value)
    fits = re.fullmatch(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]", plain) and nino_check(plain)
    return None if fits else "give two letters, six digits and a letter A to D, as in QQ 12 34 56 C"


def _iban(value: str) -> str | None:
    plain = _plain(value)
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", plain):
        return "give the IBAN with its country letters"
    # ISO 13616: the first four characters go to the end, letters count as 10 to 35, the remainder by 97 is 1.
    digits = "".join(str(int(character, 36)) for character in plain[4:] + plain[:4])
    return None if int(digits) % 97 == 1 else "check the IBAN for a typing error"


@dataclass(frozen=True, slots=True)
class IdentityField:
    """One field. ``many`` fields hold a list of values; who may write is the section's."""

    name: str
    section: str
    title: str
    fhir: str
    check: Check
    required: bool = False
    many: bool = False

    @property
    def writers(self) -> frozenset[Writer]:
        """Who may write it."""
        return section_of(LAYER, self.section).writers


_NAME: Final = "Patient.name.where(use='official')"
_HOME: Final = "Patient.address.where(use='home')"
_NUMBER: Final = "Patient.identifier.where(system='{}').value"
_ACCOUNT: Final = "Account.identifier.where(system='{}').value"
_RELATED: Final = "RelatedPerson"
_CONTACT: Final = "Patient.contact.where(relationship.coding.code='C')"
_BIRTH_PLACE: Final = (
    "Patient.extension('http://hl7.org/fhir/StructureDefinition/patient-birthPlace').valueAddress.text"
)
_ROLES: Final = "MTH|FTH|PRN|CHILD|SONC|DAUC|SIB|BRO|SIS|SPS|DOMPART|GRPRN|GRNDCHILD|GUARD|EXT|FAMMEMB"
_COUNTRY: Final = _pattern(r"[A-Z]{2}", "give the two capital letters of ISO 3166-1")
_PHONE: Final = _pattern(r"\+[1-9][0-9]{6,14}", "give the number in international form, as in +441632960123")
_EMAIL: Final = _pattern(r"[^\s@]{1,64}@[^\s@]+\.[^\s@]{2,}", "give an address as in name@example.org")

FIELDS: Final[tuple[IdentityField, ...]] = (
    IdentityField("family", "name", "Family name", f"{_NAME}.family", _text(100), required=True),
    IdentityField("given", "name", "Given names", f"{_NAME}.given", _text(100), required=True, many=True),
    IdentityField("prefix", "name", "Title", f"{_NAME}.prefix", _text(40)),
    IdentityField("name_at_birth", "name", "Name at birth", "Patient.name.where(use='maiden').text", _text(200)),
    IdentityField("address_line", "contact", "Address", f"{_HOME}.line", _text(200), required=True, many=True),
    IdentityField("city", "contact", "Town or city", f"{_HOME}.city", _text(100), required=True),
    IdentityField("postal_code", "contact", "Postcode", f"{_HOME}.postalCode", _text(20), required=True),
    IdentityField("country", "contact", "Country", f"{_HOME}.country", _COUNTRY, required=True),
    IdentityField("telephone", "contact", "Telephone", "Patient.telecom.where(system='phone').value", _PHONE),
    IdentityField("email", "contact", "Email", "Patient.telecom.where(system='email').value", _EMAIL),
    IdentityField(
        "national_insurance_number",
        "national",
        "National insurance number",
        _NUMBER.format("urn:medixain:gb-national-insurance"),
        _national_insurance,
    ),
    IdentityField(
        "nhs_number", "national", "NHS number", _NUMBER.format("https://fhir.nhs.uk/Id/nhs-number"), _nhs_number
    ),
    IdentityField("date_of_birth", "birth", "Date of birth", "Patient.birthDate", _date, required=True),
    IdentityField("place_of_birth", "birth", "Place of birth", _BIRTH_PLACE, _text(200)),
    IdentityField(
        "registered_sex",
        "birth",
        "Registered sex",
        "Patient.gender",
        _pattern("male|female|other|unknown", "give male, female, other or unknown"),
    ),
    IdentityField(
        "birth_certificate_number",
        "birth",
        "Number of the birth certificate",
        _NUMBER.format("urn:medixain:birth-certificate"),
        _pattern(r"[A-Za-z0-9/ \-]{1,40}", "give the number on the certificate"),
    ),
    IdentityField("registration_district", "birth", "Registered in", "Patient.identifier.assigner.display", _text(100)),
    IdentityField("relative_name", "family", "Name", f"{_RELATED}.name.text", _text(200), required=True),
    IdentityField(
        "relationship",
        "family",
        "Relationship",
        f"{_RELATED}.relationship.coding.where(system='http://terminology.hl7.org/CodeSystem/v3-RoleCode').code",
        _pattern(_ROLES, "give a role code of HL7 v3, as MTH or CHILD"),
        required=True,
    ),
    IdentityField("relative_date_of_birth", "family", "Date of birth", f"{_RELATED}.birthDate", _date),
    IdentityField("account_holder", "bank", "Account holder", "Account.name", _text(200), required=True),
    IdentityField("iban", "bank", "IBAN", _ACCOUNT.format("urn:iso:std:iso:13616"), _iban),
    IdentityField(
        "bic",
        "bank",
        "BIC",
        _ACCOUNT.format("urn:iso:std:iso:9362"),
        _pattern(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", "give 8 or 11 characters"),
    ),
    IdentityField(
        "sort_code",
        "bank",
        "Sort code",
        _ACCOUNT.format("urn:medixain:gb-sort-code"),
        _pattern(r"[0-9]{2}-?[0-9]{2}-?[0-9]{2}", "give six digits"),
    ),
    IdentityField(
        "account_number",
        "bank",
        "Account number",
        _ACCOUNT.format("urn:medixain:gb-account-number"),
        _pattern(r"[0-9]{8}", "give eight digits"),
    ),
    IdentityField("contact_name", "contacts-emergency", "Name", f"{_CONTACT}.name.text", _text(200), required=True),
    IdentityField(
        "contact_telephone",
        "contacts-emergency",
        "Telephone",
        f"{_CONTACT}.telecom.where(system='phone').value",
        _PHONE,
        required=True,
    ),
)
"""Every field of the identity layer. A record of ``family`` or ``contacts-emergency`` describes one person."""


def fields_of(section: str) -> Mapping[str, IdentityField]:
    """Return the fields of an identity section by name; raises ``UnknownSection``."""
    section_of(LAYER, section)
    return MappingProxyType({field.name: field for field in FIELDS if field.section == section})


WRITTEN_BY_OTHERS: Final[Mapping[str, str]] = MappingProxyType(
    {"kyc": "an institution that checks identities writes this, on the chain, with `medixain kyc attest`"}
)
"""What stands beside the fields and is not its owner's to write, with who writes it."""


def field_for(name: str, writer: Writer) -> IdentityField:
    """Return the field that ``writer`` may write; raises :class:`InvalidIdentity` for others' and unknown ones."""
    if name in WRITTEN_BY_OTHERS:
        raise InvalidIdentity({name: WRITTEN_BY_OTHERS[name]})
    field = next((field for field in FIELDS if field.name == name), None)
    if field is None:
        raise InvalidIdentity({name: f"there is no such field; choose one of {', '.join(one.name for one in FIELDS)}"})
    if writer not in field.writers:
        raise InvalidIdentity({name: f"this is written by {' or '.join(sorted(one.value for one in field.writers))}"})
    return field


def validate_field(field: IdentityField, value: Any) -> None:
    """Return if ``value`` may stand in ``field``; raises :class:`InvalidIdentity` naming the field and the bound."""
    reason = "give a value" if value is None else _wrong(field, value)
    if reason is not None:
        raise InvalidIdentity({field.name: reason})


def validate_identity(section: str, values: Mapping[str, Any]) -> None:
    """Return if ``values`` may be written to the section; raises :class:`InvalidIdentity` naming every bad field.

    Values are text, or lists of text for fields with ``many``.
    """
    known = fields_of(section)
    wrong = dict.fromkeys(values.keys() - known.keys(), "there is no such field in this section")
    for name, field in known.items():
        if (reason := _wrong(field, values.get(name))) is not None:
            wrong[name] = reason
    if wrong:
        raise InvalidIdentity(wrong)


def _wrong(field: IdentityField, value: Any) -> str | None:
    if value is None:
        return "this field is required" if field.required else None
    if field.many and (not isinstance(value, list) or not value):
        return "give a list of values"
    items = value if field.many else [value]
    for item in items:
        if not isinstance(item, str):
            return "give text"
        if (reason := field.check(item)) is not None:
            return reason
    return None
