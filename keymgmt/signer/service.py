"""What a signer does for a caller who has its token, and for other institutions' clerks, as functions on JSON."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from contracts.bindings.messages import Attestation
from contracts.bindings.sending import LocalKey, Sender
from keymgmt.keys.encoding import Fields, to_hex
from keymgmt.keys.group import Point
from keymgmt.keys.messages import OprfRequest
from keymgmt.keys.nullifier_wire import claim_from_json, partial_to_json
from keymgmt.keys.shamir import PublicShares
from keymgmt.keys.signin import parse_sign_in
from keymgmt.pre import Sealed, unseal
from keymgmt.signer.attesting import Clock, Evaluator, KycDirectory
from keymgmt.signer.config import SignerConfig
from keymgmt.signer.errors import NotPermitted, UnknownKeyring
from keymgmt.signer.home import Keyring, Role
from keymgmt.signer.policy import domain_of, permitted_message, read_message, require_role
from keymgmt.signer.sessions import SessionStore
from medixain.core import eip712
from medixain.core.secp256k1 import sign_digest

KIND: Final = "signer request"
MAX_GAS: Final = 30_000_000
"""Gas a relay signs for in one transaction."""

Answer = dict[str, Any]
Operation = Callable[[Keyring, Any], Answer]


class SignerService:
    """The keyrings of one signer."""

    def __init__(
        self,
        keyrings: Mapping[str, Keyring],
        *,
        config: SignerConfig,
        sessions: SessionStore,
        directory: KycDirectory,
        public_shares: PublicShares | None,
        clock: Clock,
    ) -> None:
        self._keyrings = keyrings
        self._config = config
        self._sessions = sessions
        self._directory = directory
        self._public_shares = public_shares
        self._clock = clock
        self.private: Mapping[str, Operation] = {
            "messages": self._sign_message,
            "transactions": self._sign_transaction,
            "digests": self._sign_digest,
            "sign-in": self._sign_in,
            "unseal": self._unseal,
            "attestations": self._vouch,
        }
        """Operations that need the token, by path."""
        self.public: Mapping[str, Operation] = {
            "oprf/evaluations": self._evaluate,
            "oprf/attestations": self._attest,
        }
        """Operations for other institutions, which sign their requests instead."""

    def keyring(self, name: str) -> Keyring:
        """Return a keyring; raises :class:`UnknownKeyring`."""
        if name not in self._keyrings:
            raise UnknownKeyring(name)
        return self._keyrings[name]

    def list_keyrings(self) -> Answer:
        """Return the public half of every keyring."""
        return {"keyrings": [_describe(keyring) for keyring in self._keyrings.values()]}

    def nullifier_key(self, keyring: Keyring) -> Answer:
        """Return the nullifier key's public image and this evaluator's index; raises :class:`NotPermitted`."""
        if self._public_shares is None or keyring.share is None:
            raise NotPermitted("This institution holds no share of the nullifier's key; ask another one.")
        return {"index": keyring.share.index, "key": self._public_shares.encode().decode("utf-8")}

    def _sign_message(self, keyring: Keyring, body: Any) -> Answer:
        fields = Fields(KIND, body, frozenset({"message", "fields"}))
        message = permitted_message(keyring, fields.text("message"), fields.raw("fields"))
        domain = domain_of(message, self._config)
        return {
            "signature": to_hex(keyring.signing.sign(domain, message)),
            "digest": to_hex(eip712.digest(domain, message)),
            "signer": keyring.address,
        }

    def _sign_transaction(self, keyring: Keyring, body: Any) -> Answer:
        require_role(keyring, Role.RELAY)
        fields = Fields(KIND, body, frozenset({"to", "data", "nonce", "gas"}))
        to, gas = fields.address("to"), fields.integer("gas", 21_000)
        if to not in self._config.contracts.by_name().values():
            raise NotPermitted(f"A relay sends to medixain's contracts only; {to} is none of them.")
        if gas > MAX_GAS:
            raise NotPermitted(f"A relay signs for at most {MAX_GAS} gas.")
        # Sender signs value 0 at gas price 0 and has no way to say otherwise.
        sender = Sender(LocalKey(keyring.signing.secret_bytes()), self._config.chain_id)
        signed = sender.sign_call(to=to, data=fields.data("data"), nonce=fields.integer("nonce"), gas=gas)
        return {"raw": to_hex(signed.raw), "hash": to_hex(signed.hash), "sender": signed.sender}

    def _sign_digest(self, keyring: Keyring, body: Any) -> Answer:
        # Seals, finality votes and gossip handshakes: their formats are the consensus client's, which keeps the record
        # of what it voted. The key of this role is registered for nothing else.
        require_role(keyring, Role.CONSENSUS)
        digest = Fields(KIND, body, frozenset({"digest"})).data("digest", 32)
        return {"signature": to_hex(sign_digest(digest, keyring.signing.secret_bytes()))}

    def _sign_in(self, keyring: Keyring, body: Any) -> Answer:
        require_role(keyring, Role.INSTITUTION)
        text = Fields(KIND, body, frozenset({"text"})).text("text")
        message = parse_sign_in(text)
        if (message.address, message.chain_id) != (keyring.address, self._config.chain_id):
            raise NotPermitted("The text signs in another account or on another chain.")
        return {"signature": to_hex(keyring.signing.sign_text(text))}

    def _unseal(self, keyring: Keyring, body: Any) -> Answer:
        require_role(keyring, Role.INSTITUTION)
        sealed = Sealed.parse(Fields(KIND, body, frozenset({"sealed"})).data("sealed"))
        return {"plaintext": to_hex(unseal(keyring.exchange, sealed))}

    def _vouch(self, keyring: Keyring, body: Any) -> Answer:
        fields = Fields(KIND, body, frozenset({"attestation", "claim", "blinded"}))
        attestation = cast(Attestation, read_message(Attestation, fields.raw("attestation")))
        claim = claim_from_json(fields.raw("claim"))
        signature = self._evaluator(keyring).vouch(attestation, claim, Point.parse(fields.data("blinded", 33)))
        return {"signature": to_hex(signature)}

    def _evaluate(self, keyring: Keyring, body: Any) -> Answer:
        fields = Fields(KIND, body, frozenset({"message", "signature"}))
        request = cast(OprfRequest, read_message(OprfRequest, fields.raw("message")))
        return partial_to_json(self._evaluator(keyring).evaluate(request, fields.data("signature", 65)))

    def _attest(self, keyring: Keyring, body: Any) -> Answer:
        fields = Fields(KIND, body, frozenset({"attestation", "claim", "signature"}))
        attestation = cast(Attestation, read_message(Attestation, fields.raw("attestation")))
        claim = claim_from_json(fields.raw("claim"))
        signature = self._evaluator(keyring).attest(attestation, claim, fields.data("signature", 65))
        return {"signature": to_hex(signature), "signer": keyring.address}

    def _evaluator(self, keyring: Keyring) -> Evaluator:
        require_role(keyring, Role.INSTITUTION)
        return Evaluator(keyring, self._public_shares, self._sessions, self._directory, self._config, self._clock)


def _describe(keyring: Keyring) -> Answer:
    return {
        "name": keyring.name,
        "role": keyring.role.value,
        "address": keyring.address,
        "exchange_key": to_hex(bytes(keyring.exchange.public_key)),
        "evaluator": None if keyring.share is None else keyring.share.index,
    }
