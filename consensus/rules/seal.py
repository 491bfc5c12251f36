"""The seal header: fixed layout, hash, signature, and the rules that tie it to payload, parent and parameters.

Layout (big-endian, 277 bytes, docs/spec/consensus.md)::

    version 1 | chain_id 8 | height 8 | parent_seal 32 | payload_hash 32 | time_ms 8 | s 2 | r 1 | d 1 | miner_index 2 |
    miner_id 32 | attempt 4 | checkpoint 32 | zero 106 | nonce 8

The first 269 bytes stay the same during a search. The miner's signature stands outside the hash, so it cannot be
varied to search for work, and with it the claimed search time, which nobody can verify.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from consensus.rules.constants import MAX_CLOCK_LEAD_MS, MIN_SPACING_S, SEAL_BYTES, SEAL_PREFIX_BYTES, SEAL_VERSION
from consensus.rules.errors import FutureTime, MalformedMessage, SealMismatch, TimestampNotAfterParent
from consensus.rules.miners import Miner, Parameters, miner_at
from consensus.rules.pow import check_work
from consensus.rules.signatures import check_signer, struct_hash, typed_digest, uint_word
from consensus.rules.slices import check_nonce

_LAYOUT = struct.Struct(">BQQ32s32sQHBBH32sI32s106sQ")
_PADDING = bytes(106)
_SEAL_TYPE = b"Seal(bytes32 sealHash,uint32 searchMs)"
SEARCH_MS_MAX = 2**32 - 1


@dataclass(frozen=True, slots=True)
class SealHeader:
    """What a miner hashes. ``miner_index`` is the 1-based rank among active miners; ``checkpoint`` is the seal of the
    final block whose state gives s, r, miners and voters, so that every node reads them from the same block."""

    chain_id: int
    height: int
    parent_seal: bytes
    payload_hash: bytes
    time_ms: int
    s: int
    r: int
    d: int
    miner_index: int
    miner_id: bytes
    attempt: int
    checkpoint: bytes
    nonce: int

    def encode(self) -> bytes:
        """The 277 bytes. Raises :class:`MalformedMessage` for a value that does not fit its field."""
        if any(len(item) != 32 for item in (self.parent_seal, self.payload_hash, self.miner_id, self.checkpoint)):
            raise MalformedMessage("seal header", "has a hash that is not 32 bytes")
        try:
            return _LAYOUT.pack(
                SEAL_VERSION, self.chain_id, self.height, self.parent_seal, self.payload_hash, self.time_ms, self.s,
                self.r, self.d, self.miner_index, self.miner_id, self.attempt, self.checkpoint, _PADDING, self.nonce,
            )  # fmt: skip
        except struct.error as error:
            raise MalformedMessage("seal header", f"has a value out of range ({error})") from error

    @classmethod
    def decode(cls, data: bytes) -> SealHeader:
        """Reads exactly what :meth:`encode` writes. Raises :class:`MalformedMessage`."""
        if len(data) != SEAL_BYTES:
            raise MalformedMessage("seal header", f"is {len(data)} bytes, not {SEAL_BYTES}")
        version, *fields = _LAYOUT.unpack(data)
        padding = fields.pop(-2)
        if version != SEAL_VERSION:
            raise MalformedMessage("seal header", f"has version {version}, not {SEAL_VERSION}")
        if padding != _PADDING:
            raise MalformedMessage("seal header", "has padding that is not zero")
        return cls(*fields)

    @property
    def prefix(self) -> bytes:
        """The 269 bytes that stay the same during a search."""
        return self.encode()[:SEAL_PREFIX_BYTES]

    @property
    def seal_hash(self) -> bytes:
        """SHA-256 of the header: the block's identity for consensus."""
        return hashlib.sha256(self.encode()).digest()

    def with_nonce(self, nonce: int) -> SealHeader:
        """The same header with another nonce."""
        return replace(self, nonce=nonce)


def seal_digest(chain_id: int, seal_hash: bytes, search_ms: int) -> bytes:
    """The EIP-712 digest a miner signs: ``Seal(bytes32 sealHash,uint32 searchMs)``.

    ``search_ms`` is the miner's own claim of how long the search took, ms; it is untrusted.
    """
    return typed_digest(chain_id, struct_hash(_SEAL_TYPE, seal_hash, uint_word(search_ms)))


def prev_randao(parent_seal: bytes, miner_id: bytes, attempt: int) -> bytes:
    """The only prevRandao a payload may carry: SHA-256("medixain/randao" || parent_seal || miner_id || attempt).

    ``attempt`` (4 bytes) counts the payloads a miner made on one parent; the other two leave it nothing to choose.
    """
    return hashlib.sha256(b"medixain/randao" + parent_seal + miner_id + attempt.to_bytes(4, "big")).digest()


@dataclass(frozen=True, slots=True)
class SealContext:
    """What a header must agree with: the chain, its parent, and the parameters and miners that apply to it."""

    chain_id: int
    parent_seal: bytes
    parent_height: int
    parent_timestamp: int
    parameters: Parameters
    active: Sequence[Miner]


def check_seal(header: SealHeader, search_ms: int, signature: bytes, context: SealContext) -> Miner:
    """The miner that sealed a block, once every rule on its header holds.

    Raises a :class:`~consensus.rules.errors.InvalidBlock` that names the broken rule. Cheap checks come first and the
    signature last, so that junk costs a validator one hash.
    """
    parameters = context.parameters
    for field, expected, actual in (
        ("chain id", context.chain_id, header.chain_id),
        ("parent", context.parent_seal, header.parent_seal),
        ("height", context.parent_height + 1, header.height),
        ("s", parameters.s, header.s),
        ("r", parameters.r, header.r),
        ("d", parameters.d, header.d),
    ):
        if expected != actual:
            raise SealMismatch(field, expected, actual)
    timestamp = header.time_ms // 1000
    if timestamp < context.parent_timestamp + MIN_SPACING_S:
        raise TimestampNotAfterParent(context.parent_timestamp, timestamp)
    miner = miner_at(context.active, header.miner_index, header.miner_id)
    check_nonce(header.nonce, header.miner_index, header.s, header.r)
    check_work(header.seal_hash, parameters.d)
    check_search_ms(search_ms)
    check_signer(seal_digest(header.chain_id, header.seal_hash, search_ms), signature, miner.key)
    return miner


def check_search_ms(search_ms: int) -> None:
    """Raises :class:`MalformedMessage` unless the claimed search time fits 32 bits of milliseconds."""
    if not 0 <= search_ms <= SEARCH_MS_MAX:
        raise MalformedMessage("searchMs", "does not fit 32 bits")


def check_not_future(header: SealHeader, now_ms: int) -> None:
    """Raises :class:`FutureTime` when the seal's time is more than 2 s ahead of ``now_ms``."""
    if header.time_ms > now_ms + MAX_CLOCK_LEAD_MS:
        raise FutureTime(header.time_ms, now_ms)
