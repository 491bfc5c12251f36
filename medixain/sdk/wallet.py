"""Making, showing and restoring a wallet."""

import base64
from collections.abc import Callable
from typing import Any, TypeVar

from contracts.bindings.contracts import Contracts
from contracts.bindings.messages import DocumentKind, SlotOpening, WalletCommitment
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.directory import lookup, seal_card
from keymgmt.keys.keyset import Keyset, first_keyset
from keymgmt.keys.keystore import Keystore
from keymgmt.node.errors import UnknownSlot
from medixain.core.addresses import to_address
from medixain.core.eip712 import hash_struct
from medixain.sdk import mail, restricting
from medixain.sdk.chain import contracts_of
from medixain.sdk.context import ALL_LAYERS, RECORD_LAYERS, Context, Meta
from medixain.sdk.errors import ServerRefused, WalletExists
from medixain.sdk.results import LayerState, WalletCreated, WalletShown
from medixain.sdk.slots import agreed, attested, put_document, remember_keyset
from medixain.sdk.standing import recognise_professional
from medixain.sdk.transactions import Handed, Signed, handed, sign, stamp, wait_for
from medixain.sdk.words import role_names

Answer = TypeVar("Answer")

KYC_SALT = "kyc"
"""Name of the salt of the KYC commitment; it travels in the directory card, to those who know the wallet id."""


def create(context: Context, *, password: str | None) -> WalletCreated:
    """Make a wallet in the empty home: keys, account, slots, keysets, keystore.

    The home is written first, so no crash loses a wallet the platform knows; calling this again then publishes the
    same wallet. Raises :class:`WalletExists` for a home whose wallet is published.
    """
    if not context.home.exists:
        meta = Meta.parse(context.api.get("/meta"))
        keys = WalletKeys.create()
        config = {**_config(context, meta, keys), "published": False}
        context.home.create(keys, password=password, version=1, config=config)
    elif context.home.config().get("published", True):
        raise WalletExists(str(context.home.path))
    keys = context.keys
    state = publish(context)
    context.home.write_config({**context.home.config(), "published": True})
    return WalletCreated(keys.wallet_id, keys.slot_id("account"), keys.phrase(), state)


def _config(context: Context, meta: Meta, keys: WalletKeys) -> dict[str, Any]:
    return {"v": 1, "kind": "wallet", "server": context.api.server, "wallet": keys.wallet_id, "pins": meta.pins()}


def publish(context: Context) -> str:
    """Tell the platform of this wallet: account, slots and documents. What it knows already is passed over."""
    keys = context.keys
    body: dict[str, Any] = {
        "account": keys.slot_id("account"),
        "slots": [{"slot": keys.slot_id(layer), "layer_hint": None} for layer in RECORD_LAYERS],
        "card": {
            "lookup": "0x" + lookup(keys.wallet_id).hex(),
            "ciphertext": base64.b64encode(_card(context, version=1)).decode("ascii"),
            "version": 1,
        },
        "transactions": [opening(context, layer).body() for layer in ALL_LAYERS],
    }
    opened = _unless_known(lambda: context.api.post("/accounts", body)["transactions"])
    transactions = [handed(row) for row in opened or ()]
    for layer in RECORD_LAYERS:
        transactions += _publish_document(context, layer, DocumentKind.KEYSET, first_keyset(keys, layer))
        remember_keyset(context, layer, first_keyset(keys, layer))
    transactions += _publish_document(context, "account", DocumentKind.KEYSTORE, context.home.keystore())
    return wait_for(context, transactions, "received", 0)


def _publish_document(context: Context, layer: str, kind: DocumentKind, document: Keyset | Keystore) -> list[Handed]:
    put = _unless_known(lambda: put_document(context, layer, kind, document.version, document.encode()))
    return [] if put is None else [put]


