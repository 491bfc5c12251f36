"""A story told truly through the proxy, so that it has something to lie about afterwards."""

from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from keymgmt.node.client import NodeRef, Nodes, key_signer
from medixain.demo.synthetic import nhs_number
from tests.demo.cast import Professionals, introduce, with_role
from tests.demo.harness import Person, Platform
from tests.hostile.proxy import HostileProxy

MARKER = "hostile-marker-51c2"
"""Stands in every plaintext of the story."""
SECTION = "profile/documents"

_ANY_KEY = b"\x11" * 32


@dataclass(frozen=True)
class Scene:
    """Ada with two records that the reader was granted, and an author who may append; all behind the proxy.

    In the care team ``team`` was the author, and is the reader alone.
    """

    ada: Person
    author: Person
    reader: Person
    records: tuple[str, str]
    team: str


def behind(proxy: HostileProxy, person: Person) -> Person:
    """The same person, whose connections to platform and nodes arrive at the proxy."""
    victims = ",".join(proxy.upstreams.values())
    return replace(person, program=("-m", "tests.hostile.through", str(proxy.port), victims))


def tell(
    platform: Platform,
    proxy: HostileProxy,
    partners: list[Person],
    professionals: Professionals,
    folder: Path,
    *,
    number: int,
) -> Scene:
    """Tell the story of a new patient; ``number`` makes her national number, which only one person has."""
    ada = Person(folder / "ada", platform.url)
    ada.facts = ada.must("wallet", "create")
    house = with_role(partners, "clinical")
    house.must("kyc", "attest", ada.facts["wallet"], "--number", nhs_number(number))
    ada, author, reader = (behind(proxy, one) for one in (ada, professionals.author, professionals.reader))
    introduce(ada, author, "--append", "--section", SECTION)
    first, second = (_record(platform, proxy, ada, folder, number) for number in (1, 2))
    ada.must("access", "grant", reader.facts["wallet"], "--record", first, "--record", second)
    for record in (first, second):
        reader.must("record", "get", record, "--out", folder / "read")
    ada.must("access", "withdraw", author.facts["wallet"])
    introduce(ada, author, "--append", "--section", SECTION)
    members = ("--member", reader.facts["wallet"])
    house.must("institution", "team", f"Ward {number}", *members, "--member", author.facts["wallet"])
    assert len(ada.must("institution", "teams", house.facts["institution"])) > 0
    team = str(house.must("institution", "team", f"Ward {number}", *members)["team"])
    return Scene(ada, author, reader, (first, second), team)


def _record(platform: Platform, proxy: HostileProxy, ada: Person, folder: Path, number: int) -> str:
    note = folder / f"{number}.txt"
    note.write_text(f"{MARKER} {number} " * 3000)
    added = ada.must("record", "add", note, "--section", SECTION, "--wait", "final")
    slot = next(row["slot"] for row in ada.must("wallet", "show")["layers"] if row["layer"] == "profile")
    witness(platform, proxy, slot)
    return str(added["record"])


def witness(platform: Platform, proxy: HostileProxy, slot: str) -> None:
    """Put what every node says of a slot on the proxy's tape."""
    meta = httpx.get(f"{platform.url}/api/v1/meta", trust_env=False).json()
    refs = [NodeRef(row["address"], row["url"], bytes(33)) for row in meta["node_set"]["nodes"]]
    with httpx.Client(proxy=proxy.url) as http:
        nodes = Nodes(refs, threshold=len(refs), chain_id=meta["chain_id"], http=http)
        nodes.state(slot, signer=key_signer(_ANY_KEY, meta["chain_id"]))
