"""The interface every record store has, after Django's ``Storage``: public methods validate, private hooks do."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from records.container import ExactReader, InvalidCid, Source, cid_from_text
from records.container.content_address import LEAF_SIZE
from records.storage.errors import InvalidRange, UploadTooLarge

DEFAULT_MAX_SIZE: Final = (2 << 30) + (4 << 20)
"""2 GiB of file and room for the container around it."""


@dataclass(frozen=True, slots=True)
class Stat:
    """``size`` in bytes of content, number of ``blocks`` of its tree, and whether it is ``pinned`` here."""

    cid: str
    size: int
    blocks: int
    pinned: bool


@dataclass(frozen=True, slots=True)
class Deletion:
    """What deleting did on *this* store: blocks ``removed``, and blocks ``shared`` with content that stays.

    ``copies_beyond_control`` names where else copies may lie, for the deletion receipt.
    """

    cid: str
    removed: int
    shared: int
    copies_beyond_control: tuple[str, ...] = ()


class RecordStore(ABC):
    """A content-addressed store of ciphertext. CIDs are base32 text (CIDv1); content has at most ``max_size`` bytes.

    Content put is durable when :meth:`put` returns: it survives a crash of the program or the machine. A crash before
    that leaves nothing but garbage that :meth:`gc` collects.
    """

    COPIES_BEYOND_CONTROL: ClassVar[tuple[str, ...]] = ("backups of the store's disk",)

    def __init__(self, *, max_size: int = DEFAULT_MAX_SIZE) -> None:
        self.max_size = max_size

    def put(self, source: Source, *, pin: bool = True) -> str:
        """Store all bytes of ``source`` and return their CID; unpinned content stays until the next :meth:`gc`.

        Idempotent. Raises :class:`UploadTooLarge`, :class:`StoreFull` or :class:`StoreUnavailable`, keeping nothing,
        and whatever reading ``source`` raises.
        """
        return self._put(self._leaves(source), pin)

    def get(self, cid: str, *, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Return an iterator over ``length`` bytes from ``offset`` (to the end when None), each block checked.

        Raises :class:`ContentMissing` and :class:`InvalidRange` at once, :class:`BlockDamaged` while iterating.
        """
        size = self.stat(cid).size
        end = size if length is None else offset + length
        if offset < 0 or end < offset or end > size:
            raise InvalidRange(f"The content has {size} bytes; ask for a range inside them.")
        return self._get(cid, offset, end)

    def has(self, cid: str) -> bool:
        """Return whether every block of ``cid`` is held here."""
        cid_from_text(cid)
        return self._has(cid)

    def stat(self, cid: str) -> Stat:
        """Return size, blocks and pin state; raises :class:`ContentMissing`."""
        cid_from_text(cid)
        return self._stat(cid)

    def pin(self, cid: str) -> None:
        """Protect ``cid`` from :meth:`gc`. Idempotent. Raises :class:`ContentMissing`."""
        cid_from_text(cid)
        self._pin(cid)

    def unpin(self, cid: str) -> None:
        """Stop protecting ``cid``. Idempotent, also for content not held."""
        cid_from_text(cid)
        self._unpin(cid)

    def gc(self) -> int:
        """Remove every block no pinned content needs and what crashed writers left; return the number removed."""
        return self._gc()

    def delete(self, cid: str) -> Deletion:
        """Unpin ``cid``, remove its blocks that no other pinned content needs, and check that they are gone.

        Idempotent: deleting what is not here removes 0 blocks.
        """
        cid_from_text(cid)
        return self._delete(cid)

    def close(self) -> None:
        """Release connections and files; the store is not used afterwards."""
        return

    def _leaves(self, source: Source) -> Iterator[bytes]:
        """The leaves of ``source``, none for empty content, stopping with an error beyond ``max_size``."""
        reader = ExactReader(source)
        size = 0
        while leaf := reader.read(LEAF_SIZE):
            size += len(leaf)
            if size > self.max_size:
                raise UploadTooLarge(self.max_size)
            yield leaf

    @abstractmethod
    def _put(self, leaves: Iterator[bytes], pin: bool) -> str: ...

    @abstractmethod
    def _get(self, cid: str, start: int, end: int) -> Iterator[bytes]: ...

    @abstractmethod
    def _has(self, cid: str) -> bool: ...

    @abstractmethod
    def _stat(self, cid: str) -> Stat: ...

    @abstractmethod
    def _pin(self, cid: str) -> None: ...

    @abstractmethod
    def _unpin(self, cid: str) -> None: ...

    @abstractmethod
    def _gc(self) -> int: ...

    @abstractmethod
    def _delete(self, cid: str) -> Deletion: ...


__all__ = ["DEFAULT_MAX_SIZE", "Deletion", "InvalidCid", "RecordStore", "Stat"]
