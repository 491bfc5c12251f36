"""The recovery phrase: 32 bytes of entropy as 24 English words (BIP-39, empty passphrase)."""

import secrets
import unicodedata
from typing import Final

from mnemonic import Mnemonic

from keymgmt.keys.errors import BadEntropy, BadPhrase

ENTROPY_LENGTH: Final = 32
WORDS: Final = 24

_BIP39 = Mnemonic("english")
_WORD_SET = frozenset(_BIP39.wordlist)


def new_entropy() -> bytes:
    """Return 32 fresh random bytes from the operating system."""
    return secrets.token_bytes(ENTROPY_LENGTH)


def phrase_of(entropy: bytes) -> str:
    """Return the 24 words of ``entropy``, separated by single spaces; raises :class:`BadEntropy`."""
    require_entropy(entropy)
    return _BIP39.to_mnemonic(bytes(entropy))


def entropy_of(phrase: str) -> bytes:
    """Return the 32 bytes of ``phrase``; case and white space do not matter.

    Raises :class:`BadPhrase`. Its message gives the position of a wrong word and never the word itself, because a
    mistyped word of a phrase is nearly a word of it.
    """
    words = unicodedata.normalize("NFKD", phrase).lower().split()
    if len(words) != WORDS:
        raise BadPhrase(f"A recovery phrase has {WORDS} words; this one has {len(words)}.")
    for position, word in enumerate(words, start=1):
        if word not in _WORD_SET:
            raise BadPhrase(f"Word {position} is not on the list of BIP-39; check its spelling.", position=position)
    if not _BIP39.check(" ".join(words)):
        raise BadPhrase("The words are right but do not belong together; check their order.")
    return bytes(_BIP39.to_entropy(words))


def seed_of(entropy: bytes) -> bytes:
    """Return the 64-byte BIP-39 seed (PBKDF2-HMAC-SHA512, 2048 rounds, empty passphrase)."""
    return Mnemonic.to_seed(phrase_of(entropy))


def require_entropy(entropy: bytes) -> None:
    """Return if ``entropy`` has 32 bytes; raises :class:`BadEntropy`."""
    if len(entropy) != ENTROPY_LENGTH:
        raise BadEntropy(f"A wallet's entropy has {ENTROPY_LENGTH} bytes, not {len(entropy)}.")
