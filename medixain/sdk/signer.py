"""An institution's keys: in its own home, or in a signer process that the home only has a token for.

The HTTP interface of the signer is ``keymgmt.signer``'s; the SDK is a client and imports none of its code.
"""

from typing import Any, Final, Protocol

import httpx

from contracts.bindings.messages import Attestation
from keymgmt.keys.clerk import LocalDesk
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.encoding import to_hex
from keymgmt.keys.group import Point
from keymgmt.keys.messages import OprfRequest
from keymgmt.keys.nullifier_wire import claim_to_json
from keymgmt.keys.oprf import Claim
from keymgmt.pre import PublicKey, Sealed, unseal
from medixain.core.addresses import Address, to_address
from medixain.core.eip712 import Domain, TypedStruct
from medixain.core.typed_json import message_to_json
from medixain.sdk.errors import BadServerAnswer, ServerRefused, ServerUnreachable
from medixain.sdk.transport import parse_answer

TIMEOUT: Final = 15.0


class InstitutionDesk(Protocol):
    """What an institution's home signs and opens with."""

    @property
    def address(self) -> Address: ...

    @property
    def exchange_key(self) -> PublicKey: ...

    def sign(self, domain: Domain, message: TypedStruct) -> bytes: ...

    def sign_text(self, text: str) -> bytes: ...

    def unseal(self, sealed: Sealed) -> bytes: ...

    def sign_request(self, request: OprfRequest) -> bytes: ...

    def vouch(self, attestation: Attestation, claim: Claim, blinded: Point) -> bytes: ...

    def at(self, wallet_registry: Domain) -> "InstitutionDesk":
        """This desk attesting for one deployment of WalletRegistry."""
        ...


class LocalInstitution:
    """An institution whose key is the wallet key of its home."""

    def __init__(self, keys: WalletKeys, wallet_registry: Domain | None = None) -> None:
        self._keys = keys
        self._wallet_registry = wallet_registry

    @property
    def address(self) -> Address:
        """The institution's id."""
        return self._keys.wallet.address

    @property
    def exchange_key(self) -> PublicKey:
        """The key that messages to the institution are sealed to."""
        return self._keys.exchange.public_key

    def sign(self, domain: Domain, message: TypedStruct) -> bytes:
        """Return the EIP-712 signature of ``message``."""
        return self._keys.wallet.sign(domain, message)

    def sign_text(self, text: str) -> bytes:
        """Return the EIP-191 signature of ``text``."""
        return self._keys.wallet.sign_text(text)

    def unseal(self, sealed: Sealed) -> bytes:
        """Open a message to the institution."""
        return unseal(self._keys.exchange, sealed)

    def at(self, wallet_registry: Domain) -> "LocalInstitution":
        """This desk attesting for one deployment of WalletRegistry."""
        return LocalInstitution(self._keys, wallet_registry)

    def sign_request(self, request: OprfRequest) -> bytes:
        """See ``keymgmt.keys.clerk.Desk``."""
        return self._desk().sign_request(request)

    def vouch(self, attestation: Attestation, claim: Claim, blinded: Point) -> bytes:
        """See ``keymgmt.keys.clerk.Desk``."""
        return self._desk().vouch(attestation, claim, blinded)

    def _desk(self) -> LocalDesk:
        if self._wallet_registry is None:
            raise ValueError("a desk that attests is made by at()")
        return LocalDesk(self._keys.wallet, self._wallet_registry)


class RemoteInstitution:
    """An institution whose keys are the keyring ``name`` of the signer at ``url``; it chooses the domains itself."""

    def __init__(self, url: str, token: str, name: str, transport: httpx.BaseTransport | None = None) -> None:
        self._url = url
        self._name = name
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            trust_env=False,
            transport=transport,
        )
        self._facts: dict[str, Any] | None = None

    @property
    def address(self) -> Address:
        """The institution's id."""
        return to_address(str(self._keyring()["address"]))

    @property
    def exchange_key(self) -> PublicKey:
        """The key that messages to the institution are sealed to."""
        return PublicKey(bytes.fromhex(str(self._keyring()["exchange_key"])[2:]))

    def sign(self, domain: Domain, message: TypedStruct) -> bytes:
        """Return the signature of ``message`` in the domain the signer knows for its type."""
        answer = self._post("messages", {"message": type(message).__name__, "fields": message_to_json(message)})
        return _data(answer, "signature")

    def sign_text(self, text: str) -> bytes:
        """Return the signature of a sign-in text, the only text a signer signs."""
        return _data(self._post("sign-in", {"text": text}), "signature")

    def unseal(self, sealed: Sealed) -> bytes:
        """Open a message to the institution."""
        return _data(self._post("unseal", {"sealed": to_hex(bytes(sealed))}), "plaintext")

    def at(self, wallet_registry: Domain) -> "RemoteInstitution":
        """Itself: the signer knows its deployment."""
        return self

    def sign_request(self, request: OprfRequest) -> bytes:
        """See ``keymgmt.keys.clerk.Desk``."""
        return _data(
            self._post("messages", {"message": "OprfRequest", "fields": message_to_json(request)}), "signature"
        )

    def vouch(self, attestation: Attestation, claim: Claim, blinded: Point) -> bytes:
        """See ``keymgmt.keys.clerk.Desk``."""
        body = {
            "attestation": message_to_json(attestation),
            "claim": claim_to_json(claim),
            "blinded": to_hex(bytes(blinded)),
        }
        return _data(self._post("attestations", body), "signature")

    def _keyring(self) -> dict[str, Any]:
        if self._facts is None:
            listed = self._request("GET", "/v1/keyrings", None).get("keyrings", [])
            found = [row for row in listed if row.get("name") == self._name]
            if not found:
                raise BadServerAnswer(f"the signer's keyring {self._name}")
            self._facts = found[0]
        return self._facts

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._request("POST", f"/v1/{self._name}/{path}", body)

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        try:
            response = self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise ServerUnreachable(self._url, "the signer") from error
        try:
            answer = parse_answer(response.content)
        except ValueError as error:
            raise BadServerAnswer("the signer") from error
        if response.is_error or not isinstance(answer, dict):
            detail = answer.get("detail") if isinstance(answer, dict) else None
            code = answer.get("code") if isinstance(answer, dict) else None
            raise ServerRefused(str(code), response.status_code, str(detail or "The signer refused; check its policy."))
        return answer


def _data(answer: dict[str, Any], name: str) -> bytes:
    try:
        return bytes.fromhex(answer[name][2:])
    except (KeyError, TypeError, ValueError) as error:
        raise BadServerAnswer("the signer") from error
