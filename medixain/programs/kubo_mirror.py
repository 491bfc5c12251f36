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

from medixain.programs.lifetime import announce, end_event, log_to_stderr

log = logging.getLogger("medixain.kubo-mirror")

SWARM_PORT: Final = 4001
TIMEOUT_S: Final = 600.0
"""Bounds one call: the copying of one record of 2 GiB takes the longest."""


class Kubo:
    """One kubo's RPC (https://docs.ipfs.tech/reference/kubo/rpc/). Calls raise :class:`httpx.HTTPError`."""

    def __init__(self, url: str) -> None:
        self._host = str(urlsplit(url).hostname)
        self._http = httpx.Client(base_url=url.rstrip("/") + "/api/v0/", timeout=TIMEOUT_S, trust_env=False)

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


def mirror_once(source: Kubo, copy: Kubo) -> None:
    """Make ``copy`` hold what ``source`` has pinned, and drop what it has not. Raises :class:`httpx.HTTPError`."""
    wanted, held = source.pins(), copy.pins()
    for cid in wanted - held:
        copy.pin(cid)
    gone = held - wanted
    for cid in gone:
        copy.unpin(cid)
    if gone:
        # A deleted record's ciphertext shall not stay on the second disk either.
        copy.collect_garbage()


def follow(source: Kubo, copy: Kubo, ended: threading.Event, seconds: float) -> None:
    """Mirror every ``seconds`` until ``ended`` is set; a kubo that is away is tried again with the next round."""
    while not ended.wait(seconds):
        try:
            copy.peer_with(source)
            mirror_once(source, copy)
        except httpx.HTTPError as error:
            log.warning("a round failed: %s", error)


def main(arguments: list[str] | None = None) -> None:
    """Mirror until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m medixain.programs.kubo_mirror", description="Keeps a second kubo holding what the first pins."
    )
    parser.add_argument("--source", required=True, help="RPC address of the kubo the platform uses")
    parser.add_argument("--copy", required=True, help="RPC address of the kubo that follows")
    parser.add_argument("--seconds", type=float, default=10.0, help="between two rounds")
    options = parser.parse_args(arguments)
    log_to_stderr()
    ended = end_event()
    announce()
    follow(Kubo(options.source), Kubo(options.copy), ended, options.seconds)


if __name__ == "__main__":
    main()
