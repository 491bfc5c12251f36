"""Proof of work: SHA-256 of the seal header with at least d leading zero bits (whitepaper 6.1)."""

from consensus.rules.constants import DIFFICULTY_MAX, HASH_BITS
from consensus.rules.errors import InsufficientWork


def leading_zero_bits(digest: bytes) -> int:
    """How many leftmost bits of a hash are 0; all of them for the zero hash."""
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()


def target(d: int) -> bytes:
    """The least 32-byte value that does *not* show d leading zero bits: a digest passes when it is smaller.

    Raises :class:`ValueError` unless 1 <= d <= 255.
    """
    if not 1 <= d <= DIFFICULTY_MAX:
        raise ValueError(f"d = {d} leading zero bits is outside 1..{DIFFICULTY_MAX}")
    return int(1 << (HASH_BITS - d)).to_bytes(HASH_BITS // 8, "big")


def check_work(digest: bytes, d: int) -> None:
    """Raises :class:`InsufficientWork` unless the digest shows at least d leading zero bits."""
    bits = leading_zero_bits(digest)
    if bits < d:
        raise InsufficientWork(d, bits)
