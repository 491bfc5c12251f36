"""Sealed blocks and votes as gossip and the store write them: JSON with 0x-hex bytes, strict both ways."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_utils.address import is_checksum_address

from consensus.execution.base import MalformedPayload, Payload
from consensus.rules.errors import MalformedMessage
from consensus.rules.seal import SealHeader, check_search_ms
from consensus.rules.votes import Link, Vote

_HEX = re.compile(r"0x(?:[0-9a-f]{2})*\Z")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
JSON_DEPTH_MAX = 16
_INTEGER_MAX = 2**63 - 1
_BLOCK_FIELDS = frozenset({"header", "searchMs", "signature", "payload"})
_VOTE_FIELDS = frozenset({"voter", "sourceSeal", "sourceHeight", "targetSeal", "targetHeight", "signature"})


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """A payload with its seal: header, the miner's claimed search time (ms, untrusted), the miner's signature."""

    header: SealHeader
    search_ms: int
    signature: bytes
    payload: Payload

    @property
    def seal(self) -> bytes:
        """The seal hash."""
        return self.header.seal_hash

    def to_json(self) -> dict[str, Any]:
        """The block for gossip."""
        return {
            "header": to_hex(self.header.encode()),
            "searchMs": self.search_ms,
            "signature": to_hex(self.signature),
            "payload": self.payload.to_json(),
        }

    @classmethod
    def from_json(cls, value: object) -> SealedBlock:
        """Reads what :meth:`to_json` writes. Raises :class:`MalformedMessage`."""
        fields = read_object(value, _BLOCK_FIELDS, "block")
        search_ms = read_integer(fields["searchMs"], "searchMs")
        check_search_ms(search_ms)
        try:
            payload = Payload.from_json(fields["payload"])
        except MalformedPayload as error:
            raise MalformedMessage(f"payload.{error.field}", error.problem) from error
        header = SealHeader.decode(read_bytes(fields["header"], "header"))
        return cls(header, search_ms, read_bytes(fields["signature"], "signature", 65), payload)


def vote_to_json(vote: Vote) -> dict[str, Any]:
    """The vote for gossip."""
    return {
        "voter": vote.voter,
        "sourceSeal": to_hex(vote.link.source),
        "sourceHeight": vote.link.source_height,
        "targetSeal": to_hex(vote.link.target),
        "targetHeight": vote.link.target_height,
        "signature": to_hex(vote.signature),
    }


def vote_from_json(value: object) -> Vote:
    """Reads what :func:`vote_to_json` writes. Raises :class:`MalformedMessage`."""
    fields = read_object(value, _VOTE_FIELDS, "vote")
    voter = fields["voter"]
    if not isinstance(voter, str) or not is_checksum_address(voter):
        raise MalformedMessage("voter", "is not an EIP-55 address")
    link = Link(
        read_bytes(fields["sourceSeal"], "sourceSeal", 32),
        read_integer(fields["sourceHeight"], "sourceHeight"),
        read_bytes(fields["targetSeal"], "targetSeal", 32),
        read_integer(fields["targetHeight"], "targetHeight"),
    )
    return Vote(voter, link, read_bytes(fields["signature"], "signature", 65))


def to_hex(data: bytes) -> str:
    """Bytes as 0x lower-case hex."""
    return "0x" + data.hex()


def read_object(value: object, expected: frozenset[str], field: str) -> Mapping[str, Any]:
    """An object with exactly the expected members. Raises :class:`MalformedMessage`."""
    if not isinstance(value, dict):
        raise MalformedMessage(field, "is not an object")
    if strange := set(value) ^ expected:
        raise MalformedMessage(f"{field}.{min(strange, key=str)}", "is missing or not expected")
    return value


def read_bytes(value: object, field: str, length: int | None = None) -> bytes:
    """Bytes from 0x lower-case hex, of the given length. Raises :class:`MalformedMessage`."""
    if not isinstance(value, str) or not _HEX.match(value):
        raise MalformedMessage(field, "is not lower-case hex data")
    data = bytes.fromhex(value[2:])
    if length is not None and len(data) != length:
        raise MalformedMessage(field, f"is {len(data)} bytes, not {length}")
    return data


def read_integer(value: object, field: str) -> int:
    """A non-negative integer that SQLite's 64 bits hold. Raises :class:`MalformedMessage`."""
    if type(value) is not int or not 0 <= value <= _INTEGER_MAX:
        raise MalformedMessage(field, "is not an integer of 0..2^63-1")
    return value


def parse_json(data: bytes) -> Any:
    """The value of a JSON text from a stranger. Raises :class:`MalformedMessage`, also for nesting beyond 16 levels.

    The depth is checked first: py-evm raises Python's recursion limit so far that a deeply nested text would overflow
    the C stack of a server thread and kill the whole process.
    """
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", data)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > JSON_DEPTH_MAX:
            raise MalformedMessage("JSON", f"is nested deeper than {JSON_DEPTH_MAX} levels")
    try:
        return json.loads(data)
    except ValueError as error:
        raise MalformedMessage("JSON", "cannot be read") from error
