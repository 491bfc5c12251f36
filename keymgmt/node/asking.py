"""Asking several nodes at once: fastest first, the dead skipped, an end as soon as the threshold is out of reach."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import httpx

from keymgmt.node.errors import BadAnswer, Malformed, NodeDown, NodeError, NotEnoughNodes, Refusal, refusal_from_code
from keymgmt.node.wire import parse_json

MAX_ANSWER: Final = 4 * 1024 * 1024
"""Bytes of a node's answer; a page of log entries is the largest."""

TIMEOUT: Final = httpx.Timeout(6, connect=1.5)
"""Seconds: short to connect, so that a dead node costs little; longer to answer, for a node that waits for its disk."""

GRACE: Final = 1.0
"""Seconds for which the remaining nodes may still answer once the threshold is out of reach."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class NodeRef:
    """A node of the set: address of its node key and Umbral exchange key from the chain, and where it listens."""

    address: str
    url: str
    exchange_key: bytes


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
    """Ask all nodes at once; return by address as soon as there are ``need`` answers and they are ``enough``.

    Raises the nodes' own :class:`Refusal` or :class:`NotEnoughNodes` when ``need`` answers cannot come together any
    more, after at most :data:`GRACE` seconds for the nodes still to answer. With all answers in, and not ``enough``,
    it returns them.
    """
    answers: dict[str, Answer] = {}
    causes: dict[str, NodeError] = {}
    asked = _Asked(nodes, ask)
    for node, outcome in asked:
        if isinstance(outcome, NodeError):
            causes[node.address] = outcome
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
    for node, outcome in _Asked(nodes, ask):
        if isinstance(outcome, NodeError):
            failed[node.address] = outcome
        else:
            answers[node.address] = outcome
    return answers, failed


class _Asked(Generic[Answer]):
    """Iterates over nodes and their outcomes as they come; what is no :class:`NodeError` is raised to the caller."""

    def __init__(self, nodes: Sequence[NodeRef], ask: Callable[[NodeRef], Answer]) -> None:
        self._results: queue.SimpleQueue[tuple[NodeRef, Answer | NodeError, BaseException | None]] = queue.SimpleQueue()
        self._left = len(nodes)
        self._deadline: float | None = None
        for node in nodes:
            # Daemons: a node that hangs must not keep the program alive once the others have answered.
            threading.Thread(target=self._run, args=(node, ask), name=f"ask-{node.address[:8]}", daemon=True).start()

    def _run(self, node: NodeRef, ask: Callable[[NodeRef], Answer]) -> None:
        try:
            self._results.put((node, ask(node), None))
        except NodeError as error:
            self._results.put((node, error, None))
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread and raised there
            self._results.put((node, BadAnswer(node.address, "not asked"), error))

    def hurry(self, seconds: float) -> None:
        """Stop waiting ``seconds`` from now (or from when this was first said)."""
        if self._deadline is None:
            self._deadline = time.monotonic() + seconds

    def __iter__(self) -> Iterator[tuple[NodeRef, Answer | NodeError]]:
        while self._left:
            wait = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
            try:
                node, outcome, raised = self._results.get(timeout=wait)
            except queue.Empty:
                return
            self._left -= 1
            if raised is not None:
                raise raised
            yield node, outcome


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
