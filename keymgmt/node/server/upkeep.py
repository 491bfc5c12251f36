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
from keymgmt.node.server.facts import ChainView, Clock, DepositBox, RootFacts, WaitingDeposit
from keymgmt.node.server.log import AccessLog
from keymgmt.node.server.requests import parse_json
from keymgmt.node.server.service import NONCE_MEMORY, NodeKeys, NodeService
from keymgmt.node.server.state import NodeState
from keymgmt.node.server.storage import Store
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
    first_sent: int
    last_sent: int


class Upkeep:
    """The background duties of one node."""

    def __init__(
        self,
        *,
        keys: NodeKeys,
        store: Store,
        chain: ChainView,
        service: NodeService,
        deposits: DepositBox | None,
        clock: Clock,
        state: NodeState,
        accept_log_loss: bool = False,
    ) -> None:
        self._keys = keys
        self._store = store
        self._log = AccessLog(store)
        self._chain = chain
        self._service = service
        self._deposits = deposits
        self._clock = clock
        self._state = state
        self._accept_log_loss = accept_log_loss
        self._sent: _SentRoot | None = None
        self._next_purge = 0

    def tick(self) -> None:
        """Run every duty that is due; a failing one raises an alarm and leaves the others to run."""
        if not self._state.reconciled:
            self._guarded("reconcile", self.reconcile)
        if self._state.reconciled:
            self._guarded("commit", self.commit_roots)
            self._guarded("purge", self._purge_when_due)
            self._guarded("deposits", self.take_deposits)

    def _guarded(self, name: str, duty: Callable[[], None]) -> None:
        try:
            duty()
        except LogDamaged as error:
            self._state.set_log_damaged(error.message)
            logger.critical("node.log_damaged", extra={"node": self._keys.address})
        except NodeError as error:
            if self._state.raise_alarm(name, error.message):
                logger.warning("node.duty_failed", extra={"node": self._keys.address, "duty": name, "code": error.code})
        else:
            self._state.clear_alarm(name)

    # ---- comparing with the chain ----------------------------------------------------------------------------------

    def reconcile(self) -> None:
        """Compare log and kfrags with the chain, then open the node.

        Raises :class:`LogDamaged` when the log does not continue what stands on chain.
        """
        self._compare_log()
        self.purge()
        self._state.set_reconciled()

    def _compare_log(self) -> None:
        head = self._chain.head().hash
        count = self._chain.log_root_count(self._keys.address, head)
        newest = self._chain.log_root(self._keys.address, count - 1, head) if count else None
        if newest is not None and self._store.entry_hash(newest.to_seq) != newest.chain_hash:
            if not self._accept_log_loss or self._store.last_entry()[0] >= newest.to_seq:
                raise LogDamaged
            # The lost entries stay a visible gap in what the node can show; numbers are never used twice.
            self._store.set_log_base(newest.to_seq, newest.chain_hash)
            logger.critical("node.log_loss_accepted", extra={"node": self._keys.address, "seq": newest.to_seq})
        self._keep_final_roots()
        kept = self._store.last_root()
        self._log.verify_chain(1 if kept is None else kept.to_seq + 1)

    def _keep_final_roots(self) -> None:
        final = self._chain.final().hash
        for index in range(self._store.root_count(), self._chain.log_root_count(self._keys.address, final)):
            root = self._chain.log_root(self._keys.address, index, final)
            if root is None:
                raise StaleChain
            if root.to_seq > self._store.log_base and self._log.root_over(root.from_seq, root.to_seq) != root:
                raise LogDamaged
            self._store.put_root(index, root)

    # ---- roots -----------------------------------------------------------------------------------------------------

    def commit_roots(self) -> None:
        """Send the root of entries that no block has yet, and keep the roots that are final."""
        self._keep_final_roots()
        head = self._chain.head().hash
        count = self._chain.log_root_count(self._keys.address, head)
        newest = self._chain.log_root(self._keys.address, count - 1, head) if count else None
        root = self._log.next_root(0 if newest is None else newest.to_seq)
        if root is None:
            self._sent = None
            return
        now = self._clock()
        if self._sent is None or self._sent.root.from_seq != root.from_seq:
            self._sent = _SentRoot(root, first_sent=now, last_sent=now)
        elif now - self._sent.last_sent < RESEND_AFTER:
            return
        # What was sent once is sent again as it was, whatever was logged since: it may be in a pool already.
        self._sent.last_sent = now
        self._chain.send_log_root(self._sent.root)
        if now - self._sent.first_sent > COMMIT_ALARM_AFTER:
            raise StaleChain("The newest log root is not in any block yet; check this node's right to send.")

    # ---- purging ---------------------------------------------------------------------------------------------------

    def _purge_when_due(self) -> None:
        now = self._clock()
        if now >= self._next_purge:
            self.purge()
            self._next_purge = now + PURGE_EVERY

    def purge(self) -> None:
        """Delete the kfrags of every grant that finally ended and every record finally removed; forget old nonces."""
        final = self._chain.final()
        dead = []
        for served in self._store.grants_with_kfrags():
            state = self._chain.grant(served.slot, served.grant_id, final.hash)
            never = state.status is GrantStatus.NONE and served.time < final.timestamp - UNGRANTED_AFTER
            # The final block's time decides, not this clock: a clock that jumps must not destroy keys.
            ended = state.status is GrantStatus.WITHDRAWN or served.expiry <= final.timestamp
            if never or ended:
                dead.append(served.grant_id)
        gone = self._store.purge_grants(dead)
        for slot, record in self._store.records_with_kfrags():
            facts = self._chain.record(slot, record, final.hash)
            if facts is not None and facts.removed:
                gone += self._store.purge_record(slot, record)
        self._store.forget_deposits(expired_before=final.timestamp - OPENING_MEMORY)
        self._store.forget_nonces(before=self._clock() - NONCE_MEMORY)
        if gone:
            self._store.truncate_journal()
            logger.info("node.purged", extra={"node": self._keys.address, "kfrags": gone})

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
                logger.warning("node.deposit_refused", extra={"node": self._keys.address, "code": error.code})
            self._deposits.remove(waiting.id)

    def _unsealed(self, waiting: WaitingDeposit) -> object:
        return parse_json(unseal(self._keys.exchange, Sealed.parse(waiting.blob)))
