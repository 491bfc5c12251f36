"""A professional's registrations in the chain's order, read from the registry's events.

The registry's state holds the newest registration only; what a past signature counts under is in its events. A node
reads them when somebody asks about a professional who has been registered anew, and keeps how far it has read.
"""

import threading
from dataclasses import dataclass
from typing import Any, Final

from contracts.bindings.artefacts import load_artefact
from contracts.bindings.events import ProfessionalRegistered, decode_event
from keymgmt.node.server.facts import RegistrationFacts
from keymgmt.node.server.rpc import Call, JsonRpc, RpcFailed, RpcRefused
from medixain.core.addresses import address_bytes

BLOCKS: Final = 10_000
"""Blocks one query spans: execution clients refuse longer ranges."""

QUERIES: Final = 16
"""Queries that travel in one request."""

_CONTRACT: Final = "InstitutionRegistry"


@dataclass(frozen=True, slots=True)
class _Read:
    """What is known of one professional: every registration below block ``up_to``."""

    up_to: int = 0
    found: tuple[RegistrationFacts, ...] = ()


class Registrations:
    """Reads the events of the registry at ``address``; safe for several threads. Asked about final blocks only."""

    def __init__(self, rpc: JsonRpc, address: str) -> None:
        self._rpc = rpc
        self._address = address
        (self._topic,) = (
            topic for topic, event in load_artefact(_CONTRACT).events.items() if event.name == "ProfessionalRegistered"
        )
        self._known: dict[str, _Read] = {}
        self._lock = threading.Lock()

    def of(self, wallet: str, last: int) -> tuple[RegistrationFacts, ...]:
        """Return the registrations of ``wallet`` up to block ``last``, the oldest first; raises ``RpcFailed``."""
        with self._lock:
            known = self._known.get(wallet, _Read())
            while known.up_to <= last:
                # Kept after each request: a long history that times out goes on where it stopped.
                known = self._known[wallet] = self._read_on(wallet, known, last)
        return known.found

    def _read_on(self, wallet: str, known: _Read, last: int) -> _Read:
        starts = range(known.up_to, last + 1, BLOCKS)[:QUERIES]
        end = min(starts[-1] + BLOCKS - 1, last)
        logs = [log for rows in self._ask([self._query(wallet, start, last) for start in starts]) for log in rows]
        blocks = self._ask([("eth_getBlockByNumber", [log["blockNumber"], False]) for log in logs])
        found = [_facts(log, block) for log, block in zip(logs, blocks, strict=True)]
        return _Read(end + 1, (*known.found, *found))

    def _query(self, wallet: str, start: int, last: int) -> Call:
        criteria = {
            "address": self._address,
            "topics": ["0x" + self._topic.hex(), "0x" + address_bytes(wallet).rjust(32, b"\0").hex()],
            "fromBlock": hex(start),
            "toBlock": hex(min(start + BLOCKS - 1, last)),
        }
        return ("eth_getLogs", [criteria])

    def _ask(self, calls: list[Call]) -> list[Any]:
        answers = self._rpc.many(calls) if calls else []
        for answer in answers:
            if isinstance(answer, RpcRefused):
                raise answer
        return answers


def _facts(log: Any, block: Any) -> RegistrationFacts:
    try:
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        event = decode_event(_CONTRACT, topics, bytes.fromhex(log["data"][2:]))
        since = int(block["timestamp"], 16)
    except (KeyError, TypeError, ValueError) as error:
        raise RpcFailed("a log is none of the registry's") from error
    if not isinstance(event, ProfessionalRegistered):
        raise RpcFailed("a log is none of the registry's")
    return RegistrationFacts(event.signing_key, event.institution, since)
