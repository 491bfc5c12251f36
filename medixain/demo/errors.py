"""What can go wrong while the demo starts or runs."""

from medixain.core.errors import MedixainError


class DemoError(MedixainError):
    """Base of the demo's errors."""

    code = "demo"


class ProgramFailed(DemoError):
    """One of the demo's programs ended or did not become ready; ``log`` is where it wrote why."""

    code = "program-failed"

    def __init__(self, name: str, problem: str, log: str) -> None:
        super().__init__(f"The {name} program {problem}; see {log}.")
        self.program = name
        self.log = log


class DataInUse(DemoError):
    """Another demo runs on the same data folder."""

    code = "data-in-use"

    def __init__(self, data: str) -> None:
        super().__init__(f"Another demo runs on {data}: stop it, or give --data another folder.")
        self.data = data


class PortInUse(DemoError):
    """The port asked for is taken."""

    code = "port-in-use"

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken: stop what uses it, or give --port another (0 takes a free one).")
        self.port = port
