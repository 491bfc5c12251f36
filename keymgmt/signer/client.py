"""Clients of a signer: the platform's relay, an institution's desk, a consensus client, a clerk."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx

from contracts.bindings.messages import Attestation
from contracts.bindings.sending import SignedTransaction
from keymgmt.keys.group import Point
from keymgmt.keys.messages import OprfRequest
from keymgmt.keys.nullifier_wire import claim_to_json
from keymgmt.keys.oprf import Claim
from keymgmt.pre import PublicKey, Sealed
from keymgmt.signer.errors import SignerRefused, SignerUnreachable, UnknownKeyring
from keymgmt.signer.home import TOKEN, Role
from medixain.core.addresses import Address, to_address
from medixain.core.eip712 import TypedStruct
from medixain.core.typed_json import message_to_json


class SignerClient:
    """One signer at ``url``; ``token`` stands in the file of that name in the signer's folder."""

    def __init__(
        self, url: str, token: str, *, timeout: float = 15.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.url = url
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, transport=transport, trust_env=False)

    @classmethod
    def of_home(cls, url: str, home: Path) -> "SignerClient":
        """Return a client with the token that stands in the signer's folder."""
        return cls(url, (home / TOKEN).read_text(encoding="ascii"))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def keyrings(self) -> Mapping[str, "RemoteKeyring"]:
        """Return every keyring by name; raises :class:`SignerUnreachable` or :class:`SignerRefused`."""
        listed = self.request("GET", "/v1/keyrings")["keyrings"]
        return {item["name"]: _remote(self, item) for item in listed}

    def keyring(self, name: str) -> "RemoteKeyring":
        """Return one keyring; raises :class:`UnknownKeyring` and as :meth:`keyrings`."""
        known = self.keyrings()
        if name not in known:
            raise UnknownKeyring(name)
        return known[name]

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer's JSON; raises :class:`SignerUnreachable` or :class:`SignerRefused`."""
        try:
            response = self._http.request(method, path, json=body)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise SignerUnreachable(self.url) from error
        if not isinstance(answer, dict):
            raise SignerUnreachable(self.url)
        if response.status_code != 200:
            raise SignerRefused(str(answer.get("code")), str(answer.get("detail")))
        return answer


@dataclass(frozen=True, slots=True)
class RemoteKeyring:
    """A keyring whose secrets stay in the signer: a ``DigestSigner`` for consensus, a clerk's ``Desk`` elsewhere."""

    client: SignerClient
    name: str
    role: Role
    address: Address
    exchange_key: PublicKey
    evaluator: int | None

    def sign(self, message: TypedStruct) -> bytes:
        """Return the signature of a message; the signer chooses the domain. Raises :class:`SignerRefused`."""
        answer = self._post("messages", {"message": type(message).__name__, "fields": message_to_json(message)})
        return _data(answer, "signature")

    def sign_transaction(self, *, to: str, data: bytes, nonce: int, gas: int) -> SignedTransaction:
        """Return a relay's transaction of value 0 to a known contract; raises :class:`SignerRefused`."""
        answer = self._post("transactions", {"to": to_address(to), "data": _hex(data), "nonce": nonce, "gas": gas})
        return SignedTransaction(_data(answer, "raw"), _data(answer, "hash"), answer["sender"], nonce)

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the signature of a seal's, vote's or handshake's digest; raises :class:`SignerRefused`."""
        return _data(self._post("digests", {"digest": _hex(digest)}), "signature")

    def sign_in(self, text: str) -> bytes:
        """Return the signature of a sign-in text of this institution; raises :class:`SignerRefused`."""
        return _data(self._post("sign-in", {"text": text}), "signature")

    def unseal(self, sealed: Sealed) -> bytes:
        """Return what was sealed to this institution's exchange key; raises :class:`SignerRefused`."""
        return _data(self._post("unseal", {"sealed": _hex(bytes(sealed))}), "plaintext")

    def sign_request(self, request: OprfRequest) -> bytes:
        """Return the signature of a request to an evaluator; raises :class:`SignerRefused`."""
        return self.sign(request)

    def vouch(self, attestation: Attestation, claim: Claim, blinded: Point) -> bytes:
        """Return this institution's own signature of an attestation; raises :class:`SignerRefused`."""
        body = {
            "attestation": message_to_json(attestation),
            "claim": claim_to_json(claim),
            "blinded": _hex(bytes(blinded)),
        }
        return _data(self._post("attestations", body), "signature")

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self.client.request("POST", f"/v1/{self.name}/{path}", body)


class RemoteConsensusKeys:
    """The keyrings of a consensus client by address, as its ``SealSigner`` protocol wants them."""

    def __init__(self, keyrings: Collection[RemoteKeyring]) -> None:
        self._keyrings = {keyring.address: keyring for keyring in keyrings}

    def addresses(self) -> Collection[str]:
        """EIP-55 addresses whose keys are held."""
        return self._keyrings.keys()

    def sign_digest(self, address: str, digest: bytes) -> bytes:
        """Return 65 bytes over a digest; raises :class:`UnknownKeyring` or :class:`SignerRefused`."""
        if address not in self._keyrings:
            raise UnknownKeyring(address)
        return self._keyrings[to_address(address)].sign_digest(digest)


def _remote(client: SignerClient, item: Mapping[str, Any]) -> RemoteKeyring:
    return RemoteKeyring(
        client=client,
        name=item["name"],
        role=Role(item["role"]),
        address=to_address(item["address"]),
        exchange_key=PublicKey(_data(item, "exchange_key")),
        evaluator=item["evaluator"],
    )


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _data(answer: Mapping[str, Any], name: str) -> bytes:
    return bytes.fromhex(cast(str, answer[name])[2:])
