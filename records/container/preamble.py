"""The first 86 bytes of a record's plaintext: owner P, file name F and type T (whitepaper section 4)."""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from medixain.core.addresses import Address, address_bytes, to_address
from medixain.core.errors import InvalidInput
from records.container.errors import InvalidPreamble

NAME_SIZE: Final = 64
"""Bytes of F, the file name in UTF-8, padded with NUL."""

PREAMBLE_SIZE: Final = 20 + NAME_SIZE + 2
"""86 bytes: P, F and T."""


class RecordType(IntEnum):
    """T: what the body holds. The numbers are part of the format."""

    OTHER = 0
    FHIR_BUNDLE = 1
    IPS_DOCUMENT = 2
    PROFILE_EVENT = 3
    ACTIVITY_EVENT = 4
    DICOM = 5
    PDF = 6
    IMAGE = 7
    TEXT = 8
    STUDY_SUBMISSION = 9
    CREDENTIAL = 10
    GENOMIC = 11
    CLAIM = 12
    FHIR_NDJSON = 13
    FHIR_RESOURCE = 14


@dataclass(frozen=True, slots=True)
class Preamble:
    """``owner`` is the patient's wallet id (it stands here, inside the encryption, and nowhere on a server)."""

    owner: Address
    name: str
    type: RecordType

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "owner", to_address(self.owner))
        except InvalidInput as error:
            raise InvalidPreamble(f"The owner is no wallet id: {error.message}", field="owner") from error
        require_safe_name(self.name)
        try:
            object.__setattr__(self, "type", RecordType(self.type))
        except ValueError as error:
            raise InvalidPreamble(f"There is no record type {self.type}; update medixain.", field="type") from error

    def encode(self) -> bytes:
        """Return P || F || T, 86 bytes."""
        name = self.name.encode("utf-8").ljust(NAME_SIZE, b"\x00")
        return address_bytes(self.owner) + name + self.type.to_bytes(2, "big")


def parse_preamble(data: bytes) -> Preamble:
    """Return the preamble encoded in 86 bytes; raises :class:`InvalidPreamble`."""
    if len(data) != PREAMBLE_SIZE:
        raise InvalidPreamble(f"A record begins with {PREAMBLE_SIZE} bytes of metadata; this one is shorter.")
    padded = data[20 : 20 + NAME_SIZE]
    name = padded.rstrip(b"\x00")
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidPreamble("The file name inside the record is not UTF-8.", field="name") from error
    code = int.from_bytes(data[-2:], "big")
    if code not in RecordType.__members__.values():
        raise InvalidPreamble(f"There is no record type {code}; update medixain to read this record.", field="type")
    return Preamble(to_address(data[:20]), text, RecordType(code))


def require_safe_name(name: str) -> None:
    """Return if ``name`` may be a file name in somebody else's folder and terminal; raises :class:`InvalidPreamble`.

    Refused are path separators, ``.`` and ``..``, and characters that do not show as themselves: controls, which drive
    terminals, and format characters such as U+202E, which make ``exe.gpj`` look like ``jpg.exe``.
    """
    try:
        size = len(name.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise InvalidPreamble("A file name must be valid Unicode.", field="name") from error
    if not 1 <= size <= NAME_SIZE:
        raise InvalidPreamble(f"A file name has 1 to {NAME_SIZE} bytes; shorten or give a name.", field="name")
    if "/" in name or "\\" in name or name in {".", ".."}:
        raise InvalidPreamble("A file name holds no path; give the last part of the path only.", field="name")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} for character in name):
        raise InvalidPreamble("A file name holds no invisible or control characters; rename the file.", field="name")


def shortened_name(name: str) -> str:
    """Return ``name`` cut to 64 bytes of UTF-8 at a character's boundary, keeping its extension (at most 16 bytes)."""
    if len(name.encode("utf-8")) <= NAME_SIZE:
        return name
    stem, dot, extension = name.rpartition(".")
    suffix = (dot + extension) if stem and len(extension.encode("utf-8")) < 16 else ""
    room = NAME_SIZE - len(suffix.encode("utf-8"))
    return (name if not suffix else stem).encode("utf-8")[:room].decode("utf-8", errors="ignore") + suffix
