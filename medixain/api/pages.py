"""Cursors: ``?after=&limit=``, and the answer's ``next``."""

from collections.abc import Sequence
from typing import Any, Protocol

from rest_framework import serializers

MAX_LIMIT = 200


class PageQuery(serializers.Serializer[Any]):
    """The query of every list."""

    after = serializers.IntegerField(min_value=0, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=100)


class Sequenced(Protocol):
    """A row with the number that cursors are made of."""

    sequence: int


def next_cursor(rows: Sequence[Sequenced], limit: int) -> str | None:
    """Return the cursor behind ``rows``, None when the list ended."""
    return str(rows[-1].sequence) if len(rows) == limit else None
