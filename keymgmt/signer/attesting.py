"""An institution's part in the nullifier: it evaluates for others, and signs attestations that follow from a claim."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from contracts.bindings.caller import Web3Caller
from contracts.bindings.messages import Attestation
from contracts.bindings.messages import Role as InstitutionRole
from contracts.bindings.registries import InstitutionRegistry
from contracts.bindings.transport import http_web3
from keymgmt.keys.group import Point
from keymgmt.keys.messages import OprfRequest
from keymgmt.keys.oprf import Claim, Partial, evaluate, verify_claim
from keymgmt.keys.shamir import PublicShares
from keymgmt.signer.config import SignerConfig
from keymgmt.signer.errors import NotPermitted, RequesterRefused
from keymgmt.signer.home import Keyring
from keymgmt.signer.policy import domain_of
from keymgmt.signer.sessions import SessionStore
from medixain.core import eip712
from medixain.core.addresses import Address, to_address
from medixain.core.secp256k1 import SignatureError

TIMEOUT_SECONDS: Final = 10
"""How long the chain may take to answer."""

WINDOW: Final = 60
"""Seconds a request's time may differ from the evaluator's clock."""
Clock = Callable[[], int]


class KycDirectory(Protocol):
    """Who may ask for an evaluation."""

    def kyc_key(self, institution: str) -> Address | None:
        """The current key of an active institution with the role KYC, None for everybody else."""


class ChainDirectory:
    """A :class:`KycDirectory` that reads the InstitutionRegistry; without a chain to read it refuses everybody."""

    def __init__(self, config: SignerConfig) -> None:
        self._registry: InstitutionRegistry | None = None
        if config.rpc_url is not None:
            caller = Web3Caller(http_web3(config.rpc_url, timeout=TIMEOUT_SECONDS))
            self._registry = InstitutionRegistry(caller, config.contracts.institution_registry, config.chain_id)

    def kyc_key(self, institution: str) -> Address | None:
        """See :meth:`KycDirectory.kyc_key`; reads the head, where a suspension counts first.

        Raises :class:`NotPermitted` when the configuration names no chain.
        """
        if self._registry is None:
            raise NotPermitted("This signer has no chain to look institutions up on; set rpc_url in its configuration.")
        if not self._registry.has_roles(institution, InstitutionRole.KYC):
            return None
        key = self._registry.institution_key(institution)
        return None if key is None else to_address(key)


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Answers for one institution's keyring that holds a share."""

    keyring: Keyring
    public: PublicShares | None
    sessions: SessionStore
    directory: KycDirectory
    config: SignerConfig
    clock: Clock

    def evaluate(self, request: OprfRequest, signature: bytes) -> Partial:
        """Return this institution's part for an active KYC institution.

        Raises :class:`RequesterRefused`, :class:`~keymgmt.signer.errors.TooManyRequests` or ``BadPoint``.
        """
        if self.keyring.share is None:
            raise NotPermitted("This institution holds no share of the nullifier's key; ask another one.")
        now = self.clock()
        if abs(now - request.time) > WINDOW:
            raise RequesterRefused("The request is too old or your clock is wrong.")
        self._require_institution(request.institution, request, signature)
        blinded = Point.parse(request.blinded)
        self.sessions.serve(
            self.keyring.name,
            request.session,
            request.institution,
            blinded,
            now=now,
            limit=self.config.daily_limit,
        )
        return evaluate(self.keyring.share, blinded, request.session)

    def attest(self, attestation: Attestation, claim: Claim, signature: bytes) -> bytes:
        """Sign what another institution attests, if it follows from the session this evaluator served for it.

        ``signature`` is the attesting institution's over the same message. Raises :class:`RequesterRefused`,
        ``ProofRefused`` or ``BadShares``.
        """
        session = self.sessions.find(self.keyring.name, claim.session)
        if session.institution != attestation.institution:
            raise RequesterRefused("This session was served for another institution.")
        self._require_institution(attestation.institution, attestation, signature)
        self._require_claim(attestation, claim, session.blinded)
        domain = domain_of(attestation, self.config)
        self.sessions.use(self.keyring.name, claim.session, eip712.digest(domain, attestation))
        return self.keyring.signing.sign(domain, attestation)

    def vouch(self, attestation: Attestation, claim: Claim, blinded: Point) -> bytes:
        """Sign this institution's own attestation: its clerk saw the person behind ``blinded``.

        Raises as :meth:`attest`.
        """
        key = self.directory.kyc_key(attestation.institution)
        if key != self.keyring.address:
            raise RequesterRefused("This keyring is not the attesting institution's.")
        self._require_claim(attestation, claim, blinded)
        return self.keyring.signing.sign(domain_of(attestation, self.config), attestation)

    def _require_claim(self, attestation: Attestation, claim: Claim, blinded: Point) -> None:
        if self.public is None:
            raise NotPermitted("There is no nullifier key here; deal it first.")
        nullifier = verify_claim(self.public, claim, blinded)
        if (attestation.nullifier, attestation.commitment) != (nullifier, claim.commitment):
            raise RequesterRefused("The attestation names another nullifier or wallet than its claim.")

    def _require_institution(self, institution: str, message: OprfRequest | Attestation, signature: bytes) -> None:
        key = self.directory.kyc_key(institution)
        if key is None:
            raise RequesterRefused("Only an active institution with the role KYC may ask this.")
        try:
            eip712.verify(domain_of(message, self.config), message, signature, signer=key)
        except SignatureError as error:
            raise RequesterRefused("The request is not signed by the institution's current key.") from error
