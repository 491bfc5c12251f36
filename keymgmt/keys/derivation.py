"""Every key of a wallet, derived from its phrase by HKDF under labels of their own (docs/spec/keys.md, promise I10).

Nothing here is stored: a wallet is its entropy and its generation. The generation counts replacements of all keys
after a compromise; ids stay those of generation 0.
"""

import hmac
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Final

from keymgmt.keys.errors import BadEntropy
from keymgmt.keys.hkdf import derive
from keymgmt.keys.layers import require_layer, require_section
from keymgmt.keys.phrase import entropy_of, new_entropy, phrase_of, require_entropy, seed_of
from keymgmt.keys.signing import SigningKey
from keymgmt.pre import KeyFactory, SecretKey
from medixain.core.addresses import Address, to_address
from medixain.core.secp256k1 import GROUP_ORDER

TAG_LENGTH: Final = 16
MAX_GENERATION: Final = 2**32 - 1


def scalar_of(wide: bytes) -> bytes:
    """Return ``1 + (wide mod (n - 1))`` as 32 bytes; 48 uniform bytes leave a bias below 2^-128."""
    return (1 + int.from_bytes(wide, "big") % (GROUP_ORDER - 1)).to_bytes(32, "big")


@dataclass(frozen=True)
class WalletKeys:
    """The keys of one wallet. ``repr`` shows the generation only."""

    entropy: bytes = field(repr=False)
    generation: int = 0

    def __post_init__(self) -> None:
        require_entropy(self.entropy)
        if not 0 <= self.generation <= MAX_GENERATION:
            raise BadEntropy("A wallet's generation is a number from 0 to 2^32 - 1.")

    @classmethod
    def create(cls) -> "WalletKeys":
        """Return a new wallet from fresh entropy."""
        return cls(new_entropy())

    @classmethod
    def from_phrase(cls, phrase: str, generation: int = 0) -> "WalletKeys":
        """Return the wallet of a recovery phrase; raises :class:`~keymgmt.keys.errors.BadPhrase`."""
        return cls(entropy_of(phrase), generation)

    def phrase(self) -> str:
        """Return the 24 words. The caller shows them to their owner and to nobody else."""
        return phrase_of(self.entropy)

    # ---- ids ---------------------------------------------------------------------------------------------------------

    @cached_property
    def wallet_id(self) -> Address:
        """The wallet's name: the address of its first wallet key (whitepaper section 5)."""
        return self.id_key.address

    def slot_id(self, layer: str) -> Address:
        """The layer's name on chain: the address of its first slot key."""
        return self._signing_key(f"slot/{require_layer(layer)}", generation=0).address

    # ---- keys that sign ----------------------------------------------------------------------------------------------

    @cached_property
    def id_key(self) -> SigningKey:
        """The wallet key of generation 0, whose address is the wallet id; it signs the directory card."""
        return self._signing_key("wallet", generation=0)

    @cached_property
    def wallet(self) -> SigningKey:
        """The wallet key of this generation."""
        return self._signing_key("wallet")

    def slot(self, layer: str) -> SigningKey:
        """The key that signs for a layer on chain, of this generation."""
        return self._signing_key(f"slot/{require_layer(layer)}")

    def author(self, patient_wallet: str, layer: str) -> SigningKey:
        """The pseudonym under which this professional writes into one patient's layer (promise B14)."""
        return self._signing_key(f"author/{to_address(patient_wallet).lower()}/{require_layer(layer)}")

    # ---- keys that open ----------------------------------------------------------------------------------------------

    @cached_property
    def exchange(self) -> SecretKey:
        """The Umbral key that grants and messages are encrypted to."""
        return SecretKey(scalar_of(self._derive("exchange", 48)))

    def pre_signer(self, layer: str) -> SecretKey:
        """The Umbral key that signs a layer's kfrags; its public key stands in the slot's entry on chain."""
        return SecretKey(scalar_of(self._derive(f"pre-sign/{require_layer(layer)}", 48)))

    def section_key(self, layer: str, section: str, epoch: int) -> SecretKey:
        """The Umbral key that envelopes of one section are sealed to during one epoch (promise C4)."""
        require_section(layer, section)
        factory = KeyFactory(self._derive(f"sections/{layer}"))
        return factory.make_key(f"{section}/{epoch}".encode())

    def section_tag(self, layer: str, section: str) -> bytes:
        """The 16 opaque bytes that stand for a section wherever the platform or a node can look."""
        require_section(layer, section)
        return hmac.digest(self._derive(f"tags/{layer}"), section.encode("utf-8"), sha256)[:TAG_LENGTH]

    # ---- secrets -----------------------------------------------------------------------------------------------------

    @cached_property
    def keystore_key(self) -> bytes:
        """32 bytes that seal this wallet's local state."""
        return self._derive("keystore")

    def salt(self, name: str) -> bytes:
        """The 32-byte salt of the commitment called ``name``."""
        return self._derive(f"salt/{name}")

    # ---- derivation --------------------------------------------------------------------------------------------------

    @cached_property
    def _seed(self) -> bytes:
        return seed_of(self.entropy)

    def _derive(self, label: str, length: int = 32, *, generation: int | None = None) -> bytes:
        g = self.generation if generation is None else generation
        return derive(self._seed, f"g{g}/{label}", length)

    def _signing_key(self, label: str, *, generation: int | None = None) -> SigningKey:
        return SigningKey(scalar_of(self._derive(label, 48, generation=generation)))
