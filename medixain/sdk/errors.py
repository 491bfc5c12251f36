"""What the SDK raises beyond the errors of keys, nodes and containers. Codes and exit codes: docs/spec/cli.md."""

from collections.abc import Sequence

from medixain.core.errors import InvalidInput, MedixainError


class SdkError(MedixainError):
    """Base of the SDK's own errors."""

    code = "sdk-error"


class ServerUnreachable(SdkError):
    """The platform does not answer at ``server``."""

    code = "server-unreachable"
    status = 503
    exit_code = 5

    def __init__(self, server: str, reason: str) -> None:
        super().__init__(f"The platform at {server} does not answer ({reason}); check the address or try again later.")
        self.server = server


class ServerRefused(SdkError):
    """The platform answered with problem+json; ``code`` and ``status`` are the platform's, ``fields`` what is wrong."""

    code = "server-refused"
    exit_code = 3

    def __init__(self, code: str, status: int, detail: str, fields: dict[str, object] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.status = status
        self.fields = fields or {}
        self.exit_code = _exit_code(status)


def _exit_code(status: int) -> int:
    if status in (401, 403):
        return 3
    if status == 404:
        return 4
    if status == 409:
        return 7
    return 5 if status >= 500 or status == 429 else 2


class BadServerAnswer(SdkError):
    """The platform answered something that api.md does not provide for."""

    code = "bad-server-answer"
    exit_code = 6

    def __init__(self, what: str) -> None:
        super().__init__(f"The platform's answer to {what} is malformed; update medixain or tell its operator.")
        self.what = what


class Integrity(SdkError):
    """What the platform says contradicts signatures, hashes, the chain or the nodes; ``what`` names the check."""

    code = "integrity"
    exit_code = 6

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}. Nothing was believed or sent; do not go on, and tell your institution.")
        self.what = what


class Rollback(Integrity):
    """An older state than this home has already seen."""

    code = "rollback"


class NotAttested(Integrity):
    """A key or document that the nodes do not attest; nothing was encrypted to it."""

    code = "not-attested"


class BadReceipt(SdkError):
    """A removal that the platform took without a receipt that holds: nothing shows that its copy is erased."""

    code = "bad-receipt"
    exit_code = 6

    def __init__(self, record: str, why: str) -> None:
        super().__init__(
            f"The platform gave no valid receipt for the deletion of {record} ({why}). The nodes refuse it from now "
            "on, but nothing shows that the platform has erased it: ask its operator."
        )
        self.record, self.why = record, why


class NoWallet(SdkError):
    """The home holds no wallet yet."""

    code = "no-wallet"
    exit_code = 4

    def __init__(self, home: str) -> None:
        super().__init__(f"There is no wallet in {home}; make one with `medixain wallet create` or give --home.")
        self.home = home


class NoInstitution(NoWallet):
    """The home is a person's, where an institution has to sign."""

    def __init__(self, home: str) -> None:
        SdkError.__init__(
            self,
            f"There is no institution's key in {home}; make one with `medixain institution create` or give its --home.",
        )
        self.home = home


class WalletExists(SdkError):
    """The home holds a wallet already, which must not be overwritten."""

    code = "already-exists"
    exit_code = 7

    def __init__(self, home: str) -> None:
        super().__init__(f"There is a wallet in {home} already; give another --home.")
        self.home = home


class PasswordNeeded(SdkError):
    """The keystore opens with a password and none was given."""

    code = "password-needed"
    exit_code = 2

    def __init__(self) -> None:
        super().__init__("This home is protected by a password; give --password-file or set MEDIXAIN_PASSWORD.")


class UnknownWallet(SdkError):
    """No directory card answers to this wallet id."""

    code = "unknown-wallet"
    status = 404
    exit_code = 4

    def __init__(self, wallet: str) -> None:
        super().__init__(f"The platform knows no wallet {wallet}; check the id with its owner.")
        self.wallet = wallet


class NotFound(SdkError):
    """No record, grant, request or event of this id here."""

    code = "not-found"
    status = 404
    exit_code = 4

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is no {kind} {name} here; list them to see which there are.")
        self.kind = kind
        self.name = name


class NoIntroduction(SdkError):
    """The patient has not introduced the layer or section to this professional, or not for appending."""

    code = "no-introduction"
    status = 403
    exit_code = 3

    def __init__(self, what: str) -> None:
        super().__init__(f"The patient has not opened {what} to you for this; ask with `medixain access request`.")
        self.what = what


class BeyondOwnAccess(SdkError):
    """A referral of more than its writer may see: nobody hands on what she has not got."""

    code = "beyond-own-access"
    status = 403
    exit_code = 3

    def __init__(self, patient: str, sections: Sequence[str]) -> None:
        super().__init__(
            f"You may not see {', '.join(sections)} of {patient} yourself; name sections that are open to you."
        )
        self.sections = list(sections)


class NoStanding(SdkError):
    """A referral by somebody to whom this wallet has opened no section, or who is no authorised professional now."""

    code = "no-standing"
    status = 403
    exit_code = 3

    def __init__(self, referrer: str) -> None:
        super().__init__(
            f"{referrer} may see no section of yours now, so cannot propose a colleague; "
            "share with that colleague by address if you want to."
        )
        self.referrer = referrer


class WaitedTooLong(SdkError):
    """A transaction did not get as far as asked in the time given; it goes on by itself."""

    code = "timeout"
    exit_code = 5

    def __init__(self, transaction: str, state: str, seconds: int) -> None:
        super().__init__(
            f"After {seconds} s the transaction {transaction} is still {state}; it goes on, look again later."
        )
        self.transaction = transaction
        self.state = state


class TransactionFailed(SdkError):
    """The chain or the relay refused a transaction that was accepted before."""

    code = "transaction-failed"
    exit_code = 7

    def __init__(self, transaction: str, code: str, detail: str) -> None:
        super().__init__(detail or f"The transaction {transaction} failed ({code}); try again.")
        self.transaction = transaction
        self.code = code


class FhirRefused(InvalidInput):
    """A file that claims to be FHIR and is not; ``issues`` are ``path: what is wrong`` of every fault found."""

    code = "fhir-invalid"

    def __init__(self, name: str, issues: Sequence[str]) -> None:
        shown = "; ".join(issues[:5]) + ("" if len(issues) <= 5 else f"; and {len(issues) - 5} more")
        super().__init__(f"{name} is no valid FHIR R4: {shown}. Correct it, or add it with --type other.", field="file")
        self.issues = list(issues)
