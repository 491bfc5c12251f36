"""What a professional and its institution are called, as far as it follows from what m nodes attest (nodes.md, Names).

The platform keeps names, and anybody can write one beside an address. A professional's is believed when the key that
the nodes attest for its institution signed it, an institution's when its hash is the profile it was admitted with.
"""

from typing import Any

from eth_hash.auto import keccak

from keymgmt.keys.messages import ProfessionalName
from keymgmt.node.messages import ProfessionalStatement
from keymgmt.node.wire import from_json, parse_hex
from medixain.core.eip712 import off_chain_domain, verify
from medixain.core.errors import MedixainError
from medixain.core.secp256k1 import SIGNATURE_LENGTH


def professional_name(statement: ProfessionalStatement, row: Any) -> str | None:
    """Return the name in ``row`` (name, name_time, name_signature), None unless the institution signed it."""
    try:
        said = {"name": row["name"], "time": row["name_time"]}
        subject = {"wallet": statement.wallet, "institution": statement.institution}
        message = from_json(ProfessionalName, {**subject, **said})
        signature = parse_hex(row["name_signature"], "name_signature", size=SIGNATURE_LENGTH)
        verify(off_chain_domain(statement.chain_id), message, signature, signer=statement.institution_key)
    except (MedixainError, KeyError, TypeError, ValueError):
        return None
    return message.name or None


def institution_name(statement: ProfessionalStatement, name: str | None) -> str | None:
    """Return ``name`` if it is the one that the professional's institution was admitted under, else None."""
    if not name or keccak(name.encode("utf-8", "surrogatepass")) != statement.institution_profile:
        return None
    return name
