"""The keyset document of a layer's slot: which public key envelopes of each section are sealed to, epoch by epoch.

Its version and hash stand on chain, so nodes attest it and an author encrypts to attested keys only
(docs/spec/keys.md; promises I8, I9).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from eth_hash.auto import keccak

from keymgmt.keys.derivation import TAG_LENGTH, WalletKeys
from keymgmt.keys.encoding import Fields, to_hex
from keymgmt.keys.errors import BadDocument
from keymgmt.keys.layers import layer_of
from keymgmt.pre import PublicKey
from medixain.core import canonical
from medixain.core.addresses import Address, to_address

KIND: Final = "keyset"
MAX_KEYSET_LENGTH: Final = 1 << 20
FIRST_EPOCH: Final = 1
LAST_EPOCH: Final = 2**32 - 1


class EpochState(Enum):
    """Envelopes are sealed to the live epoch; a retired one's are being moved over or were."""

    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class SectionKey:
    """The public key of one section, by its tag, in one epoch."""

    tag: bytes
    epoch: int
    key: PublicKey
    state: EpochState


@dataclass(frozen=True, slots=True)
class Keyset:
    """A version of a slot's keyset. Sections are sorted by (tag, epoch); each tag has one live epoch, its last."""

    slot: Address
    version: int
    pre_key: PublicKey
    sections: tuple[SectionKey, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "slot", to_address(self.slot))
        ordered = tuple(sorted(self.sections, key=lambda section: (section.tag, section.epoch)))
        object.__setattr__(self, "sections", ordered)
        _check(self)

    def encode(self) -> bytes:
        """Return the canonical JSON."""
        return canonical.encode(
            {
                "v": 1,
                "slot": self.slot,
                "version": self.version,
                "pre_key": to_hex(bytes(self.pre_key)),
                "sections": [_section_json(section) for section in self.sections],
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Keyset":
        """Return the keyset in ``data``; raises :class:`BadDocument` for any other bytes than :meth:`encode`'s."""
        keys = frozenset({"slot", "version", "pre_key", "sections"})
        fields = Fields.parse(KIND, data, keys, limit=MAX_KEYSET_LENGTH)
        sections = tuple(_parse_section(item) for item in fields.array("sections"))
        keyset = cls(fields.address("slot"), fields.integer("version", 1), fields.public_key("pre_key"), sections)
        if keyset.sections != sections:
            raise fields.refuse("its sections are not in order")
        return keyset

    def hash(self) -> bytes:
        """Return keccak256 of the canonical bytes, as it stands on chain."""
        return keccak(self.encode())

    def live(self, tag: bytes) -> SectionKey:
        """Return the key to seal to for ``tag``; raises :class:`BadDocument`."""
        for section in self.sections:
            if section.tag == tag and section.state is EpochState.LIVE:
                return section
        raise BadDocument(KIND, "it has no section of this tag")

    def find(self, tag: bytes, epoch: int) -> SectionKey:
        """Return the key of ``tag`` in ``epoch``, live or retired; raises :class:`BadDocument`."""
        for section in self.sections:
            if section.tag == tag and section.epoch == epoch:
                return section
        raise BadDocument(KIND, "it has no section of this tag and epoch")


def first_keyset(keys: WalletKeys, layer: str) -> Keyset:
    """Return version 1 of a layer's keyset: every section of the layer in its first epoch."""
    sections = tuple(_own_key(keys, layer, section, FIRST_EPOCH) for section in layer_of(layer).sections)
    return Keyset(keys.slot_id(layer), 1, keys.pre_signer(layer).public_key, sections)


def rotate(keyset: Keyset, keys: WalletKeys, layer: str, sections: Iterable[str]) -> Keyset:
    """Return the next version, in which each named section has a new live epoch and its last one is retired.

    Withdrawal and expiry call this; envelopes are then re-wrapped and remaining grants get kfrags of the new epoch.
    Raises :class:`BadDocument` if the keyset is not this wallet's.
    """
    require_own(keyset, keys, layer)
    rotating = {keys.section_tag(layer, section): section for section in sections}
    kept = [_retired(section) if section.tag in rotating else section for section in keyset.sections]
    fresh = [_own_key(keys, layer, name, keyset.live(tag).epoch + 1) for tag, name in rotating.items()]
    return Keyset(keyset.slot, keyset.version + 1, keyset.pre_key, (*kept, *fresh))


def require_own(keyset: Keyset, keys: WalletKeys, layer: str) -> None:
    """Return if every key of ``keyset`` is derived from ``keys``; raises :class:`BadDocument`.

    The owner calls it on a document the platform returned, because a substituted key would open to somebody else.
    """
    if keyset.slot != keys.slot_id(layer):
        raise BadDocument(KIND, "it is another slot's")
    if keyset.pre_key != keys.pre_signer(layer).public_key:
        raise BadDocument(KIND, "its signing key is not this wallet's")
    names = {keys.section_tag(layer, name): name for name in layer_of(layer).sections}
    for section in keyset.sections:
        name = names.get(section.tag)
        if name is None or keys.section_key(layer, name, section.epoch).public_key != section.key:
            raise BadDocument(KIND, "it holds a section key that is not this wallet's")


def _own_key(keys: WalletKeys, layer: str, section: str, epoch: int) -> SectionKey:
    public_key = keys.section_key(layer, section, epoch).public_key
    return SectionKey(keys.section_tag(layer, section), epoch, public_key, EpochState.LIVE)


def _retired(section: SectionKey) -> SectionKey:
    return SectionKey(section.tag, section.epoch, section.key, EpochState.RETIRED)


def _section_json(section: SectionKey) -> dict[str, Any]:
    return {
        "tag": to_hex(section.tag),
        "epoch": section.epoch,
        "key": to_hex(bytes(section.key)),
        "state": section.state.value,
    }


def _parse_section(value: Any) -> SectionKey:
    fields = Fields(KIND, value, frozenset({"tag", "epoch", "key", "state"}))
    state = fields.text("state")
    if state not in {member.value for member in EpochState}:
        raise fields.refuse("a section's state is neither live nor retired")
    tag = fields.data("tag", TAG_LENGTH)
    return SectionKey(tag, fields.integer("epoch", FIRST_EPOCH), fields.public_key("key"), EpochState(state))


def _check(keyset: Keyset) -> None:
    if keyset.version < 1:
        raise BadDocument(KIND, "its version is below 1")
    if any(len(section.tag) != TAG_LENGTH for section in keyset.sections):
        raise BadDocument(KIND, "a section has no tag of 16 bytes")
    if any(not FIRST_EPOCH <= section.epoch <= LAST_EPOCH for section in keyset.sections):
        raise BadDocument(KIND, "an epoch is not between 1 and 2^32 - 1")
    if any(count > 1 for count in Counter((section.tag, section.epoch) for section in keyset.sections).values()):
        raise BadDocument(KIND, "it names an epoch twice")
    # One key for two sections would let a grant of one open the other.
    if len({section.key for section in keyset.sections}) != len(keyset.sections):
        raise BadDocument(KIND, "it uses a key twice")
    last = {section.tag: section for section in keyset.sections}  # sorted by epoch, so the last epoch wins
    for section in keyset.sections:
        if (section.state is EpochState.LIVE) != (last[section.tag] is section):
            raise BadDocument(KIND, "a section does not have exactly its last epoch live")
