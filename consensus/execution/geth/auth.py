"""The Engine API's authentication: a JSON Web Token per request, HS256 over a shared secret.

Source: https://github.com/ethereum/execution-apis, engine/authentication.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Generator
from pathlib import Path

import httpx

from consensus.execution.errors import ExecutionUnavailable

SECRET_BYTES = 32


class JwtAuth(httpx.Auth):
    """Puts a token with a fresh ``iat`` on every request; geth accepts one for 60 seconds."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ExecutionUnavailable(f"the JWT secret is {len(secret)} bytes, not {SECRET_BYTES}")
        self._secret = secret

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See :class:`httpx.Auth`."""
        request.headers["Authorization"] = f"Bearer {token(self._secret, int(time.time()))}"
        yield request


def token(secret: bytes, issued_at: int) -> str:
    """The token for one moment, seconds since the epoch (RFC 7519, RFC 7515)."""
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part({'iat': issued_at})}"
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64url(signature)}"


def load_or_create_secret(path: Path) -> bytes:
    """The secret in a file of 64 hex digits, made with mode 0600 when the file is not there.

    Raises :class:`ExecutionUnavailable` for a file that holds anything else.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(SECRET_BYTES))
    try:
        secret = bytes.fromhex(path.read_text().strip().removeprefix("0x"))
    except ValueError as error:
        raise ExecutionUnavailable(f"the JWT secret file {path} is not hex") from error
    if len(secret) != SECRET_BYTES:
        raise ExecutionUnavailable(f"the JWT secret file {path} holds {len(secret)} bytes, not {SECRET_BYTES}")
    return secret


def _part(value: dict[str, object]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
