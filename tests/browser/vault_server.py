"""A vault's origin whose operator the test is: the true build, signed by two institutions made up for it."""

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import ThreadingMixIn
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from medixain.demo.vault import bundle_folder
from medixain.vault.app import Site, create_app
from medixain.vault.bundle import CONFIG, Bundle, load_bundle
from medixain.vault.config import encode_config
from medixain.vault.headers import HeaderTable
from medixain.vault.manifest import Manifest, sign_manifest
from tests.unit.medixain.vault.desks import CHAIN_ID, QUILL, SALTBY, TARN, Desk


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class _Server(ThreadingMixIn, WSGIServer):
    # A browser opens connections before it needs them; one at a time would wait for those.
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no failure of the test."""


@dataclass
class VaultServer:
    """Serves ``served`` under ``manifest``, which an honest operator keeps in step and a hostile one does not.

    ``platform`` is the origin that may frame the vault's display; nothing else is asked of it.
    """

    platform: str
    served: Bundle = field(init=False)
    manifest: Manifest = field(init=False)
    asked: list[str] = field(default_factory=list)
    _server: WSGIServer = field(init=False)

    def __post_init__(self) -> None:
        """Sign the build of this checkout, as version 1."""
        names = {desk.address: f"Institution {number}" for number, desk in enumerate((TARN, SALTBY, QUILL), 1)}
        config = {
            "v": 1,
            "platform": self.platform,
            "chain_id": CHAIN_ID,
            "contracts": {},
            "node_set": {"version": 1, "threshold": 1, "nodes": []},
            "rpc_url": "http://localhost:9",
            "institutions": names,
            "languages": ["en", "de"],
        }
        self.served = load_bundle(bundle_folder()).with_file(CONFIG, encode_config(config))
        self.manifest = sign_manifest(self.served, (TARN, SALTBY), previous=None)

    def changed(self, path: str, body: bytes) -> Bundle:
        """What is served, with another file in its place."""
        return self.served.with_file(path, body)

    def publish(self, bundle: Bundle, desks: Collection[Desk] = (TARN, SALTBY)) -> None:
        """Serve a build under the next version, signed by ``desks``."""
        self.manifest = sign_manifest(bundle, desks, previous=self.manifest)
        self.served = bundle

    def _site(self) -> Site:
        return Site(self.served, self.manifest.encode(), HeaderTable(self.platform))

    def _answer(self, environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.asked.append(str(environment["PATH_INFO"]))
        return create_app(self._site)(environment, start)

    @property
    def url(self) -> str:
        """The origin."""
        return f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Quiet)
        self._server.set_app(self._answer)
        threading.Thread(target=self._server.serve_forever, name="vault-server", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _PageHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is http.server's
        """A page with a frame of the address in ``frame=``."""
        address = parse_qs(urlsplit(self.path).query).get("frame", ["about:blank"])[0]
        body = f'<!doctype html><title>elsewhere</title><iframe src="{escape(address)}"></iframe>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class Elsewhere:
    """Pages of two origins that are not the vault's: of the platform, and of a stranger."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _PageHandler)
        self.platform = f"http://localhost:{self._server.server_port}"
        self.stranger = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="elsewhere", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
