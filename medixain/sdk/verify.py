"""Checking a file or a wallet against signatures, nodes and chain, and saying what was found (promises A7, C13)."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from keymgmt.keys.messages import RecordStatement
from medixain.core.addresses import ZERO_ADDRESS
from medixain.core.eip712 import verify
from medixain.core.errors import MedixainError
from medixain.sdk import inbox, mail
from medixain.sdk.chain import contracts_of
from medixain.sdk.context import RECORD_LAYERS, Context
from medixain.sdk.errors import Integrity, ServerRefused
from medixain.sdk.reading import Opened, authorship, open_granted, received_grants
from medixain.sdk.results import Check
from medixain.sdk.slots import attested, history
from medixain.sdk.stored import StoredRecord, own_data_key, own_layers, rows
from medixain.sdk.wallet import kyc_state
from records.container import add_tree, cid_to_text, hash_of


def verify_file(context: Context, path: Path) -> list[Check]:
    """Return what can be said of a file: which record it is, byte for byte, who signed it, and what the chain holds.

    Own records and records shared with this wallet are compared, those of the file's size only.
    """
    inbox.sync(context)
    size, digest = path.stat().st_size, _digest(path)
    for candidate in _candidates(context, size):
        try:
            opened = candidate()
            same = _content_digest(context, opened) == digest
        except Integrity:
            raise  # a platform that lies is not a file that differs
        except MedixainError:
            continue  # a record that does not open is not this file
        if same:
            return [Check("content", True, f"byte for byte the record {opened.stored.name}"), *_checks(context, opened)]
    return [Check("content", False, "no record of yours or shared with you has these bytes")]


def _candidates(context: Context, size: int) -> list[Callable[[], Opened]]:
    found: list[Callable[[], Opened]] = []
    for layer in RECORD_LAYERS:
        for stored in rows(context, context.account, slot=context.keys.slot_id(layer)):
            if stored.body_size == size:
                found.append(_own(context, stored))
    grants = received_grants(context)
    for grant in grants:
        try:
            listed = rows(context, context.professional, grant.headers(), grant="0x" + grant.id.hex())
        except ServerRefused:
            continue  # withdrawn or expired: nothing of it can be compared any more
        found += [_granted(context, stored) for stored in listed if stored.body_size == size]
    return found


def _own(context: Context, stored: StoredRecord) -> Callable[[], Opened]:
    return lambda: Opened(stored, own_data_key(context.keys, stored), context.account, None, ())


def _granted(context: Context, stored: StoredRecord) -> Callable[[], Opened]:
    return lambda: open_granted(context, stored, received_grants(context))


def _content_digest(context: Context, opened: Opened) -> bytes:
    digest = hashlib.sha256()
    with opened.content(context) as pieces:
        for piece in opened.reader(pieces).chunks():
            digest.update(piece)
    return digest.digest()


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _checks(context: Context, opened: Opened) -> list[Check]:
    stored = opened.stored
    checks = [_check("address", lambda: _address(context, opened)), _check("anchor", lambda: _anchor(context, opened))]
    checks.append(_check("author", lambda: _statement(context, stored)))
    checks.append(_check("vouched for", lambda: _vouched(context, opened)))
    return checks


def _check(name: str, test: Callable[[], str]) -> Check:
    """Run one check; its error is its result."""
    try:
        return Check(name, True, test())
    except MedixainError as error:
        return Check(name, False, error.message)


class _Differs(MedixainError):
    """What was found is not what it should be."""

    code = "integrity"


def _address(context: Context, opened: Opened) -> str:
    with opened.content(context) as pieces:
        cid, _ = add_tree(pieces)
    if cid_to_text(cid) != opened.stored.cid:
        raise _Differs(f"the store's bytes have the address {cid_to_text(cid)}, not {opened.stored.cid}")
    return opened.stored.cid


def _anchor(context: Context, opened: Opened) -> str:
    stored = opened.stored
    statement = attested(context, stored.slot, fresh=False)
    past = history(context, stored.slot, opened.by, statement)
    item = past.anchored().get(stored.id)
    if item is None:
        raise _Differs("the record is not anchored (yet), or was removed")
    if (item.kc_hash, item.ipfs) != (hash_of(stored.kc), stored.cid_bytes):
        raise _Differs("the chain holds another key or content for this record")
    if not item.attested:
        raise _Differs("anchored, and not final yet")
    where = f"item {item.seq} of the slot's history, attested by {context.nodes.threshold} nodes"
    if stored.id in past.said_removed():
        return f"{where}; the platform says it was removed since, which no {context.nodes.threshold} nodes attest"
    return where


def _statement(context: Context, stored: StoredRecord) -> str:
    author = stored.header.author
    signer = attested(context, stored.slot, fresh=False).key if author == stored.slot else author
    statement = RecordStatement(stored.id, stored.cid, hash_of(stored.kc), stored.size, ZERO_ADDRESS)
    verify(context.off_chain, statement, stored.statement_signature, signer=signer)
    return f"signed by {signer}"


def _vouched(context: Context, opened: Opened) -> str:
    mine = opened.stored.slot in own_layers(context.keys)
    owner = context.keys.wallet_id if mine or opened.grant is None else opened.grant.wallet
    who = authorship(context, opened, owner)
    if who.institution is None:
        return f"written by the patient {who.author}"
    names = {str(row["id"]): str(row["name"]) for row in context.meta.institutions}
    return f"signed by the professional {who.author} of {names.get(who.institution, who.institution)}"


def verify_wallet(context: Context, wallet: str) -> list[Check]:
    """Return whether a wallet exists and who attested that one person stands behind it; its id is not sent anywhere."""
    checks: list[Check] = []
    try:
        card = mail.find_wallet(context, wallet)
    except MedixainError as error:
        return [Check("wallet", False, error.message)]
    checks.append(Check("wallet", True, "its directory card is signed by the wallet's own key"))
    if card.kyc_salt is None:
        checks.append(Check("person", False, "the wallet does not open a KYC commitment"))
        return checks
    found = kyc_state(context, card.wallet, card.kyc_salt, contracts_of(context))
    names = {str(row["id"]): str(row["name"]) for row in context.meta.institutions}
    institution = found["institution"]
    if found["state"] == "attested" and institution is not None:
        detail = f"attested by {names.get(institution, institution)}"
        checks.append(Check("person", True, detail))
        active = any(row["id"] == institution and row["active"] for row in context.meta.institutions)
        checks.append(Check("attesting institution", active, "active" if active else "suspended or unknown"))
    else:
        state = "revoked" if found["state"] == "revoked" else "not attested by any institution"
        checks.append(Check("person", False, state))
    return checks
