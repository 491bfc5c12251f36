"""One pass at a time across threads and processes; a failing chain is waited out, not fatal."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.utils import timezone

from medixain.chainindex import loop
from medixain.chainindex.errors import ChainUnavailable
from medixain.chainindex.models import Lease


def test_a_pass_is_left_to_the_process_that_holds_the_lease(db: None) -> None:
    now = timezone.now()
    Lease.objects.create(name="chain", holder=uuid.uuid4(), until=now + timedelta(seconds=5))
    assert loop.chain_pass_once() is None
    Lease.objects.update(until=now - timedelta(seconds=1))
    with pytest.raises(ChainUnavailable):  # the lease is ours now, and no chain is configured in unit tests
        loop.chain_pass_once()


def test_a_database_that_fails_at_the_end_of_a_pass_does_not_end_all_passes(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(loop.Lease.objects, "filter", _locked)
        with pytest.raises(OperationalError):
            loop.chain_pass_once()
    with pytest.raises(ChainUnavailable):  # a pass, not None: the lock is free again
        loop.chain_pass_once()


def _locked(**_: object) -> None:
    raise OperationalError("database is locked")


def test_the_loop_survives_failures_and_does_its_chores(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.CHAIN_LOOP_WATCHES = [f"{__name__}.watch"]
    settings.CHAIN_LOOP_CHORES = [f"{__name__}.chore", f"{__name__}.failing_chore"]
    outcomes = iter([ChainUnavailable("for the test"), RuntimeError("a defect"), None])
    done, passes = threading.Event(), []

    def scripted_pass() -> None:
        outcome = next(outcomes, None)
        passes.append(outcome)
        if outcome is not None:
            raise outcome
        done.set()

    monkeypatch.setattr(loop, "chain_pass_once", scripted_pass)
    monkeypatch.setattr(loop, "close_old_connections", lambda: None)
    thread = loop.ChainLoop(interval=0.01)
    thread.start()
    assert done.wait(10)
    thread.stop()
    assert not thread.is_alive()
    assert [type(outcome) for outcome in passes[:3]] == [ChainUnavailable, RuntimeError, type(None)]
    assert chores_done == ["watch", "chore", "failing"]


chores_done: list[str] = []


def watch() -> None:
    chores_done.append("watch")


def chore() -> None:
    chores_done.append("chore")


def failing_chore() -> None:
    chores_done.append("failing")
    raise RuntimeError("a defect")
