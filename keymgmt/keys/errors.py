"""Errors of phrases, keys, documents and proofs. None carries a secret."""

from keymgmt.errors import KeymgmtError


class KeysError(KeymgmtError):
    """Base of this package's errors."""

    code = "keys-error"


class BadPhrase(KeysError):
    """Not a recovery phrase: number of words, a word off the list, or the checksum; ``position`` counts from 1."""

    code = "bad-phrase"
    exit_code = 2

    def __init__(self, message: str, *, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class BadEntropy(KeysError):
    """A secret of the wrong length; never shows it."""

    code = "bad-entropy"
    exit_code = 2


class UnknownLayer(KeysError):
    """No layer of that name."""

    code = "unknown-layer"
    exit_code = 2

    def __init__(self, layer: object) -> None:
        super().__init__(f"There is no layer {layer!r}; `medixain` names them in its help.")
        self.layer = layer


class UnknownSection(KeysError):
    """The layer has no section of that name."""

    code = "unknown-section"
    exit_code = 2

    def __init__(self, layer: str, section: str, known: tuple[str, ...]) -> None:
        super().__init__(f"The layer {layer} has no section {section!r}; choose one of: {', '.join(known)}.")
        self.layer = layer
        self.section = section


class BadDocument(KeysError):
    """A keyset, keystore, card or introduction that is malformed or contradicts itself; ``kind`` names it."""

    code = "bad-document"
    exit_code = 6

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"This {kind} is refused: {reason}.")
        self.kind = kind
        self.reason = reason


class WeakKeystore(KeysError):
    """Password-hashing parameters outside what this client accepts."""

    code = "weak-keystore"
    status = 403
    exit_code = 6


class WeakPassword(KeysError):
    """A password too short to protect a keystore."""

    code = "weak-password"
    exit_code = 2


class WrongUnlocker(KeysError):
    """The password or passkey does not open the keystore, or the keystore was changed."""

    code = "wrong-unlocker"
    status = 403
    exit_code = 3

    def __init__(self) -> None:
        super().__init__("This password or passkey does not open the keystore; try another one.")


class SignInRefused(KeysError):
    """A sign-in text or device proof that does not count; ``reason`` says why."""

    code = "sign-in-refused"
    status = 401
    exit_code = 3

    def __init__(self, reason: str) -> None:
        super().__init__(f"Sign in again: {reason}.")
        self.reason = reason


class BadNationalNumber(KeysError):
    """A national number that fails its scheme's form or check digit."""

    code = "bad-national-number"
    exit_code = 2


class InvalidIdentity(KeysError):
    """Identity fields that fail their checks; ``fields`` maps a field's name to what is wrong with it."""

    code = "invalid-identity"
    exit_code = 2

    def __init__(self, fields: dict[str, str]) -> None:
        listed = "; ".join(f"{name}: {reason}" for name, reason in fields.items())
        super().__init__(f"Correct these identity fields ({listed}).")
        self.fields = fields


class BadPoint(KeysError):
    """Bytes that are no point of secp256k1, or arithmetic that ended in the point at infinity."""

    code = "bad-point"
    exit_code = 6

    def __init__(self) -> None:
        super().__init__("These bytes are no usable point of secp256k1; fetch them again.")


class BadShares(KeysError):
    """A threshold, an index or a set of shares that does not describe one shared key."""

    code = "bad-shares"
    exit_code = 6


class ProofRefused(KeysError):
    """A partial evaluation or proof that was not made with the key it names; ``index`` is the evaluator's, or None."""

    code = "proof-refused"
    status = 403
    exit_code = 6

    def __init__(self, message: str, *, index: int | None = None) -> None:
        super().__init__(message)
        self.index = index
