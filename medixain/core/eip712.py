"""EIP-712 typed messages declared as frozen dataclasses.

A message is a frozen dataclass that derives from :class:`TypedStruct`; its annotations name the Solidity types::

    @dataclass(frozen=True, slots=True)
    class Grant(TypedStruct):
        slot: AddressField
        grant_id: Bytes32          # grantId in EIP-712
        expiry: Uint64

Fields stand in EIP-712's order; snake_case becomes camelCase. A field may also be another ``TypedStruct`` or
``tuple[X, ...]`` (an EIP-712 array). Values are checked and normalised when the message is made (addresses to EIP-55,
sequences to tuples), so a message that exists can be hashed and two equal messages compare equal.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

from eth_hash.auto import keccak

from medixain.core.addresses import Address, address_bytes, to_address
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import (
    SignatureError,
    SignatureHighS,
    SignatureLengthError,
    SignatureRecoveryIdError,
    SignatureUnrecoverable,
    WrongSigner,
    recover_digest,
    sign_digest,
    verify_digest,
)

__all__ = [
    "AddressField",
    "Bool",
    "Bytes",
    "Bytes16",
    "Bytes20",
    "Bytes32",
    "Domain",
    "InvalidTypedData",
    "SignatureError",
    "SignatureHighS",
    "SignatureLengthError",
    "SignatureRecoveryIdError",
    "SignatureUnrecoverable",
    "String",
    "TypedField",
    "TypedStruct",
    "Uint8",
    "Uint16",
    "Uint32",
    "Uint64",
    "Uint256",
    "WrongSigner",
    "digest",
    "encode_type",
    "hash_struct",
    "off_chain_domain",
    "recover",
    "sign",
    "struct_fields",
    "type_hash",
    "typed_data",
    "verify",
]


T = TypeVar("T")


class InvalidTypedData(InvalidInput):
    """A field's value does not fit its Solidity type; ``field`` names it as ``Message.field``."""

    code = "invalid-typed-data"


@dataclass(frozen=True, slots=True)
class AtomicType:
    """An EIP-712 atomic or dynamic type: its name, the check that normalises a value, and ``encodeData``'s 32 bytes."""

    name: str
    normalise: Callable[[Any], Any]
    encode: Callable[[Any], bytes]


def _uint(bits: int) -> AtomicType:
    def normalise(value: object) -> int:
        # bool is an int to Python but not to Solidity.
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << bits:
            raise ValueError(f"must be an integer from 0 to 2^{bits} - 1")
        return value

    return AtomicType(f"uint{bits}", normalise, lambda value: value.to_bytes(32, "big"))


def _fixed_bytes(size: int) -> AtomicType:
    def normalise(value: object) -> bytes:
        if not isinstance(value, bytes | bytearray) or len(value) != size:
            raise ValueError(f"must be {size} bytes")
        return bytes(value)

    return AtomicType(f"bytes{size}", normalise, lambda value: value.ljust(32, b"\x00"))


def _normalise_bytes(value: object) -> bytes:
    if not isinstance(value, bytes | bytearray):
        raise ValueError("must be bytes")
    return bytes(value)


def _normalise_string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    value.encode("utf-8")  # a lone surrogate has no UTF-8 form; UnicodeEncodeError is a ValueError
    return value


def _normalise_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _normalise_address(value: object) -> Address:
    if not isinstance(value, str | bytes):
        raise ValueError("must be an address")
    try:
        return to_address(value)
    except InvalidInput as error:
        raise ValueError(f"is no address: {error.message}") from error


AddressField = Annotated[
    str, AtomicType("address", _normalise_address, lambda value: address_bytes(value).rjust(32, b"\x00"))
]
Bool = Annotated[bool, AtomicType("bool", _normalise_bool, lambda value: int(value).to_bytes(32, "big"))]
Bytes = Annotated[bytes, AtomicType("bytes", _normalise_bytes, keccak)]
Bytes16 = Annotated[bytes, _fixed_bytes(16)]
Bytes20 = Annotated[bytes, _fixed_bytes(20)]
Bytes32 = Annotated[bytes, _fixed_bytes(32)]
String = Annotated[str, AtomicType("string", _normalise_string, lambda value: keccak(value.encode("utf-8")))]
Uint8 = Annotated[int, _uint(8)]
Uint16 = Annotated[int, _uint(16)]
Uint32 = Annotated[int, _uint(32)]
Uint64 = Annotated[int, _uint(64)]
Uint256 = Annotated[int, _uint(256)]


