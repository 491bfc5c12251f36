"""Contract ABI: selectors, calldata, results, events and errors (Solidity's contract ABI specification).

Decoded values are plain Python: addresses in EIP-55, bytes as bytes, tuples as dicts by snake_case name, arrays as
tuples.
"""

import re
from dataclasses import dataclass
from typing import Any, Self

from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

from medixain.core.addresses import to_address
from medixain.core.eip712 import TypedStruct, struct_fields

Parameter = dict[str, Any]
"""One input or output of an ABI document: name, type, components, indexed."""


def snake_case(name: str) -> str:
    """Return ``walletCommitment`` as ``wallet_commitment``; a leading underscore of Solidity is dropped."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip("_")).lower()


def canonical_type(parameter: Parameter) -> str:
    """Return the type as signatures write it, tuples spelled out."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    inside = ",".join(canonical_type(component) for component in parameter["components"])
    return f"({inside}){kind.removeprefix('tuple')}"


def encode_arguments(inputs: tuple[Parameter, ...], arguments: tuple[Any, ...]) -> bytes:
    """Encode ``arguments``; structs are given as :class:`TypedStruct` or as tuples in the struct's order."""
    return encode([canonical_type(parameter) for parameter in inputs], [_encodable(value) for value in arguments])


def decode_values(parameters: tuple[Parameter, ...], data: bytes) -> dict[str, Any]:
    """Decode ``data`` into values by snake_case name; unnamed values get their position (``"0"``)."""
    values = decode([canonical_type(parameter) for parameter in parameters], data)
    return {
        snake_case(parameter["name"]) or str(position): _plain(parameter, parameter["type"], value)
        for position, (parameter, value) in enumerate(zip(parameters, values, strict=True))
    }


@dataclass(frozen=True, slots=True)
class FunctionAbi:
    """A function: its 4-byte selector, inputs and outputs."""

    name: str
    selector: bytes
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...]

    @classmethod
    def parse(cls, entry: dict[str, Any]) -> Self:
        """Read the function from its entry in an ABI document."""
        inputs, outputs = tuple(entry["inputs"]), tuple(entry["outputs"])
        return cls(entry["name"], _signature_hash(entry["name"], inputs)[:4], inputs, outputs)

    def call_data(self, *arguments: Any) -> bytes:
        """Return selector and encoded arguments."""
        return self.selector + encode_arguments(self.inputs, arguments)

    def result(self, data: bytes) -> Any:
        """Return the decoded result: the value itself where there is one, a dict by name where there are several."""
        values = decode_values(self.outputs, data)
        return next(iter(values.values())) if len(values) == 1 else values


@dataclass(frozen=True, slots=True)
class EventAbi:
    """An event: its topic and fields. Indexed fields of dynamic type, of which only a hash is logged, are not used."""

    name: str
    topic: bytes
    inputs: tuple[Parameter, ...]

    @classmethod
    def parse(cls, entry: dict[str, Any]) -> Self:
        """Read the event from its entry in an ABI document."""
        inputs = tuple(entry["inputs"])
        return cls(entry["name"], _signature_hash(entry["name"], inputs), inputs)

    def decode(self, topics: list[bytes], data: bytes) -> dict[str, Any]:
        """Return the fields by snake_case name, from the topics after the first and the data."""
        indexed = tuple(parameter for parameter in self.inputs if parameter["indexed"])
        plain = tuple(parameter for parameter in self.inputs if not parameter["indexed"])
        return decode_values(indexed, b"".join(topics[1:])) | decode_values(plain, data)


@dataclass(frozen=True, slots=True)
class ErrorAbi:
    """A custom error: its 4-byte selector and arguments."""

    name: str
    selector: bytes
    inputs: tuple[Parameter, ...]

    @classmethod
    def parse(cls, entry: dict[str, Any]) -> Self:
        """Read the error from its entry in an ABI document."""
        inputs = tuple(entry["inputs"])
        return cls(entry["name"], _signature_hash(entry["name"], inputs)[:4], inputs)


def _signature_hash(name: str, inputs: tuple[Parameter, ...]) -> bytes:
    return keccak(f"{name}({','.join(canonical_type(parameter) for parameter in inputs)})".encode("ascii"))


def _encodable(value: Any) -> Any:
    """Turn structs into tuples in field order, at any depth."""
    if isinstance(value, TypedStruct):
        return tuple(_encodable(getattr(value, field.attribute)) for field in struct_fields(type(value)))
    if isinstance(value, tuple | list):
        return tuple(_encodable(item) for item in value)
    return value


def _plain(parameter: Parameter, kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        return tuple(_plain(parameter, kind.removesuffix("[]"), item) for item in value)
    if kind == "tuple":
        components: list[Parameter] = parameter["components"]
        return {
            snake_case(component["name"]): _plain(component, component["type"], item)
            for component, item in zip(components, value, strict=True)
        }
    return to_address(value) if kind == "address" else value
