"""The vault's origin serves the files of one signed build under its policies, and nothing else."""

import gzip
from collections.abc import Mapping
from wsgiref.util import setup_testing_defaults

import pytest

from medixain.vault.app import Site, create_app
from medixain.vault.headers import HeaderTable
from tests.unit.medixain.vault.desks import build

PLATFORM, NODE, DOOR = "https://wallet.example.org", "https://node.example.org", "https://door.example.org"
SITE = Site(build(), b'{"v":1}', HeaderTable(PLATFORM, [NODE, DOOR]))


def ask(path: str, method: str = "GET", **headers: str) -> tuple[str, Mapping[str, str], bytes]:
    """One request to the origin."""
    environment: dict[str, object] = {"REQUEST_METHOD": method, "PATH_INFO": path}
    environment |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    setup_testing_defaults(environment)
    seen: list[tuple[str, dict[str, str]]] = []
    body = b"".join(create_app(lambda: SITE)(environment, lambda status, sent: seen.append((status, dict(sent)))))
    return seen[0][0], seen[0][1], body


def policy(path: str) -> dict[str, str]:
    """The content security policy of a path, by directive."""
    parts = ask(path)[1]["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_the_page_stands_in_no_frame_and_the_frame_only_in_the_platform_s() -> None:
    assert policy("/")["frame-ancestors"] == policy("/index.html")["frame-ancestors"] == "'none'"
    assert policy("/frame.html")["frame-ancestors"] == PLATFORM


@pytest.mark.parametrize("path", ["/", "/frame.html", "/app.js", "/manifest.json", "/nothing"])
def test_scripts_come_from_the_vault_alone_and_talk_to_platform_nodes_and_chain_alone(path: str) -> None:
    found = policy(path)
    assert (found["default-src"], found["script-src"]) == ("'none'", "'self' 'wasm-unsafe-eval'")
    assert found["connect-src"].split() == ["'self'", PLATFORM, NODE, DOOR]
    assert found["require-trusted-types-for"] == "'script'"
    assert found["trusted-types"].split() == ["lit-html", "medixain-worker", "vault-service-worker"]
    headers = ask(path)[1]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers


def test_wasm_is_served_as_what_browsers_stream() -> None:
    assert ask("/umbral.wasm")[1]["Content-Type"] == "application/wasm"


@pytest.mark.parametrize("path", ["/../manage.py", "/%2e%2e/x", "//app.js", "/app.js/", "/APP.JS", "/index"])
def test_there_is_no_way_out_of_the_build(path: str) -> None:
    assert ask(path)[0] == "404 Not Found"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_sent(method: str) -> None:
    status, headers, _ = ask("/", method)
    assert (status, headers["Allow"]) == ("405 Method Not Allowed", "GET, HEAD")


def test_a_head_request_gets_the_same_headers_and_no_body() -> None:
    _, headers, body = ask("/app.js", "HEAD")
    assert body == b""
    assert headers == ask("/app.js")[1]


def test_a_browser_that_takes_gzip_gets_it() -> None:
    plain, (_, headers, body) = ask("/app.js")[2], ask("/app.js", accept_encoding="br, gzip;q=0.5")
    assert (headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", plain)
    assert len(body) == int(headers["Content-Length"]) < len(plain)
    assert "Content-Encoding" not in ask("/app.js", accept_encoding="gzip;q=0")[1]


def test_what_has_not_changed_is_not_sent_again() -> None:
    tag = ask("/app.js")[1]["ETag"]
    status, _, body = ask("/app.js", if_none_match=f'"other", {tag}')
    assert (status, body) == ("304 Not Modified", b"")
    assert ask("/app.js", if_none_match='"other"')[0] == "200 OK"
