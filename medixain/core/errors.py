"""The base of every error medixain raises on purpose.

Each package derives one base of its own from :class:`MedixainError` and its specific errors from that. An error carries
its values as typed attributes and a message that is one sentence saying what happened and what to do about it.
"""


class MedixainError(Exception):
    """An expected failure with a stable ``code`` (kebab-case) and a message a user can act on.

    ``status`` is the HTTP status a service answers with when the error reaches its edge; ``exit_code`` is what the
    command line exits with. Both are properties of the kind of failure, so they stand on the class.
    """

    code: str = "error"
    status: int = 400
    exit_code: int = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(MedixainError):
    """Input of the wrong shape, length, type or range; ``field`` names the place when there is one."""

    code = "invalid-input"
    status = 400
    exit_code = 2

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
