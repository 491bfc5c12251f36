"""Nodes and voters that stop: what goes on, what waits, what is refused, and that all comes back (done-line 4)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.demo.cast import Cast
from tests.demo.harness import Platform

pytestmark = pytest.mark.demo


@contextmanager
def switched_off(*switches: Path) -> Iterator[None]:
    """Create the switch files, and remove them in the end."""
    for switch in switches:
        switch.touch()
    try:
        yield
    finally:
        for switch in switches:
            switch.unlink(missing_ok=True)


def node_switches(platform: Platform, *indices: int) -> list[Path]:
    return [platform.data / "nodes" / f"node-{index}" / "stopped" for index in indices]


def wait_until_down(platform: Platform, count: int) -> None:
    """Wait until ``count`` of the nodes do not answer."""
    urls = [node["url"] for node in httpx.get(f"{platform.url}/api/v1/meta").json()["node_set"]["nodes"]]

    def answers(url: str) -> bool:
        try:
            return httpx.get(f"{url}/v1/health", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    deadline = time.monotonic() + 30
    while sum(not answers(url) for url in urls) != count:
        assert time.monotonic() < deadline, f"{count} nodes never went down or up"
        time.sleep(0.2)


@pytest.fixture
def record(cast: Cast, tmp_path: Path) -> str:
    note = tmp_path / "note.txt"
    note.write_text("blood pressure 131/84")
    return str(cast.ada.must("record", "add", note, "--section", "profile/measurements", "--wait", "final")["record"])


def test_two_nodes_down_change_nothing_three_refuse(
    cast: Cast, platform: Platform, record: str, tmp_path: Path
) -> None:
    reader = cast.reader.facts["wallet"]
    with switched_off(*node_switches(platform, 0, 3)):
        wait_until_down(platform, 2)
        cast.ada.must("access", "grant", reader, "--record", record)
        cast.reader.must("record", "get", record, "--out", tmp_path / "1")
        with switched_off(*node_switches(platform, 1)):
            wait_until_down(platform, 3)
            refused = cast.reader.refused("not-enough-nodes", "record", "get", record, "--out", tmp_path / "2")
            assert "2 of 3" in refused["message"]
        wait_until_down(platform, 2)
        cast.reader.must("record", "get", record, "--out", tmp_path / "3")
    wait_until_down(platform, 0)
    with switched_off(*node_switches(platform, 1, 2)):
        wait_until_down(platform, 2)
        # The nodes that were down have fetched what the owner left for them.
        cast.reader.must("record", "get", record, "--out", tmp_path / "4")


def test_without_two_voters_old_grants_open_and_new_ones_wait(
    cast: Cast, platform: Platform, record: str, tmp_path: Path
) -> None:
    reader, author = cast.reader.facts["wallet"], cast.author.facts["wallet"]
    cast.ada.must("access", "grant", reader, "--record", record)
    cast.reader.must("record", "get", record, "--out", tmp_path / "1")
    with switched_off(*(platform.data / "chain" / f"{key}-voter.stopped" for key in ("tarn", "quill"))):
        time.sleep(2)
        cast.ada.must("access", "grant", author, "--record", record, "--wait", "anchored")
        cast.reader.must("record", "get", record, "--out", tmp_path / "2")
        cast.author.refused("waiting-for-finality", "record", "get", record, "--out", tmp_path / "3")
    cast.author.must("record", "get", record, "--out", tmp_path / "4")
