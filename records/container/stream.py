"""A record's body: the STREAM construction over AES-256-GCM in chunks of 64 KiB, in bounded memory.

STREAM is by Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance" (CRYPTO 2015). A chunk's nonce is its number and whether it is the last, so chunks that are missing,
moved or added fail to authenticate; the header is associated data of every chunk, so chunks of two records do not mix.
"""

from collections.abc import Callable, Iterator
from typing import Final

from records.container.errors import ContainerDamaged, ContainerTooLong, WrongRecord
from records.container.header import HEADER_SIZE, Header, parse_header
from records.container.preamble import PREAMBLE_SIZE, Preamble, parse_preamble
from records.container.primitives import TAG_SIZE, Aes256Gcm, AuthenticationFailed, derive
from records.container.sources import ExactReader, Source

CHUNK_SIZE: Final = 64 * 1024
"""Plaintext bytes of every chunk but the last."""

SEALED_CHUNK_SIZE: Final = CHUNK_SIZE + TAG_SIZE

MAX_CHUNKS: Final = 1 << 32
"""Far below the 2^88 numbers of the nonce; bounds what one key encrypts (256 TiB)."""

FIRST_CHUNK_END: Final = HEADER_SIZE + SEALED_CHUNK_SIZE
"""65,729: a list of records needs only this many bytes of each to show name and type."""

Progress = Callable[[int], None]
"""Called with the number of body bytes done so far."""


def sealed_size(body_size: int) -> int:
    """Return the bytes of the container of a body of ``body_size`` bytes."""
    plaintext = PREAMBLE_SIZE + body_size
    chunks = max(1, -(-plaintext // CHUNK_SIZE))
    return HEADER_SIZE + plaintext + chunks * TAG_SIZE


def body_size(size: int) -> int:
    """Return the bytes of the body in a container of ``size`` bytes, the inverse of :func:`sealed_size`.

    For a size no container has it is the nearest below, never negative: it is for showing, not for allocating.
    """
    sealed = size - HEADER_SIZE
    chunks = max(1, -(-sealed // SEALED_CHUNK_SIZE))
    return max(0, sealed - chunks * TAG_SIZE - PREAMBLE_SIZE)


def seal(
    body: Source, *, header: Header, key: bytes, preamble: Preamble, progress: Progress | None = None
) -> Iterator[bytes]:
    """Yield the container of ``body``: the header, then the chunks. Holds two chunks at a time.

    Raises :class:`WrongRecordKey` when ``header`` does not commit to ``key`` and :class:`ContainerTooLong`.
    """
    header.check_key(key)
    encoded = header.encode()
    yield encoded
    cipher = _chunk_cipher(key)
    reader = ExactReader(body)
    chunk = preamble.encode() + reader.read(CHUNK_SIZE - PREAMBLE_SIZE)
    done = len(chunk) - PREAMBLE_SIZE
    for number in range(MAX_CHUNKS):
        # Whether this chunk is the last shows only when nothing follows it.
        following = reader.read(CHUNK_SIZE) if len(chunk) == CHUNK_SIZE else b""
        yield cipher.seal(_nonce(number, last=not following), chunk, encoded)
        if progress is not None:
            progress(done)
        if not following:
            return
        done += len(following)
        chunk = following
    raise ContainerTooLong


class RecordReader:
    """Opens one container front to back, releasing only chunks that authenticate.

    ``record`` is the id asked for; a container of another record is refused before anything is decrypted. ``header``
    and ``preamble`` can be read at once. The body is released chunk by chunk, and whoever consumes it must treat it as
    provisional until :meth:`chunks` ends without an error (``files.open_to_path`` does).

    Raises :class:`InvalidHeader`, :class:`WrongRecord`, :class:`WrongRecordKey`, :class:`ContainerDamaged` and
    :class:`InvalidPreamble` when made.
    """

    def __init__(self, source: Source, *, key: bytes, record: bytes) -> None:
        self._reader = ExactReader(source)
        encoded = self._reader.read(HEADER_SIZE)
        self.header: Header = parse_header(encoded)
        if self.header.record_id != record:
            raise WrongRecord(record, self.header.record_id)
        self.header.check_key(key)
        self._associated_data = encoded
        self._cipher = _chunk_cipher(key)
        self._sealed = self._reader.read(SEALED_CHUNK_SIZE)
        first = self._open_chunk(0, self._advance())
        self.preamble: Preamble = parse_preamble(first[:PREAMBLE_SIZE])
        self._first_body = first[PREAMBLE_SIZE:]

    def chunks(self, progress: Progress | None = None) -> Iterator[bytes]:
        """Yield the body's verified pieces, once. Raises :class:`ContainerDamaged` at the first that is not."""
        done = len(self._first_body)
        yield self._first_body
        if progress is not None:
            progress(done)
        number = 1
        while self._sealed:
            if number == MAX_CHUNKS:
                raise ContainerTooLong
            piece = self._open_chunk(number, self._advance())
            number += 1
            done += len(piece)
            yield piece
            if progress is not None:
                progress(done)

    def _advance(self) -> bytes:
        """Return the current sealed chunk and read the one after it, which says whether it is the last."""
        current = self._sealed
        self._sealed = self._reader.read(SEALED_CHUNK_SIZE) if len(current) == SEALED_CHUNK_SIZE else b""
        return current

    def _open_chunk(self, number: int, sealed: bytes) -> bytes:
        # A chunk after the first always carries something: an empty one would be a second form of the same record.
        if len(sealed) < TAG_SIZE or (number > 0 and len(sealed) == TAG_SIZE):
            raise ContainerDamaged(number)
        try:
            return self._cipher.open(_nonce(number, last=not self._sealed), sealed, self._associated_data)
        except AuthenticationFailed as error:
            raise ContainerDamaged(number) from error


def read_metadata(first_bytes: bytes, *, key: bytes, record: bytes) -> tuple[Header, Preamble]:
    """Return header and preamble from the first 65,729 bytes of a container (or all of a shorter one).

    The bytes may be cut at :data:`FIRST_CHUNK_END`, so whether chunk 0 is the last is not known: both are tried. Raises
    what :class:`RecordReader` raises.
    """
    header = parse_header(first_bytes[:HEADER_SIZE])
    if header.record_id != record:
        raise WrongRecord(record, header.record_id)
    header.check_key(key)
    cipher = _chunk_cipher(key)
    sealed = first_bytes[HEADER_SIZE:FIRST_CHUNK_END]
    for last in (True, False):
        if not last and len(sealed) < SEALED_CHUNK_SIZE:
            break
        try:
            chunk = cipher.open(_nonce(0, last=last), sealed, header.encode())
        except AuthenticationFailed:
            continue
        return header, parse_preamble(chunk[:PREAMBLE_SIZE])
    raise ContainerDamaged(0)


def _chunk_cipher(key: bytes) -> Aes256Gcm:
    return Aes256Gcm(derive(key, "stream"))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
