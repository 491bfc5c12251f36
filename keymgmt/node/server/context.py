"""What every part of a node's service needs: its keys, its database, its view of the chain, its clock."""

from dataclasses import dataclass, field

from keymgmt.node.errors import UnknownSlot, WrongNode
from keymgmt.node.server.facts import ChainView, Clock, SlotFacts
from keymgmt.node.server.log import AccessLog
from keymgmt.node.server.permission import Moment, check_chain
from keymgmt.node.server.sealed_rows import RowSeal
from keymgmt.node.server.state import NodeState
from keymgmt.node.server.storage import Store
from keymgmt.pre import SecretKey
from medixain.core.addresses import address_of_secret_key
from medixain.core.eip712 import Domain, TypedStruct, off_chain_domain, sign
from medixain.core.typed_json import hex_bytes


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The node key (32 bytes, signs and sends) and the exchange key (opens sealed deposits)."""

    node_secret: bytes = field(repr=False)
    exchange: SecretKey = field(repr=False)
    address: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", address_of_secret_key(self.node_secret))

    @property
    def row_seal(self) -> RowSeal:
        """What seals this node's database."""
        return RowSeal(self.node_secret)


class NodeContext:
    """The collaborators of one node; see :mod:`keymgmt.node.server.facts` for what they promise."""

    def __init__(self, *, keys: NodeKeys, store: Store, chain: ChainView, clock: Clock, state: NodeState) -> None:
        self.keys = keys
        self.store = store
        self.log = AccessLog(store)
        self.chain = chain
        self.clock = clock
        self.state = state

    @property
    def domain(self) -> Domain:
        """The off-chain domain of this chain."""
        return off_chain_domain(self.chain.chain_id)

    def moment(self) -> Moment:
        """Return clock, head and final block of now; raises :class:`StaleChain`."""
        final, head = self.chain.final_and_head()
        moment = Moment(self.clock(), head, final)
        check_chain(moment)
        return moment

    def slot(self, slot: str, at: bytes) -> SlotFacts:
        """Return a slot; raises :class:`UnknownSlot`."""
        facts = self.chain.slot(slot, at)
        if facts is None:
            raise UnknownSlot
        return facts

    def require_addressed(self, node: str) -> None:
        """Raise :class:`WrongNode` unless a message names this node."""
        if node != self.keys.address:
            raise WrongNode

    def signature(self, statement: TypedStruct) -> str:
        """Return this node's signature over a statement, as hex."""
        return hex_bytes(sign(self.domain, statement, self.keys.node_secret))