def _unless_known(send: Callable[[], Answer]) -> Answer | None:
    """Send something once; None when the platform or the chain has it from an earlier, interrupted time."""
    try:
        return send()
    except ServerRefused as error:
        if error.status != 409:
            raise
        return None


def opening(context: Context, layer: str) -> Signed:
    """Return the signed opening of a layer's slot, linked to the wallet by a salted commitment only."""
    keys = context.keys
    commitment = WalletCommitment(keys.wallet_id, keys.salt(f"slot/{layer}"))
    message = SlotOpening(
        slot=keys.slot_id(layer),
        wallet_commitment=hash_struct(commitment),
        pre_key=bytes(keys.pre_signer(layer).public_key),
        **stamp(context),
    )
    return sign(context, "WalletRegistry", "openSlot", message, keys.slot(layer))


def _card(context: Context, *, version: int) -> bytes:
    return seal_card(
        context.keys, kyc_salt=context.keys.salt(KYC_SALT), version=version, chain_id=context.meta.chain_id
    )


def restore(context: Context, phrase: str, *, password: str | None) -> WalletCreated:
    """Bring a wallet back into the empty home from its phrase.

    The directory must hold the wallet's card, which also shows that this is its platform. A new keystore is sealed
    here and takes the place of the attested one. Raises ``BadPhrase``, ``UnknownWallet``, :class:`WalletExists`.
    """
    if context.home.exists:
        raise WalletExists(str(context.home.path))
    keys = WalletKeys.from_phrase(phrase)
    meta = Meta.parse(context.api.get("/meta"))
    config = _config(context, meta, keys)
    mail.fetch_card(context, keys.wallet_id, chain_id=meta.chain_id)
    signer = context.node_signer(keys.slot("account"))
    statement = agreed(lambda: context.nodes.state(keys.slot_id("account"), signer=signer))
    version = statement.keystore_version + 1
    keystore = context.home.create(keys, password=password, version=version, config=config)
    recognise_professional(context)
    transaction = put_document(context, "account", DocumentKind.KEYSTORE, version, keystore.encode())
    return WalletCreated(keys.wallet_id, keys.slot_id("account"), None, transaction.state)


def show(context: Context) -> WalletShown:
    """Return whose home this is and what stands on chain for it, as the nodes attest it."""
    if context.is_institution:
        return _show_institution(context)
    keys = context.keys
    layers = tuple(_layer(context, layer) for layer in RECORD_LAYERS)
    kyc = kyc_state(context, keys.wallet_id, keys.salt(KYC_SALT), contracts_of(context))
    pending = tuple(sorted(context.table("rotations")))
    return WalletShown(keys.wallet_id, kyc, layers, pending, pending_restrictions=restricting.pending(context))


def _layer(context: Context, layer: str) -> LayerState:
    slot = context.keys.slot_id(layer)
    try:
        statement = attested(context, slot, fresh=False)
    except UnknownSlot:
        return LayerState(layer, slot, 0, 0, 0)
    return LayerState(layer, slot, statement.keyset_version, statement.records_count, statement.grants_count)


def kyc_state(context: Context, wallet: str, salt: bytes, contracts: Contracts) -> dict[str, str | None]:
    """Return {"state": none, attested or revoked, "institution"} of a wallet's KYC commitment, as the chain says."""
    commitment = hash_struct(WalletCommitment(wallet, salt))
    found = contracts.wallet_registry.attestation(commitment)
    if found is None:
        return {"state": "none", "institution": None}
    return {"state": "revoked" if found.revoked else "attested", "institution": found.institution}


def _show_institution(context: Context) -> WalletShown:
    me = to_address(context.institution.address)
    row = next((row for row in context.meta.institutions if row.get("id") == me), {})
    return WalletShown(
        wallet=context.keys.wallet_id,
        kyc={"state": "none", "institution": None},
        layers=(),
        pending_rotations=(),
        institution=me,
        name=row.get("name") or context.home.config().get("name"),
        roles=role_names(int(row.get("roles", 0))),
    )
