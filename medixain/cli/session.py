"""What one invocation works with: the client for its home and server, opened on first use, and the printer."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from medixain.cli.output import Printer
from medixain.core.errors import InvalidInput
from medixain.env import Environment
from medixain.sdk import Client
from medixain.sdk.home import Home

DEFAULT_HOME = Path("~/.medixain")
DEFAULT_SERVER = "http://localhost:8000"


class Session:
    """Opens the SDK's client lazily, so that `--help` and argument errors touch neither disk nor network."""

    def __init__(self, *, home: Path | None, server: str | None, as_json: bool, password_file: Path | None) -> None:
        self.printer = Printer(as_json=as_json)
        self._home = (home or DEFAULT_HOME).expanduser()
        self._server = server
        self._password_file = password_file
        self._client: Client | None = None

    @property
    def password(self) -> str | None:
        """The keystore's password from --password-file or MEDIXAIN_PASSWORD; None when neither is given."""
        if self._password_file is None:
            return Environment().secret("PASSWORD", "") or None
        lines = self._password_file.read_text(encoding="utf-8").splitlines()
        if not lines or not lines[0]:
            raise InvalidInput(
                f"The password file {self._password_file} is empty: write the password on its first line.",
                field="password-file",
            )
        return lines[0]

    @property
    def client(self) -> Client:
        """The client of this home; the server is the one given, else the one the home was made with."""
        if self._client is None:
            self._client = Client(self._home, self._server, password=self.password, default_server=DEFAULT_SERVER)
        return self._client

    @property
    def server(self) -> str:
        """The platform's address: the one given, else the one the home was made with."""
        return str(self._server or self._config.get("server") or DEFAULT_SERVER).rstrip("/")

    @property
    def rpc_url(self) -> str | None:
        """The chain node that whoever distrusts the platform has set in this home; None otherwise."""
        return self._config.get("rpc_url")

    @property
    def _config(self) -> dict[str, Any]:
        return Home(self._home).config()

    def show(self, result: Any, **layout: Any) -> None:
        """Print an SDK result as JSON or for people (see :meth:`Printer.show`)."""
        self.printer.show(result, **layout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()
