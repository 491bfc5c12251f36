"""What every operation of the SDK works with: an open home, the platform, the nodes, and what was pinned."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import httpx

from keymgmt.keys.derivation import WalletKeys
from keymgmt.node.asking import TIMEOUT as NODE_TIMEOUT
from keymgmt.node.asking import NodeRef
from keymgmt.node.client import Nodes
from keymgmt.node.client import Signer as NodeSigner
from medixain.core.addresses import to_address
from medixain.core.eip712 import Domain, TypedStruct, off_chain_domain
from medixain.core.errors import MedixainError
from medixain.sdk.errors import BadServerAnswer, Integrity, NoInstitution
from medixain.sdk.home import Home, Unlocked
from medixain.sdk.signer import InstitutionDesk, LocalInstitution, RemoteInstitution
from medixain.sdk.transport import Api, Identity, Signer

RECORD_LAYERS: Final = ("identity", "profile", "activity", "emergency", "sealed")
"""Layers that hold records, in the order in which they are shown."""

ALL_LAYERS: Final = ("account", *RECORD_LAYERS)


@dataclass(frozen=True, slots=True)
class NodeSet:
    """The re-encryption nodes in their order on chain; ``threshold`` is m, ``names`` what people call them."""

    version: int
    threshold: int
    nodes: tuple[NodeRef, ...]
    names: dict[str, str]

    def named(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """The names of nodes, sorted."""
        return tuple(sorted(self.names.get(address, address) for address in addresses))


@dataclass(frozen=True, slots=True)
class Meta:
    """What the platform says of itself (GET /meta), parsed."""

    chain_id: int
    contracts: dict[str, str]
    node_set: NodeSet
    rpc_url: str
    institutions: tuple[dict[str, Any], ...]
    kyc: tuple[dict[str, Any], ...]
    relay: str | None = None

    @classmethod
    def parse(cls, answer: Any) -> "Meta":
        """Return the parsed answer; raises :class:`BadServerAnswer`."""
        try:
            found = answer["node_set"]
            nodes = tuple(
                NodeRef(to_address(node["address"]), str(node["url"]).rstrip("/"), bytes.fromhex(node["key"][2:]))
                for node in found["nodes"]
            )
            names = {
                str(to_address(node["address"])): str(node.get("name") or node["address"]) for node in found["nodes"]
            }
            return cls(
                chain_id=int(answer["chain_id"]),
                contracts={str(name): to_address(address) for name, address in answer["contracts"].items()},
                node_set=NodeSet(int(found["version"]), int(found["threshold"]), nodes, names),
                rpc_url=str(answer["rpc_url"]),
                institutions=tuple(answer.get("institutions", ())),
                kyc=tuple(answer.get("kyc", ())),
                relay=None if answer.get("relay") is None else to_address(answer["relay"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, MedixainError) as error:
            raise BadServerAnswer("/meta") from error

    def pins(self) -> dict[str, Any]:
        """What a home keeps for ever: another chain, other contracts or other node keys are another platform."""
        return {
            "chain_id": self.chain_id,
            "contracts": dict(sorted(self.contracts.items())),
            "node_set": {
                "version": self.node_set.version,
                "threshold": self.node_set.threshold,
                "nodes": [[node.address, "0x" + node.exchange_key.hex()] for node in self.node_set.nodes],
            },
            "relay": self.relay,
        }


class Context:
    """One open home and its connections. Keys are opened on first use, the platform is asked on first use."""

    def __init__(
        self,
        home: Home,
        server: str,
        *,
        password: str | None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.home = home
        self.api = Api(server, lambda: self.unlocked.device, transport)
        self._password = password
        self._transport = transport

    def close(self) -> None:
        """Close every connection that was opened."""
        self.api.close()
        if "nodes" in self.__dict__:
            self.nodes.close()

    def now(self) -> int:
        """This device's clock, Unix seconds."""
        return int(time.time())

    # ---- keys ------------------------------------------------------------------------------------------------------

    @cached_property
    def unlocked(self) -> Unlocked:
        """The open home; raises :class:`NoWallet`, :class:`PasswordNeeded` or ``WrongUnlocker``."""
        return self.home.open(self._password)

    @property
    def keys(self) -> WalletKeys:
        """The wallet's keys."""
        return self.unlocked.keys

    @cached_property
    def account(self) -> Identity:
        """The patient as the platform knows it: the account slot."""
        return Identity(self.keys.slot("account"), self.keys.slot_id("account"))

    @cached_property
    def professional(self) -> Identity:
        """The professional of this home, signed in by the wallet's address."""
        return Identity(self.keys.wallet, self.keys.wallet_id)

    @cached_property
    def institution(self) -> Identity:
        """The institution of this home; raises :class:`NoInstitution` when it is a person's."""
        if not self.is_institution:
            raise NoInstitution(str(self.home.path))
        return Identity(self.desk, self.desk.address)

    @cached_property
    def desk(self) -> InstitutionDesk:
        """Whatever holds the institution's keys: this home, or a signer process of its own."""
        signer = self.home.config().get("signer")
        if signer is None:
            return LocalInstitution(self.keys)
        return RemoteInstitution(signer["url"], signer["token"], signer["keyring"], self._transport)

    @property
    def is_institution(self) -> bool:
        """Whether this is an institution's home."""
        return self.home.config().get("kind") == "institution"

    # ---- platform, chain, nodes ------------------------------------------------------------------------------------

    @cached_property
    def meta(self) -> Meta:
        """The platform's description, held against what this home has pinned.

        Raises :class:`Integrity` when chain, contracts or node keys are not those the home was made with.
        """
        meta = Meta.parse(self.api.get("/meta"))
        config = self.home.config()
        pinned = config.get("pins")
        if pinned is None:
            return meta
        pins = meta.pins()
        for name in ("chain_id", "contracts"):
            if pins[name] != pinned[name]:
                raise Integrity(f"The platform now names another {name.replace('_', ' ')} than when this home was made")
        if pins["node_set"] != pinned["node_set"]:
            raise Integrity("The platform names other re-encryption nodes than this home has pinned")
        return meta

    @cached_property
    def relay(self) -> str | None:
        """The account that signs deletion receipts, as pinned at first contact; None while no platform has named one.

        Another one that the platform names later makes no receipt valid: whoever may choose the key anew for each
        receipt has signed nothing. A home made before this was pinned pins it now.
        """
        config = self.home.config()
        pins = config.get("pins", {})
        if pins.get("relay") is not None:
            return to_address(pins["relay"])
        named = self.meta.relay
        if pins and named is not None:
            self.home.write_config(config | {"pins": pins | {"relay": named}})
        return named

    @cached_property
    def nodes(self) -> Nodes:
        """The pinned nodes."""
        found = self.meta.node_set
        http = httpx.Client(timeout=NODE_TIMEOUT, trust_env=False, transport=self._transport)
        return Nodes(found.nodes, threshold=found.threshold, chain_id=self.meta.chain_id, http=http)

    def node_signer(self, key: Signer) -> NodeSigner:
        """A signer of messages to nodes with ``key``."""

        def sign(message: TypedStruct) -> bytes:
            return key.sign(self.off_chain, message)

        return sign

    @property
    def off_chain(self) -> Domain:
        """The EIP-712 domain of messages between people, nodes and the platform."""
        return off_chain_domain(self.meta.chain_id)

    def contract_domain(self, contract: str) -> Domain:
        """The EIP-712 domain of a contract's messages."""
        return Domain(contract, "1", self.meta.chain_id, self.meta.contracts[contract])

    # ---- what this device remembers --------------------------------------------------------------------------------

    @contextmanager
    def changing(self, table: str) -> Iterator[dict[str, Any]]:
        """Change one table of what this device remembers."""
        with self.home.changing_state(self.keys) as state:
            yield state.setdefault(table, {})

    def table(self, name: str) -> Mapping[str, Any]:
        """One table of what this device remembers, to be looked at and not changed."""
        found: Mapping[str, Any] = self.home.look_at_state(self.keys).get(name, {})
        return found
