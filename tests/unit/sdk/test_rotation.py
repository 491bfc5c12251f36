"""What ends an epoch, and that a rotation which was interrupted is finished: nothing twice, nothing left behind."""

import base64
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.bindings.messages import GrantKind, GrantOpening, SectionEpoch
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.keyset import first_keyset
from keymgmt.keys.messages import Envelope
from keymgmt.pre import SecretKey
from medixain.core.eip712 import off_chain_domain, verify
from medixain.sdk import rotation_plan, withdrawal
from medixain.sdk.errors import ServerUnreachable
from medixain.sdk.grants import Given
from medixain.sdk.slots import own_keyset
from medixain.sdk.stored import StoredRecord, own_record_key
from medixain.sdk.transactions import Handed
from records.container import Layer, hash_of, new_header, seal_envelope
from tests.attacks.sdk.stub import CHAIN_ID, StubContext

KEYS = WalletKeys(bytes(range(32)))
SLOT = KEYS.slot_id("profile")
NOW = 1_000


class Killed(BaseException):
    """The process ends here."""


class Platform:
    """Holds the records, and replaces an envelope only by one of a newer epoch that the owner signed."""

    def __init__(self) -> None:
        self.records: dict[bytes, StoredRecord] = {}
        self.keysets: list[int] = []
        self.fails_after: int | None = None
        self.failure: BaseException = Killed()

    def add(self, section: str, epoch: int) -> StoredRecord:
        secret, key = SecretKey.random(), bytes([len(self.records)]) * 32
        header = new_header(
            chain_id=CHAIN_ID, slot=SLOT, author=SLOT, layer=Layer.PROFILE, record_public_key=secret.public_key,
            key=key, created=1,
        )  # fmt: skip
        envelope = seal_envelope(KEYS.section_key("profile", section, epoch).public_key, secret)
        record = StoredRecord(
            id=header.record_id, slot=header.slot, header=header, cid="", size=1, kc=b"", epoch=epoch,
            tag=KEYS.section_tag("profile", section), envelope=envelope, envelope_signature=b"", provenance=None,
            statement_signature=b"", state="final", created=1, transaction="1",
        )  # fmt: skip
        self.records[record.id] = record
        return record

    def rows(self, _context: Any, _by: Any, **_query: Any) -> list[StoredRecord]:
        return list(self.records.values())

    def put(self, path: str, body: dict[str, Any], *, by: Any) -> None:
        if self.fails_after == 0:
            raise self.failure
        if self.fails_after is not None:
            self.fails_after -= 1
        record = bytes.fromhex(path.split("/")[2][2:])
        before, envelope = self.records[record], base64.b64decode(body["blob"])
        placed = Envelope(record, SLOT, bytes.fromhex(body["section"][2:]), body["epoch"], hash_of(envelope))
        verify(off_chain_domain(CHAIN_ID), placed, bytes.fromhex(body["signature"][2:]), signer=SLOT)
        assert body["epoch"] > before.epoch
        self.records[record] = replace(before, epoch=body["epoch"], envelope=envelope)

    def epochs(self) -> list[int]:
        return [record.epoch for record in self.records.values()]


class Home(StubContext):
    """A patient's home; its clock stands at ``NOW``."""

    meta = SimpleNamespace(chain_id=CHAIN_ID, node_set=SimpleNamespace(names={}))  # type: ignore[assignment]

    def now(self) -> int:
        return NOW


def given(sections: dict[str, int], *, expiry: int, number: int = 1) -> Given:
    opening = GrantOpening(
        slot=SLOT, grantee="0x" + "22" * 20, grantee_key=b"", kind=GrantKind.SECTIONS, records=(),
        sections=tuple(SectionEpoch(KEYS.section_tag("profile", name), epoch) for name, epoch in sections.items()),
        purpose="care", expiry=expiry, node_set=1, salt=bytes(32),
    )  # fmt: skip
    return Given(number.to_bytes(32, "big"), opening, "profile")


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def grants() -> list[Given]:
    return []


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, platform: Platform, grants: list[Given]) -> Home:
    home = Home(KEYS)
    home.api = platform  # type: ignore[assignment]
    with home.changing("keysets") as table:
        for layer in ("identity", "profile", "activity", "emergency", "sealed"):
            table[layer] = first_keyset(KEYS, layer).encode().decode("utf-8")

    def put_document(_context: Any, _layer: str, _kind: int, version: int, _blob: bytes) -> Handed:
        platform.keysets.append(version)
        return Handed("1", "received")

    def rows(context: Any, by: Any, *, slot: str) -> list[StoredRecord]:
        return platform.rows(context, by) if slot == SLOT else []

    for module in (withdrawal, rotation_plan):
        monkeypatch.setattr(module, "rows", rows)
        monkeypatch.setattr(module, "given_grants", lambda _context: list(grants))
    monkeypatch.setattr(withdrawal, "put_document", put_document)
    monkeypatch.setattr("medixain.sdk.grants.withdrawn_ids", lambda _context, _layer: set())
    return home


