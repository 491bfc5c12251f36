"""Errors of proxy re-encryption. None carries a key, a plaintext or the library's own message."""

from keymgmt.errors import KeymgmtError


class PreError(KeymgmtError):
    """Base of this package's errors."""

    code = "pre-error"


class MalformedEncoding(PreError):
    """Bytes that are not the one canonical encoding of what was expected; ``kind`` names it."""

    code = "malformed"
    exit_code = 6

    def __init__(self, kind: str) -> None:
        super().__init__(f"These bytes are no {kind}; fetch it again or ask its maker for a new one.")
        self.kind = kind


class CannotOpen(PreError):
    """The key does not open this ciphertext, or the ciphertext, capsule or fragments were changed."""

    code = "cannot-open"
    status = 403

    def __init__(self) -> None:
        super().__init__("This key does not open this ciphertext, or the ciphertext was changed.")


class VerificationFailed(PreError):
    """A fragment that is well-formed but not for these keys, this capsule or by this signer; ``kind`` names it."""

    code = "fragment-not-verified"
    status = 403

    def __init__(self, kind: str) -> None:
        super().__init__(f"The {kind} does not belong to these keys; refuse it and ask its maker for a new one.")
        self.kind = kind


class BadThreshold(PreError):
    """Not 1 <= threshold <= shares <= 32."""

    code = "bad-threshold"
    exit_code = 2

    def __init__(self, threshold: int, shares: int) -> None:
        super().__init__(f"A threshold of {threshold} of {shares} nodes is impossible; 1 <= threshold <= shares <= 32.")
        self.threshold = threshold
        self.shares = shares
