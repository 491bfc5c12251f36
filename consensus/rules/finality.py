"""Casper FFG over every block: which checkpoints the votes justify and finalise.

Source: Buterin and Griffith 2017, section 2. Final means: justified, and the *source of a supermajority link to its
direct child*. That the child is justified by some other link is not enough: the safety proof needs the link that
leaves the finalised checkpoint itself.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from consensus.rules.constants import FAULT_DENOMINATOR
from consensus.rules.fork_choice import BlockNode, is_ancestor
from consensus.rules.votes import Link, Vote, conflict


@dataclass(frozen=True, slots=True)
class Finality:
    """Justified checkpoints and the highest final one, all by seal hash."""

    justified: frozenset[bytes]
    final: bytes


def is_supermajority(votes: int, voters: int) -> bool:
    """Whether ``votes`` of ``voters`` are more than two thirds."""
    return votes * FAULT_DENOMINATOR > voters * (FAULT_DENOMINATOR - 1)


def evaluate(
    blocks: Mapping[bytes, BlockNode],
    votes: Iterable[Vote],
    voters_of: Callable[[bytes], Collection[str]],
    known: Finality,
) -> Finality:
    """What the votes justify and finalise, given what was ``known`` before.

    ``voters_of`` gives the voters entitled to vote for a target. A vote counts when both ends are in the tree, the
    heights are theirs and the source is an ancestor of the target. Sources lie below their targets, so one pass in the
    order of targets' heights finds every justified checkpoint. The result does not depend on the order of the votes,
    and it never takes back what was known: a final checkpoint is left only for a descendant of it.
    """
    supporters: dict[Link, set[str]] = defaultdict(set)
    for vote in votes:
        supporters[vote.link].add(vote.voter)
    justified = set(known.justified) | {known.final}
    final = known.final
    for link in sorted(supporters, key=lambda link: (link.target_height, link.source_height, link.target, link.source)):
        if link.source not in justified or link.target not in blocks:
            continue
        entitled = frozenset(voters_of(link.target))
        if not is_supermajority(len(supporters[link] & entitled), len(entitled)) or not _well_formed(blocks, link):
            continue
        justified.add(link.target)
        direct = blocks[link.target].parent == link.source
        if direct and blocks[link.source].height > blocks[final].height and is_ancestor(blocks, final, link.source):
            final = link.source
    return Finality(frozenset(justified), final)


def _well_formed(blocks: Mapping[bytes, BlockNode], link: Link) -> bool:
    source, target = blocks.get(link.source), blocks[link.target]
    if source is None or (source.height, target.height) != (link.source_height, link.target_height):
        return False
    return source.height < target.height and is_ancestor(blocks, link.source, link.target)


def evidence(votes: Iterable[Vote]) -> tuple[tuple[Vote, Vote], ...]:
    """Every pair of contradicting votes by one voter: proof, signed by the voter, that it broke a commandment."""
    by_voter: dict[str, list[Vote]] = defaultdict(list)
    pairs = []
    for vote in votes:
        pairs += [(earlier, vote) for earlier in by_voter[vote.voter] if conflict(earlier.link, vote.link)]
        by_voter[vote.voter].append(vote)
    return tuple(pairs)
