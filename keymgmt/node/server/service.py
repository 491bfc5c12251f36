"""A node apart from HTTP: each method takes a parsed JSON body and returns a JSON object.

Every refusal is a :class:`~keymgmt.node.errors.Refusal`. Whatever else is raised is a fault and gives nothing out.
"""

from typing import Any, Final

from keymgmt.node.errors import StaleChain
from keymgmt.node.server.context import NodeContext
from keymgmt.node.server.facts import RecordSource
from keymgmt.node.server.limits import Buckets
from keymgmt.node.server.owners import Owners
from keymgmt.node.server.reencryption import Reencryption
from keymgmt.node.server.statements import Statements
from medixain.core.typed_json import hex_bytes

VERSION: Final = "1"


class NodeService:
    """One node: what it answers, by endpoint."""

    def __init__(self, node: NodeContext, *, records: RecordSource, requesters: Buckets) -> None:
        self._node = node
        owners, statements = Owners(node), Statements(node)
        self.reencrypt = Reencryption(node, records=records, requesters=requesters).reencrypt
        self.deposit, self.withdraw, self.remove, self.log = owners.deposit, owners.withdraw, owners.remove, owners.log
        self.state, self.professional = statements.state, statements.professional
        self.registration = statements.registration

    def info(self) -> dict[str, Any]:
        """Return who this node is; ``node_set`` is None while the chain cannot be read."""
        try:
            node_set: int | None = self._node.chain.current_node_set(self._node.chain.head().hash)
        except StaleChain:
            node_set = None
        return {
            "node": self._node.keys.address,
            "exchange_key": hex_bytes(bytes(self._node.keys.exchange.public_key)),
            "chain_id": self._node.chain.chain_id,
            "node_set": node_set,
            "time": self._node.clock(),
            "version": VERSION,
        }

    def health(self) -> dict[str, Any]:
        """Return ages in seconds (None: chain unreadable), the log's length, what is not final on chain, alarms."""
        now = self._node.clock()
        ages: dict[str, int | None] = {"head_age": None, "final_age": None}
        try:
            head, final = self._node.chain.head(), self._node.chain.final()
            ages = {"head_age": now - head.timestamp, "final_age": now - final.timestamp}
        except StaleChain as error:
            unreadable = {"chain": error.message}
        else:
            unreadable = {}
        seq, _ = self._node.store.last_entry()
        root = self._node.store.last_root()
        alarms = {**self._node.state.alarms, **unreadable}
        return {
            "ok": self._node.state.reconciled and not alarms,
            **ages,
            "log_seq": seq,
            "uncommitted": seq - (0 if root is None else root.to_seq),
            "alarms": alarms,
        }
