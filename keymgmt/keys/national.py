"""National numbers: normal form and check digits, and the input of the nullifier (docs/spec/oprf.md, promise G2).

One scheme per country feeds the nullifier, because a person with two numbers would otherwise get two wallets.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from keymgmt.keys.errors import BadNationalNumber

NULLIFIER_PREFIX: Final = "medixain/nullifier/v1"


@dataclass(frozen=True, slots=True)
class Scheme:
    """A country's number: its name, an example for the error message, its form and its check."""

    country: str
    name: str
    title: str
    example: str
    form: re.Pattern[str]
    check: Callable[[str], bool]


def nhs_check(number: str) -> bool:
    """NHS number: weights 10..2, 11 minus the sum modulo 11; 11 counts as 0 and 10 is never issued."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True))
    return (11 - total % 11) % 11 == int(number[9])


def nino_check(number: str) -> bool:
    """National insurance number: no check digit, but prefixes that are never issued (HMRC NIM39110)."""
    return number[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def kvnr_check(number: str) -> bool:
    """German Krankenversichertennummer: the letter as two digits, weights 1 and 2 by turns, digit sums, modulo 10."""
    digits = f"{ord(number[0]) - ord('A') + 1:02d}{number[1:9]}"
    products = [int(digit) * (1 + index % 2) for index, digit in enumerate(digits)]
    return sum(product // 10 + product % 10 for product in products) % 10 == int(number[9])


def nir_check(number: str) -> bool:
    """French NIR: the key is 97 minus the first 13 digits modulo 97; Corsica's 2A and 2B count as 19 and 18."""
    body = number[:13].replace("2A", "19").replace("2B", "18")
    return 97 - int(body) % 97 == int(number[13:])


def ssn_check(number: str) -> bool:
    """US social security number: area, group and serial are never zero, the area never 666.

    Areas from 900 are not issued to persons; synthetic patients carry 999, which is let through for that reason.
    """
    return number[:3] not in {"000", "666"} and number[3:5] != "00" and number[5:] != "0000"


SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        scheme.country: scheme
        for scheme in (
            Scheme("GB", "nhs", "NHS number", "943 476 5919", re.compile(r"[0-9]{10}"), nhs_check),
            Scheme("DE", "kvnr", "Krankenversichertennummer", "A123456780", re.compile(r"[A-Z][0-9]{9}"), kvnr_check),
            Scheme(
                "FR",
                "nir",
                "numéro de sécurité sociale",
                "2 55 08 14 168 025 38",
                re.compile(r"[1-478][0-9]{4}(?:[0-9]{2}|2A|2B)[0-9]{8}"),
                nir_check,
            ),
            Scheme("US", "ssn", "social security number", "219-09-9999", re.compile(r"[0-9]{9}"), ssn_check),
        )
    }
)
"""The one scheme of each country, by ISO 3166-1 alpha-2 code."""


def normalise(country: str, number: str) -> str:
    """Return ``number`` without spaces, dots and hyphens, in capitals, checked; raises :class:`BadNationalNumber`.

    The message never repeats the number.
    """
    scheme = SCHEMES.get(country)
    if scheme is None:
        raise BadNationalNumber(
            f"Choose one of the countries {', '.join(sorted(SCHEMES))}; {country!r} is none of them."
        )
    plain = re.sub(r"[\s.\-]", "", number).upper()
    if not plain.isascii() or not scheme.form.fullmatch(plain) or not scheme.check(plain):
        raise BadNationalNumber(f"This is no {scheme.title}; check it for a typing error (example: {scheme.example}).")
    return plain


def nullifier_input(country: str, number: str) -> bytes:
    """Return x of the nullifier protocol: ``medixain/nullifier/v1|country|scheme|number``."""
    plain = normalise(country, number)
    return f"{NULLIFIER_PREFIX}|{country}|{SCHEMES[country].name}|{plain}".encode()
