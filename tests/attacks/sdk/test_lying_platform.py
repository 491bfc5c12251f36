"""A platform that lies is caught before anything is believed or encrypted (done-line 5): one test per lie."""

import base64
import secrets
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from eth_abi import encode
from eth_hash.auto import keccak

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.errors import BadDocument
from keymgmt.keys.keyset import first_keyset, rotate
from medixain.core.eip712 import Domain
from medixain.sdk import erasing, profile, records, removals, slots
from medixain.sdk.errors import BadServerAnswer, Integrity, NotAttested, Rollback, ServerRefused
from medixain.sdk.records import check_against_history
from medixain.sdk.slots import History, attested_keyset, history, own_keyset, remember
from medixain.sdk.stored import StoredRecord
from tests.attacks.sdk.stub import StubContext, statement
from tests.unit.records.test_sealed_box import ENVELOPE, SEALED_KEY
from tests.unit.sdk.clock import FakeTime
from tests.vectors.container.make import header

KEYS, ATTACKER = WalletKeys(bytes(range(32))), WalletKeys(bytes(32))
SLOT = KEYS.slot_id("profile")
IPFS = b"\x01\x55\x12\x20" + bytes(32)


def record_row(seq: int, kind: str = "anchor", record: bytes | None = None) -> dict[str, Any]:
    name = "0x" + (record or seq.to_bytes(32, "big")).hex()
    anchor = kind == "anchor"
    return {
        "kind": kind, "record": name, "ipfs": "0x" + IPFS.hex() if anchor else None,
        "kc_hash": "0x" + (b"\x07" * 32).hex() if anchor else None, "originator": SLOT if anchor else None,
        "seq": seq, "block": seq, "time": seq, "final": True,
    }  # fmt: skip


def grant_row(seq: int, kind: str = "grant") -> dict[str, Any]:
    grant = kind == "grant"
    return {
        "kind": kind, "grant_id": "0x" + seq.to_bytes(32, "big").hex(), "expiry": 99 if grant else None,
        "node_set": 1 if grant else None, "seq": seq, "block": seq, "time": seq, "final": True,
    }  # fmt: skip


def folded(rows: list[dict[str, Any]]) -> bytes:
    """The contracts' heads by eth_abi, independently of the code under test (contracts.md)."""
    head = bytes(32)
    for row in rows:
        if "record" in row:
            record = bytes.fromhex(row["record"][2:])
            if row["kind"] == "anchor":
                kc = bytes.fromhex(row["kc_hash"][2:])
                item = encode(["uint8", "bytes32", "bytes32", "bytes32"], [1, record, keccak(IPFS), kc])
            else:
                item = encode(["uint8", "bytes32"], [2, record])
        else:
            grant = bytes.fromhex(row["grant_id"][2:])
            item = (
                encode(["uint8", "bytes32", "uint64", "uint32"], [1, grant, row["expiry"], row["node_set"]])
                if row["kind"] == "grant"
                else encode(["uint8", "bytes32"], [2, grant])
            )
        head = keccak(encode(["bytes32", "bytes32", "uint64"], [head, keccak(item), row["seq"]]))
    return head


RECORDS = [record_row(1), record_row(2), record_row(3, "remove", (1).to_bytes(32, "big"))]
GRANTS = [grant_row(1), grant_row(2, "withdraw")]
TRUE = statement(SLOT, records_head=folded(RECORDS), records_count=3, grants_head=folded(GRANTS), grants_count=2)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """A platform that shows too little is asked again for a while; here that takes no time."""
    clock = FakeTime()
    monkeypatch.setattr(slots, "time", clock)
    return clock


@pytest.fixture
def context() -> StubContext:
    return StubContext(KEYS)


def told(context: StubContext, records: list[dict[str, Any]], grants: list[dict[str, Any]] = GRANTS) -> Any:
    context.platform.answers[f"/slots/{SLOT}/history"] = {"records": records, "grants": grants, "authors": []}
    return history(context, SLOT, context.account, TRUE)


def test_the_true_history_is_believed(context: StubContext) -> None:
    past = told(context, RECORDS)
    assert [record[-1] for record in past.anchored()] == [2]
    assert past.withdrawn() == {(2).to_bytes(32, "big")}


def test_what_is_newer_than_the_attested_head_is_marked(context: StubContext) -> None:
    past = told(context, [*RECORDS, record_row(4)])
    assert [item.attested for item in past.records] == [True, True, True, False]


def test_a_platform_that_is_still_indexing_is_waited_for(context: StubContext, clock: FakeTime) -> None:
    def indexing(_: object) -> dict[str, Any]:
        return {"records": RECORDS[: int(clock.now)], "grants": GRANTS if clock.now > 5 else [], "authors": []}

    context.platform.answers[f"/slots/{SLOT}/history"] = indexing
    assert len(history(context, SLOT, context.account, TRUE).anchored()) == 1
    assert 5 < clock.now < slots.INDEX_PATIENCE


