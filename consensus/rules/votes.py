"""Finality votes: message, signature, and what makes two votes of one voter contradict each other.

Source: Buterin and Griffith, Casper the Friendly Finality Gadget, 2017, commandments I and II.
"""

from __future__ import annotations

from dataclasses import dataclass

from consensus.rules.errors import InvalidVote, UnsafeVote
from consensus.rules.signatures import recover, struct_hash, typed_digest, uint_word

_VOTE_TYPE = b"FinalityVote(bytes32 sourceSeal,uint64 sourceHeight,bytes32 targetSeal,uint64 targetHeight)"


@dataclass(frozen=True, slots=True)
class Link:
    """A vote's content: a link from a justified source checkpoint to a later target checkpoint on its branch."""

    source: bytes
    source_height: int
    target: bytes
    target_height: int

    def digest(self, chain_id: int) -> bytes:
        """The EIP-712 digest a voter signs (32 bytes)."""
        source = (self.source, uint_word(self.source_height))
        target = (self.target, uint_word(self.target_height))
        return typed_digest(chain_id, struct_hash(_VOTE_TYPE, *source, *target))


@dataclass(frozen=True, slots=True)
class Vote:
    """A link with the voter who signed it (EIP-55)."""

    voter: str
    link: Link
    signature: bytes

    def check(self, chain_id: int) -> None:
        """Raises :class:`InvalidVote` or :class:`BadSignature` unless heights are in order and the voter signed."""
        if self.link.source_height >= self.link.target_height:
            raise InvalidVote("links a source that is not below its target")
        if recover(self.link.digest(chain_id), self.signature) != self.voter:
            raise InvalidVote(f"was not signed by {self.voter}")


def is_double(first: Link, second: Link) -> bool:
    """Two different votes for one target height (commandment I)."""
    return first != second and first.target_height == second.target_height


def is_surround(first: Link, second: Link) -> bool:
    """One vote's span lies strictly inside the other's (commandment II)."""
    outer, inner = sorted((first, second), key=lambda link: (link.source_height, -link.target_height))
    return outer.source_height < inner.source_height and inner.target_height < outer.target_height


def conflict(first: Link, second: Link) -> bool:
    """Whether one honest voter could not have signed both."""
    return is_double(first, second) or is_surround(first, second)


@dataclass(frozen=True, slots=True)
class VoterRecord:
    """The highest source and target heights a voter has signed; -1 before its first (EIP-3076, minimal strategy)."""

    source_height: int = -1
    target_height: int = -1

    def after(self, link: Link) -> VoterRecord:
        """The record once ``link`` is signed as well.

        Raises :class:`UnsafeVote` for a target not above every earlier target or a source below an earlier source:
        together these two exclude every double and surround vote, with two numbers to remember instead of all votes.
        """
        if link.target_height <= self.target_height:
            raise UnsafeVote(f"vote twice at height {link.target_height} or go back from {self.target_height}")
        if link.source_height < self.source_height:
            raise UnsafeVote(f"surround an own vote: source {link.source_height} is below {self.source_height}")
        return VoterRecord(link.source_height, link.target_height)
