"""Hex encodings of JSON-RPC and the reading of its parameters (EIP-1474, EIP-1898)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consensus.execution.records import LogQuery
from consensus.execution.rpc.errors import invalid

_HEX = re.compile(r"0x[0-9a-fA-F]*\Z")

MAX_INPUT_BYTES = 128 * 1024
MAX_TOPICS = 4


def data(value: bytes) -> str:
    """Unformatted data: two hex digits a byte."""
    return "0x" + value.hex()


def read_data(value: object, name: str, length: int | None = None) -> bytes:
    """Hex data, of ``length`` bytes when given. Raises :class:`RpcError`."""
    if not isinstance(value, str) or not _HEX.match(value) or len(value) % 2:
        raise invalid(f"{name} is not 0x-prefixed hex data of whole bytes")
    if length is None and len(value) > 2 * MAX_INPUT_BYTES + 2:
        raise invalid(f"{name} is larger than {MAX_INPUT_BYTES} bytes")
    read = bytes.fromhex(value[2:])
    if length is not None and len(read) != length:
        raise invalid(f"{name} is {len(read)} bytes, not {length}")
    return read


def read_quantity(value: object, name: str, most: int = 2**256 - 1) -> int:
    """A hex number. Raises :class:`RpcError`."""
    if not isinstance(value, str) or not _HEX.match(value) or len(value) < 3:
        raise invalid(f"{name} is not a 0x-prefixed hex number")
    number = int(value, 16)
    if number > most:
        raise invalid(f"{name} is too large")
    return number


def read_address(value: object, name: str) -> bytes:
    """A 20-byte address."""
    return read_data(value, name, 20)


@dataclass(frozen=True, slots=True)
class CallObject:
    """The transaction object of eth_call and eth_estimateGas; fees in it have no meaning where gas is free."""

    sender: bytes
    to: bytes | None
    data: bytes
    value: int
    gas: int | None


def read_call(value: object) -> CallObject:
    """Reads a call object; ``input`` wins over its older name ``data``."""
    if not isinstance(value, Mapping):
        raise invalid("the call is not an object")
    to = value.get("to")
    body = value.get("input", value.get("data"))
    return CallObject(
        sender=bytes(20) if value.get("from") is None else read_address(value["from"], "from"),
        to=None if to in (None, "", "0x") else read_address(to, "to"),
        data=b"" if body is None else read_data(body, "input"),
        value=0 if value.get("value") is None else read_quantity(value["value"], "value"),
        gas=None if value.get("gas") is None else read_quantity(value["gas"], "gas", 2**63 - 1),
    )


def read_log_criteria(value: object) -> tuple[tuple[bytes, ...], tuple[tuple[bytes, ...], ...]]:
    """``address`` and ``topics`` of a log filter object."""
    if not isinstance(value, Mapping):
        raise invalid("the filter is not an object")
    address = value.get("address")
    addresses = [] if address is None else address if isinstance(address, list) else [address]
    topics = value.get("topics") or []
    if not isinstance(topics, list) or len(topics) > MAX_TOPICS:
        raise invalid(f"topics is not a list of at most {MAX_TOPICS}")
    places = [[] if place is None else place if isinstance(place, list) else [place] for place in topics]
    # A null inside a list of alternatives allows any value at that place, as in geth.
    places = [[] if None in place else place for place in places]
    return (
        tuple(read_address(item, "address") for item in addresses),
        tuple(tuple(read_data(item, "topic", 32) for item in place) for place in places),
    )


def log_query(
    criteria: tuple[tuple[bytes, ...], tuple[tuple[bytes, ...], ...]],
    *,
    first: int = 0,
    last: int = 0,
    block_hash: bytes | None = None,
) -> LogQuery:
    """A query for these criteria in a range of blocks or in one block."""
    addresses, topics = criteria
    return LogQuery(first=first, last=last, block_hash=block_hash, addresses=addresses, topics=topics)


def parameters(params: list[Any], least: int, most: int) -> list[Any]:
    """``params`` filled up with None to ``most``. Raises :class:`RpcError` for too few or too many."""
    if not least <= len(params) <= most:
        raise invalid(f"expected {least} to {most} parameters, got {len(params)}")
    return [*params, *[None] * (most - len(params))]
