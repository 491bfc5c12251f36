"""Points and scalars of secp256k1 on libsecp256k1 (coincurve), for the nullifier's protocol.

A point travels as 33 compressed bytes (SEC 1). The point at infinity has no encoding and is refused wherever it could
arise, which also keeps it out of every proof.
"""

import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import coincurve

from keymgmt.keys.errors import BadPoint
from medixain.core.secp256k1 import GROUP_ORDER

POINT_LENGTH: Final = 33
SCALAR_LENGTH: Final = 32


def random_scalar() -> int:
    """Return a uniform scalar in 1..n-1."""
    return 1 + secrets.randbelow(GROUP_ORDER - 1)


def scalar_bytes(scalar: int) -> bytes:
    """Return 32 big-endian bytes of ``scalar`` modulo n."""
    return (scalar % GROUP_ORDER).to_bytes(SCALAR_LENGTH, "big")


def inverse(scalar: int) -> int:
    """Return the inverse modulo n of a scalar that is not zero modulo n."""
    return pow(scalar, -1, GROUP_ORDER)


def challenge(label: bytes, parts: Iterable[bytes]) -> int:
    """Return the Fiat-Shamir challenge SHA-256(label || parts) modulo n. Every part has a fixed length."""
    return int.from_bytes(sha256(label + b"".join(parts)).digest(), "big") % GROUP_ORDER


class Point:
    """A point of the curve, never the one at infinity."""

    __slots__ = ("_key",)

    def __init__(self, key: coincurve.PublicKey) -> None:
        self._key = key

    @classmethod
    def parse(cls, data: bytes) -> "Point":
        """Return the point of 33 compressed bytes; raises :class:`BadPoint`."""
        if len(data) != POINT_LENGTH:
            raise BadPoint
        try:
            return cls(coincurve.PublicKey(bytes(data)))
        except ValueError as error:
            raise BadPoint from error

    @classmethod
    def of_coordinates(cls, x: int, y: int) -> "Point":
        """Return the affine point (x, y); raises :class:`BadPoint`."""
        try:
            return cls(coincurve.PublicKey.from_point(x, y))
        except (ValueError, OverflowError) as error:
            raise BadPoint from error

    @classmethod
    def generator_times(cls, scalar: int) -> "Point":
        """Return ``scalar``·G, in constant time; raises :class:`BadPoint` for 0."""
        try:
            return cls(coincurve.PublicKey.from_valid_secret(scalar_bytes(scalar)))
        except ValueError as error:
            raise BadPoint from error

    def times(self, scalar: int) -> "Point":
        """Return ``scalar``·self for a public scalar, on which the time depends; raises :class:`BadPoint` for 0."""
        try:
            return Point(self._key.multiply(scalar_bytes(scalar)))
        except ValueError as error:
            raise BadPoint from error

    def times_secret(self, scalar: int) -> "Point":
        """Return ``scalar``·self for a secret scalar.

        libsecp256k1 multiplies an arbitrary point in variable time. The scalar is split into two parts, each uniform by
        itself, so that neither multiplication's time depends on it.
        """
        while True:
            mask = random_scalar()
            if (scalar - mask) % GROUP_ORDER:
                return self.times(scalar - mask) + self.times(mask)

    def __add__(self, other: "Point") -> "Point":
        try:
            return Point(coincurve.PublicKey.combine_keys([self._key, other._key]))
        except ValueError as error:
            raise BadPoint from error

    def __bytes__(self) -> bytes:
        return bytes(self._key.format(compressed=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and bytes(self) == bytes(other)

    def __hash__(self) -> int:
        return hash(bytes(self))

    def __repr__(self) -> str:
        return f"Point(0x{bytes(self).hex()})"


def generator() -> Point:
    """Return G."""
    return Point.generator_times(1)
