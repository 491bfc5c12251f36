"""What only the chain can say of an export: that the nodes are its own, when records were anchored, and by whom."""

from collections.abc import Sequence
from typing import NoReturn

from web3.exceptions import Web3Exception

from contracts.bindings.contracts import Contracts
from medixain.core.errors import MedixainError
from medixain.sdk.chain import contracts_by
from medixain.sdk.context import Meta
from medixain.sdk.exported.evidence import Evidence, RecordEvidence
from medixain.sdk.exported.offline import Slot
from medixain.sdk.results import Check
from medixain.sdk.transport import Api

TIMES: str = "when each record was anchored and who sent it, and that these are the chain's nodes"


def chain_checks(evidence: Evidence, slots: Sequence[Slot], server: str, rpc_url: str | None) -> list[Check]:
    """Return what the chain says of the archive's nodes and records; one unmade check where nobody answers."""
    api = Api(server, _nobody)
    try:
        meta = Meta.parse(api.get("/meta"))
        if (meta.chain_id, meta.contracts) != (evidence.chain_id, evidence.contracts):
            return [Check("chain", False, f"{server} is of another chain, or of other contracts, than the archive")]
        contracts = contracts_by(meta, rpc_url)
        return [_nodes(evidence, contracts), *_anchors(evidence, slots, contracts)]
    except (MedixainError, Web3Exception, OSError) as error:
        detail = error.message if isinstance(error, MedixainError) else f"the chain does not answer ({error})"
        return [Check("chain", None, f"{detail}; so nobody was asked {TIMES}")]
    finally:
        api.close()


def _nobody() -> NoReturn:
    raise RuntimeError("nothing here is asked for in anybody's name")


def _nodes(evidence: Evidence, contracts: Contracts) -> Check:
    found = contracts.institution_registry.node_set(evidence.node_set)
    if found is None or (set(found.nodes), found.threshold) != (set(evidence.nodes), evidence.threshold):
        return Check("nodes on chain", False, f"the chain's node set {evidence.node_set} is not the archive's")
    detail = f"node set {evidence.node_set} of the chain is the archive's: {found.threshold} of {len(found.nodes)}"
    return Check("nodes on chain", True, detail)


def _anchors(evidence: Evidence, slots: Sequence[Slot], contracts: Contracts) -> list[Check]:
    known = {slot.address: slot for slot in slots}
    failed: list[Check] = []
    removed = 0
    for record in evidence.records:
        slot = known.get(record.header.slot)
        state = contracts.record_registry.record(record.header.slot, record.record)
        removed += state is not None and state.removed
        if state is None or not _same(record, slot, state.originator, state.ipfs, state.kc_hash):
            failed.append(Check("anchor on chain", False, f"{record.path}: the chain has no such record, or another"))
        elif slot is not None and not state.removed and state.last_update != slot.anchored[record.record].time:
            failed.append(Check("anchor on chain", False, f"{record.path}: the chain has another time of its anchor"))
    if failed:
        return failed
    since = f"; {removed} removed since" if removed else ""
    return [Check("anchor on chain", True, f"{len(evidence.records)} records, with time and sender{since}")]


def _same(record: RecordEvidence, slot: Slot | None, originator: str, ipfs: bytes, kc_hash: bytes) -> bool:
    item = None if slot is None else slot.anchored.get(record.record)
    return item is not None and (item.originator, item.ipfs, item.kc_hash) == (originator, ipfs, kc_hash)
