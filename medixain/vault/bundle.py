"""The built bundle in memory: served from there, so that what is hashed, signed and sent are the same bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medixain.vault.errors import UnservableFile, VaultNotBuilt

INDEX: Final = "index.html"
CONFIG: Final = "config.json"
MANIFEST: Final = "manifest.json"

CONTENT_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".ttf": "font/ttf",
    ".pfb": "application/octet-stream",
    ".bcmap": "application/octet-stream",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""By suffix; a browser compiles wasm while it streams only under its own type, and `nosniff` holds for the others."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files by their path below the origin, without the leading slash."""

    files: Mapping[str, bytes]

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file, as the manifest lists them: ``{"/app.js": "0x…"}``."""
        return {"/" + path: "0x" + hashlib.sha256(body).hexdigest() for path, body in sorted(self.files.items())}

    def with_file(self, path: str, body: bytes) -> "Bundle":
        """This bundle with one file more (or another one in its place)."""
        return Bundle({**self.files, path: body})


def load_bundle(folder: Path) -> Bundle:
    """Read a built bundle; raises :class:`VaultNotBuilt` or :class:`UnservableFile`."""
    if not (folder / INDEX).is_file():
        raise VaultNotBuilt(str(folder))
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            content_type(name)
            files[name] = path.read_bytes()
    return Bundle(files)


def content_type(path: str) -> str:
    """The media type of a file of the bundle; raises :class:`UnservableFile`."""
    suffix = Path(path).suffix.lower()
    if suffix not in CONTENT_TYPES:
        raise UnservableFile(path)
    return CONTENT_TYPES[suffix]