@dataclass(frozen=True, slots=True)
class TypedStruct:
    """Base of every EIP-712 struct; raises :class:`InvalidTypedData` when a value does not fit its type."""

    def __post_init__(self) -> None:
        for field in struct_fields(type(self)):
            value = field.normalise(getattr(self, field.attribute), f"{type(self).__name__}.{field.attribute}")
            object.__setattr__(self, field.attribute, value)


@dataclass(frozen=True, slots=True)
class TypedField:
    """One field of a struct: Python ``attribute``, EIP-712 ``name``, its type, and whether it is an array of that."""

    attribute: str
    name: str
    item: AtomicType | type[TypedStruct]
    is_array: bool

    @property
    def type_name(self) -> str:
        """The type as EIP-712 writes it, ``SectionEpoch[]`` for instance."""
        item = self.item.name if isinstance(self.item, AtomicType) else self.item.__name__
        return item + ("[]" if self.is_array else "")

    def normalise(self, value: Any, place: str) -> Any:
        """Return ``value`` checked and normalised; raises :class:`InvalidTypedData` naming ``place``."""
        if not self.is_array:
            return self._normalise_item(value, place)
        if not isinstance(value, tuple | list):
            raise InvalidTypedData(f"{place} must be a sequence.", field=place)
        return tuple(self._normalise_item(item, f"{place}[{index}]") for index, item in enumerate(value))

    def _normalise_item(self, value: Any, place: str) -> Any:
        if isinstance(self.item, AtomicType):
            try:
                return self.item.normalise(value)
            except ValueError as error:
                raise InvalidTypedData(f"{place} {error}.", field=place) from error
        if type(value) is not self.item:
            raise InvalidTypedData(f"{place} must be a {self.item.__name__}.", field=place)
        return value

    def encode(self, value: Any) -> bytes:
        """Return ``encodeData``'s 32 bytes of an already normalised ``value``."""
        encode_item = self.item.encode if isinstance(self.item, AtomicType) else hash_struct
        if self.is_array:
            return keccak(b"".join(encode_item(item) for item in value))
        return encode_item(value)


def _once_per_struct(function: Callable[[type[TypedStruct]], T]) -> Callable[[type[TypedStruct]], T]:
    """``functools.cache`` keyed by class; mypy takes a class whose instances define a hash for unhashable."""
    return cast(Callable[[type[TypedStruct]], T], cache(function))


@_once_per_struct
def struct_fields(struct: type[TypedStruct]) -> tuple[TypedField, ...]:
    """Return the fields of ``struct`` in EIP-712's order; raises TypeError for an annotation that is no such type."""
    hints = get_type_hints(struct, include_extras=True)
    return tuple(_typed_field(struct, field.name, hints[field.name]) for field in dataclasses.fields(struct))


def _typed_field(struct: type[TypedStruct], attribute: str, hint: Any) -> TypedField:
    is_array = get_origin(hint) is tuple
    if is_array:
        hint, *rest = get_args(hint)
        if rest != [Ellipsis]:
            raise TypeError(f"{struct.__name__}.{attribute}: write an array as tuple[X, ...]")
    item: Any = hint
    if get_origin(hint) is Annotated:
        item = next((mark for mark in get_args(hint)[1:] if isinstance(mark, AtomicType)), None)
    if not isinstance(item, AtomicType) and not (isinstance(item, type) and issubclass(item, TypedStruct)):
        raise TypeError(f"{struct.__name__}.{attribute}: {hint!r} is no EIP-712 type")
    head, *tail = attribute.split("_")
    return TypedField(attribute, head + "".join(word.capitalize() for word in tail), item, is_array)


@_once_per_struct
def encode_type(struct: type[TypedStruct]) -> str:
    """Return EIP-712's ``encodeType``: the struct, then every struct it refers to, sorted by name."""
    referenced: dict[str, type[TypedStruct]] = {}
    _collect_structs(struct, referenced)
    del referenced[struct.__name__]
    return "".join(map(_type_signature, [struct, *(referenced[name] for name in sorted(referenced))]))


def _collect_structs(struct: type[TypedStruct], found: dict[str, type[TypedStruct]]) -> None:
    if struct.__name__ in found:
        return
    found[struct.__name__] = struct
    for field in struct_fields(struct):
        if not isinstance(field.item, AtomicType):
            _collect_structs(field.item, found)


def _type_signature(struct: type[TypedStruct]) -> str:
    members = ",".join(f"{field.type_name} {field.name}" for field in struct_fields(struct))
    return f"{struct.__name__}({members})"


