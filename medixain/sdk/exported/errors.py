"""What can be wrong with an export before any record of it is looked at."""

from medixain.sdk.errors import SdkError


class ArchiveDamaged(SdkError):
    """The zip, or a file of it that names the others, cannot be read as an export; ``problem`` says why."""

    code = "integrity"
    exit_code = 6

    def __init__(self, problem: str) -> None:
        super().__init__(f"The export cannot be believed: {problem}. Ask for it anew from whoever made it.")
        self.problem = problem
