"""The vault's origin as a WSGI application: GET and HEAD of the files of one signed bundle, nothing else."""

import gzip
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from medixain.vault.bundle import INDEX, MANIFEST, Bundle, content_type
from medixain.vault.headers import HeaderTable

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

_COMPRESSED: Final = ("text/", "application/json", "application/manifest+json", "application/wasm", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class ServedFile:
    """One file, ready to be sent; ``compressed`` is None where gzip would gain nothing."""

    body: bytes
    compressed: bytes | None
    headers: Mapping[str, str]
    tag: str


class Site:
    """Every file of a bundle with its headers; made once, looked up by path."""

    def __init__(self, bundle: Bundle, manifest: bytes, table: HeaderTable) -> None:
        signed = bundle.with_file(MANIFEST, manifest)
        self._files = {path: _served(path, body, tag, table) for (path, body), tag in _tagged(signed)}
        self._nothing = table.of("")

    def find(self, path: str) -> ServedFile | None:
        """The file at a path of the origin; None when there is none."""
        return self._files.get(path.removeprefix("/") or INDEX)

    @property
    def nothing(self) -> Mapping[str, str]:
        """Headers of an answer that carries no file."""
        return self._nothing


def create_app(site: Callable[[], Site]) -> Application:
    """Return the application; ``site`` is asked at each request, so that a new build takes over at once and whole."""

    def application(environment: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        current = site()
        method = environment["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"}:
            return _plain(start, "405 Method Not Allowed", "Only GET and HEAD.\n", current, [("Allow", "GET, HEAD")])
        found = current.find(environment.get("PATH_INFO", "/"))
        if found is None:
            return _plain(start, "404 Not Found", "The vault has no such file.\n", current)
        return _send(environment, start, found, with_body=method == "GET")

    return application


def _send(environment: dict[str, Any], start: StartResponse, file: ServedFile, *, with_body: bool) -> Iterable[bytes]:
    zipped = file.compressed is not None and _takes_gzip(environment.get("HTTP_ACCEPT_ENCODING", ""))
    body = file.compressed if zipped and file.compressed is not None else file.body
    tag = f'"{file.tag}{"-gz" if zipped else ""}"'
    headers = [*file.headers.items(), ("ETag", tag), ("Vary", "Accept-Encoding")]
    if tag in {part.strip().removeprefix("W/") for part in environment.get("HTTP_IF_NONE_MATCH", "").split(",")}:
        start("304 Not Modified", headers)
        return []
    headers.append(("Content-Length", str(len(body))))
    if zipped:
        headers.append(("Content-Encoding", "gzip"))
    start("200 OK", headers)
    return [body] if with_body else []


def _plain(
    start: StartResponse, status: str, text: str, site: Site, extra: Iterable[tuple[str, str]] = ()
) -> Iterable[bytes]:
    body = text.encode("utf-8")
    headers = [*site.nothing.items(), ("Content-Type", "text/plain; charset=utf-8"), *extra]
    start(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _tagged(bundle: Bundle) -> Iterable[tuple[tuple[str, bytes], str]]:
    return zip(sorted(bundle.files.items()), (value[2:34] for value in bundle.hashes().values()), strict=True)


def _served(path: str, body: bytes, tag: str, table: HeaderTable) -> ServedFile:
    kind = content_type(path)
    compressed = gzip.compress(body, 6, mtime=0) if kind.startswith(_COMPRESSED) else None
    if compressed is not None and len(compressed) >= len(body):
        compressed = None
    return ServedFile(body, compressed, {**table.of(path), "Content-Type": kind}, tag)


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.split(","):
        coding, _, weight = part.strip().partition(";")
        if coding.strip().lower() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