@pytest.mark.parametrize(
    "records",
    [
        RECORDS[:2],
        [],
        RECORDS[1:],
        [RECORDS[0], RECORDS[2]],
        [RECORDS[1] | {"seq": 1}, RECORDS[0] | {"seq": 2}, RECORDS[2]],
        [RECORDS[0], RECORDS[1] | {"kc_hash": "0x" + "08" * 32}, RECORDS[2]],
        [RECORDS[0], RECORDS[1], record_row(3)],
        [RECORDS[0], RECORDS[1], RECORDS[2] | {"record": "0x" + "ff" * 32}],
        [RECORDS[0], RECORDS[0], *RECORDS[1:]],
    ],
)
def test_hiding_altering_adding_or_reordering_a_record_event_is_caught(
    context: StubContext, records: list[dict[str, Any]]
) -> None:
    with pytest.raises(Integrity):
        told(context, records)


@pytest.mark.parametrize(
    "grants", [GRANTS[:1], [], [GRANTS[0], grant_row(2)], [GRANTS[0] | {"expiry": 100}, GRANTS[1]]]
)
def test_withholding_a_withdrawal_or_altering_a_grant_is_caught(
    context: StubContext, grants: list[dict[str, Any]]
) -> None:
    with pytest.raises(Integrity):
        told(context, RECORDS, grants)


@pytest.mark.parametrize("answer", [{}, {"records": [{}]}, {"records": [record_row(1) | {"seq": "x"}], "grants": []}])
def test_junk_instead_of_a_history_is_one_typed_error(context: StubContext, answer: dict[str, Any]) -> None:
    context.platform.answers[f"/slots/{SLOT}/history"] = answer
    with pytest.raises(BadServerAnswer):
        history(context, SLOT, context.account, TRUE)


# ---- rolling back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counter", ["records_count", "grants_count", "keyset_version", "keystore_version"])
def test_an_older_state_than_seen_is_caught(context: StubContext, counter: str) -> None:
    remember(context, statement(SLOT, **{counter: 5}))
    with pytest.raises(Rollback):
        remember(context, statement(SLOT, **{counter: 4}))


@pytest.mark.parametrize("digest", ["records_head", "grants_head", "keyset_hash", "keystore_hash"])
def test_another_content_under_the_same_count_is_caught(context: StubContext, digest: str) -> None:
    remember(context, statement(SLOT))
    with pytest.raises(Integrity):
        remember(context, statement(SLOT, **{digest: b"\x09" * 32}))


def test_an_old_key_of_the_slot_is_caught(context: StubContext) -> None:
    remember(context, statement(SLOT, key=ATTACKER.wallet_id, final_height=20))
    with pytest.raises(Rollback):
        remember(context, statement(SLOT, final_height=15))


def test_what_was_seen_is_kept_after_a_lie(context: StubContext) -> None:
    remember(context, statement(SLOT, records_count=5))
    with pytest.raises(Rollback):
        remember(context, statement(SLOT, records_count=1))
    with pytest.raises(Rollback):
        remember(context, statement(SLOT, records_count=4))
    remember(context, statement(SLOT, records_count=6))


# ---- substituting keys ---------------------------------------------------------------------------------------------


def shown(context: StubContext, blob: bytes) -> None:
    encoded = base64.b64encode(blob).decode()
    context.platform.answers[f"/slots/{SLOT}/documents/1"] = {"version": 1, "blob": encoded}


def attesting(keyset: Any) -> Any:
    return statement(SLOT, keyset_version=keyset.version, keyset_hash=keyset.hash(), pre_key=bytes(keyset.pre_key))


def test_the_attested_keyset_is_taken(context: StubContext) -> None:
    keyset = first_keyset(KEYS, "profile")
    shown(context, keyset.encode())
    assert attested_keyset(context, SLOT, context.account, attesting(keyset)) == keyset


def test_a_substituted_public_key_is_never_encrypted_to(context: StubContext) -> None:
    shown(context, first_keyset(ATTACKER, "profile").encode())
    with pytest.raises(NotAttested):
        attested_keyset(context, SLOT, context.account, attesting(first_keyset(KEYS, "profile")))


def test_an_older_keyset_is_never_encrypted_to(context: StubContext) -> None:
    old = first_keyset(KEYS, "profile")
    shown(context, old.encode())
    with pytest.raises(NotAttested):
        attested_keyset(context, SLOT, context.account, attesting(rotate(old, KEYS, "profile", ["allergies"])))


