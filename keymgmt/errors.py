"""The base of every error this package raises on purpose."""

from medixain.core.errors import MedixainError


class KeymgmtError(MedixainError):
    """A key, a ciphertext or a proof that cannot be used as asked."""

    code = "key-error"
    status = 400
    exit_code = 6
