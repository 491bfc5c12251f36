"""Hashing to secp256k1 by RFC 9380, suite ``secp256k1_XMD:SHA-256_SSWU_RO_`` (section 8.7; vectors in J.8.1).

The map runs on Python integers and is not constant-time: only the person's own clerk computes it, on the number in
front of that clerk.
"""

from hashlib import sha256
from typing import Final

from keymgmt.keys.errors import BadPoint
from keymgmt.keys.group import Point

FIELD: Final = 2**256 - 2**32 - 977
"""p of secp256k1 (SEC 2, section 2.4.1)."""

_HASH_LENGTH: Final = 32
_BLOCK_LENGTH: Final = 64
_ELEMENT_LENGTH: Final = 48
"""L = ceil((ceil(log2(p)) + k) / 8) with k = 128 bits of security (section 5.1)."""
_MAX_DST_LENGTH: Final = 255

# The curve E' that is 3-isogenous to secp256k1, y^2 = x^3 + A'x + B', and the map's Z (section 8.7).
_A: Final = 0x3F8731ABDD661ADCA08A5558F0F5D272E953D363CB6F0E5D405447C01A444533
_B: Final = 1771
_Z: Final = FIELD - 11

# Coefficients of the isogeny from E' to secp256k1, lowest degree first (appendix E.1).
_X_NUMERATOR: Final = (
    0x8E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38DAAAAA8C7,
    0x07D3D4C80BC321D5B9F315CEA7FD44C5D595D2FC0BF63B92DFFF1044F17C6581,
    0x534C328D23F234E6E2A413DECA25CAECE4506144037C40314ECBD0B53D9DD262,
    0x8E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38DAAAAA88C,
)
_X_DENOMINATOR: Final = (
    0xD35771193D94918A9CA34CCBB7B640DD86CD409542F8487D9FE6B745781EB49B,
    0xEDADC6F64383DC1DF7C4B2D51B54225406D36B641F5E41BBC52A56612A8C6D14,
    1,
)
_Y_NUMERATOR: Final = (
    0x4BDA12F684BDA12F684BDA12F684BDA12F684BDA12F684BDA12F684B8E38E23C,
    0xC75E0C32D5CB7C0FA9D0A54B12A0A6D5647AB046D686DA6FDFFC90FC201D71A3,
    0x29A6194691F91A73715209EF6512E576722830A201BE2018A765E85A9ECEE931,
    0x2F684BDA12F684BDA12F684BDA12F684BDA12F684BDA12F684BDA12F38E38D84,
)
_Y_DENOMINATOR: Final = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFF93B,
    0x7A06534BB8BDB49FD5E9E6632722C2989467C1BFC8E8D978DFB425D2685C2573,
    0x6484AA716545CA2CF3A70C3FA8FE337E0A3D21162F0D6299A7BF8192BFD2A76F,
    1,
)


def hash_to_curve(message: bytes, dst: bytes) -> Point:
    """Return the point of ``message`` under the domain separation tag ``dst`` (section 3, random oracle)."""
    first, second = hash_to_field(message, dst)
    return map_to_curve(first) + map_to_curve(second)


def hash_to_field(message: bytes, dst: bytes) -> tuple[int, int]:
    """Return two field elements (section 5.2)."""
    uniform = expand_message_xmd(message, dst, 2 * _ELEMENT_LENGTH)
    first, second = uniform[:_ELEMENT_LENGTH], uniform[_ELEMENT_LENGTH:]
    return int.from_bytes(first, "big") % FIELD, int.from_bytes(second, "big") % FIELD


def expand_message_xmd(message: bytes, dst: bytes, length: int) -> bytes:
    """Return ``length`` uniform bytes (section 5.3.1); raises ValueError for a tag or length out of range."""
    blocks = -(-length // _HASH_LENGTH)
    if not 1 <= len(dst) <= _MAX_DST_LENGTH or not 1 <= blocks <= 255:
        raise ValueError("a domain separation tag has 1 to 255 bytes, and 1 to 8160 bytes are expanded")
    dst_prime = dst + bytes([len(dst)])
    b_0 = sha256(bytes(_BLOCK_LENGTH) + message + length.to_bytes(2, "big") + b"\x00" + dst_prime).digest()
    block = sha256(b_0 + b"\x01" + dst_prime).digest()
    uniform = block
    for index in range(2, blocks + 1):
        mixed = bytes(a ^ b for a, b in zip(b_0, block, strict=True))
        block = sha256(mixed + bytes([index]) + dst_prime).digest()
        uniform += block
    return uniform[:length]


def map_to_curve(u: int) -> Point:
    """Return the point of field element ``u``: simplified SWU on E', then the isogeny (sections 6.6.2, 6.6.3)."""
    x, y = _simplified_swu(u)
    x_denominator, y_denominator = _evaluate(_X_DENOMINATOR, x), _evaluate(_Y_DENOMINATOR, x)
    if x_denominator == 0 or y_denominator == 0:
        # The isogeny sends these to infinity. Nobody can find such an input: it is a chance of about 2^-254.
        raise BadPoint
    return Point.of_coordinates(
        _evaluate(_X_NUMERATOR, x) * _inv0(x_denominator) % FIELD,
        y * _evaluate(_Y_NUMERATOR, x) * _inv0(y_denominator) % FIELD,
    )


def _simplified_swu(u: int) -> tuple[int, int]:
    """A point of E' (section 6.6.2, the straightforward form)."""
    zu2 = _Z * u * u % FIELD
    tv1 = _inv0(zu2 * zu2 + zu2)
    # tv1 is 0 exactly in the exceptional case Z^2 u^4 + Z u^2 = 0, u = 0 for instance.
    x1 = -_B * _inv0(_A) * (1 + tv1) % FIELD if tv1 else _B * _inv0(_Z * _A) % FIELD
    gx1 = _curve_rhs(x1)
    x, gx = (x1, gx1) if _is_square(gx1) else (zu2 * x1 % FIELD, _curve_rhs(zu2 * x1 % FIELD))
    y = pow(gx, (FIELD + 1) // 4, FIELD)  # p = 3 mod 4
    return x, y if y & 1 == u & 1 else FIELD - y


def _curve_rhs(x: int) -> int:
    return (x * x * x + _A * x + _B) % FIELD


def _evaluate(coefficients: tuple[int, ...], x: int) -> int:
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * x + coefficient) % FIELD
    return value


def _inv0(value: int) -> int:
    """The inverse, and 0 for 0 (section 4)."""
    return pow(value, FIELD - 2, FIELD)


def _is_square(value: int) -> bool:
    return pow(value, (FIELD - 1) // 2, FIELD) != FIELD - 1
