"""The platform's view of the chain: JSON-RPC and the contracts' bindings, with every failure as one typed error."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from django.conf import settings
from django.utils.module_loading import import_string
from hexbytes import HexBytes
from requests.exceptions import RequestException
from web3 import Web3
from web3.exceptions import TransactionNotFound, Web3Exception

from contracts.bindings.addresses import ContractAddresses
from contracts.bindings.contracts import Contracts
from contracts.bindings.errors import ContractMissing, ContractRevert, ContractReverted
from contracts.bindings.messages import Recovery
from contracts.bindings.registries import GuardiansOpening
from contracts.bindings.reverts import revert_of
from contracts.bindings.state import Institution, NodeSetState, Professional
from medixain.chainindex.errors import ChainUnavailable, RelayRefused, WrongChain
from medixain.chainindex.functions import RelayedFunction
from medixain.chainindex.refusals import contract_refused
from medixain.chainindex.relay_signer import RelaySigner
from medixain.chainindex.seals import sealed_by
from medixain.core.addresses import to_address
from medixain.core.eip712 import Domain, TypedStruct
from medixain.core.errors import InvalidInput

TIMEOUT_SECONDS = 10
GAS_MARGIN = 1.25
"""An estimate is for the head's state; a slot's first record costs more storage when an other's lands before it."""

_Answer = TypeVar("_Answer")
_TOO_MUCH_GAS = ("out of gas", "gas required exceeds allowance")
"""What the execution clients say of a call that the given gas does not suffice for (geth, eth_call and estimates)."""
_ALREADY_THERE = ("already known", "already imported", "nonce too low", "already in the pool", "known transaction")


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block's number, hash and time (Unix seconds)."""

    number: int
    hash: bytes
    timestamp: int


