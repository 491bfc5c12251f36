"""The zip of an export: its files, and the wallet's signature over their hashes (docs/spec/export.md)."""

import hashlib
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from eth_hash.auto import keccak

from keymgmt.keys.messages import ExportManifest
from keymgmt.node.errors import Malformed
from keymgmt.node.wire import parse_json
from medixain.core.eip712 import off_chain_domain, verify
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import SignatureError
from medixain.core.typed_json import parse_hex
from medixain.sdk.exported.errors import ArchiveDamaged

SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "evidence/signature.json"
EVIDENCE: Final = "evidence/records.json"
RECORDS: Final = "records/"
MAX_DOCUMENT: Final = 256 * 1024 * 1024
"""Bytes of a JSON document that is read whole: some 50,000 records' evidence."""
_PIECE: Final = 1024 * 1024
_SUM: Final = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError,
                  KeyError, ValueError)  # fmt: skip
"""What ``zipfile`` raises over bytes that are no archive any more."""


def is_archive(path: Path) -> bool:
    """Whether ``path`` is a zip that says it is an export."""
    if not zipfile.is_zipfile(path):
        return False
    with Archive(path) as archive:
        return any(name in archive.names for name in (EVIDENCE, SIGNATURE))


@dataclass(frozen=True, slots=True)
class Signed:
    """Whose word the archive's hashes are, of which chain, and when it was given (Unix seconds)."""

    chain_id: int
    wallet: str
    time: int


class Archive:
    """An open export; every file is read as a stream. Raises :class:`ArchiveDamaged`."""

    def __init__(self, path: Path) -> None:
        with _damage():
            self._zip = zipfile.ZipFile(path)
            self.names = tuple(self._zip.namelist())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes; its CRC has been compared when this ends."""
        with _damage(name), self._zip.open(name) as file:
            while piece := file.read(_PIECE):
                yield piece

    def document(self, name: str) -> Any:
        """Return the JSON in a file."""
        try:
            return parse_json(self.whole(name))
        except Malformed as error:
            raise ArchiveDamaged(f"{name} is not the JSON document it should be") from error

    def whole(self, name: str) -> bytes:
        """Return all bytes of a small file."""
        found = bytearray()
        for piece in self.pieces(name):
            found += piece
            if len(found) > MAX_DOCUMENT:
                raise ArchiveDamaged(f"{name} is larger than any export's")
        return bytes(found)

    def signed(self) -> Signed:
        """Return who signed the hashes, with the signature checked against the wallet's own id."""
        found = self.document(SIGNATURE)
        try:
            if set(found) != {"chain_id", "wallet", "time", "signature"}:
                raise InvalidInput("It has other fields.")
            message = ExportManifest(found["wallet"], keccak(self.whole(SUMS)), found["time"])
            signature = parse_hex(found["signature"], "signature")
            verify(off_chain_domain(found["chain_id"]), message, signature, signer=message.wallet)
        except (InvalidInput, SignatureError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ArchiveDamaged(f"{SIGNATURE} is no signature of a wallet over {SUMS}") from error
        return Signed(found["chain_id"], message.wallet, message.time)

    def changed(self) -> list[str]:
        """Return what differs from ``SHA256SUMS``, a sentence each: files changed, missing, added or there twice."""
        sums = self._sums()
        listed = {*sums, SUMS, SIGNATURE}
        problems = [f"{name} stands in it twice" for name in sorted(set(self.names)) if self.names.count(name) > 1]
        problems += [f"{name} was added" for name in sorted(set(self.names) - listed)]
        for name, digest in sums.items():
            try:
                if name not in self.names:
                    problems.append(f"{name} is missing")
                elif self._digest(name) != digest:
                    problems.append(f"{name} was changed")
            except ArchiveDamaged as error:
                problems.append(error.problem)
        return problems

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        for piece in self.pieces(name):
            digest.update(piece)
        return digest.hexdigest()

    def _sums(self) -> dict[str, str]:
        try:
            text = self.whole(SUMS).decode("utf-8")
        except UnicodeDecodeError as error:
            raise ArchiveDamaged(f"{SUMS} is no text") from error
        lines = _SUM.findall(text)
        sums = {name: digest for digest, name in lines}
        if "".join(f"{digest}  {name}\n" for digest, name in lines) != text or len(sums) != len(lines):
            raise ArchiveDamaged(f"{SUMS} does not name each file once, as sha256sum writes it")
        return sums


@contextmanager
def _damage(name: str = "the zip") -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise ArchiveDamaged(f"{name} cannot be read ({error})") from error
