"""What a grant is said to be, in every list: what m nodes attest, and before they do, what this home has ended."""

from types import SimpleNamespace

import pytest

from contracts.bindings.messages import GrantKind, GrantOpening
from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.keyset import first_keyset
from keymgmt.pre import SecretKey
from medixain.sdk import grants, records
from medixain.sdk.grants import Given
from medixain.sdk.records import OwnRecords
from medixain.sdk.stored import StoredRecord
from records.container import Layer, new_header
from tests.attacks.sdk.stub import CHAIN_ID, StubContext

KEYS = WalletKeys(bytes(range(32)))
SLOT = KEYS.slot_id("profile")
NOW = 1_000


class Home(StubContext):
    """A patient's home; its clock stands at ``NOW``."""

    meta = SimpleNamespace(chain_id=CHAIN_ID)  # type: ignore[assignment]

    def now(self) -> int:
        return NOW


def stored_record() -> StoredRecord:
    header = new_header(
        chain_id=CHAIN_ID, slot=SLOT, author=SLOT, layer=Layer.PROFILE, record_public_key=SecretKey.random().public_key,
        key=bytes(32), created=1,
    )  # fmt: skip
    return StoredRecord(
        id=header.record_id, slot=SLOT, header=header, cid="", size=1, kc=b"", epoch=0,
        tag=KEYS.section_tag("profile", "results"), envelope=b"", envelope_signature=b"", provenance=None,
        statement_signature=b"", state="final", created=1, transaction="1",
    )  # fmt: skip


RECORD = stored_record()


def given(number: int, expiry: int = NOW + 1) -> Given:
    opening = GrantOpening(
        slot=SLOT, grantee=f"0x{number:040x}", grantee_key=b"", kind=GrantKind.RECORDS, records=(RECORD.id,),
        sections=(), purpose="care", expiry=expiry, node_set=1, salt=bytes(32),
    )  # fmt: skip
    return Given(number.to_bytes(32, "big"), opening, "profile")


ACTIVE, ENDED, ENDING, REPLACED, OVER = given(1), given(2), given(3), given(4), given(5, expiry=NOW)
ENDED_LATER = given(6, expiry=NOW)
GIVEN = [ACTIVE, ENDED, ENDING, REPLACED, OVER, ENDED_LATER]
WITHDRAWN = frozenset({ENDED.id, ENDED_LATER.id})


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home(KEYS)
    for module in (grants, records):
        monkeypatch.setattr(module, "given_grants", lambda _: GIVEN)
    with home.changing("withdrawing") as table:
        table[ENDING.name] = 1
    with home.changing("replaced") as table:
        table[REPLACED.name] = ACTIVE.name
    with home.changing("keysets") as table:
        table["profile"] = first_keyset(KEYS, "profile").encode().decode("utf-8")
    with home.changing("records") as table:
        table[RECORD.name] = {"name": "letter.txt", "type": "text", "size": 1, "author": None, "institution": None}
    return home


def test_the_nodes_word_counts_first_then_the_clock_then_what_this_home_ended(home: Home) -> None:
    assert [grants.grant_state(home, one, WITHDRAWN) for one in GIVEN] == [
        "active", "withdrawn", "withdrawing", "withdrawing", "expired", "withdrawn",
    ]  # fmt: skip


def test_a_grant_is_alive_only_where_nobody_says_that_it_ended(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grants, "withdrawn_ids", lambda *_: WITHDRAWN)
    assert grants.live_grants(home, GIVEN) == [ACTIVE]
    assert grants.attested_grants(home, GIVEN) == [ACTIVE, ENDING, REPLACED], "what is to be withdrawn again"


def test_the_nodes_are_asked_once_a_layer_and_not_for_what_ran_out(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def withdrawn_ids(_: object, layer: str) -> frozenset[bytes]:
        asked.append(layer)
        return WITHDRAWN

    monkeypatch.setattr(grants, "withdrawn_ids", withdrawn_ids)
    grants.live_grants(home, GIVEN)
    grants.live_grants(home, [OVER])
    assert asked == ["profile"]


def test_whose_access_the_nodes_say_is_over_is_no_reader_long_after_it_was_withdrawn(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = {"profile": OwnRecords([RECORD], [], WITHDRAWN)}
    monkeypatch.setattr(records, "own_records", lambda _, layer: listed.get(layer, OwnRecords([], [])))
    (row,) = records.list_records(home, None)
    assert row.readers == (ACTIVE.opening.grantee,)
