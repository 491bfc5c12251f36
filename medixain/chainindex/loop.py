"""One pass over outbox and index, and the thread that repeats it. The same pass serves tasks, threads and commands."""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, close_old_connections
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from medixain.chainindex.chain import Chain, get_chain, get_signer
from medixain.chainindex.errors import ChainUnavailable
from medixain.chainindex.indexer import Indexed, Indexer
from medixain.chainindex.models import Lease
from medixain.chainindex.relay import Drained, Relay
from medixain.core.errors import MedixainError

log = structlog.get_logger(__name__)

LEASE_SECONDS = 10
"""How long another process waits before it takes over from one that died in the middle of a pass."""

WATCH_SECONDS = 60
CHORES_SECONDS = 3600

_HOLDER = uuid.uuid4()
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass did; ``drained`` is None while no signer is configured."""

    drained: Drained | None
    indexed: Indexed


def chain_pass_once() -> Passed | None:
    """Drain the outbox and index new events; None when another thread or process is at it.

    Raises :class:`MedixainError` when the chain or the signer cannot be used; rows wait. The index follows the chain
    even while the outbox cannot be drained: clients hold it against what the nodes attest, and one that stays behind
    looks like a platform that hides records.
    """
    with _lease("chain") as held:
        if not held:
            return None
        chain = get_chain()
        projectors = [import_string(path) for path in settings.CHAIN_PROJECTORS]
        try:
            drained = _drain(chain)
        finally:
            indexed = Indexer(chain, projectors).scan()
        return Passed(drained, indexed)


def _drain(chain: Chain) -> Drained | None:
    signer = get_signer()
    return Relay(chain, signer).drain() if signer is not None else None


@contextmanager
def _lease(name: str) -> Iterator[bool]:
    """Hold the lease ``name`` for the block, or yield False. It ends with the block, or by itself after a crash."""
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        yield False
        return
    try:
        yield _take(name)
    finally:
        try:
            Lease.objects.filter(name=name, holder=_HOLDER).update(until=timezone.now())
        finally:
            _ONE_AT_A_TIME.release()


def _take(name: str) -> bool:
    now = timezone.now()
    values = {"holder": _HOLDER, "until": now + timedelta(seconds=LEASE_SECONDS)}
    if Lease.objects.filter(Q(holder=_HOLDER) | Q(until__lte=now), name=name).update(**values):
        return True
    try:
        _, created = Lease.objects.get_or_create(name=name, defaults=values)
    except IntegrityError:
        return False
    return created


class ChainLoop(threading.Thread):
    """Passes at once when started, then every ``interval`` seconds or when woken, until stopped.

    Errors of the chain or the signer are logged once per change and waited out with a back-off of at most 10 s.
    """

    def __init__(self, *, interval: float = 1.0) -> None:
        super().__init__(name="chain-loop", daemon=True)
        self._interval = interval
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._last_error: str | None = None
        self._due: dict[float, float] = {}

    def wake(self) -> None:
        """Pass now."""
        self._wake.set()

    def stop(self, timeout: float = 15.0) -> None:
        """End after the pass under way; waits for it at most ``timeout`` seconds."""
        self._ended.set()
        self._wake.set()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        """The thread's life."""
        failures = 0
        while not self._ended.is_set():
            self._chores()
            failures = 0 if self._pass() else failures + 1
            self._wake.wait(self._interval if failures == 0 else min(self._interval * 2**failures, 10.0))
            self._wake.clear()
        close_old_connections()

    def _chores(self) -> None:
        """Run what is due: all of it at the start, then watches every minute and chores every hour, failed ones too."""
        periods = ((WATCH_SECONDS, settings.CHAIN_LOOP_WATCHES), (CHORES_SECONDS, settings.CHAIN_LOOP_CHORES))
        for seconds, paths in periods:
            if time.monotonic() < self._due.get(seconds, 0.0):
                continue
            self._due[seconds] = time.monotonic() + seconds
            close_old_connections()
            for path in paths:
                try:
                    import_string(path)()
                except Exception:
                    log.exception("chore-failed", chore=path)

    def _pass(self) -> bool:
        close_old_connections()
        try:
            chain_pass_once()
        except MedixainError as error:
            if error.message != self._last_error:
                log.warning("chain-pass-failed", error=error, temporary=isinstance(error, ChainUnavailable))
            self._last_error = error.message
            return False
        except Exception:
            log.exception("chain-pass-crashed")
            return False
        self._last_error = None
        return True
