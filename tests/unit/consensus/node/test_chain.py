"""One node's chain: what it accepts, what it refuses for good, what it keeps waiting, what survives a restart."""

import json
from dataclasses import replace

import pytest

from consensus.node import loading, tree
from consensus.node.chain import Chain
from consensus.node.errors import ForeignStore, ReplayFailed, StoreDamaged
from consensus.node.store import ConsensusStore
from consensus.rules.errors import (
    BadSignature,
    CheckpointNotFinal,
    ForksBeforeFinal,
    FutureTime,
    InsufficientWork,
    InvalidBlock,
    InvalidVote,
    NonceOutsideSlice,
    ParentUnknown,
    PayloadInvalid,
    PayloadRuleBroken,
    RecipientNotKnown,
    SealMismatch,
    SenderNotRegistered,
    TimestampNotAfterParent,
    TransactionRefused,
    UnsafeVote,
)
from consensus.rules.seal import seal_digest
from consensus.rules.votes import Link
from tests.unit.consensus.nodes import embedded
from tests.unit.consensus.support import MINERS, VOTERS, address, mine, raw_transaction, sign, sign_seal, vote


def test_blocks_of_different_miners_build_a_chain_that_execution_follows(bench):
    for rank in (1, 3, 5):
        bench.extend(rank=rank)
    assert bench.chain.head.height == 3
    assert bench.execution.head().hash == bench.chain.head.payload_hash
    assert [entry.institution for entry in bench.chain.canonical(1, 3)] == [
        MINERS[rank - 1].institution for rank in (1, 3, 5)
    ]


def test_a_block_is_imported_once(bench):
    block = bench.build()
    assert bench.chain.import_block(block)
    assert not bench.chain.import_block(block)


def test_the_heavier_branch_wins_and_a_tie_goes_to_the_lower_seal(bench):
    root = bench.chain.head
    first, second = bench.extend(root, rank=1), bench.extend(root, rank=2)
    assert bench.chain.head.seal == min(first.seal, second.seal)
    loser = max((first, second), key=lambda entry: entry.seal)
    child = bench.extend(loser)
    assert bench.chain.head == child
    assert bench.execution.head().hash == child.payload_hash


class TestRefusals:
    """Each forgery breaks one rule; the error names it and the block never enters the tree."""

    def refuse(self, bench, block, error):
        before = bench.chain.head
        with pytest.raises(error):
            bench.chain.import_block(block)
        assert bench.chain.head == before
        assert bench.chain.entry(block.seal) is None

    def test_forged_signature(self, bench):
        block = bench.build(rank=1)
        forged = sign("miner 2", seal_digest(block.header.chain_id, block.seal, 0))
        self.refuse(bench, replace(block, signature=forged), BadSignature)

    def test_stolen_slice(self, bench):
        block = bench.build(rank=2)
        stolen = replace(block.header, nonce=mine(replace(block.header, miner_index=3)).nonce)
        self.refuse(bench, replace(block, header=stolen, signature=sign_seal(stolen)), NonceOutsideSlice)

    def test_too_little_work(self, bench):
        block = bench.build()
        lazy = block.header
        while lazy.seal_hash[0] == 0:
            lazy = replace(lazy, nonce=lazy.nonce + 1)
        self.refuse(bench, replace(block, header=lazy, signature=sign_seal(lazy)), InsufficientWork)

    def test_a_difficulty_of_ones_own(self, bench):
        self.refuse(bench, bench.build(header=lambda header: replace(header, d=1)), SealMismatch)

    def test_stale_timestamp(self, bench):
        bench.extend(seconds=5)
        block = bench.build(seconds=1)
        stale = mine(replace(block.header, time_ms=bench.chain.head.time_ms))
        self.refuse(bench, replace(block, header=stale, signature=sign_seal(stale)), TimestampNotAfterParent)

    def test_another_payload_than_sealed(self, bench):
        other = bench.build(rank=2).payload
        self.refuse(bench, replace(bench.build(rank=1), payload=other), SealMismatch)

    def test_a_payload_field_the_chain_fixes(self, bench):
        self.refuse(bench, bench.build(extra_data=b"mine"), PayloadRuleBroken)

    def test_a_payload_the_evm_refuses(self, bench):
        self.refuse(bench, bench.build(state_root=b"\x01" * 32), PayloadInvalid)

    def test_an_unregistered_sender(self, bench):
        bench.execution.submit(raw_transaction("stranger", to=bench.config.contracts[0]))
        self.refuse(bench, bench.build(), SenderNotRegistered)

    def test_an_unknown_recipient_and_a_value(self, bench):
        bench.execution.submit(raw_transaction("deployer", to=address("elsewhere")))
        self.refuse(bench, bench.build(), RecipientNotKnown)
        other = raw_transaction("deployer", to=bench.config.contracts[0], value=1)
        self.refuse(bench, bench.build(rank=2, transactions=(other,)), TransactionRefused)

    def test_a_child_of_a_refused_block_is_refused_with_its_parents_reason(self, bench):
        bad = bench.build(extra_data=b"mine")
        good = bench.build(rank=2)
        orphan = mine(replace(good.header, parent_seal=bad.seal, height=2))
        with pytest.raises(PayloadRuleBroken):
            bench.chain.import_block(bad)
        self.refuse(bench, replace(good, header=orphan, signature=sign_seal(orphan)), PayloadRuleBroken)
        self.refuse(bench, bad, PayloadRuleBroken)

    def test_refusals_raise_an_alarm(self, bench):
        self.refuse(bench, bench.build(extra_data=b"mine"), InvalidBlock)
        assert [alarm.code for alarm in bench.alarms.current()] == ["block-refused"]


