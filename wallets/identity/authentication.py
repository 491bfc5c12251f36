"""How a request proves who sends it: a session's token with the device's proof, or a node's signature."""

import hashlib
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from keymgmt.keys.signin import EMPTY_BODY, PROOF_WINDOW, UPLOAD_WINDOW
from keymgmt.node.messages import verify_node_proof
from medixain.api.caller import Caller, NodeCaller
from medixain.api.errors import NotSignedIn
from medixain.core.errors import MedixainError
from wallets.identity.sign_in import session_authenticate
from wallets.registry.models import Node

STREAMED = "streams_body"
"""Views with this attribute read their body as a stream, so its hash is not part of the device's proof (keys.md)."""


class DeviceSessionAuthentication(BaseAuthentication):
    """``Authorization: Bearer`` and ``Device-Proof`` (keys.md), or ``Node-Proof`` (api.md)."""

    def authenticate(self, request: Request) -> tuple[Caller | NodeCaller, None] | None:
        """Return the caller; None without proof; raises :class:`NotSignedIn` for a wrong one."""
        node_proof = request.headers.get("Node-Proof")
        if node_proof is not None:
            return self._node(request, node_proof), None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not token:
            return None
        if scheme.lower() != "bearer":
            raise NotSignedIn("Use a bearer token from /api/v1/auth/sessions.")
        caller = session_authenticate(
            token=token.strip(), proof=request.headers.get("Device-Proof", ""), method=request.method or "",
            path=request.get_full_path(), body_sha256=_body_hash(request),
            window=UPLOAD_WINDOW if _is_streamed(request) else PROOF_WINDOW,
        )  # fmt: skip
        return caller, None

    def authenticate_header(self, request: Request) -> str:
        """What a 401 answer asks for."""
        return 'Bearer realm="medixain"'

    def _node(self, request: Request, proof: str) -> NodeCaller:
        try:
            address = verify_node_proof(
                proof,
                request.method or "",
                request.get_full_path(),
                _body(request),
                now=int(timezone.now().timestamp()),
            )
        except MedixainError as error:
            raise NotSignedIn(f"The node's proof does not hold: {error.message}") from error
        if not Node.objects.filter(address=address).exists():
            raise NotSignedIn(f"{address} is no re-encryption node of this chain.")
        return NodeCaller(address)


def _is_streamed(request: Request) -> bool:
    view: Any = (request.parser_context or {}).get("view")
    return bool(getattr(view, STREAMED, False)) and request.method == "POST"


def _body(request: Request) -> bytes:
    return b"" if _is_streamed(request) else request._request.body


def _body_hash(request: Request) -> str:
    body = _body(request)
    return hashlib.sha256(body).hexdigest() if body else EMPTY_BODY
