"""Directory cards: whoever knows a wallet id finds its inbox and exchange key; whoever does not learns nothing."""

from dataclasses import dataclass
from typing import Final

from eth_hash.auto import keccak

from keymgmt.keys import wrapping
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.encoding import Fields, to_hex
from keymgmt.keys.errors import BadDocument, WrongUnlocker
from keymgmt.keys.hkdf import derive
from keymgmt.keys.messages import DirectoryCard
from keymgmt.keys.wrapping import NONCE_LENGTH
from keymgmt.pre import PublicKey
from medixain.core import canonical, eip712
from medixain.core.addresses import address_bytes, to_address
from medixain.core.eip712 import off_chain_domain

KIND: Final = "directory card"
MAX_CARD_LENGTH: Final = 4096
NO_KYC_SALT: Final = bytes(32)
_KEYS: Final = frozenset({"wallet", "account", "exchange_key", "kyc_salt", "version", "signature"})


@dataclass(frozen=True, slots=True)
class OpenCard:
    """A card whose signature by the wallet key was checked."""

    wallet: str
    account: str
    exchange_key: PublicKey
    kyc_salt: bytes | None
    version: int


def lookup(wallet_id: str) -> bytes:
    """Return the 32 bytes under which the platform stores the card of ``wallet_id``."""
    return keccak(b"medixain/directory/v1" + address_bytes(wallet_id))


def seal_card(keys: WalletKeys, *, kyc_salt: bytes | None, version: int, chain_id: int) -> bytes:
    """Return ``nonce || ciphertext`` of this wallet's card; only its wallet id opens it."""
    message = DirectoryCard(
        wallet=keys.wallet_id,
        account=keys.slot_id("account"),
        exchange_key=bytes(keys.exchange.public_key),
        kyc_salt=NO_KYC_SALT if kyc_salt is None else kyc_salt,
        version=version,
    )
    plaintext = canonical.encode(
        {
            "v": 1,
            "wallet": message.wallet,
            "account": message.account,
            "exchange_key": to_hex(message.exchange_key),
            "kyc_salt": None if kyc_salt is None else to_hex(kyc_salt),
            "version": version,
            "signature": to_hex(keys.id_key.sign(off_chain_domain(chain_id), message)),
        }
    )
    nonce, ciphertext = wrapping.encrypt(_card_key(keys.wallet_id), plaintext, lookup(keys.wallet_id))
    return nonce + ciphertext


def open_card(wallet_id: str, blob: bytes, *, chain_id: int, least_version: int = 1) -> OpenCard:
    """Return the card of ``wallet_id`` in ``blob``.

    ``least_version`` is the highest version the caller has seen: an older card may name a lost key. Raises
    :class:`BadDocument` or a ``SignatureError``.
    """
    if len(blob) > MAX_CARD_LENGTH:
        raise BadDocument(KIND, f"it is longer than {MAX_CARD_LENGTH} bytes")
    nonce, ciphertext = blob[:NONCE_LENGTH], blob[NONCE_LENGTH:]
    try:
        plaintext = wrapping.decrypt(_card_key(wallet_id), nonce, ciphertext, lookup(wallet_id))
    except WrongUnlocker as error:
        raise BadDocument(KIND, "this wallet id does not open it") from error
    return _verified(plaintext, to_address(wallet_id), chain_id, least_version)


def _verified(plaintext: bytes, wallet_id: str, chain_id: int, least_version: int) -> OpenCard:
    fields = Fields.parse(KIND, plaintext, _KEYS, limit=MAX_CARD_LENGTH)
    kyc_salt = None if fields.raw("kyc_salt") is None else fields.data("kyc_salt", 32)
    message = DirectoryCard(
        wallet=fields.address("wallet"),
        account=fields.address("account"),
        exchange_key=bytes(fields.public_key("exchange_key")),
        kyc_salt=NO_KYC_SALT if kyc_salt is None else kyc_salt,
        version=fields.integer("version", 1),
    )
    if message.wallet != wallet_id:
        raise fields.refuse("it is another wallet's")
    if message.version < least_version:
        raise fields.refuse(f"it is version {message.version}, older than version {least_version} seen before")
    eip712.verify(off_chain_domain(chain_id), message, fields.data("signature", 65), signer=wallet_id)
    return OpenCard(message.wallet, message.account, fields.public_key("exchange_key"), kyc_salt, message.version)


def _card_key(wallet_id: str) -> bytes:
    return derive(address_bytes(wallet_id), "directory-card")
