"""Asking several nodes: as many as are needed, the fastest first, another one for each that fails or is slow.

A node that is not asked does no work, keeps no log entry and learns nothing, so nobody asks more nodes than needed.
"""

import queue
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import httpx

from keymgmt.node.errors import BadAnswer, Malformed, NodeDown, NodeError, NotEnoughNodes, Refusal, refusal_from_code
from keymgmt.node.wire import parse_json

MAX_ANSWER: Final = 4 * 1024 * 1024
"""Bytes of a node's answer; a page of log entries is the largest."""

TIMEOUT: Final = httpx.Timeout(6, connect=1.5)
"""Seconds: short to connect, so that a dead node costs little; longer to answer, for a node that waits for its disk."""

GRACE: Final = 2.0
"""Seconds for which the remaining nodes may still answer once the threshold is out of reach."""

HEDGE: Final = 0.25
"""Seconds after which the nodes asked count as slow and the others are asked too."""

_WEIGHT: Final = 0.3
"""Weight of the newest answer in a node's remembered speed."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class NodeRef:
    """A node of the set: address of its node key and Umbral exchange key from the chain, and where it listens."""

    address: str
    url: str
    exchange_key: bytes


class Speeds:
    """How fast each node has answered, in seconds; a node that was never asked counts as fast, one that failed as slow.

    Safe for several threads: each node's figure is replaced as a whole.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def sorted(self, nodes: Sequence[NodeRef]) -> list[NodeRef]:
        """Return the nodes, the fastest first; equals in random order, so that clients spread over the nodes."""
        mixed = sorted(nodes, key=lambda node: secrets.randbits(32))
        return sorted(mixed, key=lambda node: self._seconds.get(node.address, 0.0))

    def timed(self, ask: Callable[[NodeRef], Answer]) -> Callable[[NodeRef], Answer]:
        """Return ``ask`` with its time remembered."""

        def run(node: NodeRef) -> Answer:
            start = time.monotonic()
            try:
                answer = ask(node)
            except NodeDown:
                self._remember(node, TIMEOUT.read or GRACE)
                raise
            self._remember(node, time.monotonic() - start)
            return answer

        return run

    def _remember(self, node: NodeRef, seconds: float) -> None:
        before = self._seconds.get(node.address, seconds)
        self._seconds[node.address] = before + _WEIGHT * (seconds - before)


