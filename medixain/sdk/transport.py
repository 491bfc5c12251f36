"""The platform's HTTP interface (docs/spec/api.md): sessions bound to this device, problems as typed errors."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx

from keymgmt.keys.signin import EMPTY_BODY, compose_sign_in, device_proof
from keymgmt.keys.signing import SigningKey
from medixain.core.addresses import Address
from medixain.core.canonical import NotCanonical, require_shallow
from medixain.core.eip712 import Domain, TypedStruct
from medixain.sdk.errors import BadServerAnswer, Integrity, ServerRefused, ServerUnreachable

PREFIX: Final = "/api/v1"
TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
PATIENCE: Final = 60.0
"""Seconds that one request waits in all while the platform answers that there are too many."""
UPLOAD_TIMEOUT: Final = httpx.Timeout(600.0, connect=5.0)
"""An upload is answered when the platform has stored and hashed all of it."""
MAX_ANSWER: Final = 64 << 20
"""Bytes of JSON read from one answer; contents of records are streamed and not limited by this."""


class Signer(Protocol):
    """A secp256k1 key that signs here or in a signer process of its own."""

    @property
    def address(self) -> Address: ...

    def sign(self, domain: Domain, message: TypedStruct) -> bytes: ...

    def sign_text(self, text: str) -> bytes: ...


class Identity:
    """Somebody who signs in: the address that is signed in, and the key that proves it."""

    __slots__ = ("address", "signer")

    def __init__(self, signer: Signer, address: str | None = None) -> None:
        self.signer = signer
        self.address = address or signer.address


class Api:
    """Requests to one platform from one device.

    ``device`` opens the device's key, which happens with the first request that somebody signs in for. ``transport``
    replaces the network in tests, and ``pause`` the waiting.
    """

    def __init__(
        self,
        server: str,
        device: Callable[[], SigningKey],
        transport: httpx.BaseTransport | None = None,
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.server = server.rstrip("/")
        self._device = device
        self._pause = pause
        self._tokens: dict[str, str] = {}
        # The platform is contacted directly: a proxy of the environment would learn who talks to it.
        self._http = httpx.Client(base_url=self.server, timeout=TIMEOUT, trust_env=False, transport=transport)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # ---- requests --------------------------------------------------------------------------------------------------

    def get(
        self, path: str, *, by: Identity | None = None, headers: Mapping[str, str] | None = None, **query: Any
    ) -> Any:
        """GET and return the JSON; query values that are None are left out."""
        return self._json("GET", path, by=by, headers=headers, query=query)

    def post(self, path: str, body: Any, *, by: Identity | None = None) -> Any:
        """POST JSON and return the JSON."""
        return self._json("POST", path, by=by, body=body)

    def put(self, path: str, body: Any, *, by: Identity | None = None) -> Any:
        """PUT JSON and return the JSON."""
        return self._json("PUT", path, by=by, body=body)

    def delete(self, path: str, *, by: Identity, body: Any = None) -> Any:
        """DELETE and return the JSON, None when there is none."""
        return self._json("DELETE", path, by=by, body=body)

    def upload(self, path: str, content: Iterator[bytes], *, by: Identity) -> Any:
        """POST a stream of bytes and return the JSON."""
        request = self._http.build_request(
            "POST",
            PREFIX + path,
            content=content,
            headers={"Content-Type": "application/octet-stream"},
            timeout=UPLOAD_TIMEOUT,
        )
        return self._answer(self._send(request, by, EMPTY_BODY))

    @contextmanager
    def download(
        self,
        path: str,
        *,
        by: Identity,
        headers: Mapping[str, str] | None = None,
        first: int | None = None,
        **query: Any,
    ) -> Iterator[Iterator[bytes]]:
        """GET a stream of bytes, only the ``first`` ones if given; the connection ends with the context."""
        wanted = dict(headers or {})
        if first is not None:
            wanted["Range"] = f"bytes=0-{first - 1}"
        request = self._http.build_request("GET", PREFIX + path, headers=wanted, params=_present(query))
        response = self._send(request, by, EMPTY_BODY, stream=True)
        try:
            if response.is_error:
                response.read()
                raise _problem(response)
            yield self._pieces(response)
        finally:
            response.close()

    def _pieces(self, response: httpx.Response) -> Iterator[bytes]:
        try:
            yield from response.iter_bytes(1 << 20)
        except httpx.HTTPError as error:
            raise ServerUnreachable(self.server, type(error).__name__) from error

    def _json(
        self,
        method: str,
        path: str,
        *,
        by: Identity | None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Any:
        content = b"" if body is None else json.dumps(body).encode("utf-8")
        wanted = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            wanted["Content-Type"] = "application/json"
        request = self._http.build_request(
            method, PREFIX + path, content=content, headers=wanted, params=_present(query or {})
        )
        return self._answer(self._send(request, by, hashlib.sha256(content).hexdigest()))

    def _send(
        self, request: httpx.Request, by: Identity | None, body_hash: str, *, stream: bool = False
    ) -> httpx.Response:
        """Send a request; while the platform is too busy, wait as long as it asks and send again.

        A request answered with 429 has not been looked at, so sending it again is safe whatever it would do
        (docs/spec/api.md). One whose body was a stream is gone: its caller learns of the refusal.
        """
        left = PATIENCE if isinstance(request.stream, httpx.ByteStream) else 0.0
        while True:
            response = self._send_once(request, by, body_hash, stream=stream)
            wait = _asked_to_wait(response)
            if wait is None or wait > left:
                return response
            response.close()
            self._pause(wait)
            left -= wait

    def _send_once(
        self, request: httpx.Request, by: Identity | None, body_hash: str, *, stream: bool
    ) -> httpx.Response:
        if by is not None:
            request.headers["Authorization"] = f"Bearer {self._token(by)}"
            request.headers["Device-Proof"] = device_proof(
                self._device(),
                method=request.method,
                path=request.url.raw_path.decode("ascii"),
                body_sha256=body_hash,
                now=int(time.time()),
            )
        try:
            return self._http.send(request, stream=stream)
        except httpx.HTTPError as error:
            raise ServerUnreachable(self.server, str(error) or type(error).__name__) from error

    def _answer(self, response: httpx.Response) -> Any:
        if response.is_error:
            raise _problem(response)
        if response.status_code == httpx.codes.NO_CONTENT or not response.content:
            return None
        try:
            return parse_answer(response.content)
        except ValueError as error:
            raise BadServerAnswer(response.request.url.path) from error

    # ---- signing in ------------------------------------------------------------------------------------------------

    def _token(self, who: Identity) -> str:
        if who.address not in self._tokens:
            self._tokens[who.address] = self._sign_in(who)
        return self._tokens[who.address]

    def _sign_in(self, who: Identity) -> str:
        """Sign in with a text composed here: the server contributes its nonce, and its name only if it is its own."""
        device = self._device()
        challenge = self.post("/auth/challenges", {"address": who.address})
        address = urlsplit(self.server)
        if challenge.get("domain") != address.netloc or urlsplit(str(challenge.get("uri"))).netloc != address.netloc:
            raise Integrity(f"{self.server} asked for a sign-in to {challenge.get('domain')!r}")
        text = compose_sign_in(
            domain=address.netloc,
            address=who.address,
            device=device.address,
            uri=str(challenge["uri"]),
            chain_id=int(challenge["chain_id"]),
            nonce=str(challenge["nonce"]),
            now=int(time.time()),
        )
        signature = "0x" + who.signer.sign_text(text).hex()
        session = self.post("/auth/sessions", {"message": text, "signature": signature, "device": device.address})
        token = session.get("token") if isinstance(session, dict) else None
        if not isinstance(token, str):
            raise BadServerAnswer("signing in")
        return token


def parse_answer(content: bytes) -> Any:
    """Return the JSON of an answer; raises ValueError for anything that is none, too long or too deep."""
    if len(content) > MAX_ANSWER:
        raise ValueError("an answer is too long")
    try:
        require_shallow(content)
    except NotCanonical as error:
        raise ValueError(error.message) from error
    return json.loads(content.decode("utf-8"))


def _present(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def _asked_to_wait(response: httpx.Response) -> float | None:
    """Seconds after which the platform wants this request again, None if it does not say (RFC 6585, section 4)."""
    asked = response.headers.get("Retry-After", "")
    if response.status_code != httpx.codes.TOO_MANY_REQUESTS or not (asked.isascii() and asked.isdigit()):
        return None
    # Never at once: a platform that says 0 is as busy as one that says 1.
    return max(1.0, float(asked))


def _problem(response: httpx.Response) -> ServerRefused:
    """The problem+json of a refused request as an error; anything else by its status alone."""
    try:
        problem = parse_answer(response.content)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    code = str(problem.get("code") or f"http-{response.status_code}")
    detail = str(problem.get("detail") or f"The platform refused the request (HTTP {response.status_code}).")
    fields = problem.get("fields")
    return ServerRefused(code, response.status_code, detail, fields if isinstance(fields, dict) else None)