class TestNotYet:
    """A block that cannot be judged yet is not invalid: later it is accepted."""

    def test_future_time(self, bench):
        block = bench.build(seconds=2000)
        with pytest.raises(FutureTime):
            bench.chain.import_block(block)
        bench.clock.time_ms = block.header.time_ms - 2000
        assert bench.chain.import_block(block)

    def test_unknown_parent(self, bench, tmp_path):
        parent = bench.build()
        bench.chain.import_block(parent)
        child = bench.build()
        (tmp_path / "other").mkdir()
        other = type(bench)(tmp_path / "other")
        with pytest.raises(ParentUnknown):
            other.chain.import_block(child)
        other.chain.import_block(parent)
        assert other.chain.import_block(child)
        other.close()

    def test_a_checkpoint_whose_votes_have_not_arrived(self, bench, tmp_path):
        (tmp_path / "other").mkdir()
        other = type(bench)(tmp_path / "other")
        first, second = bench.build(), None
        bench.chain.import_block(first)
        second = bench.build()
        bench.chain.import_block(second)
        root = bench.chain.entry(bench.config.seal)
        one, two = bench.chain.entry(first.seal), bench.chain.entry(second.seal)
        votes = bench.vote(root, one) + bench.vote(one, two)
        third = bench.build()
        assert third.header.checkpoint == one.seal
        other.chain.import_block(first)
        other.chain.import_block(second)
        with pytest.raises(CheckpointNotFinal):
            other.chain.import_block(third)
        other.chain.import_votes(votes)
        assert other.chain.import_block(third)
        other.close()

    def test_a_checkpoint_off_the_branch_is_invalid(self, bench):
        with pytest.raises(SealMismatch):
            bench.chain.import_block(bench.build(header=lambda header: replace(header, checkpoint=b"\x01" * 32)))


def finalise(bench):
    """Makes blocks 1 and 2 with votes so that block 1 is final; (genesis, 1, 2)."""
    root = bench.chain.head
    one = bench.extend()
    bench.vote(root, one)
    two = bench.extend()
    bench.vote(one, two)
    return root, one, two


class TestVotes:
    def test_finality_follows_votes_and_execution_hears_of_it(self, bench):
        _, one, two = finalise(bench)
        assert (bench.chain.final, bench.chain.justified) == (one, two)
        marks = bench.execution.chain.marks
        assert (marks.safe.hash, marks.finalized.hash) == (two.payload_hash, one.payload_hash)

    def test_a_branch_that_leaves_before_the_final_block_is_refused_whatever_its_work(self, bench):
        root, one, _ = finalise(bench)
        with pytest.raises(ForksBeforeFinal):
            bench.chain.import_block(bench.build(root, rank=4))
        assert bench.chain.final == one

    def test_fork_choice_starts_at_the_justified_checkpoint_not_at_the_heaviest_branch(self, bench):
        root = bench.chain.head
        light, heavy = bench.extend(root, rank=1), bench.extend(root, rank=2)
        bench.extend(heavy)
        bench.vote(root, light)
        assert bench.chain.head == light

    def test_strangers_forgers_and_far_targets_are_refused(self, bench):
        root, one = bench.chain.head, bench.extend()
        good = vote(1, Link(root.seal, 0, one.seal, 1))
        stranger = replace(good, voter=address("stranger"))
        far = vote(1, Link(root.seal, 0, b"\x01" * 32, 10_000))
        for bad in (stranger, replace(good, voter=VOTERS[1]), far):
            with pytest.raises(InvalidVote):
                bench.chain.import_votes([bad])
        assert bench.chain.import_votes([good, good]) == [good]

    def test_a_bad_vote_does_not_lose_the_good_ones_before_it(self, bench):
        root, one = bench.chain.head, bench.extend()
        link = Link(root.seal, 0, one.seal, 1)
        votes = [vote(i, link) for i in range(1, 5)]
        with pytest.raises(InvalidVote):
            bench.chain.import_votes([*votes, replace(votes[0], voter=address("stranger"))])
        bench.reopen()
        assert bench.chain.is_justified(one.seal)

    def test_contradicting_votes_are_kept_as_evidence_and_reported(self, bench):
        root = bench.chain.head
        one, other = bench.extend(root, rank=1), bench.extend(root, rank=2)
        bench.vote(root, one, voters=(3,))
        bench.vote(root, other, voters=(3,))
        (evidence,) = bench.store.evidence()
        assert (evidence.kind, evidence.offender) == ("conflicting-votes", VOTERS[2])
        targets = {json.loads(text)["targetSeal"] for text in (evidence.first, evidence.second)}
        assert targets == {"0x" + one.seal.hex(), "0x" + other.seal.hex()}
        assert "conflicting-votes" in [alarm.code for alarm in bench.alarms.current()]

    def test_votes_may_overtake_their_block(self, bench):
        root, block = bench.chain.head, bench.build()
        bench.chain.import_votes([vote(i, Link(root.seal, 0, block.seal, 1)) for i in range(1, 5)])
        bench.chain.import_block(block)
        assert bench.chain.is_justified(block.seal)

    def test_a_miner_that_seals_twice_on_one_parent_is_reported(self, bench):
        root = bench.chain.head
        bench.extend(root, rank=1)
        bench.extend(root, rank=1, attempt=1)
        assert [item.kind for item in bench.store.evidence()] == ["double-seal"]


