"""A node's configuration: a JSON file for the program, or the same values given by whoever runs it in a thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keymgmt.node.errors import Malformed, NodeError
from keymgmt.node.server.context import NodeKeys
from keymgmt.node.wire import parse_json
from keymgmt.pre import MalformedEncoding, SecretKey
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput


class BadConfiguration(NodeError):
    """The configuration cannot be used; ``field`` names what is wrong. Never shows a key."""

    code = "node-bad-configuration"
    exit_code = 2

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(f"The node's configuration is wrong at {field}: {message}")
        self.field = field


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """Everything a node needs to run.

    ``contracts`` are the contracts' addresses by name; ``origins`` the web origins that may read answers; ``tick`` the
    seconds between two rounds of upkeep. Port 0 takes a free one. ``accept_log_loss`` is the operator's decision that
    log entries lost with a restored backup are given up (docs/adr/0036).
    """

    keys: NodeKeys
    database: Path
    chain_id: int
    rpc_url: str
    contracts: Mapping[str, str]
    platform_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 0
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    origins: tuple[str, ...] = ("*",)
    tick: float = 1.0
    accept_log_loss: bool = field(default=False, kw_only=True)

    @classmethod
    def load(cls, path: Path, *, accept_log_loss: bool = False) -> "NodeConfig":
        """Read a configuration file; raises :class:`BadConfiguration`.

        The file holds ``node_key_file`` and ``exchange_key_file`` (64 hexadecimal digits, mode 0600), ``database``,
        ``chain_id``, ``rpc_url`` and ``contracts``, and may hold ``platform_url``, ``host``, ``port``,
        ``tls_certificate``, ``tls_key`` and ``origins``. Relative paths start at the file's folder.
        """
        try:
            document = parse_json(path.read_bytes())
        except (OSError, Malformed) as error:
            raise BadConfiguration("it must be a readable JSON file.", field=str(path)) from error
        return cls(**_Reader(document, path.parent).values(), accept_log_loss=accept_log_loss)


class _Reader:
    """Reads the fields of one document, naming the field in every error."""

    def __init__(self, document: Any, folder: Path) -> None:
        if not isinstance(document, dict):
            raise BadConfiguration("it must be a JSON object.", field="file")
        self._document = document
        self._folder = folder

    def values(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        known = {
            "keys": self._keys(),
            "database": self._path("database"),
            "chain_id": self._integer("chain_id", 1, 1 << 63),
            "rpc_url": self._text("rpc_url"),
            "contracts": self._contracts(),
        }
        optional: dict[str, Any] = {
            "platform_url": self._text,
            "host": self._text,
            "port": lambda name: self._integer(name, 0, 65535),
            "tls_certificate": self._path,
            "tls_key": self._path,
            "origins": self._origins,
        }
        unknown = self._document.keys() - known.keys() - optional.keys() - {"node_key_file", "exchange_key_file"}
        if unknown:
            raise BadConfiguration("there is no such setting.", field=min(unknown))
        return known | {name: read(name) for name, read in optional.items() if name in self._document}

    def _get(self, name: str) -> Any:
        if name not in self._document:
            raise BadConfiguration("it is missing.", field=name)
        return self._document[name]

    def _text(self, name: str) -> str:
        value = self._get(name)
        if not isinstance(value, str) or not value:
            raise BadConfiguration("it must be text.", field=name)
        return value

    def _integer(self, name: str, least: int, most: int) -> int:
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadConfiguration(f"it must be an integer from {least} to {most}.", field=name)
        return value

    def _path(self, name: str) -> Path:
        return self._folder / self._text(name)

    def _origins(self, name: str) -> tuple[str, ...]:
        value = self._get(name)
        if not isinstance(value, list) or not all(isinstance(origin, str) for origin in value):
            raise BadConfiguration("it must be a list of origins.", field=name)
        return tuple(value)

    def _contracts(self) -> dict[str, str]:
        value = self._get("contracts")
        if not isinstance(value, dict):
            raise BadConfiguration("it must be an object of addresses by contract name.", field="contracts")
        try:
            return {name: to_address(address) for name, address in value.items()}
        except (InvalidInput, TypeError) as error:
            raise BadConfiguration("every contract needs an address.", field="contracts") from error

    def _keys(self) -> NodeKeys:
        try:
            exchange = SecretKey(self._secret("exchange_key_file"))
        except MalformedEncoding as error:
            raise BadConfiguration("the file holds no Umbral secret key.", field="exchange_key_file") from error
        try:
            return NodeKeys(self._secret("node_key_file"), exchange)
        except InvalidInput as error:
            raise BadConfiguration("the file holds no secp256k1 secret key.", field="node_key_file") from error

    def _secret(self, name: str) -> bytes:
        path = self._path(name)
        try:
            if path.stat().st_mode & 0o077:
                raise BadConfiguration("others may read the key file; set its mode to 0600.", field=name)
            return bytes.fromhex(path.read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise BadConfiguration("the key file must hold hexadecimal digits.", field=name) from error
