"""The platform's HTTP interface as a node uses it: sealed keys of records, and deposits that waited (api.md)."""

import base64
import binascii
from collections.abc import Callable
from typing import Any, Final, TypeVar

import httpx

from keymgmt.node.errors import BadCapsule, Malformed, RecordUnavailable
from keymgmt.node.messages import node_proof
from keymgmt.node.server.context import NodeKeys
from keymgmt.node.server.facts import Clock, RecordMaterial, SignedEnvelope, WaitingDeposit
from keymgmt.node.wire import parse_hex, parse_json
from medixain.core.secp256k1 import SIGNATURE_LENGTH
from medixain.core.typed_json import hex_bytes

Answer = TypeVar("Answer")

MAX_ANSWER: Final = 8 * 1024 * 1024
"""Bytes of an answer; a page of deposits is the largest."""


class PlatformClient:
    """Asks the platform as this node; both :class:`RecordSource` and :class:`DepositBox`."""

    def __init__(self, url: str, *, keys: NodeKeys, clock: Clock, http: httpx.Client | None = None) -> None:
        self._http = http or httpx.Client(timeout=httpx.Timeout(5, connect=2))
        self._url = url.rstrip("/")
        self._keys = keys
        self._clock = clock

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def fetch(self, record: bytes) -> RecordMaterial:
        """Return a record's header, sealed key and envelope, unbelieved (:class:`RecordSource`)."""
        return _parsed(_material, self._request("GET", f"/api/v1/records/{hex_bytes(record)}"))

    def waiting(self) -> list[WaitingDeposit]:
        """Return the first page of deposits that wait for this node (:class:`DepositBox`)."""
        return _parsed(_deposits, self._request("GET", f"/api/v1/node-deposits?node={self._keys.address}"))

    def remove(self, deposit_id: str) -> None:
        """Remove a deposit that was taken or can never be taken."""
        self._request("DELETE", f"/api/v1/node-deposits/{deposit_id}")

    def _request(self, method: str, path: str) -> bytes:
        proof = node_proof(self._keys.node_secret, method, path, b"", self._clock())
        try:
            with self._http.stream(method, self._url + path, headers={"Node-Proof": proof}) as response:
                if not response.is_success:
                    raise RecordUnavailable(f"The platform answered {response.status_code}; try again later.")
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_ANSWER:
                        raise BadCapsule
        except httpx.HTTPError as error:
            raise RecordUnavailable from error
        return bytes(body)


def _parsed(read: Callable[[Any], Answer], body: bytes) -> Answer:
    # A platform that answers nonsense is not trusted to mean anything by it.
    try:
        return read(parse_json(body))
    except (ValueError, KeyError, TypeError, Malformed) as error:
        raise BadCapsule from error


def _material(document: Any) -> RecordMaterial:
    envelope = document.get("envelope") if isinstance(document, dict) else None
    return RecordMaterial(
        header=_bytes(document["header"]),
        kc=_bytes(document["kc"]),
        envelope=None if envelope is None else _envelope(envelope),
    )


def _envelope(document: Any) -> SignedEnvelope:
    epoch = document["epoch"]
    if not isinstance(epoch, int) or isinstance(epoch, bool) or not 0 <= epoch < 1 << 32:
        raise ValueError("an epoch is a uint32")
    return SignedEnvelope(
        section=parse_hex(document["section"], "section", size=16),
        epoch=epoch,
        blob=_bytes(document["blob"]),
        signature=parse_hex(document["signature"], "signature", size=SIGNATURE_LENGTH),
    )


def _deposits(document: Any) -> list[WaitingDeposit]:
    return [WaitingDeposit(_path_segment(row["id"]), _bytes(row["blob"])) for row in document["deposits"]]


def _path_segment(value: Any) -> str:
    # The id becomes part of a path; a platform that sends anything but an id is refused.
    if not isinstance(value, str | int) or not str(value).replace("-", "").isalnum() or not str(value).isascii():
        raise ValueError("not an id")
    return str(value)


def _bytes(value: Any) -> bytes:
    """Hex for short values, base64 for ciphertexts (docs/spec/README.md); what is read is checked by hash anyway."""
    if not isinstance(value, str):
        raise ValueError("not a byte string")
    if value.startswith("0x"):
        return bytes.fromhex(value[2:])
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