class TestRestart:
    def test_head_finality_and_votes_survive(self, bench):
        _, one, two = finalise(bench)
        fork = bench.extend(one, rank=4)
        before = (bench.chain.head, bench.chain.justified, bench.chain.final)
        bench.reopen()
        assert (bench.chain.head, bench.chain.justified, bench.chain.final) == before == (two, two, one)
        assert bench.chain.entry(fork.seal) == fork
        assert [stored.block.seal for stored in bench.chain.canonical_blocks(1, 9)] == [one.seal, two.seal]

    def test_an_execution_client_that_lost_everything_is_caught_up(self, bench):
        finalise(bench)
        head = bench.chain.head
        bench.close()
        for path in bench.folder.glob("chain.sqlite3*"):
            path.unlink()
        bench.open()
        assert bench.execution.head().hash == head.payload_hash

    def test_a_voter_never_contradicts_itself_after_a_restart(self, bench):
        root, one = bench.chain.head, bench.extend()
        bench.chain.add_own_vote(vote(1, Link(root.seal, 0, one.seal, 1)))
        bench.reopen()
        other = bench.extend(root, rank=2)
        with pytest.raises(UnsafeVote):
            bench.chain.add_own_vote(vote(1, Link(root.seal, 0, other.seal, 1)))

    def test_another_networks_store_and_a_damaged_one_are_refused(self, bench, tmp_path):
        with pytest.raises(ForeignStore):
            ConsensusStore(tmp_path / "consensus.sqlite3", b"\x01" * 32)
        junk = tmp_path / "junk.sqlite3"
        junk.write_bytes(b"this is no database, although it is longer than a header" * 100)
        with pytest.raises(StoreDamaged):
            ConsensusStore(junk, bench.config.network_id)

    def test_a_log_of_another_execution_chain_is_an_error(self, bench):
        finalise(bench)
        bench.close()
        foreign = replace(bench.config, gas_limit=bench.config.gas_limit // 2)
        bench.execution = embedded(bench.folder / "foreign.sqlite3", foreign)
        bench.store = ConsensusStore(bench.folder / "consensus.sqlite3", bench.config.network_id)
        with pytest.raises(ReplayFailed):
            Chain(bench.config, bench.execution, bench.reader, bench.store, bench.clock, bench.alarms)


class TestLongChain:
    """What lies far below the final block leaves memory, and nothing else changes."""

    LENGTH = 12

    @pytest.fixture
    def long(self, bench, monkeypatch):
        for module in (tree, loading):
            monkeypatch.setattr(module, "WINDOW_BLOCKS", 3)
        for height in range(1, self.LENGTH + 1):
            source = bench.chain.justified
            bench.vote(source, bench.extend(rank=height % 5 + 1))
        return bench

    def test_old_blocks_leave_memory_but_not_the_log(self, long):
        assert long.chain.final.height == self.LENGTH - 1
        assert [entry.height for entry in long.chain.canonical(0, 99)] == list(range(self.LENGTH - 4, self.LENGTH + 1))
        logged = long.chain.canonical_blocks(1, 99)
        assert [stored.block.header.height for stored in logged] == list(range(1, self.LENGTH + 1))
        assert long.chain.canonical_blocks(3, 4) == logged[2:4]

    def test_a_restart_takes_up_the_same_window_and_goes_on(self, long):
        before = (long.chain.head, long.chain.justified, long.chain.final, long.chain.canonical(0, 99))
        long.reopen()
        assert (long.chain.head, long.chain.justified, long.chain.final) == before[:3]
        assert [entry.seal for entry in long.chain.canonical(0, 99)] == [entry.seal for entry in before[3]]
        source, child = long.chain.justified, long.extend()
        long.vote(source, child)
        assert long.chain.final.height == self.LENGTH

    def test_a_log_without_its_final_block_is_damage(self, long):
        final = long.chain.final.seal
        long.store._db.execute("DELETE FROM blocks WHERE seal = ?", (final,))
        long.close()
        with pytest.raises(StoreDamaged):
            long.open()
        long.execution.close()
