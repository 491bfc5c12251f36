"""The operators' chain page: blocks and their rhythm, parameters against the vote, miners, nodes, outbox, alarms."""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import httpx
from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medixain.chainindex.chain import Chain, get_chain
from medixain.chainindex.errors import ChainError
from medixain.chainindex.models import ChainCursor, Transaction, TransactionState
from medixain.chainindex.selectors import chain_status
from wallets.registry.models import InstitutionVote
from wallets.registry.selectors import institution_names, node_place, node_set_current

STALE_SECONDS: Final = 45
"""Age of the newest block from which nodes stop opening new grants (nodes.md, permission 9)."""
BLOCKS: Final = 60
HEARTBEAT_SECONDS: Final = 10
"""An idle chain has a block at least so often (docs/spec/consensus.md)."""
PARTNER_BOUND: Final = Fraction(1, 3)
MIN_PARTNERS: Final = 5
"""Fewest partners among whom, when one stops, the others keep below a third; consensus clients watch the same."""
NODE_PATIENCE: Final = 1.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One block in the picture: its number, the seconds since the one before, and where it stands (SVG units)."""

    number: int
    seconds: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Bounded:
    """A parameter of the chain between the limits that the institutions voted."""

    symbol: str
    title: Promise | str
    value: int
    low: int
    high: int

    @property
    def position(self) -> float:
        """Where the value lies between the limits, in per cent."""
        return 50.0 if self.high == self.low else 100 * (self.value - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner's active miners; every active miner searches a slice of the same size."""

    name: str
    miners: int
    of: int

    @property
    def percent(self) -> float:
        """Its part of all active miners."""
        return 100 * self.miners / self.of

    @property
    def too_strong(self) -> bool:
        """Whether the partner has more than a third of all active miners; exactly a third is allowed."""
        return self.miners > PARTNER_BOUND * self.of


@dataclass(frozen=True, slots=True)
class NodeState:
    """A re-encryption node and how fast it answered; ``milliseconds`` is None when it did not."""

    name: str
    url: str
    milliseconds: int | None


def chain_page() -> dict[str, Any]:
    """Return what the page shows; ``chain`` is None while the chain does not answer."""
    version, threshold, nodes = node_set_current()
    states = node_states([node_place(node.address) | {"address": str(node.address)} for node in nodes])
    answering = sum(state.milliseconds is not None for state in states)
    waiting = Transaction.objects.filter(state=TransactionState.RECEIVED).order_by("sequence")
    shown: dict[str, Any] = {
        "chain": None, "problem": "", "stale": False, "stale_seconds": STALE_SECONDS, "few_partners": False,
        "cursor": ChainCursor.objects.filter(id=1).first(), "version": version, "threshold": threshold,
        "nodes": states, "answering": answering, "silent": [state for state in states if state.milliseconds is None],
        "too_few": bool(states) and answering < threshold,
        "refused": list(waiting.exclude(error_code="")[:10]),
        "failed": list(Transaction.objects.filter(state=TransactionState.FAILED).order_by("-sequence")[:10]),
        "votes": InstitutionVote.objects.filter(transaction=None).count(),
    }  # fmt: skip
    try:
        shown |= _of_chain(get_chain())
    except ChainError as error:
        shown["problem"] = error.message
    strong = [partner for partner in shown.get("partners", []) if partner.too_strong]
    shown["alarms"] = len(shown["silent"]) + len(shown["refused"]) + len(strong) + bool(shown["problem"])
    shown["alarms"] += bool(shown["stale"]) + shown["few_partners"]
    return shown


