"""A hostile platform against the browser's vault: each lie meets a typed error on the page, and nothing leaks.

The lies are those of ``tests/hostile/attacks.py``. The browser sends everything through the lying proxy, so that the
true vault with its service worker and Workers runs, and not one prepared for a test.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.fixtures import HEIGHT, WIDTHS
from tests.browser.people import PASSWORD, vault_address
from tests.browser.worker import Refusal, VaultWorker
from tests.demo.cast import Professionals
from tests.demo.fixtures import SEEDS
from tests.demo.harness import Person, Platform
from tests.demo.test_no_plaintext import secrets_of, spellings
from tests.hostile.attacks import ATTACKS, CHANGED_NAME, Attack
from tests.hostile.proxy import HostileProxy, upstreams_of
from tests.hostile.scene import MARKER, SECTION, Scene, tell

pytestmark = [pytest.mark.demo, pytest.mark.browser, pytest.mark.long]

PATIENCE_MS = 60_000
WRITES = ("/transactions", "/records", "/messages", "/accounts")
"""Where a client posts what it hands in, by the end of the path."""
YEAR = 365 * 86400


@pytest.fixture(scope="module")
def proxy(platform: Platform) -> Iterator[HostileProxy]:
    upstreams = upstreams_of(platform.url) | {"vault": urlsplit(vault_address(platform)).netloc}
    with HostileProxy(upstreams) as proxy:
        yield proxy


@dataclass(frozen=True)
class Device:
    """A browser profile behind the proxy."""

    vault: str
    page: Page

    @classmethod
    def behind(cls, proxy: HostileProxy, chromium: Browser, vault: str) -> "Device":
        """A new one, without a wallet."""
        context: BrowserContext = chromium.new_context(
            viewport={"width": WIDTHS[0], "height": HEIGHT},
            proxy={"server": proxy.url, "bypass": "<-loopback>"},
        )
        context.set_default_timeout(PATIENCE_MS)
        return cls(vault, context.new_page())

    def at(self, route: str) -> Page:
        """Open a page of the vault as a new document: nothing is left in memory of what another one saw."""
        self.page.goto("about:blank")
        self.page.goto(self.vault + route)
        return self.page

    def worker(self, route: str = "/frame.html#/timeline") -> VaultWorker:
        """A Worker with everything the vault can do, in a new document."""
        return VaultWorker.of(self.at(route))


@dataclass(frozen=True)
class Stage:
    """The people of the story with a browser each, and a maker of new ones."""

    scene: Scene
    devices: Mapping[str, Device]
    blank: Callable[[], Device]

    @property
    def record(self) -> str:
        """The record that everything is about."""
        return self.scene.records[0]

    def wallet(self, who: str) -> str:
        """A person's wallet."""
        person: Person = getattr(self.scene, who)
        return str(person.facts["wallet"])


