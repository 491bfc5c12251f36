"""What the optimiser raises: a problem that makes no sense, a comparison no precision decided, a certificate that
lies."""

from medixain.core.errors import InvalidInput, MedixainError


class OptimiserError(MedixainError):
    """Base of the optimiser's expected failures."""

    code = "optimiser-error"


class InvalidProblem(OptimiserError, InvalidInput):
    """A constant of the problem is missing, of the wrong kind or out of its bound (exit status 2)."""

    code = "invalid-problem"
    exit_code = 2

    def __init__(self, *, field: str, value: object, bound: str) -> None:
        InvalidInput.__init__(self, f"{field} = {value} is refused: it must be {bound}.", field=field)
        self.value = value
        self.bound = bound


class Undecided(OptimiserError):
    """Two numbers agree to ``precision`` bits, so no verdict is given: fail closed rather than guess."""

    code = "undecided"
    status = 500
    exit_code = 1

    def __init__(self, *, what: str, precision: int) -> None:
        super().__init__(
            f"{what} is still undecided at {precision} bits of precision; move the bound it is compared with slightly."
        )
        self.what = what
        self.precision = precision


class CertificateRefused(OptimiserError):
    """A certificate claims something that does not follow; ``where`` names the first claim that fails."""

    code = "certificate-refused"
    exit_code = 6

    def __init__(self, *, where: str, reason: str) -> None:
        super().__init__(f"The certificate does not hold at {where}: {reason}.")
        self.where = where
        self.reason = reason