def test_a_keyset_nobody_attests_yet_is_not_used(context: StubContext) -> None:
    shown(context, first_keyset(KEYS, "profile").encode())
    with pytest.raises(NotAttested):
        attested_keyset(context, SLOT, context.account, statement(SLOT, keyset_version=0, keyset_hash=bytes(32)))


def test_another_wallets_attested_keyset_is_not_taken_for_this_slots(context: StubContext) -> None:
    foreign = first_keyset(ATTACKER, "profile")
    shown(context, foreign.encode())
    lie = statement(SLOT, keyset_hash=foreign.hash(), pre_key=bytes(foreign.pre_key))
    with pytest.raises(NotAttested):
        attested_keyset(context, SLOT, context.account, lie)


def test_the_owner_uses_no_key_that_is_not_from_the_own_phrase(context: StubContext) -> None:
    context.tables["keysets"] = {"profile": first_keyset(ATTACKER, "profile").encode().decode()}
    with pytest.raises(BadDocument):
        own_keyset(context, "profile")


# ---- hiding and swapping records -----------------------------------------------------------------------------------


def stored(**changes: Any) -> StoredRecord:
    head = header()
    row: dict[str, Any] = {
        "id": "0x" + head.record_id.hex(), "slot": head.slot, "header": "0x" + head.encode().hex(),
        "cid": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", "size": 300,
        "kc": base64.b64encode(SEALED_KEY).decode(),
        "envelope": {"section": "0x" + "aa" * 16, "epoch": 1, "blob": base64.b64encode(ENVELOPE).decode(),
                     "signature": "0x" + "00" * 65},
        "provenance": None, "statement_signature": "0x" + "00" * 65, "state": "final", "created": 1, "transaction": "1",
    }  # fmt: skip
    return StoredRecord.parse(row | changes)


def past_of(one: StoredRecord, **changes: Any) -> Any:
    row = record_row(1, record=one.id) | {"ipfs": "0x" + one.cid_bytes.hex(), "kc_hash": "0x" + one.kc_hash.hex()}
    row |= changes
    context = StubContext(KEYS)
    context.platform.answers[f"/slots/{SLOT}/history"] = {"records": [row], "grants": [], "authors": []}
    item = keccak(
        encode(
            ["uint8", "bytes32", "bytes32", "bytes32"],
            [1, one.id, keccak(bytes.fromhex(row["ipfs"][2:])), bytes.fromhex(row["kc_hash"][2:])],
        )
    )
    head = keccak(encode(["bytes32", "bytes32", "uint64"], [bytes(32), item, 1]))
    return history(context, SLOT, context.account, statement(SLOT, records_head=head, records_count=1))


def test_what_was_anchored_is_shown(context: StubContext) -> None:
    one = stored()
    check_against_history([one], past_of(one))


def test_hiding_a_record_is_caught() -> None:
    with pytest.raises(Integrity):
        check_against_history([], past_of(stored()))


def test_the_own_list_is_in_the_chains_order_whatever_order_it_is_told_in() -> None:
    def at(number: int, created: int) -> StoredRecord:
        return replace(stored(), id=number.to_bytes(32, "big"), header=replace(header(), created=created))

    items = [SimpleNamespace(kind="anchor", record=number.to_bytes(32, "big"), attested=True) for number in (3, 1, 2)]
    past = History(None, tuple(items), ())  # type: ignore[arg-type]
    told = [at(1, 9), at(2, 1), at(3, 8), at(5, 7), at(4, 7), at(6, 2)]
    for order in (told, told[::-1]):
        listed = records.in_order(order, past)
        assert [int.from_bytes(one.id, "big") for one in listed] == [3, 1, 2, 6, 4, 5]