def post(http: httpx.Client, node: NodeRef, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return a node's answer; raises its :class:`Refusal`, :class:`NodeDown` or :class:`BadAnswer`."""
    try:
        with http.stream("POST", node.url + path, json=body) as response:
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAX_ANSWER:
                    raise BadAnswer(node.address, "too long")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise NodeDown(node.address, type(error).__name__) from error
    answer = _json_object(node, bytes(content))
    if response.is_success:
        return answer
    code, detail = answer.get("code"), answer.get("detail")
    raise refusal_from_code(str(code), detail if isinstance(detail, str) else None)


def collect(
    nodes: Sequence[NodeRef],
    ask: Callable[[NodeRef], Answer],
    need: int,
    enough: Callable[[Mapping[str, Answer]], bool] | None = None,
) -> dict[str, Answer]:
    """Ask the first ``need`` nodes at once, another for each that fails, and all of them after :data:`HEDGE` seconds.

    Returns by address as soon as there are ``need`` answers and they are ``enough``; with all answers in, and not
    ``enough``, it returns them. Raises the nodes' own :class:`Refusal` or :class:`NotEnoughNodes` when ``need`` answers
    cannot come together any more, after at most :data:`GRACE` seconds for the nodes still to answer.
    """
    answers: dict[str, Answer] = {}
    causes: dict[str, NodeError] = {}
    asked, waiting = _Asked(ask), list(nodes)
    asked.start(waiting, need)
    while asked.left or waiting:
        if not asked.left:
            asked.start(waiting, len(waiting))
        got = asked.next(HEDGE if waiting else None)
        if got is None and not waiting:
            break
        if got is None:
            asked.start(waiting, len(waiting))
            continue
        node, outcome = got
        if isinstance(outcome, NodeError):
            causes[node.address] = outcome
            asked.start(waiting, 1)
        else:
            answers[node.address] = outcome
        if len(answers) >= need and (enough is None or enough(answers)):
            return answers
        if len(nodes) - len(causes) < need:
            asked.hurry(GRACE)
    if len(answers) < need:
        raise _shortfall(len(answers), need, len(nodes), causes)
    return answers


def gather(
    nodes: Sequence[NodeRef], ask: Callable[[NodeRef], Answer]
) -> tuple[dict[str, Answer], dict[str, NodeError]]:
    """Ask the nodes at once, wait for all of them; return answers and errors by address."""
    answers: dict[str, Answer] = {}
    failed: dict[str, NodeError] = {}
    asked = _Asked(ask)
    asked.start(list(nodes), len(nodes))
    while (got := asked.next(None)) is not None:
        node, outcome = got
        if isinstance(outcome, NodeError):
            failed[node.address] = outcome
        else:
            answers[node.address] = outcome
    return answers, failed


class _Asked(Generic[Answer]):
    """The nodes asked so far and their outcomes as they come; what is no :class:`NodeError` is raised to the caller."""

    def __init__(self, ask: Callable[[NodeRef], Answer]) -> None:
        self._ask = ask
        self._results: queue.SimpleQueue[tuple[NodeRef, Answer | NodeError, BaseException | None]] = queue.SimpleQueue()
        self._deadline: float | None = None
        self.left = 0

    def start(self, waiting: list[NodeRef], count: int) -> None:
        """Ask the first ``count`` of ``waiting`` and take them off it."""
        for node in waiting[:count]:
            # Daemons: a node that hangs must not keep the program alive once the others have answered.
            threading.Thread(target=self._run, args=(node,), name=f"ask-{node.address[:8]}", daemon=True).start()
            self.left += 1
        del waiting[:count]

    def _run(self, node: NodeRef) -> None:
        try:
            self._results.put((node, self._ask(node), None))
        except NodeError as error:
            self._results.put((node, error, None))
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread and raised there
            self._results.put((node, BadAnswer(node.address, "not asked"), error))

    def hurry(self, seconds: float) -> None:
        """Stop waiting ``seconds`` from now (or from when this was first said)."""
        if self._deadline is None:
            self._deadline = time.monotonic() + seconds

    def next(self, patience: float | None) -> tuple[NodeRef, Answer | NodeError] | None:
        """Return the next outcome; None when none is awaited or none comes within ``patience`` seconds (None: ever)."""
        if not self.left:
            return None
        if self._deadline is not None:
            left = max(0.0, self._deadline - time.monotonic())
            patience = left if patience is None else min(left, patience)
        try:
            node, outcome, raised = self._results.get(timeout=patience)
        except queue.Empty:
            return None
        self.left -= 1
        if raised is not None:
            raise raised
        return node, outcome


def _shortfall(have: int, need: int, total: int, causes: Mapping[str, NodeError]) -> NodeError:
    """Return the nodes' own refusal when refusals alone make the threshold impossible, else NotEnoughNodes."""
    refusals = [cause for cause in causes.values() if isinstance(cause, Refusal)]
    if refusals and (have == 0 or len(refusals) > total - need):
        code, _ = Counter(refusal.code for refusal in refusals).most_common(1)[0]
        return next(refusal for refusal in refusals if refusal.code == code)
    return NotEnoughNodes(have, need, causes)


def _json_object(node: NodeRef, content: bytes) -> dict[str, Any]:
    try:
        document = parse_json(content)
    except Malformed as error:
        raise BadAnswer(node.address, "not JSON") from error
    if not isinstance(document, dict):
        raise BadAnswer(node.address, "not a JSON object")
    return document