@dataclass(frozen=True, slots=True)
class AuthorisedMiner:
    """A miner that the institutions voted in; governance activates enabled ones only."""

    id: bytes
    key: str
    institution: str
    enabled: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a transaction landed, and whether the contract took the message."""

    block_number: int
    block_hash: bytes
    succeeded: bool


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """A decoded event; ``arguments`` are JSON: addresses EIP-55, bytes 0x hex, large integers decimal strings."""

    contract: str
    name: str
    arguments: Mapping[str, Any]
    block_number: int
    block_hash: bytes
    tx_hash: bytes
    log_index: int


class Chain:
    """Six contracts at one JSON-RPC address. Safe to share between threads; every method may raise ChainUnavailable."""

    def __init__(self, web3: Web3, addresses: ContractAddresses, chain_id: int) -> None:
        self._web3 = web3
        self.chain_id = chain_id
        self._contracts = _ask(lambda: Contracts.load(web3, addresses))
        if self._contracts.chain_id != chain_id:
            raise WrongChain("id", str(chain_id), str(self._contracts.chain_id))

    # ---- contracts ---------------------------------------------------------------------------------------------------

    @property
    def addresses(self) -> dict[str, str]:
        """The contracts' addresses by name."""
        return self._contracts.addresses.by_name()

    def domain(self, contract: str) -> Domain:
        """The EIP-712 domain of a contract's messages."""
        return self._contracts.by_name[contract].domain

    def encode(
        self, function: RelayedFunction, message: TypedStruct, signatures: Sequence[bytes], extra: Mapping[str, Any]
    ) -> tuple[str, bytes]:
        """Return recipient and calldata; raises :class:`InvalidInput` for a wrong number of signatures."""
        contract = self._contracts.by_name[function.contract]
        if isinstance(message, Recovery):
            opening = _guardians(extra)
            return contract.address, self._contracts.wallet_registry.build_recovery_call(message, opening, signatures)
        return contract.address, contract.build_call(message, signatures)

    def key_of_slot(self, slot: str) -> str | None:
        """The slot's current key, None if the chain does not know the slot."""
        return _ask(lambda: self._contracts.wallet_registry.key_of(slot))

    def institution(self, address: str) -> Institution | None:
        """The institution's state at the head."""
        return _ask(lambda: self._contracts.institution_registry.institution(address))

    def professional(self, wallet: str) -> Professional | None:
        """The professional's state at the head."""
        return _ask(lambda: self._contracts.institution_registry.professional(wallet))

    def current_node_set(self) -> int:
        """The version of the current node set."""
        return _ask(self._contracts.institution_registry.current_node_set)

    def node_set(self, version: int) -> NodeSetState | None:
        """One version of the node set."""
        return _ask(lambda: self._contracts.institution_registry.node_set(version))

    def grant_is_active(self, slot: str, grant_id: bytes, *, at: int) -> bool:
        """Whether the grant is active at Unix time ``at``, in the head's state."""
        return _ask(lambda: self._contracts.access_grants.is_active(slot, grant_id, at))

    def parameters(self) -> tuple[int, int, int] | None:
        """Governance's (s, r, d), None before it is deployed."""
        try:
            found = _ask(self._contracts.consensus_governance.parameters)
        except ContractMissing:
            return None
        return found.s, found.r, found.d

    def bounds(self) -> dict[str, int] | None:
        """Governance's voted limits of s, r and d by name, None before it is deployed."""
        try:
            return asdict(_ask(self._contracts.consensus_governance.bounds))
        except ContractMissing:
            return None

    def enabled_miners(self) -> int:
        """How many miners governance has enabled; they bound s."""
        return sum(miner.enabled for miner in _ask(self._contracts.consensus_governance.miners))

    def active_miners(self) -> list[str]:
        """The institution of each active miner, in order of activation."""
        return _ask(lambda: [miner.institution for miner in self._contracts.consensus_governance.active_miners()])

    def miners(self) -> list[AuthorisedMiner]:
        """All authorised miners in their fixed order."""
        governance = self._contracts.consensus_governance
        active = {miner.id for miner in _ask(governance.active_miners)}
        return [
            AuthorisedMiner(miner.id, str(miner.key), str(miner.institution), miner.enabled, miner.id in active)
            for miner in _ask(governance.miners)
        ]

    def institution_of_key(self, key: str) -> str | None:
        """The active institution whose current key this is, None if there is none."""
        return _ask(lambda: self._contracts.institution_registry.institution_of_key(key))

    def active_institution_keys(self) -> dict[str, str]:
        """The current key of each active institution, by id, at the head."""
        registry = self._contracts.institution_registry
        found = {address: self.institution(address) for address in _ask(registry.institutions)}
        return {address: state.key for address, state in found.items() if state is not None and not state.suspended}

    # ---- blocks and events -------------------------------------------------------------------------------------------

    def head(self) -> BlockRef:
        """The newest block."""
        return self._block("latest")

    def finalized(self) -> BlockRef:
        """The newest final block."""
        return self._block("finalized")

    def block(self, number: int) -> BlockRef | None:
        """The canonical block of a number, None above the head."""
        try:
            return self._block(number)
        except _NoSuchBlock:
            return None

    def block_hash(self, number: int) -> bytes | None:
        """The canonical block's hash, None above the head."""
        block = self.block(number)
        return block.hash if block else None

    def block_time(self, number: int) -> int:
        """The canonical block's time, Unix seconds."""
        return self._block(number).timestamp

    def block_sealer(self, number: int, miners: Iterable[bytes]) -> bytes | None:
        """The id of the miner among ``miners`` that sealed a block, None when it was none of them."""
        found = _ask(lambda: self._web3.eth.get_block(cast(Any, number)))
        randao, parent_seal = HexBytes(found["mixHash"]), HexBytes(cast(Any, found)["parentBeaconBlockRoot"])
        return sealed_by(bytes(randao), bytes(parent_seal), miners)

    def _block(self, number: int | str) -> BlockRef:
        def ask() -> BlockRef:
            found = self._web3.eth.get_block(cast(Any, number))
            return BlockRef(int(found["number"]), bytes(found["hash"]), int(found["timestamp"]))

        return _ask(ask)

    def events(self, first: int, last: int) -> list[LoggedEvent]:
        """The contracts' events of the blocks ``first`` to ``last``, in order."""
        if last < first:
            return []
        found = _ask(lambda: self._contracts.read_events(self._web3, first, last))
        return [
            LoggedEvent(
                contract=logged.contract, name=type(logged.event).__name__,
                arguments={field.name: _json(getattr(logged.event, field.name)) for field in fields(logged.event)},
                block_number=logged.block_number, block_hash=logged.block_hash, tx_hash=logged.transaction_hash,
                log_index=logged.log_index,
            )
            for logged in found
        ]  # fmt: skip

    # ---- transactions ------------------------------------------------------------------------------------------------

    def transaction_count(self, sender: str) -> int:
        """How many transactions of the account are in the canonical chain."""
        return _ask(lambda: int(self._web3.eth.get_transaction_count(cast(Any, sender))))

    def simulate(self, to: str, calldata: bytes, *, sender: str | None = None) -> None:
        """Execute a call at the head without sending it; raises :class:`ContractRefused`.

        It has the gas that the relay's transaction would have, so what runs out of that is refused here.
        """
        _ask(lambda: self._web3.eth.call(_call(to, calldata, sender)))

    def estimate(self, to: str, calldata: bytes, *, sender: str) -> int:
        """Return a gas limit with margin; raises :class:`ContractRefused`."""
        return int(_ask(lambda: self._web3.eth.estimate_gas(_call(to, calldata, sender))) * GAS_MARGIN)

    def receipt(self, tx_hash: bytes) -> Receipt | None:
        """Where a transaction landed in the canonical chain, None while it is in no block."""

        def ask() -> Receipt | None:
            try:
                found = self._web3.eth.get_transaction_receipt(cast(Any, tx_hash))
            except TransactionNotFound:
                return None
            return Receipt(int(found["blockNumber"]), bytes(found["blockHash"]), found["status"] == 1)

        return _ask(ask)

    def send(self, raw: bytes) -> None:
        """Offer a signed transaction; one that is known already is fine. Raises :class:`RelayRefused`."""
        try:
            self._web3.eth.send_raw_transaction(cast(Any, raw))
        except (RequestException, OSError) as error:
            raise ChainUnavailable(type(error).__name__) from error
        except Web3Exception as error:
            text = str(error)
            if not any(phrase in text.lower() for phrase in _ALREADY_THERE):
                raise RelayRefused(text[:300]) from error


