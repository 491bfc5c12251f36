"""A hostile platform against the command line: each lie meets a typed error, and nothing leaks (done-line 5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.cast import Professionals
from tests.demo.harness import Person, Platform
from tests.demo.test_no_plaintext import secrets_of, spellings
from tests.hostile.attacks import ATTACKS, CHANGED_NAME
from tests.hostile.proxy import HostileProxy, upstreams_of
from tests.hostile.scene import MARKER, Scene, tell

pytestmark = [pytest.mark.demo, pytest.mark.long]


@pytest.fixture(scope="module")
def proxy(platform: Platform) -> Iterator[HostileProxy]:
    with HostileProxy(upstreams_of(platform.url)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def scene(
    platform: Platform,
    proxy: HostileProxy,
    partners: list[Person],
    professionals: Professionals,
    tmp_path_factory: pytest.TempPathFactory,
) -> Scene:
    """The story so far, told truly."""
    told = tell(platform, proxy, partners, professionals, tmp_path_factory.mktemp("hostile"), number=900)
    assert len(told.ada.must("record", "list")) == 2
    assert len(told.ada.must("access", "log")) == 2
    return told


LIST = ("ada", "record", "list")
READ = ("reader", "record", "get", "{record}", "--out", "{out}")
TEAM = ("ada", "access", "grant", "--team", "{team}", "--section", "profile/documents")
COMMANDS = {
    "sign-in elsewhere": LIST,
    "another contract": LIST,
    "another node set": LIST,
    "lower threshold": LIST,
    "substituted slot key": LIST,
    "substituted professional's key": ("ada", "access", "grant", "{reader}", "--record", "{record}"),
    "grown care team": TEAM,
    "older care team": TEAM,
    "substituted keyset": ("author", "record", "add", "{note}", "--for", "{ada}"),
    "foreign statement": LIST,
    "replayed statements": LIST,
    "hidden record": LIST,
    "swapped sealed key": LIST,
    "swapped record": LIST,
    "swapped ciphertext": READ,
    "damaged ciphertext": READ,
    "truncated ciphertext": READ,
    "hidden event": LIST,
    "reordered events": LIST,
    "hidden withdrawal": LIST,
    "substituted kfrags": ("ada", "access", "grant", "{author}", "--record", "{record}"),
    "substituted fragments": READ,
    "replayed requests": READ,
    "log without its beginning": ("ada", "access", "log"),
    "log without its end": ("ada", "access", "log"),
    "altered log": ("ada", "access", "log"),
    "altered card": ("author", "access", "request", "{ada}", "--section", "profile/documents"),
}
"""Who does what while each attack goes on. Changed names and the swallowed withdrawal have tests of their own."""


def test_every_attack_of_the_table_is_tried() -> None:
    assert set(COMMANDS) | {"changed name", "swallowed withdrawal"} == set(ATTACKS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_lie_is_refused(scene: Scene, proxy: HostileProxy, tmp_path: Path, name: str) -> None:
    note = tmp_path / "note.txt"
    note.write_text(MARKER)
    people = {"ada": scene.ada, "author": scene.author, "reader": scene.reader}
    places = {"record": scene.records[0], "out": str(tmp_path / "out"), "note": str(note), "team": scene.team}
    places |= {one: person.facts["wallet"] for one, person in people.items()}
    who, *words = COMMANDS[name]
    with proxy.lying(name) as attack:
        answer = people[who].run(*(word.format(**places) for word in words))
    assert answer.code != 0, f"{name} was believed: {answer.out}"
    assert answer.error["code"] in attack.codes, answer.error
    assert not (tmp_path / "out").exists()
    assert MARKER not in answer.out + answer.err


def test_a_changed_name_is_shown_nowhere(scene: Scene, proxy: HostileProxy) -> None:
    truly = scene.ada.must("access", "log")
    assert {row["name"] for row in truly} == {f"Dr {scene.reader.home.name}"}
    with proxy.lying("changed name"):
        told = scene.ada.must("access", "log")
    assert {(row["who"], row["name"]) for row in told} == {(scene.reader.facts["wallet"], None)}
    assert CHANGED_NAME not in str(told)


def test_a_withdrawal_that_the_platform_swallows_counts_at_the_nodes(
    scene: Scene, proxy: HostileProxy, tmp_path: Path
) -> None:
    author = scene.author.facts["wallet"]
    scene.ada.must("access", "grant", author, "--record", scene.records[1])
    scene.author.must("record", "get", scene.records[1], "--out", tmp_path / "before")
    with proxy.lying("swallowed withdrawal") as attack:
        answer = scene.ada.run("access", "withdraw", author, "--timeout", "5")
    assert answer.code != 0
    assert answer.error["code"] in attack.codes, answer.error
    scene.author.refused("withdrawn", "record", "get", scene.records[1], "--out", tmp_path / "out")


def test_once_the_lies_have_ended_all_is_as_it_was(scene: Scene, tmp_path: Path) -> None:
    assert {row["record"] for row in scene.ada.must("record", "list")} >= set(scene.records)
    scene.reader.must("record", "get", scene.records[0], "--out", tmp_path / "out")


def test_the_platform_was_never_told_a_secret(scene: Scene, proxy: HostileProxy) -> None:
    secrets = {"marker": MARKER.encode(), **secrets_of(scene.ada), **secrets_of(scene.reader)}
    told = b"\n".join(proxy.heard)
    found = [name for name, secret in secrets.items() if any(one in told for one in spellings(secret))]
    assert found == []
