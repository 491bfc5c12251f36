"""Accumulated work: what fork choice compares."""


def block_work(required_d: int) -> int:
    """Work of one block, expected hashes: 2^d of the *required* d.

    The seal's luck does not count: a hash with more zeros than required weighs no more, so work cannot be inflated by
    declaring a difficulty the chain did not ask for.
    """
    return int(1 << required_d)


def accumulate(parent_work: int, required_d: int) -> int:
    """Work of the branch that ends in a block, given its parent's."""
    return parent_work + block_work(required_d)
