"""The CID kubo gives a file: CIDv1, SHA-256, raw leaves of 1 MiB, balanced dag-pb tree of width 174.

The same bytes get the same address from every store and from every client, so whoever fetches a record can check what
it got, and an author can sign the address before any store has seen the bytes. Equivalent to ``ipfs add
--cid-version=1 --raw-leaves --chunker=size-1048576 --max-file-links=174``.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from medixain.core.errors import InvalidInput
from records.container.sources import ExactReader, Source

LEAF_SIZE: Final = 1 << 20
"""Bytes of file in a leaf: kubo's ``size-1048576`` chunker."""

TREE_WIDTH: Final = 174
"""Links of a node: kubo's ``DefaultLinksPerBlock``."""

RAW: Final = 0x55
DAG_PB: Final = 0x70
_SHA2_256: Final = b"\x12\x20"
CID_SIZE: Final = 36
"""Bytes of a binary CIDv1 with SHA-256: version, codec, hash function, hash length, 32 bytes of hash."""

Sink = Callable[[bytes, bytes], None]
"""Receives each block of the tree as (binary CID, block bytes), leaves before the nodes above them."""


class InvalidCid(InvalidInput):
    """Not a base32 CIDv1 of a raw or dag-pb block under SHA-256, the only kind medixain stores."""

    code = "invalid-cid"


@dataclass(frozen=True, slots=True)
class _Link:
    """A child as its parent sees it: its CID, bytes of file below it, and cumulative bytes of blocks (Tsize)."""

    cid: bytes
    file_size: int
    tree_size: int


@dataclass(slots=True)
class TreeBuilder:
    """Builds the tree of a file from its leaves in order, keeping one unfinished node per level.

    Every finished block goes to ``sink``. Memory: one leaf and 174 links per level, whatever the file's size.
    """

    sink: Sink | None = None
    size: int = 0
    _levels: list[list[_Link]] = field(default_factory=lambda: [[]])

    def add_leaf(self, leaf: bytes) -> None:
        """Append the next 1 MiB of the file, or the shorter rest."""
        cid = _emit(RAW, leaf, self.sink)
        self.size += len(leaf)
        self._append(0, _Link(cid, len(leaf), len(leaf)))

    def finish(self) -> bytes:
        """Return the file's binary CID; an empty file is one empty leaf."""
        if not self.size:
            self.add_leaf(b"")
        level = 0
        while level < len(self._levels) - 1 or len(self._levels[level]) > 1:
            if self._levels[level]:
                self._close(level)
            level += 1
        return self._levels[-1][0].cid

    def _append(self, level: int, link: _Link) -> None:
        # A full node is closed only when a sibling arrives: a file of exactly 174 leaves has one node, not two levels.
        if len(self._levels[level]) == TREE_WIDTH:
            self._close(level)
        self._levels[level].append(link)

    def _close(self, level: int) -> None:
        links = self._levels[level]
        self._levels[level] = []
        block = _encode_node(links)
        cid = _emit(DAG_PB, block, self.sink)
        if level + 1 == len(self._levels):
            self._levels.append([])
        tree_size = len(block) + sum(link.tree_size for link in links)
        self._append(level + 1, _Link(cid, sum(link.file_size for link in links), tree_size))


def add_tree(source: Source, sink: Sink | None = None) -> tuple[bytes, int]:
    """Read ``source`` to its end; return its binary CID and size, passing every block to ``sink``."""
    builder = TreeBuilder(sink)
    reader = ExactReader(source)
    while leaf := reader.read(LEAF_SIZE):
        builder.add_leaf(leaf)
    return builder.finish(), builder.size


def block_cid(codec: int, block: bytes) -> bytes:
    """Return the binary CIDv1 of one block."""
    return bytes([1, codec]) + _SHA2_256 + hashlib.sha256(block).digest()


def cid_to_text(cid: bytes) -> str:
    """Return the multibase base32 text of a binary CID, ``bafk…`` or ``bafy…``; raises :class:`InvalidCid`."""
    _require_cid(cid)
    return "b" + base64.b32encode(cid).decode("ascii").rstrip("=").lower()


def cid_from_text(text: str) -> bytes:
    """Return the binary CID of its one text form; raises :class:`InvalidCid`."""
    try:
        digits = text[1:].upper()
        cid = base64.b32decode(digits + "=" * (-len(digits) % 8))
    except ValueError as error:
        raise InvalidCid(f"This is no content address (CIDv1, base32): {text[:80]!r}.") from error
    _require_cid(cid)
    if cid_to_text(cid) != text:
        raise InvalidCid(f"This content address is not in its one text form: {text[:80]!r}.")
    return cid


def _require_cid(cid: bytes) -> None:
    if len(cid) != CID_SIZE or cid[0] != 1 or cid[1] not in (RAW, DAG_PB) or cid[2:4] != _SHA2_256:
        raise InvalidCid("A content address is a CIDv1 of a raw or dag-pb block under SHA-256 (36 bytes).")


@dataclass(frozen=True, slots=True)
class TreeLink:
    """A child of a stored node: its binary CID and the bytes of file below it."""

    cid: bytes
    file_size: int


def parse_node(block: bytes) -> list[TreeLink]:
    """Return the children of a dag-pb node in order; raises ValueError when it is not a UnixFS file node of links."""
    hashes: list[bytes] = []
    sizes: list[int] = []
    for number, value in _fields(block):
        if number == 2 and isinstance(value, bytes):
            hashes.append(next(v for n, v in _fields(value) if n == 1 and isinstance(v, bytes)))
        elif number == 1 and isinstance(value, bytes):
            sizes = [v for n, v in _fields(value) if n == 4 and isinstance(v, int)]
    if not hashes or len(hashes) != len(sizes):
        raise ValueError("not a UnixFS file node")
    for cid in hashes:
        _require_cid(cid)
    return [TreeLink(cid, size) for cid, size in zip(hashes, sizes, strict=True)]


def _emit(codec: int, block: bytes, sink: Sink | None) -> bytes:
    cid = block_cid(codec, block)
    if sink is not None:
        sink(cid, block)
    return cid


def _encode_node(links: list[_Link]) -> bytes:
    """A dag-pb node: PBNode.Links (field 2) before PBNode.Data (field 1), as the dag-pb specification orders them."""
    encoded = b"".join(
        _bytes_field(2, _bytes_field(1, link.cid) + _bytes_field(2, b"") + _int_field(3, link.tree_size))
        for link in links
    )
    # UnixFS 1.0: Type = File (2), filesize, one blocksize per child; Data is absent in inner nodes.
    unixfs = _int_field(1, 2) + _int_field(3, sum(link.file_size for link in links))
    unixfs += b"".join(_int_field(4, link.file_size) for link in links)
    return encoded + _bytes_field(1, unixfs)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _int_field(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _bytes_field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _fields(message: bytes) -> list[tuple[int, int | bytes]]:
    """The fields of a protocol-buffers message of varints and byte strings; raises ValueError for anything else."""
    fields: list[tuple[int, int | bytes]] = []
    place = 0
    while place < len(message):
        tag, place = _read_varint(message, place)
        value, place = _read_varint(message, place)
        if tag & 7 == 0:
            fields.append((tag >> 3, value))
        elif tag & 7 == 2 and place + value <= len(message):
            fields.append((tag >> 3, message[place : place + value]))
            place += value
        else:
            raise ValueError("not a dag-pb node")
    return fields


def _read_varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(message) and shift < 63:
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
    raise ValueError("not a dag-pb node: a number is cut short")