def _of_chain(chain: Chain) -> dict[str, Any]:
    status, found = chain_status(), partners(chain.active_miners(), institution_names())
    head = status["head"]["number"]
    times = block_times(chain, max(1, head - BLOCKS), head, final=status["final"]["number"])
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return {
        "chain": status,
        "stale": status["head"]["age"] > STALE_SECONDS,
        # Text of a picture never scales: a wide and a narrow one are sent, and the style sheet shows one of them.
        "pictures": [
            {"kind": kind, **picture(gaps, first=head - len(gaps) + 1, width=width)}
            for kind, width in (("w", 700), ("n", 340))
        ]
        if gaps
        else [],
        "mean": round(sum(gaps) / len(gaps), 1) if gaps else None,
        "longest": max(gaps, default=0),
        "bounded": bounded(chain.parameters(), chain.bounds()),
        "partners": found,
        "few_partners": len(found) < MIN_PARTNERS,
    }


def block_times(chain: Chain, first: int, last: int, *, final: int) -> list[int]:
    """Return the times of blocks ``first`` to ``last`` (Unix seconds); those of final blocks are remembered."""
    keys = {f"block-time-{chain.chain_id}-{number}": number for number in range(first, last + 1)}
    known: dict[str, int] = cache.get_many(keys)
    fresh = {key: chain.block_time(number) for key, number in keys.items() if key not in known}
    cache.set_many({key: time for key, time in fresh.items() if keys[key] <= final}, 3600)
    return [(known | fresh)[key] for key in keys]


HEIGHT, LEFT = 180, 34


def picture(gaps: Sequence[int], *, first: int, width: int) -> dict[str, Any]:
    """Return the points of a picture of the seconds between blocks, its scale and where the heartbeat lies."""
    top = max([HEARTBEAT_SECONDS * 2, *gaps])
    step = (width - LEFT - 12) / max(1, len(gaps) - 1)

    def height(seconds: float) -> float:
        return round(HEIGHT - 24 - seconds / top * (HEIGHT - 48), 1)

    points = [
        Bar(first + index, gap, round(LEFT + index * step, 1), height(gap)) for index, gap in enumerate(gaps)
    ]  # fmt: skip
    scale = [(seconds, height(seconds)) for seconds in sorted({0, HEARTBEAT_SECONDS, top})]
    return {"points": points, "scale": scale, "heartbeat": height(HEARTBEAT_SECONDS), "width": width, "height": HEIGHT,
            "left": LEFT, "right": width - 12}  # fmt: skip


def bounded(parameters: tuple[int, int, int] | None, limits: dict[str, int] | None) -> list[Bounded]:
    """Return the parameters beside their voted limits; nothing while governance is not read."""
    if parameters is None or limits is None:
        return []
    titles = {"s": _("Active miners"), "r": _("Bits of the nonce"), "d": _("Difficulty, leading zero bits")}
    return [
        Bounded(symbol, titles[symbol], value, limits[f"{symbol}_min"], limits[f"{symbol}_max"])
        for symbol, value in zip("srd", parameters, strict=True)
    ]


def partners(institutions: Iterable[str], names: dict[str, str]) -> list[Partner]:
    """Return each partner's part of the active miners, the largest first."""
    counts = Counter(institutions)
    total = sum(counts.values())
    return [Partner(names.get(one) or one, count, total) for one, count in counts.most_common()]


def node_states(places: Sequence[dict[str, str]]) -> list[NodeState]:
    """Ask every node for its health at once, for a moment each."""
    if not places:
        return []
    with ThreadPoolExecutor(len(places)) as asking, httpx.Client(timeout=NODE_PATIENCE, trust_env=False) as http:
        return list(asking.map(lambda place: _node_state(http, place), places))


def _node_state(http: httpx.Client, place: dict[str, str]) -> NodeState:
    name = place["name"] or place["address"]
    if not place["url"]:
        return NodeState(name, "", None)
    try:
        response = http.get(f"{place['url'].rstrip('/')}/v1/health")
        response.raise_for_status()
    except httpx.HTTPError:
        return NodeState(name, place["url"], None)
    return NodeState(name, place["url"], round(response.elapsed.total_seconds() * 1000))
