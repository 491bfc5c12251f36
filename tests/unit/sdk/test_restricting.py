"""A move to the sealed layer that is interrupted anywhere is finished by the next run: one copy, and never none."""

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from medixain.core.errors import InvalidInput
from medixain.sdk import restricting
from medixain.sdk.errors import NotFound, ServerUnreachable
from medixain.sdk.stored import StoredRecord
from tests.attacks.sdk.stub import StubContext
from tests.attacks.sdk.test_lying_platform import stored

KEYS = WalletKeys(bytes(range(32)))
RECORD = replace(stored(), slot=KEYS.slot_id("profile"))
COPY = "0x" + "77" * 32


class Killed(BaseException):
    """The process ends here."""


class Platform:
    """Records it holds, and at which step the process is to end."""

    def __init__(self) -> None:
        self.held: dict[str, StoredRecord] = {RECORD.name: RECORD}
        self.killed_at: str | None = None
        self.written = 0
        self.waited: list[str] = []

    def reach(self, step: str) -> None:
        if self.killed_at == step:
            self.killed_at = None
            raise Killed

    def fetch(self, _: Any, record: bytes, __: Any) -> StoredRecord:
        name = "0x" + record.hex()
        if name not in self.held:
            raise NotFound("record", name)
        return self.held[name]

    def write(self, *_: Any, begin: Any, **__: Any) -> Any:
        self.reach("upload")
        self.written += 1
        begin(COPY)
        self.reach("begun")
        copy = replace(RECORD, id=bytes.fromhex(COPY[2:]), slot=KEYS.slot_id("sealed"), state="received")
        self.held[COPY] = copy
        self.reach("written")
        return SimpleNamespace(stored=copy, transaction=copy.transaction)

    def wait_for(self, _: Any, transactions: Any, wait: str, __: int) -> str:
        self.waited.append(wait)
        self.reach("waiting")
        return wait

    def erase(self, _: Any, record: StoredRecord, **__: Any) -> Any:
        assert COPY in self.held
        assert "anchored" in self.waited
        self.reach("erasing")
        del self.held[record.name]
        self.reach("erased")
        return SimpleNamespace(state="received")


class Reader:
    """The original, open."""

    preamble = SimpleNamespace(owner=KEYS.wallet_id, name="letter.txt", type=None)

    def chunks(self) -> list[bytes]:
        return [b"words"]


@contextmanager
def no_content(*_: Any) -> Any:
    yield iter(())


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    platform = Platform()
    for name in ("fetch", "write", "wait_for", "erase"):
        monkeypatch.setattr(restricting, name, getattr(platform, name))
    monkeypatch.setattr(restricting, "own_target", lambda *_: None)
    monkeypatch.setattr(restricting, "own_data_key", lambda *_: bytes(32))
    monkeypatch.setattr(restricting, "remember", lambda *_: None)
    monkeypatch.setattr(restricting.Opened, "content", no_content)
    monkeypatch.setattr(restricting.Opened, "reader", lambda *_: Reader())
    return platform


@pytest.fixture
def context() -> StubContext:
    return StubContext(KEYS)


def restrict(context: StubContext) -> Any:
    return restricting.restrict(context, RECORD.name, wait="received", timeout=1)


def test_a_record_moves_and_nothing_is_pending(platform: Platform, context: StubContext) -> None:
    assert (restrict(context).sealed, set(platform.held)) == (COPY, {COPY})
    assert restricting.pending(context) == ()


@pytest.mark.parametrize("again", ["restrict", "settle"])
@pytest.mark.parametrize("step", ["upload", "begun", "written", "waiting", "erasing", "erased"])
def test_a_move_that_was_interrupted_is_finished(
    platform: Platform, context: StubContext, step: str, again: str
) -> None:
    platform.killed_at = step
    with pytest.raises(Killed):
        restrict(context)
    assert restricting.pending(context) == (RECORD.name,)
    assert RECORD.name in platform.held or COPY in platform.held
    if again == "settle":
        restricting.settle(context)
    else:
        assert restrict(context).sealed == COPY
    assert set(platform.held) == {COPY}
    assert restricting.pending(context) == ()
    # A copy that the platform took is not written twice.
    assert platform.written == (2 if step == "begun" else 1)


def test_a_copy_that_the_chain_refused_is_written_again(platform: Platform, context: StubContext) -> None:
    platform.killed_at = "written"
    with pytest.raises(Killed):
        restrict(context)
    platform.held[COPY] = replace(platform.held[COPY], state="failed")
    restrict(context)
    assert platform.written == 2


def test_what_cannot_be_finished_stays_pending_and_keeps_nobody(
    platform: Platform, context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.killed_at = "written"
    with pytest.raises(Killed):
        restrict(context)

    def down(*_: Any, **__: Any) -> Any:
        raise ServerUnreachable("http://localhost", "refused")

    monkeypatch.setattr(restricting, "erase", down)
    restricting.settle(context)
    assert restricting.pending(context) == (RECORD.name,)


def test_a_record_deleted_meanwhile_is_no_longer_pending(platform: Platform, context: StubContext) -> None:
    platform.killed_at = "upload"
    with pytest.raises(Killed):
        restrict(context)
    platform.held.clear()
    restricting.settle(context)
    assert restricting.pending(context) == ()
    with pytest.raises(NotFound):
        restrict(context)


@pytest.mark.parametrize("slot", [KEYS.slot_id("sealed"), "0x" + "12" * 20])
def test_what_is_sealed_or_anothers_is_not_moved(platform: Platform, context: StubContext, slot: Any) -> None:
    platform.held[RECORD.name] = replace(RECORD, slot=slot)
    with pytest.raises(InvalidInput):
        restrict(context)
    assert restricting.pending(context) == ()