def live(home: Home, section: str) -> int:
    return own_keyset(home, "profile").live(KEYS.section_tag("profile", section)).epoch


def test_a_rotation_killed_after_some_envelopes_is_finished_by_the_next_run(home: Home, platform: Platform) -> None:
    secrets = {record.id: own_record_key(KEYS, record) for record in (platform.add("results", 1) for _ in range(5))}
    rotation_plan.plan_sections(home, "profile", {"results": 1})
    platform.fails_after = 2
    with pytest.raises(Killed):
        withdrawal.rotate_pending(home)
    assert sorted(platform.epochs()) == [1, 1, 1, 2, 2]
    assert home.table("rotations") == {"profile": {"results": 1}}
    platform.fails_after = None
    progress, _ = withdrawal.rotate_pending(home)
    assert (progress.done, progress.total) == (3, 3)
    assert platform.epochs() == [2] * 5
    assert (platform.keysets, home.table("rotations")) == ([2], {})
    for record in platform.records.values():
        assert own_record_key(KEYS, record).secret_bytes() == secrets[record.id].secret_bytes()


def test_what_the_platform_would_not_take_stays_planned(home: Home, platform: Platform) -> None:
    for _ in range(3):
        platform.add("results", 1)
    rotation_plan.plan_sections(home, "profile", {"results": 1})
    platform.fails_after, platform.failure = 1, ServerUnreachable("http://localhost", "away")
    progress, _ = withdrawal.rotate_pending(home)
    assert (progress.done, progress.total) == (1, 3)
    assert withdrawal.resume(home).state == "withdrawal-incomplete"
    platform.fails_after = None
    assert withdrawal.resume(home).state == "complete"
    assert platform.epochs() == [2, 2, 2]


def test_access_that_ran_out_ends_the_epoch_once(home: Home, platform: Platform, grants: list[Given]) -> None:
    platform.add("results", 1)
    platform.add("allergies", 1)
    grants.append(given({"results": 1}, expiry=NOW))
    withdrawal.settle(home)
    assert (live(home, "results"), live(home, "allergies")) == (2, 1)
    assert platform.epochs() == [2, 1]
    withdrawal.settle(home)
    assert (live(home, "results"), platform.keysets) == (2, [2])


def test_access_that_lasts_ends_nothing(home: Home, platform: Platform, grants: list[Given]) -> None:
    grants.append(given({"results": 1}, expiry=NOW + 1))
    withdrawal.settle(home)
    assert (live(home, "results"), platform.keysets, home.table("rotations")) == (1, [], {})


def test_a_platform_that_is_away_does_not_keep_the_owner_from_other_things(
    home: Home, platform: Platform, grants: list[Given]
) -> None:
    platform.add("results", 1)
    grants.append(given({"results": 1}, expiry=NOW))
    platform.fails_after, platform.failure = 0, ServerUnreachable("http://localhost", "away")
    withdrawal.settle(home)
    assert home.table("rotations") == {"profile": {"results": 1}}
    platform.fails_after = None
    withdrawal.settle(home)
    assert (platform.epochs(), platform.keysets, home.table("rotations")) == ([2], [2], {})


def test_a_record_sealed_to_the_epoch_just_left_is_brought_along(home: Home, platform: Platform) -> None:
    rotation_plan.plan_sections(home, "profile", {"results": 1})
    withdrawal.rotate_pending(home)
    assert home.table("rotations") == {}
    late = platform.add("results", 1)
    secret = own_record_key(KEYS, late)
    assert withdrawal.resume(home).rotation.done == 1
    brought = platform.records[late.id]
    assert (brought.epoch, platform.keysets) == (2, [2])
    assert own_record_key(KEYS, brought).secret_bytes() == secret.secret_bytes()


def test_a_withdrawal_while_an_older_rotation_hangs_ends_the_live_epoch(home: Home, platform: Platform) -> None:
    """The plan of the first said epoch 1; a reader of epoch 2 who is withdrawn must not keep it."""
    platform.add("results", 1)
    rotation_plan.plan_sections(home, "profile", {"results": 1})
    platform.fails_after, platform.failure = 0, ServerUnreachable("http://localhost", "away")
    withdrawal.rotate_pending(home)
    second = given({"results": 2}, expiry=NOW + 1)
    rotation_plan.plan_sections(home, "profile", rotation_plan.epochs_of(home, "profile", [second]))
    platform.fails_after = None
    withdrawal.rotate_pending(home)
    assert (live(home, "results"), platform.epochs()) == (3, [3])


def test_planning_again_what_was_left_rotates_no_second_time(home: Home, platform: Platform) -> None:
    first = rotation_plan.epochs_of(home, "profile", [given({"results": 1}, expiry=NOW + 1)])
    for _ in range(2):
        rotation_plan.plan_sections(home, "profile", first)
        withdrawal.rotate_pending(home)
    assert (live(home, "results"), platform.keysets) == (2, [2])
