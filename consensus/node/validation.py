"""The validation pipeline: reads what the rules need from tree, governance and execution, and applies them in order."""

from consensus.execution.base import ExecutionClient, Status
from consensus.node.governance import GovernanceReader
from consensus.node.messages import SealedBlock
from consensus.node.tree import BlockTree, Checkpoint, Entry
from consensus.rules.errors import CheckpointNotFinal, NotYetAcceptable, PayloadInvalid, SealMismatch
from consensus.rules.fork_choice import BlockNode
from consensus.rules.miners import Miner, Parameters
from consensus.rules.payload import Permissions, check_payload, check_transactions
from consensus.rules.schedule import difficulty_height
from consensus.rules.seal import SealContext, SealHeader, check_not_future, check_seal
from consensus.rules.transactions import Transaction, decode_transactions
from consensus.rules.work import accumulate


class ExecutionBehind(NotYetAcceptable):
    """The execution client does not know the parent's payload; it is being caught up from the payload log."""

    code = "execution-behind"
    status = 503

    def __init__(self, height: int) -> None:
        super().__init__(f"the execution client cannot judge block {height} yet; it is being caught up")
        self.height = height


class BlockValidator:
    """Applies every rule to a block whose parent is in the tree."""

    def __init__(self, chain_id: int, governance: GovernanceReader, execution: ExecutionClient) -> None:
        self._chain_id = chain_id
        self._governance = governance
        self._execution = execution

    def context(self, tree: BlockTree, parent: Entry, checkpoint_payload: bytes) -> SealContext:
        """What a child of ``parent`` must agree with when it reads s, r and miners after ``checkpoint_payload``.

        d comes from the last block of the previous epoch on the parent's own branch.
        """
        epoch_end = tree.ancestor(parent.seal, difficulty_height(parent.height + 1))
        if epoch_end is None:
            raise KeyError(f"block {difficulty_height(parent.height + 1)} has left the tree's window")
        settled = self._governance.parameters(checkpoint_payload)
        d = self._governance.parameters(epoch_end.payload_hash).d
        return SealContext(
            chain_id=self._chain_id,
            parent_seal=parent.seal,
            parent_height=parent.height,
            parent_timestamp=parent.timestamp,
            parameters=Parameters(settled.s, settled.r, d),
            active=self._governance.active_miners(checkpoint_payload),
        )

    def permissions(self, transactions: tuple[Transaction, ...], at: bytes) -> Permissions:
        """What the state after payload ``at`` allows the senders and recipients of these transactions."""
        senders = {transaction.sender for transaction in transactions}
        recipients = {transaction.recipient for transaction in transactions if transaction.recipient is not None}
        creators = {transaction.sender for transaction in transactions if transaction.recipient is None}
        return Permissions(
            quotas={sender: self._governance.sender_quota(sender, at) for sender in senders},
            creators=frozenset(sender for sender in creators if self._governance.may_create(sender, at)),
            contracts=self._governance.known_contracts(recipients, at),
        )

    def check_seal(self, tree: BlockTree, final: bytes, block: SealedBlock, parent: Entry, now_ms: int) -> Entry:
        """The tree's entry for the block, once header, checkpoint and time hold.

        Raises :class:`InvalidBlock` or :class:`NotYetAcceptable`.
        """
        checkpoint = self._checkpoint(tree, final, block.header, parent)
        context = self.context(tree, parent, checkpoint.payload_hash)
        miner = check_seal(block.header, block.search_ms, block.signature, context)
        check_not_future(block.header, now_ms)
        return _entry_of(block, parent, checkpoint, miner)

    def check_payload(self, block: SealedBlock, parent: Entry) -> None:
        """Applies the payload rules without executing it. Raises :class:`InvalidBlock`."""
        check_payload(block.header, block.payload, parent.payload_hash)
        transactions = decode_transactions(block.payload.transactions, self._chain_id)
        check_transactions(transactions, self.permissions(transactions, parent.payload_hash))

    def execute(self, block: SealedBlock) -> None:
        """Has the payload executed. Raises :class:`PayloadInvalid` or :class:`ExecutionBehind`."""
        verdict = self._execution.new_payload(block.payload)
        if verdict.status is Status.INVALID:
            raise PayloadInvalid(verdict.reason or "no reason given")
        if verdict.status is Status.SYNCING:
            raise ExecutionBehind(block.header.height)

    def _checkpoint(self, tree: BlockTree, final: bytes, header: SealHeader, parent: Entry) -> Checkpoint:
        if header.checkpoint == parent.checkpoint.seal:
            return parent.checkpoint
        checkpoint = tree.get(header.checkpoint)
        on_branch = checkpoint is not None and tree.is_ancestor(checkpoint.seal, parent.seal)
        if checkpoint is None or not on_branch or checkpoint.height < parent.checkpoint.height:
            raise SealMismatch("checkpoint", "an ancestor not below the parent's checkpoint", header.checkpoint)
        if not tree.is_ancestor(checkpoint.seal, final):
            raise CheckpointNotFinal(checkpoint.seal)
        return checkpoint.as_checkpoint()


def _entry_of(block: SealedBlock, parent: Entry, checkpoint: Checkpoint, miner: Miner) -> Entry:
    header = block.header
    return Entry(
        node=BlockNode(block.seal, parent.seal, header.height, accumulate(parent.node.work, header.d)),
        payload_hash=block.payload.hash,
        time_ms=header.time_ms,
        checkpoint=checkpoint,
        miner_id=miner.id,
        institution=miner.institution,
        transactions_height=header.height if block.payload.transactions else parent.transactions_height,
    )
