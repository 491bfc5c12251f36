"""The configuration file of one institution's consensus client."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eth_utils.address import is_checksum_address

from consensus.rules.errors import ConsensusError

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?")
"""Scheme, host and port in small letters, without a path (RFC 6454, section 6.2)."""


class BadConfiguration(ConsensusError):
    """The configuration file cannot be used; ``field`` names the place."""

    code = "consensus-bad-configuration"
    status = 500
    exit_code = 2

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"the consensus client's configuration: {field} {problem}; see docs/operations.md")
        self.field = field
        self.problem = problem


@dataclass(frozen=True, slots=True)
class GethSettings:
    """A geth that runs already: Engine API, open endpoint, and the folder it shares with the consensus client."""

    engine_url: str
    http_url: str
    folder: Path


@dataclass(frozen=True, slots=True)
class SignerSettings:
    """The signer process that holds the keys of this institution's miners and voters."""

    url: str
    token_file: Path


@dataclass(frozen=True, slots=True)
class GossipSettings:
    """``address``: the registry key this node speaks with. ``peers``: base URLs by registry key."""

    address: str
    host: str
    port: int
    peers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RpcSettings:
    """The JSON-RPC door. ``names``: host names callers may use for it; ``origins``: whose web pages may ask it."""

    host: str
    port: int
    names: tuple[str, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """Everything one consensus client is told. ``geth`` None: the embedded EVM below ``data``."""

    genesis: Path
    data: Path
    geth: GethSettings | None
    signer: SignerSettings
    gossip: GossipSettings
    rpc: RpcSettings

    @classmethod
    def load(cls, path: Path) -> NodeConfig:
        """Reads a configuration file; relative paths start at its folder. Raises :class:`BadConfiguration`."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BadConfiguration(str(path), f"cannot be read ({error.strerror})") from error
        except ValueError as error:
            raise BadConfiguration(str(path), "is not JSON") from error
        fields = _Fields(document, "file", path.parent)
        fields.only("genesis", "data", "execution", "signer", "gossip", "rpc")
        return cls(
            genesis=fields.path("genesis"),
            data=fields.path("data"),
            geth=_geth(fields.inner("execution")),
            signer=_signer(fields.inner("signer")),
            gossip=_gossip(fields.inner("gossip")),
            rpc=_rpc(fields.inner("rpc")),
        )


def _geth(fields: _Fields) -> GethSettings | None:
    kind = fields.text("kind")
    if kind == "embedded":
        fields.only("kind")
        return None
    if kind != "geth":
        raise BadConfiguration("execution.kind", "is neither geth nor embedded")
    fields.only("kind", "engine_url", "http_url", "folder")
    return GethSettings(fields.text("engine_url"), fields.text("http_url"), fields.path("folder"))


def _signer(fields: _Fields) -> SignerSettings:
    fields.only("url", "token_file")
    return SignerSettings(fields.text("url"), fields.path("token_file"))


def _gossip(fields: _Fields) -> GossipSettings:
    fields.only("address", "host", "port", "peers")
    peers = fields.inner("peers").texts()
    for address in (fields.text("address"), *peers):
        if not is_checksum_address(address):
            raise BadConfiguration("gossip", f"names {address!r}, which is no EIP-55 address")
    return GossipSettings(fields.text("address"), fields.text("host"), fields.port("port"), peers)


def _rpc(fields: _Fields) -> RpcSettings:
    fields.only("host", "port", "names", "origins")
    return RpcSettings(fields.text("host"), fields.port("port"), fields.words("names"), fields.origins("origins"))


class _Fields:
    """The members of one JSON object; every error names the member."""

    def __init__(self, value: Any, name: str, folder: Path) -> None:
        if not isinstance(value, dict):
            raise BadConfiguration(name, "is not a JSON object")
        self._value = value
        self._name = name
        self._folder = folder

    def only(self, *names: str) -> None:
        """Refuses members that nothing reads: a misspelt setting must not be passed over."""
        if unknown := self._value.keys() - set(names):
            raise BadConfiguration(f"{self._name}.{min(unknown)}", "is no setting")

    def inner(self, name: str) -> _Fields:
        return _Fields(self._value.get(name), name, self._folder)

    def text(self, name: str) -> str:
        value = self._value.get(name)
        if not isinstance(value, str) or not value:
            raise BadConfiguration(f"{self._name}.{name}", "is missing or not text")
        return value

    def path(self, name: str) -> Path:
        return self._folder / self.text(name)

    def port(self, name: str) -> int:
        value = self._value.get(name)
        if type(value) is not int or not 0 <= value < 1 << 16:
            raise BadConfiguration(f"{self._name}.{name}", "is not a port number")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        value = self._value.get(name)
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise BadConfiguration(f"{self._name}.{name}", "is not a list of names")
        return tuple(value)

    def origins(self, name: str) -> tuple[str, ...]:
        """Web origins as browsers send them; ``*`` is none, for then any page could ask."""
        words = self.words(name)
        for word in words:
            if not _ORIGIN.fullmatch(word):
                raise BadConfiguration(f"{self._name}.{name}", f"names {word!r}, which is no origin of a web page")
        return words

    def texts(self) -> dict[str, str]:
        return {name: self.text(name) for name in self._value}
