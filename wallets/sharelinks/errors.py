"""What a share link refuses."""

from medixain.api.errors import Conflict, NotFound, PlatformError


class NoSuchLink(NotFound):
    """Unknown, expired, deleted or used up: a stranger is told the same in all four cases."""

    code = "no-such-link"

    def __init__(self) -> None:
        super().__init__("There is no such link, or no longer: ask whoever gave it to you for a new one.")


class TooManyLinks(Conflict):
    """An account has as many live links as it may have."""

    code = "too-many-links"

    def __init__(self, limit: int) -> None:
        super().__init__(f"An account has at most {limit} links at a time; delete one first.")
        self.limit = limit


class WrongPasscode(PlatformError):
    """The passcode is wrong or missing; ``attempts_left`` counts down for the link's whole life."""

    code = "wrong-passcode"
    status = 401

    def __init__(self, attempts_left: int) -> None:
        super().__init__("The passcode is wrong or missing.")
        self.attempts_left = attempts_left
