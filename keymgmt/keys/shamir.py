"""Shamir's secret sharing of a secp256k1 scalar, and its public image (docs/spec/oprf.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from keymgmt.keys.encoding import Fields, to_hex
from keymgmt.keys.errors import BadPoint, BadShares
from keymgmt.keys.group import Point, inverse, random_scalar
from medixain.core import canonical
from medixain.core.secp256k1 import GROUP_ORDER

KIND: Final = "nullifier key"
MAX_SHARES: Final = 255
MAX_PUBLIC_LENGTH: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class Share:
    """One holder's share: the polynomial's value at ``index`` (from 1)."""

    index: int
    value: int = field(repr=False)

    @property
    def public(self) -> Point:
        """K_i = k_i·G."""
        return Point.generator_times(self.value)


@dataclass(frozen=True, slots=True)
class PublicShares:
    """What everybody knows of a shared key: the threshold and K_i of each holder, all on one polynomial."""

    threshold: int
    shares: Mapping[int, Point]

    def __post_init__(self) -> None:
        object.__setattr__(self, "shares", MappingProxyType(dict(sorted(self.shares.items()))))
        _require_threshold(self.threshold, len(self.shares))
        if not all(1 <= index <= MAX_SHARES for index in self.shares):
            raise BadShares("A share's index is a number from 1 to 255.")
        # Holders of a share that lies off the polynomial would make different nullifiers for one person.
        base = list(self.shares)[: self.threshold]
        for index in list(self.shares)[self.threshold :]:
            if combine({i: self.shares[i] for i in base}, at=index) != self.shares[index]:
                raise BadShares(f"The public share {index} does not belong to this key.")

    @property
    def public_key(self) -> Point:
        """K = k·G."""
        return combine({index: self.shares[index] for index in list(self.shares)[: self.threshold]})

    def encode(self) -> bytes:
        """Return the canonical JSON."""
        shares = {str(index): to_hex(bytes(point)) for index, point in self.shares.items()}
        return canonical.encode({"v": 1, "threshold": self.threshold, "shares": shares})

    @classmethod
    def parse(cls, data: bytes) -> "PublicShares":
        """Return the public shares in ``data``; raises ``BadDocument`` or :class:`BadShares`."""
        fields = Fields.parse(KIND, data, frozenset({"threshold", "shares"}), limit=MAX_PUBLIC_LENGTH)
        shares = fields.mapping("shares")
        points = Fields(KIND, shares, frozenset(shares))
        if not all(name.isdecimal() and name == str(int(name)) for name in shares):
            raise fields.refuse("an index is no number")
        try:
            parsed = {int(name): Point.parse(points.data(name, 33)) for name in shares}
        except BadPoint as error:
            raise fields.refuse("a share is no point of the curve") from error
        return cls(fields.integer("threshold", 1), parsed)


def deal(threshold: int, count: int) -> tuple[PublicShares, list[Share]]:
    """Return the public image and the shares of a fresh random key, which is forgotten here.

    The dealer could keep the key: production runs a distributed key generation instead, as the decision record says.
    Raises :class:`BadShares`.
    """
    _require_threshold(threshold, count)
    coefficients = [random_scalar() for _ in range(threshold)]
    shares = [Share(index, _polynomial(coefficients, index)) for index in range(1, count + 1)]
    return PublicShares(threshold, {share.index: share.public for share in shares}), shares


def lagrange(indices: Iterable[int], index: int, *, at: int = 0) -> int:
    """Return the Lagrange coefficient of ``index`` among distinct ``indices`` for the polynomial's value at ``at``."""
    numerator = denominator = 1
    for other in indices:
        if other != index:
            numerator = numerator * (at - other) % GROUP_ORDER
            denominator = denominator * (index - other) % GROUP_ORDER
    return numerator * inverse(denominator) % GROUP_ORDER


def combine(points: Mapping[int, Point], *, at: int = 0) -> Point:
    """Return the value at ``at`` of the polynomial in the exponent through ``points``, which holds the threshold."""
    terms = [point.times(lagrange(points, index, at=at)) for index, point in points.items()]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _polynomial(coefficients: list[int], x: int) -> int:
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * x + coefficient) % GROUP_ORDER
    return value


def _require_threshold(threshold: int, count: int) -> None:
    if not 1 <= threshold <= count <= MAX_SHARES:
        raise BadShares(
            f"A threshold of {threshold} of {count} is impossible; 1 <= threshold <= shares <= {MAX_SHARES}."
        )
