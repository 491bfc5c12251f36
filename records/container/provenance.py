"""Who vouches for a record, readable by whoever can read the record and by no server.

``nonce (12) || AES-256-GCM`` of canonical JSON under HKDF(K, "provenance"), header as associated data. It hangs on the
data key K and not on pk_r, because a grantee of a single record gets K from the nodes and never sk_r.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

from medixain.core.addresses import Address, to_address
from medixain.core.canonical import require_shallow
from medixain.core.errors import InvalidInput
from records.container.errors import SealedBoxUnopenable
from records.container.header import Header
from records.container.primitives import NONCE_SIZE, Aes256Gcm, AuthenticationFailed, derive

_FIELDS: Final = {"institution", "professional", "signature"}


@dataclass(frozen=True, slots=True)
class Provenance:
    """The professional's wallet, its institution, and the 65-byte signature of the :class:`RecordStatement`."""

    professional: Address
    institution: Address
    signature: bytes


def seal_provenance(provenance: Provenance, *, header: Header, key: bytes) -> bytes:
    """Return ``provenance`` encrypted under the record's data key; raises :class:`WrongRecordKey`."""
    header.check_key(key)
    document = {
        "institution": provenance.institution,
        "professional": provenance.professional,
        "signature": "0x" + provenance.signature.hex(),
    }
    plaintext = json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii")
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + Aes256Gcm(derive(key, "provenance")).seal(nonce, plaintext, header.encode())


def open_provenance(sealed: bytes, *, header: Header, key: bytes) -> Provenance:
    """Return the provenance; its signature is still to be checked against the registry.

    Raises :class:`WrongRecordKey`, and :class:`SealedBoxUnopenable` for anything altered or malformed.
    """
    header.check_key(key)
    try:
        plaintext = Aes256Gcm(derive(key, "provenance")).open(
            sealed[:NONCE_SIZE].ljust(NONCE_SIZE), sealed[NONCE_SIZE:], header.encode()
        )
        require_shallow(plaintext)
        document: Any = json.loads(plaintext)
        if set(document) != _FIELDS:
            raise SealedBoxUnopenable("provenance")
        return Provenance(
            professional=to_address(document["professional"]),
            institution=to_address(document["institution"]),
            signature=bytes.fromhex(document["signature"].removeprefix("0x")),
        )
    except (AuthenticationFailed, ValueError, TypeError, AttributeError, InvalidInput) as error:
        raise SealedBoxUnopenable("provenance") from error