@pytest.fixture(scope="module")
def stage(
    chromium: Browser,
    platform: Platform,
    proxy: HostileProxy,
    partners: list[Person],
    professionals: Professionals,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """The story so far, told truly, and its people in front of a browser."""
    folder = tmp_path_factory.mktemp("hostile-vault")
    scene = tell(platform, proxy, partners, professionals, folder, number=next(SEEDS))
    blank = partial(Device.behind, proxy, chromium, vault_address(platform))
    devices = {}
    for who in ("ada", "author", "reader"):
        devices[who] = blank()
        devices[who].worker().restore(getattr(scene, who).facts["phrase"], PASSWORD)
    devices["newcomer"] = blank()
    devices["newcomer"].worker().call("walletCreate", {"kind": "password", "password": PASSWORD}, "password")
    stage = Stage(scene, devices, blank)
    # A device knows the grants that came to it, and statements are only old to whom has seen newer ones.
    both = [word for record in scene.records for word in ("--record", record)]
    scene.ada.must("access", "grant", stage.wallet("reader"), *both)
    reader = devices["reader"].worker()
    reader.call("accessList")
    for record in scene.records:
        assert MARKER.encode() in reader.get(record)[1]
    ada = devices["ada"].worker()
    assert len(ada.call("recordList")) == 2
    assert len(ada.call("accessLog")) == 4
    yield stage
    for device in devices.values():
        device.page.context.close()


# ---- what people do while somebody lies ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """Where a person meets the lie (and what she presses there), and the call of the vault's Worker behind it."""

    who: str
    route: str
    call: Callable[[VaultWorker, Stage], object]
    press: Callable[[Page, Stage], object] = lambda page, stage: None
    handed_in: tuple[str, ...] = ()
    """What the person signed and sent all the same, by the end of its path: it opens nothing."""


def share(worker: VaultWorker, stage: Stage) -> object:
    """Share the record with the author."""
    return worker.call("accessGrant", sharing(stage))


def sharing(stage: Stage) -> dict[str, Any]:
    """What a share is made of."""
    until = int(time.time()) + YEAR
    wish = {"who": stage.wallet("author"), "records": [stage.record], "sections": []}
    return wish | {"append": False, "purpose": "care", "expiry": until}


def press_share(page: Page, stage: Stage) -> None:
    """Choose nothing more than the page offers, and sign."""
    page.locator(".sheet button[type=submit]").click()


def press_add(page: Page, stage: Stage) -> None:
    """Choose a file and add it."""
    page.set_input_files("#file", {"name": "note.txt", "mimeType": "text/plain", "buffer": MARKER.encode()})
    page.locator("form button[type=submit]").click()


def type_phrase(page: Page, stage: Stage) -> None:
    """Type the phrase and a password, and restore."""
    for place, word in enumerate(stage.scene.ada.facts["phrase"].split(), 1):
        page.locator(f"#phrase-{place}").fill(word)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Bring it back").click()


def ask(worker: VaultWorker, stage: Stage) -> object:
    """Ask the patient for access."""
    wish = {"wallet": stage.wallet("ada"), "sections": [SECTION], "append": False, "purpose": "care"}
    return worker.call("accessRequest", wish | {"until": int(time.time()) + YEAR})


LIST = Act("ada", "/frame.html#/timeline", lambda worker, _: worker.call("recordList"))
LOOKS = Act("ada", "/frame.html#/looks", lambda worker, _: worker.call("accessLog"))
READ = Act("reader", "/frame.html#/record/{record}", lambda worker, stage: worker.get(stage.record))
MEET = Act("ada", "/#/share?to={author}&record={record}", share)
# The grant that was consented to goes on the chain, with a note for her other devices, before the nodes get keys;
# without keys it opens nothing, and the professional is not told of it.
SHARE = Act(
    "ada", "/#/share?to={author}&record={record}", share, press_share, handed_in=("/transactions", "/messages") * 2
)
TEAM = Act("ada", "/#/share?team={team}", lambda worker, stage: worker.call("team", stage.scene.team))
FIRST = Act("newcomer", "/frame.html#/timeline", lambda worker, _: worker.call("recordList"))
ADD = Act(
    "author",
    "/#/add/{ada}",
    lambda worker, stage: worker.add(MARKER.encode(), "note.txt", section=SECTION, patient=stage.wallet("ada")),
    press_add,
)
ASK = Act("author", "/#/request?wallet={ada}", ask, press_share)

ACTS = {
    "sign-in elsewhere": FIRST,
    "another contract": LIST,
    "another node set": LIST,
    "lower threshold": LIST,
    "substituted slot key": LIST,
    "substituted professional's key": MEET,
    "grown care team": TEAM,
    "older care team": TEAM,
    "substituted keyset": ADD,
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
    "substituted kfrags": SHARE,
    "substituted fragments": READ,
    "replayed requests": READ,
    "log without its beginning": LOOKS,
    "log without its end": LOOKS,
    "altered log": LOOKS,
    "altered card": ASK,
}
"""Who does what while each attack goes on. Changed names and the swallowed withdrawal have tests of their own."""


def handed_in(requests: list[bytes]) -> tuple[str, ...]:
    """Ends of the paths of those requests that hand something in: a document is put, everything else posted."""
    lines = [request.split(b"\n", 1)[0].decode().split(" ") for request in requests]
    paths = [(method, urlsplit(url).path) for method, url in lines]
    return tuple(
        "/" + path.rsplit("/", 1)[1]
        for method, path in paths
        if method == "PUT" or (method == "POST" and path.endswith(WRITES))
    )


def test_every_attack_of_the_table_is_tried() -> None:
    assert set(ACTS) | {"changed name", "swallowed withdrawal"} == set(ATTACKS)


@pytest.mark.parametrize("name", ACTS)
def test_the_lie_is_refused_on_the_page(stage: Stage, proxy: HostileProxy, name: str) -> None:
    act = ACTS[name]
    device = stage.devices[act.who]
    places = {who: stage.wallet(who) for who in ("ada", "author", "reader")}
    before = len(proxy.heard)
    with proxy.lying(name) as attack:
        page = device.at(act.route.format(record=stage.record, team=stage.scene.team, **places))
        act.press(page, stage)
        expect(page.locator(".note[role=alert]").first).to_be_visible(timeout=PATIENCE_MS)
        assert MARKER not in page.content()
        refused(attack, lambda: act.call(device.worker(), stage))
    assert handed_in(proxy.heard[before:]) == act.handed_in


@pytest.mark.parametrize("name", ["another node set", "lower threshold", "substituted slot key", "altered card"])
def test_nothing_is_brought_back_from_who_lies(stage: Stage, proxy: HostileProxy, name: str) -> None:
    device = stage.blank()
    before = len(proxy.heard)
    with proxy.lying(name) as attack:
        page = device.at("/#/restore")
        type_phrase(page, stage)
        expect(page.locator(".note[role=alert]").first).to_be_visible(timeout=PATIENCE_MS)
        refused(attack, lambda: device.worker().restore(stage.scene.ada.facts["phrase"], PASSWORD))
    assert device.worker().call("status")["state"] == "empty"
    assert handed_in(proxy.heard[before:]) == ()
    device.page.context.close()


def test_a_changed_name_stands_on_no_consent_sheet(stage: Stage, proxy: HostileProxy) -> None:
    route = MEET.route.format(author=stage.wallet("author"), record=stage.record)
    sheet = stage.devices["ada"].at(route).locator(".sheet")
    expect(sheet).to_contain_text(f"Dr {stage.scene.author.home.name}")
    with proxy.lying("changed name"):
        page = stage.devices["ada"].at(route)
        expect(page.locator(".sheet")).to_contain_text("Professional 0x")
        expect(page.get_by_text("The name could not be checked.")).to_be_visible()
        assert CHANGED_NAME not in page.content()


def refused(attack: Attack, call: Callable[[], object]) -> None:
    """Hold the refusal of a call against the codes with which an attack may be refused."""
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code in attack.codes, caught.value


def test_a_withdrawal_that_the_platform_swallows_counts_at_the_nodes(
    stage: Stage, proxy: HostileProxy, tmp_path: Path
) -> None:
    ada = stage.devices["ada"].worker()
    ada.call("accessGrant", sharing(stage) | {"records": [stage.scene.records[1]]}, "final")
    before = len(proxy.heard)
    with proxy.lying("swallowed withdrawal"):
        # The page goes on waiting for a transaction that never comes; every node has been told by then.
        ada.page.evaluate("(who) => { void vaultWorker.call('accessWithdraw', [who]); }", stage.wallet("author"))
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while handed_in(proxy.heard[before:]) == () or not any(map(told_of_withdrawal, proxy.heard[before:])):
            assert time.monotonic() < deadline, "the nodes were not told"
            ada.page.wait_for_timeout(200)
    stage.scene.author.refused("withdrawn", "record", "get", stage.scene.records[1], "--out", tmp_path / "out")


def told_of_withdrawal(request: bytes) -> bool:
    """Whether a node was told, and not only asked whether it may be."""
    first = request.split(b"\n", 1)[0]
    return first.startswith(b"POST") and first.endswith(b"/v1/withdrawals")


def test_once_the_lies_have_ended_all_is_as_it_was(stage: Stage) -> None:
    shown = {row["record"] for row in stage.devices["ada"].worker().call("recordList")}
    assert set(stage.scene.records) <= shown
    assert MARKER.encode() in stage.devices["reader"].worker().get(stage.record)[1]
    page = stage.devices["ada"].at("/frame.html#/timeline")
    expect(page.locator(".row h3 a")).not_to_have_count(0)
    expect(page.locator(".note[role=alert]")).to_have_count(0)


# ---- weaker key derivation -----------------------------------------------------------------------------------------

WEAKEN = """
() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('medixain', 1);
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const store = opening.result.transaction('home', 'readwrite').objectStore('home');
    const reading = store.get('keystore');
    reading.onsuccess = () => {
      const text = new TextDecoder().decode(reading.result);
      const weak = text.replace('"m":65536', '"m":1024');
      if (weak === text) return reject(new Error('there are no parameters to weaken'));
      store.put(new TextEncoder().encode(weak), 'keystore').onsuccess = () => resolve(null);
    };
  };
})
"""


def test_a_keystore_with_weaker_parameters_is_refused_before_the_password_counts(stage: Stage) -> None:
    device = stage.blank()
    worker = device.worker()
    worker.call("walletCreate", {"kind": "password", "password": PASSWORD}, "password")
    worker.call("lock")
    worker.page.evaluate(WEAKEN)
    with pytest.raises(Refusal) as caught:
        device.worker().call("unlockPassword", PASSWORD)
    assert caught.value.code in {"weak-keystore", "home-damaged"}
    page = device.at("/#/unlock")
    expect(page.get_by_role("alert").filter(has_text="keystore").first).to_be_attached()
    assert page.get_by_label("Password of this device").count() == 0
    page.context.close()


def test_no_server_hands_a_device_its_keystore(stage: Stage, proxy: HostileProxy) -> None:
    device = stage.blank()
    before = len(proxy.heard)
    device.worker().restore(stage.scene.ada.facts["phrase"], PASSWORD)
    asked = [request.split(b"\n", 1)[0] for request in proxy.heard[before:]]
    assert any(line.startswith(b"PUT") and line.endswith(b"/documents/2") for line in asked)
    assert [line for line in asked if line.startswith(b"GET") and b"/documents/2" in line] == []
    device.page.context.close()


# ---- the portal around a frame ------------------------------------------------------------------------------------

SIGNING = (
    "walletCreate",
    "walletRestore",
    "unlockPassword",
    "setPassword",
    "walletRemove",
    "pageLink",
    "recordAdd",
    "recordDelete",
    "profileAppend",
    "profileDispute",
    "accessRequest",
    "accessGrant",
    "accessWithdraw",
    "accessRotate",
    "accessRestrict",
    "linkCreate",
    "professionalApply",
)
ABUSE = """
(forged) => {
  const frame = document.querySelector('iframe.vault-frame').contentWindow;
  for (const message of forged) frame.postMessage(message, '*');
}
"""
KEPT = "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])"


def portal(device: Device, path: str) -> Page:
    """The platform's page for the signed-in person, with what its script is told by the frame in ``told``."""
    link = device.worker().call("pageLink", path)
    device.page.add_init_script("globalThis.told = []; addEventListener('message', ({ data }) => told.push(data));")
    device.page.goto(link)
    return device.page


def test_a_frames_worker_signs_nothing(stage: Stage, proxy: HostileProxy) -> None:
    worker = VaultWorker.of(stage.devices["ada"].at("/frame.html#/timeline"), "/worker-frame.js")
    assert worker.call("status")["state"] == "unlocked"
    before = len(proxy.heard)
    for method in SIGNING:
        with pytest.raises(Refusal):
            worker.call(method, stage.record)
    assert handed_in(proxy.heard[before:]) == ()


def test_a_portal_moves_a_frame_to_nothing_and_learns_nothing(stage: Stage, proxy: HostileProxy) -> None:
    page = portal(stage.devices["ada"], "/patient/records/")
    frame = page.frame_locator("iframe.vault-frame")
    frame.locator(".row h3 a").first.click()
    expect(frame.get_by_text(MARKER).first).to_be_visible(timeout=PATIENCE_MS)
    shown = frame.locator("#app").inner_text()
    before = len(proxy.heard)
    call = {"kind": "call", "id": 1, "method": "accessWithdraw", "args": [stage.wallet("reader")]}
    forged = [{"type": kind} for kind in ("lock", "unlock", "sign", "grant", "share", "export", "go", "__proto__")]
    page.evaluate(ABUSE, [call, *forged, {"type": "print", "route": "#/share"}, "locked", 7, None, [call]])
    page.wait_for_timeout(1_000)

    assert handed_in(proxy.heard[before:]) == ()
    assert frame.locator("#app").inner_text().startswith(shown[:40])
    assert MARKER not in page.content()
    told = page.evaluate("told")
    assert {message["type"] for message in told} <= {"height", "ready", "locked"}
    assert {name for message in told for name in message} <= {"type", "px", "view"}
    inside = next(one for one in page.frames if one.url.startswith(stage.devices["ada"].vault))
    for kept in (page.evaluate(KEPT), inside.evaluate(KEPT)):
        assert MARKER not in kept
        assert not any(word in kept for word in spelled(stage.scene.ada))
    assert inside.evaluate("localStorage.length + sessionStorage.length") == 0


def spelled(person: Person) -> list[str]:
    """A person's secrets as text could hold them."""
    found = (spelling for secret in secrets_of(person).values() for spelling in spellings(secret))
    return [spelling.decode() for spelling in found if spelling.isascii() and spelling.decode().isprintable()]


# ---- what servers were told ----------------------------------------------------------------------------------------


def test_platform_and_nodes_were_never_told_a_secret(stage: Stage, proxy: HostileProxy) -> None:
    secrets = {"marker": MARKER.encode(), "password": PASSWORD.encode()}
    for who in ("ada", "author", "reader"):
        person: Person = getattr(stage.scene, who)
        secrets |= {f"{who}'s {name}": value for name, value in secrets_of(person).items()}
        words = person.facts["phrase"].split()
        secrets |= {f"{who}'s words {n}": " ".join(words[n : n + 3]).encode() for n in range(0, 24, 3)}
    told = b"\n".join(proxy.heard)
    found = [name for name, secret in secrets.items() if any(one in told for one in spellings(secret))]
    assert found == []