class _NoSuchBlock(ChainUnavailable):
    """The number is above the head."""


def _ask(question: Callable[[], _Answer]) -> _Answer:
    """Ask the chain; raises ContractRefused for a revert, ChainUnavailable for everything that is the transport's."""
    try:
        return question()
    except ContractReverted as error:
        raise _refused(error.revert) from error
    except Web3Exception as error:
        revert = revert_of(error)
        if revert is not None:
            raise _refused(revert) from error
        if any(phrase in str(error).lower() for phrase in _TOO_MUCH_GAS):
            raise contract_refused("OutOfGas", {}) from error
        if type(error).__name__ == "BlockNotFound":
            raise _NoSuchBlock("it does not have that block") from error
        raise ChainUnavailable(str(error)[:200]) from error
    except (RequestException, OSError) as error:
        raise ChainUnavailable(type(error).__name__) from error


def _refused(revert: ContractRevert) -> Exception:
    return contract_refused(revert.name, {name: _json(value) for name, value in revert.args.items()})


def _json(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, TypedStruct):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [_json(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value > 2**53 - 1 else int(value)
    return value


def _call(to: str, calldata: bytes, sender: str | None) -> Any:
    gas = int(settings.RELAY_MAX_GAS / GAS_MARGIN)
    call: dict[str, Any] = {"to": to, "data": "0x" + calldata.hex(), "gas": hex(gas)}
    return call | ({"from": sender} if sender else {})


def _guardians(extra: Mapping[str, Any]) -> GuardiansOpening:
    try:
        guardians = tuple(str(to_address(guardian)) for guardian in extra["guardians"])
        return GuardiansOpening(
            guardians, int(extra["threshold"]), bytes.fromhex(str(extra["salt"]).removeprefix("0x"))
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput("A recovery needs extra with guardians, threshold and salt.", field="extra") from error


def get_chain() -> Chain:
    """Return the chain that the settings name; raises :class:`ChainUnavailable` when they or it cannot be used."""
    if not settings.CHAIN_RPC_URL or not settings.CHAIN_MANIFEST:
        raise ChainUnavailable("no address or manifest is configured")
    return _chain_at(settings.CHAIN_RPC_URL, settings.CHAIN_MANIFEST)


@cache
def _chain_at(rpc_url: str, manifest: str) -> Chain:
    addresses, chain_id = read_manifest(Path(manifest))
    # The loop and the callers try again themselves; a retry here would only hold them up.
    provider = Web3.HTTPProvider(
        rpc_url, request_kwargs={"timeout": TIMEOUT_SECONDS},
        exception_retry_configuration=None,
    )  # fmt: skip
    return Chain(Web3(provider), addresses, chain_id)


def read_manifest(path: Path) -> tuple[ContractAddresses, int]:
    """Return addresses and chain id of a deployment's manifest; raises :class:`ChainUnavailable`."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        contracts = manifest.get("contracts") or {name: manifest[name] for name in manifest if name != "chainId"}
        addresses = {name: entry["address"] if isinstance(entry, dict) else entry for name, entry in contracts.items()}
        return ContractAddresses.from_names(addresses), int(manifest["chainId"])
    except (OSError, ValueError, KeyError, TypeError, InvalidInput) as error:
        raise ChainUnavailable(f"the manifest {path} cannot be used: {error}") from error


def get_signer() -> RelaySigner | None:
    """Return the relay's signer that the settings name, None where there is none; raises ``SignerUnavailable``."""
    if not settings.RELAY_SIGNER.get("BACKEND"):
        return None
    return _signer(
        settings.RELAY_SIGNER["BACKEND"], json.dumps(settings.RELAY_SIGNER.get("OPTIONS", {}), sort_keys=True)
    )


@cache
def _signer(backend: str, options: str) -> RelaySigner:
    signer: RelaySigner = import_string(backend)(**json.loads(options))
    return signer