@_once_per_struct
def type_hash(struct: type[TypedStruct]) -> bytes:
    """Return keccak256(encodeType), 32 bytes."""
    return keccak(encode_type(struct).encode("utf-8"))


def hash_struct(message: TypedStruct) -> bytes:
    """Return EIP-712's ``hashStruct``, 32 bytes; with a random salt inside, a hiding commitment to the message."""
    struct = type(message)
    encoded = (field.encode(getattr(message, field.attribute)) for field in struct_fields(struct))
    return keccak(type_hash(struct) + b"".join(encoded))


@dataclass(frozen=True, slots=True)
class Domain:
    """An EIP-712 domain; ``verifying_contract`` is None for messages no contract checks."""

    name: str
    version: str
    chain_id: int
    verifying_contract: str | None = None

    def __post_init__(self) -> None:
        if self.verifying_contract is not None:
            object.__setattr__(self, "verifying_contract", to_address(self.verifying_contract))

    @property
    def separator(self) -> bytes:
        """The domain separator, 32 bytes."""
        return _domain_separator(self)


OFF_CHAIN_DOMAIN_NAME = "medixain"


def off_chain_domain(chain_id: int) -> Domain:
    """Return the domain of the messages between people, nodes and the platform (docs/spec/README.md)."""
    return Domain(OFF_CHAIN_DOMAIN_NAME, "1", chain_id)


@lru_cache(maxsize=256)
def _domain_separator(domain: Domain) -> bytes:
    fields = ["string name", "string version", "uint256 chainId"]
    values = [keccak(domain.name.encode("utf-8")), keccak(domain.version.encode("utf-8"))]
    values.append(domain.chain_id.to_bytes(32, "big"))
    if domain.verifying_contract is not None:
        fields.append("address verifyingContract")
        values.append(address_bytes(domain.verifying_contract).rjust(32, b"\x00"))
    return keccak(keccak(f"EIP712Domain({','.join(fields)})".encode()) + b"".join(values))


def digest(domain: Domain, message: TypedStruct) -> bytes:
    """Return the 32 bytes that are signed: keccak256(0x19 0x01 || domain separator || hashStruct(message))."""
    return keccak(b"\x19\x01" + domain.separator + hash_struct(message))


def sign(domain: Domain, message: TypedStruct, secret_key: bytes) -> bytes:
    """Sign ``message`` with the 32-byte ``secret_key``; returns 65 bytes r || s || v, low s.

    Raises :class:`~medixain.core.secp256k1.SecretKeyInvalid`.
    """
    return sign_digest(digest(domain, message), secret_key)


def recover(domain: Domain, message: TypedStruct, signature: bytes) -> Address:
    """Return the EIP-55 address that signed ``message``; raises a :class:`SignatureError` for a malformed signature."""
    return recover_digest(digest(domain, message), signature)


def verify(domain: Domain, message: TypedStruct, signature: bytes, *, signer: str) -> None:
    """Return if ``signer`` signed ``message``; raises :class:`WrongSigner` or another :class:`SignatureError`."""
    verify_digest(digest(domain, message), signature, signer)


def typed_data(domain: Domain, message: TypedStruct) -> dict[str, Any]:
    """Return the ``eth_signTypedData_v4`` document of ``message``, for wallets and libraries that sign those."""
    domain_types = [("name", "string"), ("version", "string"), ("chainId", "uint256")]
    domain_values: dict[str, Any] = {"name": domain.name, "version": domain.version, "chainId": domain.chain_id}
    if domain.verifying_contract is not None:
        domain_types.append(("verifyingContract", "address"))
        domain_values["verifyingContract"] = domain.verifying_contract
    structs: dict[str, type[TypedStruct]] = {}
    _collect_structs(type(message), structs)
    types = {
        name: [{"name": field.name, "type": field.type_name} for field in struct_fields(struct)]
        for name, struct in structs.items()
    }
    types["EIP712Domain"] = [{"name": name, "type": type_name} for name, type_name in domain_types]
    return {
        "types": types,
        "primaryType": type(message).__name__,
        "domain": domain_values,
        "message": _plain(message),
    }


def _plain(value: Any) -> Any:
    """Nested dicts and lists under EIP-712 names, with bytes and integers as they are."""
    if isinstance(value, TypedStruct):
        fields = struct_fields(type(value))
        return {field.name: _plain(cast(Any, getattr(value, field.attribute))) for field in fields}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
