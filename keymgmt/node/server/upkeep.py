"""What a node does by itself: compare its database with the chain, commit log roots, purge kfrags, take deposits.

Each duty is a method that may run again at any time; :meth:`Upkeep.tick` runs those that are due. Nothing is given out
before :meth:`Upkeep.reconcile` has succeeded once (docs/adr/0036): a restored backup holds kfrags that were withdrawn
since, and a log that the chain already knows more of.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from contracts.bindings.messages import GrantStatus
from keymgmt.node.errors import LogDamaged, NodeError, Refusal, StaleChain, UnknownSlot
from keymgmt.node.server.context import NodeContext
from keymgmt.node.server.facts import DepositBox, RootFacts, WaitingDeposit
from keymgmt.node.server.reencryption import NONCE_MEMORY
from keymgmt.node.server.service import NodeService
from keymgmt.node.wire import parse_json
from keymgmt.pre import PreError, Sealed, unseal

logger = logging.getLogger("medixain.node")

RESEND_AFTER = 10
"""Seconds after which a root that is not in a block yet is sent again."""

COMMIT_ALARM_AFTER = 120
"""Seconds for which entries may stay off the chain before that is an alarm."""

PURGE_EVERY = 30
"""Seconds between two comparisons of all kfrags with the chain."""

UNGRANTED_AFTER = 8 * 24 * 3600
"""Seconds after which a deposit whose grant never came can never count: a Grant's deadline is 7 days at most."""

OPENING_MEMORY = 30 * 24 * 3600
"""Seconds after a grant's expiry for which its opening is kept, so that its grantee is still told the true reason."""


@dataclass(slots=True)
class _SentRoot:
    root: RootFacts
    first_tried: int
    last_sent: int | None = None


