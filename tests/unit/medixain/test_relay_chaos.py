"""The relay on a chain that does its worst between any two questions: blocks, reorganisations, lost pools, refusals.

Whatever happens, no pass crashes, each message ends in a final block, and the platform says of it what is true.
"""

import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from contracts.bindings.sending import SignedTransaction
from medixain.chainindex import relay
from medixain.chainindex.chain import BlockRef, Chain, Receipt
from medixain.chainindex.errors import ContractRefused, RelayRefused
from medixain.chainindex.models import Attempt, Transaction, TransactionState
from medixain.chainindex.relay import Relay
from medixain.core.addresses import to_address

SENDER = to_address("0x" + "11" * 20)
MESSAGES = 8
ROUNDS = 10
SEEDS = (*range(8), 74)
"""0 stops a relay that takes a block landing during its pass for lost nonces, 74 one that waits behind an attempt whose
row is done. 400 were run once."""


class Signer:
    """Signs deterministically, as RFC 6979 does."""

    address = SENDER

    def sign_transaction(self, *, to: str, data: bytes, nonce: int, gas: int) -> SignedTransaction:
        raw = json.dumps([nonce, data.hex(), gas]).encode()
        return SignedTransaction(raw, hashlib.sha256(raw).digest(), SENDER, nonce)


class WildChain:
    """An account's transactions in blocks; a message is taken once, a second time its transaction reverts."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.wild = True
        self.blocks: list[tuple[bytes, list[bytes]]] = [(bytes(32), [])]
        self.final = 0
        self.pool: dict[int, bytes] = {}

    # ---- what happens ----

    def _something_may_happen(self) -> None:
        if not self.wild:
            return
        event = self.chance.random()
        if event < 0.05:
            self.mine(self.chance.randrange(4))
        elif event < 0.07 and self.final < len(self.blocks) - 1:
            self.reorganise()
        elif event < 0.08:
            self.pool.clear()
        elif event < 0.10:
            self.final = self.chance.randint(self.final, len(self.blocks) - 1)

    def mine(self, most: int) -> None:
        taken: list[bytes] = []
        while len(taken) < most and (raw := self.pool.pop(self.nonce() + len(taken), None)) is not None:
            taken.append(raw)
        self.blocks.append((self.chance.randbytes(32), taken))

    def reorganise(self) -> None:
        _, returned = self.blocks.pop()
        self.pool |= {json.loads(raw)[0]: raw for raw in returned}
        self.mine(0)

    def nonce(self) -> int:
        return sum(len(taken) for _, taken in self.blocks)

    def _landed(self) -> list[tuple[int, bytes, bool]]:
        """Block, transaction and success, in order."""
        done: set[str] = set()
        found = []
        for number, (_, taken) in enumerate(self.blocks):
            for raw in taken:
                message = json.loads(raw)[1]
                found.append((number, raw, message not in done))
                done.add(message)
        return found

    # ---- what the relay asks ----

    def transaction_count(self, sender: str) -> int:
        count = self.nonce()
        self._something_may_happen()
        return count

    def block_hash(self, number: int) -> bytes | None:
        self._something_may_happen()
        return self.blocks[number][0] if number < len(self.blocks) else None

    def _ref(self, number: int) -> BlockRef:
        return BlockRef(number, self.blocks[number][0], 0)

    def head(self) -> BlockRef:
        self._something_may_happen()
        return self._ref(len(self.blocks) - 1)

    def finalized(self) -> BlockRef:
        self._something_may_happen()
        return self._ref(self.final)

    def receipt(self, tx_hash: bytes) -> Receipt | None:
        self._something_may_happen()
        for number, raw, succeeded in self._landed():
            if hashlib.sha256(raw).digest() == tx_hash:
                return Receipt(number, self.blocks[number][0], succeeded)
        return None

    def simulate(self, to: str, calldata: bytes, *, sender: str | None = None) -> None:
        self._something_may_happen()
        if any(json.loads(raw)[1] == calldata.hex() for _, raw, _ in self._landed()):
            raise ContractRefused("NonceUsed", {}, code="nonce-used", sentence="The message was taken.")

    def estimate(self, to: str, calldata: bytes, *, sender: str) -> int:
        self.simulate(to, calldata)
        return self.chance.choice([50_000, 60_000])

    def send(self, raw: bytes) -> None:
        self._something_may_happen()
        if self.wild and self.chance.random() < 0.05:
            raise RelayRefused("the door is shut")
        nonce = json.loads(raw)[0]
        if nonce < self.nonce():
            return
        if self.pool.setdefault(nonce, raw) != raw:
            raise RelayRefused("replacement transaction underpriced")


def new_message(number: int) -> None:
    """A row of the outbox; every third one is about the same subject."""
    Transaction.objects.create(
        contract="RecordRegistry", function="anchor", subject=f"0x{number % 3:040x}",
        message_hash=number.to_bytes(32, "big"), to="0x" + "22" * 20, calldata=number.to_bytes(4, "big"),
        next_try=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_every_message_becomes_final_once(seed: int, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(relay, "timezone", SimpleNamespace(now=lambda: now))
    chance = random.Random(seed)
    chain = WildChain(chance)
    # The double has the methods that the relay calls, and no other.
    passes = Relay(cast(Chain, chain), Signer())  # type: ignore[arg-type]
    for number in range(MESSAGES):
        new_message(number)
        if chance.random() < 0.7:
            passes.drain()
            now += timedelta(seconds=chance.choice([1, 20]))
    for _ in range(ROUNDS):
        passes.drain()
        now += timedelta(seconds=20)
    chain.wild = False
    for _ in range(2 * MESSAGES):
        passes.drain()
        now += timedelta(minutes=2)
        chain.mine(MESSAGES)
        chain.final = len(chain.blocks) - 1
    passes.drain()

    assert {row.state for row in Transaction.objects.all()} == {TransactionState.FINAL}
    taken = {json.loads(raw)[1]: chain.blocks[number][0] for number, raw, succeeded in chain._landed() if succeeded}
    assert set(taken) == {row.calldata.hex() for row in Transaction.objects.all()}
    for attempt in Attempt.objects.filter(tx_hash__in=Transaction.objects.values("tx_hash")):
        assert attempt.transaction.block_hash == taken[attempt.transaction.calldata.hex()]
