"""A sentence for each custom error of the contracts, saying what to do; others get a general one."""

import re
from typing import Any

from medixain.chainindex.errors import ContractRefused

_SENTENCES = {
    "MessageExpired": "The message's deadline is over; sign it again.",
    "DeadlineTooFar": "The message's deadline is more than 7 days ahead; sign it with an earlier one.",
    "NonceUsed": "This message was delivered before, or its nonce was used or cancelled; sign a new one.",
    "BadSigner": "The message is signed by another key than the contract expects; sign it with the current key.",
    "SignersNotAscending": "The signatures are not in ascending order of their signers, or one stands twice.",
    "NullifierUsed": "This person already has a wallet; restore that one instead of making another.",
    "CommitmentUsed": "This wallet commitment is attested already; make a new salt.",
    "NotEnoughAttestors": "Too few KYC institutions signed the attestation; collect more signatures.",
    "NotAnAttestor": "One of the signers is no active KYC institution; replace its signature.",
    "InstitutionDidNotSign": "The attesting institution's own signature is missing; add it.",
    "UnknownSlot": "This slot is not open on the chain; open it first.",
    "SlotExists": "This slot is open already.",
    "StaleVersion": "A newer version of this document is on the chain; fetch it, merge and sign the next version.",
    "NotAnAuthor": "The owner has not given this author the right to add to the slot, or it has ended; ask the owner.",
    "AlreadyAnchored": "This record is on the chain already.",
    "UnknownRecord": "The chain does not know this record in this slot; check the id.",
    "AlreadyRemoved": "This record was removed before.",
    "InvalidCid": "The content address of the anchor is no binary CIDv1.",
    "AlreadyGranted": "This grant is on the chain already.",
    "AlreadyWithdrawn": "This grant was withdrawn; make a new grant with a new salt.",
    "GrantExpired": "The grant's expiry lies in the past; choose a later one.",
    "StaleNodeSet": "The set of re-encryption nodes has changed; fetch the current one and sign again.",
    "LevelAboveCeiling": "The institution may not register professionals at this level.",
    "UnknownInstitution": "The chain does not know this institution; it must be admitted first.",
    "InactiveInstitution": "This institution is suspended.",
    "UnknownProfessional": "The chain does not know this professional; register the wallet first.",
    "KeyInUse": "This key belongs to another institution; choose another.",
    "LastInstitution": "The last active institution cannot be suspended.",
    "OutOfBounds": "The parameters lie outside the bounds that the institutions voted.",
    "OutOfGas": "The message needs more gas than one transaction may use; split it.",
    "TooFast": "The difficulty may change by one per epoch only.",
}


def contract_refused(name: str, arguments: dict[str, Any]) -> ContractRefused:
    """Return the error for a custom error (or revert reason) called ``name`` with JSON-able ``arguments``."""
    code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower() or "reverted"
    sentence = _SENTENCES.get(
        name, f"The contract refuses the message ({name or 'without a reason'}); check its fields."
    )
    return ContractRefused(name, arguments, code=code, sentence=sentence)