class Upkeep:
    """The background duties of one node."""

    def __init__(
        self,
        node: NodeContext,
        *,
        service: NodeService,
        deposits: DepositBox | None,
        accept_log_loss: bool = False,
    ) -> None:
        self._node = node
        self._service = service
        self._deposits = deposits
        self._accept_log_loss = accept_log_loss
        self._sent: _SentRoot | None = None
        self._next_purge = 0

    def tick(self) -> None:
        """Run every duty that is due; a failing one raises an alarm and leaves the others to run."""
        if not self._node.state.reconciled:
            self._guarded("reconcile", self.reconcile)
        if self._node.state.reconciled:
            self._guarded("commit", self.commit_roots)
            self._guarded("purge", self._purge_when_due)
            self._guarded("deposits", self.take_deposits)

    def _guarded(self, name: str, duty: Callable[[], None]) -> None:
        try:
            duty()
        except LogDamaged as error:
            self._node.state.set_log_damaged(error.message)
            logger.critical("node.log_damaged", extra={"node": self._node.keys.address})
        except NodeError as error:
            if self._node.state.raise_alarm(name, error.message):
                logger.warning(
                    "node.duty_failed", extra={"node": self._node.keys.address, "duty": name, "code": error.code}
                )
        else:
            self._node.state.clear_alarm(name)

    # ---- comparing with the chain ----------------------------------------------------------------------------------

    def reconcile(self) -> None:
        """Compare log and kfrags with the chain, then open the node.

        Raises :class:`LogDamaged` when the log does not continue what stands on chain.
        """
        self._compare_log()
        self.purge()
        self._node.state.set_reconciled()

    def _compare_log(self) -> None:
        head = self._node.chain.head().hash
        count = self._node.chain.log_root_count(self._node.keys.address, head)
        newest = self._node.chain.log_root(self._node.keys.address, count - 1, head) if count else None
        if newest is not None and self._node.store.entry_hash(newest.to_seq) != newest.chain_hash:
            if not self._accept_log_loss or self._node.store.last_entry()[0] >= newest.to_seq:
                raise LogDamaged
            # The lost entries stay a visible gap in what the node can show; no number on chain is used twice.
            self._node.store.set_log_base(newest.to_seq, newest.chain_hash)
            logger.critical("node.log_loss_accepted", extra={"node": self._node.keys.address, "seq": newest.to_seq})
        self._keep_final_roots()
        kept = self._node.store.last_root()
        self._node.log.verify_chain(max(0 if kept is None else kept.to_seq, self._node.store.log_base) + 1)

    def _keep_final_roots(self) -> None:
        final = self._node.chain.final().hash
        for index in range(
            self._node.store.root_count(), self._node.chain.log_root_count(self._node.keys.address, final)
        ):
            root = self._node.chain.log_root(self._node.keys.address, index, final)
            if root is None:
                raise StaleChain
            if root.to_seq > self._node.store.log_base and self._node.log.root_over(root.from_seq, root.to_seq) != root:
                raise LogDamaged
            self._node.store.put_root(index, root)

    # ---- roots -----------------------------------------------------------------------------------------------------

    def commit_roots(self) -> None:
        """Send the root of entries that no block has yet, and keep the roots that are final."""
        self._keep_final_roots()
        head = self._node.chain.head().hash
        count = self._node.chain.log_root_count(self._node.keys.address, head)
        newest = self._node.chain.log_root(self._node.keys.address, count - 1, head) if count else None
        root = self._node.log.next_root(0 if newest is None else newest.to_seq)
        if root is None:
            self._sent = None
            return
        now = self._node.clock()
        if self._sent is None or self._sent.root.from_seq != root.from_seq:
            self._sent = _SentRoot(root, first_tried=now)
        # What was sent once is sent again as it was, whatever was logged since: it may be in a pool already.
        if self._sent.last_sent is None or now - self._sent.last_sent >= RESEND_AFTER:
            self._node.chain.send_log_root(self._sent.root)
            self._sent.last_sent = now
        if now - self._sent.first_tried > COMMIT_ALARM_AFTER:
            raise StaleChain("The newest log root is not in any block yet; check this node's right to send.")

    # ---- purging ---------------------------------------------------------------------------------------------------

    def _purge_when_due(self) -> None:
        now = self._node.clock()
        if now >= self._next_purge:
            self.purge()
            self._next_purge = now + PURGE_EVERY

    def purge(self) -> None:
        """Delete the kfrags of every grant that finally ended and every record finally removed; forget old nonces."""
        final = self._node.chain.final()
        dead = []
        for served in self._node.store.grants_with_kfrags():
            state = self._node.chain.grant(served.slot, served.grant_id, final.hash)
            never = state.status is GrantStatus.NONE and served.time < final.timestamp - UNGRANTED_AFTER
            # The final block's time decides, not this clock: a clock that jumps must not destroy keys.
            ended = state.status is GrantStatus.WITHDRAWN or served.expiry <= final.timestamp
            if never or ended:
                dead.append(served.grant_id)
        gone = self._node.store.purge_grants(dead)
        for slot, record in self._node.store.records_with_kfrags():
            facts = self._node.chain.record(slot, record, final.hash)
            if facts is not None and facts.removed:
                gone += self._node.store.purge_record(slot, record)
        self._node.store.forget_deposits(expired_before=final.timestamp - OPENING_MEMORY)
        self._node.store.forget_nonces(before=self._node.clock() - NONCE_MEMORY)
        if gone:
            self._node.store.truncate_journal()
            logger.info("node.purged", extra={"node": self._node.keys.address, "kfrags": gone})

    # ---- deposits left at the platform -----------------------------------------------------------------------------

    def take_deposits(self) -> None:
        """Take the sealed deposits that wait at the platform; what will never be valid is removed there too."""
        if self._deposits is None:
            return
        for waiting in self._deposits.waiting():
            try:
                self._service.deposit(self._unsealed(waiting), sealed=True)
            except (StaleChain, UnknownSlot):
                continue  # not yet: the chain has to catch up first
            except (Refusal, PreError) as error:
                logger.warning("node.deposit_refused", extra={"node": self._node.keys.address, "code": error.code})
            self._deposits.remove(waiting.id)

    def _unsealed(self, waiting: WaitingDeposit) -> object:
        return parse_json(unseal(self._node.keys.exchange, Sealed.parse(waiting.blob)))