def test_only_a_removal_this_device_signed_explains_a_missing_record(
    context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stored()
    past = past_of(one)
    monkeypatch.setattr(StubContext, "now", lambda _: 10)
    removals.begin(context, one.name, 10)
    check_against_history([], past, removals.under_way(context, past))

    # The removal of one record explains nothing about another, and nothing once no chain takes it any more.
    other = StubContext(KEYS)
    removals.begin(other, "0x" + "11" * 32, 10)
    with pytest.raises(Integrity):
        check_against_history([], past, removals.under_way(other, past))
    monkeypatch.setattr(StubContext, "now", lambda _: 11)
    with pytest.raises(Integrity):
        check_against_history([], past, removals.under_way(context, past))


def test_a_platform_that_refuses_a_removal_may_not_hide_the_record_after(
    context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stored()
    layers = {one.slot: "profile"}
    told: list[str] = []

    def refuse(*_: Any, **__: Any) -> Any:
        # What is missing from here on is explained: the removal was remembered before anybody was told.
        told.extend(context.table("removing"))
        raise ServerRefused("unavailable", 503, "Try again.")

    monkeypatch.setattr(erasing, "own_layers", lambda _: layers)
    monkeypatch.setattr(StubContext, "contract_domain", lambda *_: Domain("RecordRegistry", "1", 77, SLOT))
    monkeypatch.setattr(StubContext, "nodes", SimpleNamespace(remove=lambda *_: None))
    context.platform.delete = refuse  # type: ignore[attr-defined]
    with pytest.raises(ServerRefused):
        erasing.erase(context, one, wait="received", timeout=1)
    assert told == [one.name]
    past = past_of(one)
    with pytest.raises(Integrity):
        check_against_history([], past, removals.under_way(context, past))


def test_a_removal_is_forgotten_when_the_attested_history_shows_it(context: StubContext) -> None:
    context.platform.answers[f"/slots/{SLOT}/history"] = {"records": RECORDS, "grants": GRANTS, "authors": []}
    removed, kept = ("0x" + number.to_bytes(32, "big").hex() for number in (1, 2))
    removals.begin(context, removed, context.now() + 10)
    removals.begin(context, kept, context.now() + 10)
    past = history(context, SLOT, context.account, TRUE)
    assert removals.under_way(context, past) == {bytes.fromhex(kept[2:])}
    assert set(context.table("removing")) == {kept}


def test_inventing_a_record_is_caught(context: StubContext) -> None:
    context.platform.answers[f"/slots/{SLOT}/history"] = {"records": [], "grants": [], "authors": []}
    with pytest.raises(Integrity):
        check_against_history([stored()], history(context, SLOT, context.account, statement(SLOT)))


# ---- inventing what takes something back ---------------------------------------------------------------------------


def with_invented_removal(one: StoredRecord) -> Any:
    """The history of a record that is anchored and attested, with a removal that no node has seen."""
    past = past_of(one)
    removal = slots.RecordItem("remove", one.id, b"", b"", "", 2, 2, attested=False)
    return replace(past, records=(*past.records, removal))


def test_a_record_stays_known_although_the_platform_invents_its_removal() -> None:
    one = stored()
    past = with_invented_removal(one)
    assert set(past.anchored()) == {one.id}
    check_against_history([one], past)


def test_a_record_that_an_invented_removal_hides_stays_in_the_list_and_is_marked(
    context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stored()
    past = with_invented_removal(one)
    monkeypatch.setattr(records, "RECORD_LAYERS", ("profile",))
    monkeypatch.setattr(records, "attested", lambda *_, **__: past.statement)
    monkeypatch.setattr(records, "history", lambda *_: past)
    monkeypatch.setattr(records, "rows", lambda *_, **__: [])
    context.tables["records"] = {
        one.name: {"name": "scan.pdf", "type": "pdf", "size": 5, "author": "0x" + "11" * 20, "institution": None}
    }
    (row,) = records.list_records(context, None)
    assert (row.record, row.name, row.problem) == (one.name, "scan.pdf", "removal-not-attested")
    assert profile.show(context, None).unreadable == (one.name,)

    # Its owner's own removal, which this device has signed, is no lie and needs no mark.
    removals.begin(context, one.name, context.now() + 10)
    assert records.list_records(context, None) == []


def test_no_invented_removal_hides_what_it_does_not_name() -> None:
    past = with_invented_removal(stored())
    removal = replace(past.records[-1], record=b"\x11" * 32)
    with pytest.raises(Integrity):
        check_against_history([], replace(past, records=(*past.records[:-1], removal)))


def test_an_invented_withdrawal_ends_no_grant(context: StubContext) -> None:
    past = told(context, RECORDS, [*GRANTS, grant_row(3, "withdraw") | {"grant_id": GRANTS[0]["grant_id"]}])
    assert past.withdrawn() == {(2).to_bytes(32, "big")}


@pytest.mark.parametrize("change", [{"kc_hash": "0x" + "01" * 32}, {"ipfs": "0x" + IPFS.hex()}])
def test_swapping_a_blob_or_its_sealed_key_is_caught(change: dict[str, str]) -> None:
    one = stored()
    with pytest.raises(Integrity):
        check_against_history([one], past_of(one, **change))


def test_a_record_under_another_id_is_caught() -> None:
    with pytest.raises(Integrity):
        stored(id="0x" + secrets.token_hex(32))


@pytest.mark.parametrize(
    "change", [{"header": "0x00"}, {"kc": "!"}, {"envelope": None}, {"size": "many"}, {"cid": None, "slot": 5}]
)
def test_a_malformed_row_is_one_typed_error(change: dict[str, Any]) -> None:
    with pytest.raises(BadServerAnswer):
        stored(**change)
