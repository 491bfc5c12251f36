"""Containers to and from files, in bounded memory and without half-written results."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from records.container.preamble import Preamble
from records.container.sources import Source
from records.container.stream import Progress, RecordReader


@contextmanager
def atomic_file(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """Open a new temporary file beside ``path``; on success fsync it and rename it to ``path``, else remove it.

    Whoever looks at ``path``, at any time and after any crash, sees its old content or all of the new.
    """
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(8)}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in directory ``path`` durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_to_path(
    source: Source, path: Path, *, key: bytes, record: bytes, progress: Progress | None = None
) -> Preamble:
    """Decrypt container ``source`` of record id ``record`` into the file ``path`` (mode 0600); return its preamble.

    ``path`` comes into being only when every chunk has verified. Raises what :class:`RecordReader` raises.
    """
    reader = RecordReader(source, key=key, record=record)
    with atomic_file(path) as file:
        for piece in reader.chunks(progress):
            file.write(piece)
    return reader.preamble
