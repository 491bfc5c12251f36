"""Errors of the signer and of its client. None carries a key, a passphrase or a token."""

from keymgmt.errors import KeymgmtError


class SignerError(KeymgmtError):
    """Base of this package's errors."""

    code = "signer-error"
    exit_code = 1


class HomeUnusable(SignerError):
    """The signer's folder, passphrase file or configuration cannot be used."""

    code = "signer-home"
    exit_code = 2


class NotAuthorised(SignerError):
    """The request does not carry this signer's bearer token."""

    code = "not-authorised"
    status = 401

    def __init__(self) -> None:
        super().__init__("Send this signer's token, which stands in the file `token` of its folder.")


class UnknownKeyring(SignerError):
    """The signer holds no keyring of that name."""

    code = "unknown-keyring"
    status = 404
    exit_code = 4

    def __init__(self, name: str) -> None:
        super().__init__(f"This signer holds no keyring {name!r}; create it with --create.")
        self.name = name


class NotPermitted(SignerError):
    """The keyring's role does not sign this."""

    code = "not-permitted"
    status = 403
    exit_code = 3


class MalformedRequest(SignerError):
    """A request of another shape than docs/spec/keys.md fixes."""

    code = "malformed"
    exit_code = 2


class RequesterRefused(SignerError):
    """A nullifier request that is not by an active KYC institution, is stale or reuses a session."""

    code = "requester-refused"
    status = 403
    exit_code = 3


class TooManyRequests(SignerError):
    """The institution has used up its evaluations for the day."""

    code = "too-many-requests"
    status = 429

    def __init__(self, limit: int) -> None:
        super().__init__(f"This institution has asked for {limit} evaluations within 24 hours; try again tomorrow.")
        self.limit = limit


class SignerUnreachable(SignerError):
    """The signer does not answer."""

    code = "signer-unreachable"
    status = 503
    exit_code = 5

    def __init__(self, url: str) -> None:
        super().__init__(f"The signer at {url} does not answer; start it.")
        self.url = url


class SignerRefused(SignerError):
    """The signer answered with a problem; ``reason`` is its code."""

    code = "signer-refused"
    status = 502
    exit_code = 3

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
