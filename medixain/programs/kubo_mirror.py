"""``python -m medixain.programs.kubo_mirror``: keeps a second kubo holding what the first has pinned.

The platform pins and unpins on one kubo; this program makes the other one follow, and keeps the two connected (a
private swarm without routing finds nobody by itself).
"""

import argparse
import logging
import threading
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from medixain.core.errors import MedixainError
from medixain.programs.lifetime import announce, end_event, log_to_stderr

log = logging.getLogger("medixain.kubo-mirror")

SWARM_PORT: Final = 4001
TIMEOUT_S: Final = 600.0
"""Bounds one call: the copying of one record of 2 GiB takes the longest."""

DROPS_MAX: Final = 100
DROPPED_PART_MAX: Final = 0.1
"""People delete record by record; more at once than this number and this part means that the first disk was lost."""


class SourceLost(MedixainError):
    """The first kubo lacks so much that following it would destroy the copy; ``missing`` records."""

    code = "kubo-source-lost"
    status = 503

    def __init__(self, missing: int) -> None:
        super().__init__(
            f"the source has lost {missing} records that the copy holds, so nothing is dropped; copy them back, or "
            "start the mirror with --drop-all when they were deleted on purpose"
        )
        self.missing = missing


class Kubo:
    """One kubo's RPC (https://docs.ipfs.tech/reference/kubo/rpc/). Calls raise :class:`httpx.HTTPError`."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._host = str(urlsplit(url).hostname)
        self._http = httpx.Client(
            base_url=url.rstrip("/") + "/api/v0/", timeout=TIMEOUT_S, trust_env=False, transport=transport
        )

    def pins(self) -> frozenset[str]:
        """CIDs that are pinned as whole records."""
        return frozenset(self._call("pin/ls", type="recursive").get("Keys", {}))

    def pin(self, cid: str) -> None:
        """Fetch from the swarm and keep."""
        self._call("pin/add", arg=cid)

    def unpin(self, cid: str) -> None:
        """Keep no longer; the next collection of garbage removes it."""
        self._call("pin/rm", arg=cid)

    def collect_garbage(self) -> None:
        """Remove what no pin keeps."""
        self._http.post("repo/gc").raise_for_status()

    def peer_with(self, other: "Kubo", swarm_port: int = SWARM_PORT) -> None:
        """Stay connected with ``other``; doing it again changes nothing."""
        identity = other._call("id")["ID"]
        kind = "ip4" if other._host.replace(".", "").isdigit() else "dns4"
        self._call("swarm/peering/add", arg=f"/{kind}/{other._host}/tcp/{swarm_port}/p2p/{identity}")

    def _call(self, path: str, **params: str) -> dict[str, Any]:
        answer = self._http.post(path, params=params).raise_for_status()
        return dict(answer.json())


def mirror_once(source: Kubo, copy: Kubo, *, drop_all: bool = False) -> None:
    """Make ``copy`` hold what ``source`` has pinned, and drop what it has not.

    Raises :class:`SourceLost` unless ``drop_all``, and :class:`httpx.HTTPError`.
    """
    wanted, held = source.pins(), copy.pins()
    for cid in wanted - held:
        copy.pin(cid)
    gone = held - wanted
    if len(gone) > max(DROPS_MAX, DROPPED_PART_MAX * len(held)) and not drop_all:
        raise SourceLost(len(gone))
    for cid in gone:
        copy.unpin(cid)
    if gone:
        # A deleted record's ciphertext shall not stay on the second disk either.
        copy.collect_garbage()


def follow(source: Kubo, copy: Kubo, ended: threading.Event, seconds: float, *, drop_all: bool) -> None:
    """Mirror every ``seconds`` until ``ended`` is set; a kubo that is away is tried again with the next round."""
    while not ended.wait(seconds):
        try:
            copy.peer_with(source)
            mirror_once(source, copy, drop_all=drop_all)
        except httpx.HTTPError as error:
            log.warning("a round failed: %s", error)
        except SourceLost as error:
            log.error("%s", error.message)


def main(arguments: list[str] | None = None) -> None:
    """Mirror until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m medixain.programs.kubo_mirror", description="Keeps a second kubo holding what the first pins."
    )
    parser.add_argument("--source", required=True, help="RPC address of the kubo the platform uses")
    parser.add_argument("--copy", required=True, help="RPC address of the kubo that follows")
    parser.add_argument("--seconds", type=float, default=10.0, help="between two rounds")
    parser.add_argument("--drop-all", action="store_true", help="drop from the copy however much the source has lost")
    options = parser.parse_args(arguments)
    log_to_stderr()
    ended = end_event()
    announce()
    follow(Kubo(options.source), Kubo(options.copy), ended, options.seconds, drop_all=options.drop_all)


if __name__ == "__main__":
    main()
