"""How a patient's slot becomes known to one professional: a signed introduction, sealed to that person (promise I9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from keymgmt.keys.derivation import TAG_LENGTH, WalletKeys
from keymgmt.keys.encoding import Fields, to_hex
from keymgmt.keys.errors import BadDocument
from keymgmt.keys.keyset import Keyset
from keymgmt.keys.layers import layer_of
from keymgmt.keys.messages import Introduction
from medixain.core import canonical, eip712
from medixain.core.addresses import address_bytes, to_address
from medixain.core.eip712 import off_chain_domain

KIND: Final = "introduction"
MAX_INTRODUCTION_LENGTH: Final = 1 << 21
SIGNATURE_LENGTH: Final = 65


@dataclass(frozen=True, slots=True)
class SignedIntroduction:
    """An introduction with the layer's keyset and the tags of the introduced sections only, by section name."""

    message: Introduction
    signature: bytes
    keyset: Keyset
    sections: Mapping[str, bytes]

    def encode(self) -> bytes:
        """Return the canonical JSON that is sealed to the professional's exchange key."""
        message = self.message
        return canonical.encode(
            {
                "v": 1,
                "slot": message.slot,
                "layer": message.layer,
                "professional": message.professional,
                "wallet": to_address(message.wallet_id),
                "append": message.append,
                "until": message.until,
                "salt": to_hex(message.salt),
                "signature": to_hex(self.signature),
                "keyset": self.keyset.encode().decode("utf-8"),
                "sections": {name: to_hex(tag) for name, tag in self.sections.items()},
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "SignedIntroduction":
        """Return the introduction in ``data``, its signature not checked yet; raises :class:`BadDocument`."""
        fields = Fields.parse(KIND, data, _KEYS, limit=MAX_INTRODUCTION_LENGTH)
        keyset = Keyset.parse(fields.text("keyset").encode("utf-8"))
        layer = fields.text("layer")
        message = Introduction(
            slot=fields.address("slot"),
            layer=layer,
            professional=fields.address("professional"),
            wallet_id=address_bytes(fields.address("wallet")),
            keyset_hash=keyset.hash(),
            append=fields.boolean("append"),
            until=fields.integer("until"),
            salt=fields.data("salt", 32),
        )
        sections = _parse_sections(fields.mapping("sections"), layer)
        return cls(message, fields.data("signature", SIGNATURE_LENGTH), keyset, sections)

    def verify(self, *, chain_id: int, slot_key: str, professional: str, attested_keyset: bytes, now: int) -> None:
        """Return if the slot introduces itself to ``professional`` with the keyset that nodes attest, and still does.

        ``slot_key`` is the slot's current key and ``attested_keyset`` its keyset hash, both from node statements: a
        platform that substitutes a key is caught here. Raises :class:`BadDocument` or a ``SignatureError``.
        """
        if self.message.professional != to_address(professional):
            raise BadDocument(KIND, "it is for somebody else")
        if self.keyset.slot != self.message.slot:
            raise BadDocument(KIND, "its keyset is another slot's")
        if self.message.keyset_hash != attested_keyset:
            raise BadDocument(KIND, "its keyset is not the one that the nodes attest; ask for a new introduction")
        if self.message.until <= now:
            raise BadDocument(KIND, "it has ended; ask for a new introduction")
        eip712.verify(off_chain_domain(chain_id), self.message, self.signature, signer=slot_key)

    def tag(self, section: str) -> bytes:
        """Return the tag of an introduced section; raises :class:`BadDocument`."""
        if section not in self.sections:
            raise BadDocument(KIND, f"it does not introduce the section {section}; ask the patient for it")
        return self.sections[section]


def introduce(
    keys: WalletKeys,
    *,
    layer: str,
    keyset: Keyset,
    professional: str,
    sections: Iterable[str],
    append: bool,
    until: int,
    salt: bytes,
    chain_id: int,
) -> SignedIntroduction:
    """Return the introduction of a layer's sections to ``professional`` until ``until`` (Unix seconds)."""
    message = Introduction(
        slot=keys.slot_id(layer),
        layer=layer,
        professional=professional,
        wallet_id=address_bytes(keys.wallet_id),
        keyset_hash=keyset.hash(),
        append=append,
        until=until,
        salt=salt,
    )
    signature = keys.slot(layer).sign(off_chain_domain(chain_id), message)
    tags = {section: keys.section_tag(layer, section) for section in sections}
    return SignedIntroduction(message, signature, keyset, MappingProxyType(tags))


_KEYS: Final = frozenset(
    {"slot", "layer", "professional", "wallet", "append", "until", "salt", "signature", "keyset", "sections"}
)


def _parse_sections(value: dict[str, Any], layer: str) -> Mapping[str, bytes]:
    known = layer_of(layer).sections
    fields = Fields(KIND, value, frozenset(value))
    if not value.keys() <= known.keys():
        raise fields.refuse(f"it names a section that the layer {layer} has not")
    return MappingProxyType({name: fields.data(name, TAG_LENGTH) for name in value})
