"""Errors of the platform's HTTP interface."""

from medixain.core.errors import MedixainError


class PlatformError(MedixainError):
    """Base of what the platform refuses on purpose."""

    code = "platform"
    exit_code = 4


class NotSignedIn(PlatformError):
    """There is no valid session, or the device did not prove itself."""

    code = "not-signed-in"
    status = 401

    def __init__(self, message: str = "Sign in first: the session is missing, ended or of another device.") -> None:
        super().__init__(message)


class NotPermitted(PlatformError):
    """The caller is known but this is not theirs."""

    code = "not-permitted"
    status = 403


class NotAMember(NotPermitted):
    """Writing needs an address that the platform or the chain knows."""

    code = "not-a-member"

    def __init__(self, address: str) -> None:
        super().__init__(f"The platform and the chain do not know {address}; open an account or register it first.")
        self.address = address


class NotFound(PlatformError):
    """There is no such thing, or the caller may not know of it."""

    code = "not-found"
    status = 404


class Conflict(PlatformError):
    """What is asked contradicts what is already there."""

    code = "conflict"
    status = 409


class TooLarge(PlatformError):
    """A body or blob above its limit; ``limit`` in bytes."""

    code = "too-large"
    status = 413

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{what} is larger than {limit:,} bytes; send less at once.")
        self.limit = limit


class BadSignature(PlatformError):
    """A signature that is malformed or of another key; ``expected`` is the address that had to sign."""

    code = "bad-signature"
    status = 400

    def __init__(self, what: str, expected: str) -> None:
        super().__init__(f"The signature of {what} is not by {expected}; sign it again with that key.")
        self.expected = expected
