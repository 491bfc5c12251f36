"""The contracts' events as frozen dataclasses, and logs decoded into them. Times are Unix seconds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.bindings.artefacts import load_artefact
from contracts.bindings.messages import Miner


@dataclass(frozen=True, slots=True)
class Event:
    """Base of the events; a class is named as the event, its fields as the event's in snake_case."""


@dataclass(frozen=True, slots=True)
class NoncesCancelled(Event):
    signer: str
    nonces: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InstitutionAdmitted(Event):
    institution: str
    roles: int
    profile: bytes


@dataclass(frozen=True, slots=True)
class InstitutionSuspended(Event):
    institution: str
    suspended: bool


@dataclass(frozen=True, slots=True)
class InstitutionKeyRotated(Event):
    institution: str
    key: str


@dataclass(frozen=True, slots=True)
class ProfessionalRegistered(Event):
    wallet: str
    institution: str
    signing_key: str
    umbral_key: bytes
    level: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class ProfessionalSuspended(Event):
    wallet: str
    suspended: bool
    by_vote: bool


@dataclass(frozen=True, slots=True)
class NodesSet(Event):
    version: int
    threshold: int
    nodes: tuple[str, ...]
    keys: tuple[bytes, ...]
    institutions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WalletAttested(Event):
    commitment: bytes
    nullifier: bytes
    institution: str


@dataclass(frozen=True, slots=True)
class AttestationRevoked(Event):
    commitment: bytes
    institution: str


@dataclass(frozen=True, slots=True)
class SlotOpened(Event):
    slot: str
    wallet_commitment: bytes
    pre_key: bytes


@dataclass(frozen=True, slots=True)
class DocumentSet(Event):
    slot: str
    kind: int
    version: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class KeyRotated(Event):
    slot: str
    key: str
    pre_key: bytes


@dataclass(frozen=True, slots=True)
class RecoveryRequested(Event):
    slot: str
    new_key: str
    ready_at: int


@dataclass(frozen=True, slots=True)
class RecoveryVetoed(Event):
    slot: str
    new_key: str


@dataclass(frozen=True, slots=True)
class AuthorSet(Event):
    slot: str
    author: str
    until: int


@dataclass(frozen=True, slots=True)
class RecordAnchored(Event):
    originator: str
    record: bytes
    slot: str
    ipfs: bytes
    kc_hash: bytes
    seq: int


@dataclass(frozen=True, slots=True)
class RecordRemoved(Event):
    record: bytes
    slot: str
    seq: int


@dataclass(frozen=True, slots=True)
class AccessGranted(Event):
    slot: str
    grant_id: bytes
    expiry: int
    node_set: int
    seq: int


@dataclass(frozen=True, slots=True)
class AccessWithdrawn(Event):
    slot: str
    grant_id: bytes
    seq: int


@dataclass(frozen=True, slots=True)
class LogRootCommitted(Event):
    node: str
    index: int
    from_seq: int
    to_seq: int
    root: bytes
    chain_hash: bytes


@dataclass(frozen=True, slots=True)
class ParametersSet(Event):
    s: int
    r: int
    d: int


@dataclass(frozen=True, slots=True)
class BoundsSet(Event):
    s_min: int
    s_max: int
    r_min: int
    r_max: int
    d_min: int
    d_max: int


@dataclass(frozen=True, slots=True)
class MinersSet(Event):
    miners: tuple[Miner, ...]

    def __post_init__(self) -> None:
        made = tuple(Miner(**miner) if isinstance(miner, dict) else miner for miner in self.miners)
        object.__setattr__(self, "miners", made)


@dataclass(frozen=True, slots=True)
class VotersSet(Event):
    voters: tuple[str, ...]
    institutions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EngineSet(Event):
    engine: str


@dataclass(frozen=True, slots=True)
class SenderQuotaSet(Event):
    sender: str
    gas_per_block: int


@dataclass(frozen=True, slots=True)
class CreatorSet(Event):
    creator: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class ContractSet(Event):
    target: str
    known: bool


EVENTS: dict[str, type[Event]] = {
    event.__name__: event
    for event in (
        NoncesCancelled,
        InstitutionAdmitted,
        InstitutionSuspended,
        InstitutionKeyRotated,
        ProfessionalRegistered,
        ProfessionalSuspended,
        NodesSet,
        WalletAttested,
        AttestationRevoked,
        SlotOpened,
        DocumentSet,
        KeyRotated,
        RecoveryRequested,
        RecoveryVetoed,
        AuthorSet,
        RecordAnchored,
        RecordRemoved,
        AccessGranted,
        AccessWithdrawn,
        LogRootCommitted,
        ParametersSet,
        BoundsSet,
        MinersSet,
        VotersSet,
        EngineSet,
        SenderQuotaSet,
        CreatorSet,
        ContractSet,
    )
}


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event where it stands in the chain; ``contract`` is the contract's name."""

    event: Event
    contract: str
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int


def decode_event(contract: str, topics: Iterable[bytes], data: bytes) -> Event | None:
    """Decode a log of the contract named ``contract``; None for an event it does not declare (another version's)."""
    words = [bytes(topic) for topic in topics]
    described = load_artefact(contract).events.get(words[0]) if words else None
    if described is None or described.name not in EVENTS:
        return None
    return EVENTS[described.name](**described.decode(words, data))


def decode_log(names: Mapping[str, str], log: Mapping[str, Any]) -> LoggedEvent | None:
    """Decode a log as web3 returns it; ``names`` maps EIP-55 addresses to contract names.

    None for another contract's log and for an event that is not declared.
    """
    contract = names.get(log["address"])
    if contract is None:
        return None
    event = decode_event(contract, log["topics"], bytes(log["data"]))
    if event is None:
        return None
    return LoggedEvent(
        event=event,
        contract=contract,
        block_number=int(log["blockNumber"]),
        block_hash=bytes(log["blockHash"]),
        transaction_hash=bytes(log["transactionHash"]),
        log_index=int(log["logIndex"]),
    )
