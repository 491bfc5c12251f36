"""Reading any source of bytes, a file object or an iterable of pieces, in pieces of an exact size."""

from collections.abc import Iterable, Iterator
from typing import Protocol


class Readable(Protocol):
    """What the streaming layer needs of a binary file object."""

    def read(self, size: int, /) -> bytes: ...


Source = Readable | Iterable[bytes]
"""A binary file object or an iterable of byte strings of any sizes."""


class ExactReader:
    """Reads exactly the bytes asked for until ``source`` ends; holds one piece of it at most."""

    def __init__(self, source: Source) -> None:
        self._read = source.read if hasattr(source, "read") else _IterableReader(source).read

    def read(self, size: int) -> bytes:
        """Return ``size`` bytes, or fewer only at the end of the source."""
        data = self._read(size)
        if len(data) == size or not data:
            return data
        pieces = [data]
        missing = size - len(data)
        while missing and (data := self._read(missing)):
            pieces.append(data)
            missing -= len(data)
        return b"".join(pieces)


class _IterableReader:
    """A read method over an iterable; may return fewer bytes than asked for, as a pipe does."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._rest = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = memoryview(piece)
        data, self._rest = self._rest[:size], self._rest[size:]
        return bytes(data)
