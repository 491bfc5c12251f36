"""The identity layer: what the table allows is written, the newest stands, and nothing wrong is shown as right."""

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.errors import InvalidIdentity
from keymgmt.keys.layers import Writer
from medixain.core import canonical
from medixain.core.addresses import to_address
from medixain.sdk import identity
from medixain.sdk.errors import Integrity
from medixain.sdk.records import OwnRecords
from medixain.sdk.results import IdentityShown
from medixain.sdk.stored import StoredRecord
from records.container import RecordType
from tests.attacks.sdk.stub import StubContext
from tests.attacks.sdk.test_lying_platform import stored

KEYS = WalletKeys(bytes(range(32)))


class Layer:
    """The layer's records with their content, in memory."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.listed: list[StoredRecord] = []
        self.forged: set[str] = set()
        self.now = 100

    def add(self, body: bytes, section: str) -> StoredRecord:
        base = stored()
        number = len(self.listed) + 1
        record = replace(
            base,
            id=number.to_bytes(32, "big"),
            tag=KEYS.section_tag("identity", section),
            header=replace(base.header, created=self.now),
        )
        self.content[record.name] = body
        self.listed.append(record)
        return record

    def write(self, _: Any, target: str, body: list[bytes], *, name: str, kind: RecordType) -> Any:
        assert kind == RecordType.OTHER
        record = self.add(b"".join(body), target)
        return SimpleNamespace(stored=record, transaction="1")


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> Layer:
    layer = Layer()

    @contextmanager
    def content(self: Any, _: Any) -> Any:
        yield layer.content[self.stored.name]

    def authorship(_: Any, opened: Any, __: str) -> None:
        if opened.stored.name in layer.forged:
            raise Integrity("The record is not its author's")

    preamble = SimpleNamespace(owner=KEYS.wallet_id, type=RecordType.OTHER)
    monkeypatch.setattr(
        identity.Opened, "reader", lambda _self, body: SimpleNamespace(preamble=preamble, chunks=lambda: [body])
    )
    monkeypatch.setattr(identity.Opened, "content", content)
    monkeypatch.setattr(identity, "authorship", authorship)
    monkeypatch.setattr(identity, "own_data_key", lambda *_: bytes(32))
    monkeypatch.setattr(identity, "own_target", lambda _context, _layer, section: section)
    monkeypatch.setattr(identity, "write", layer.write)
    monkeypatch.setattr(identity, "wait_for", lambda *_: "received")
    monkeypatch.setattr(identity, "own_records", lambda *_: OwnRecords(layer.listed, []))
    monkeypatch.setattr(identity, "contracts_of", lambda _: None)
    monkeypatch.setattr(identity, "kyc_state", lambda *_: {"state": "attested", "institution": "0x1"})
    return layer


@pytest.fixture
def context() -> StubContext:
    return StubContext(KEYS)


def put(context: StubContext, field: str, *values: str) -> Any:
    return identity.set_field(context, field, list(values), wait="received", timeout=1)


def values_of(shown: IdentityShown) -> dict[str, Any]:
    return {one.field: one.value for one in shown.fields}


def test_fields_are_written_into_their_section_and_shown_as_last_written(layer: Layer, context: StubContext) -> None:
    assert put(context, "family", "Lovelace").section == "identity/name"
    put(context, "given", "Ada", "Mary")
    put(context, "iban", "GB82 WEST 1234 5698 7654 32")
    layer.now += 5
    put(context, "family", "King")
    shown = identity.show(context)
    assert values_of(shown) == {"family": "King", "given": ("Ada", "Mary"), "iban": "GB82 WEST 1234 5698 7654 32"}
    assert [one.at for one in shown.fields if one.field == "family"] == [105]
    assert shown.missing == ("account_holder",)
    assert (shown.unreadable, shown.kyc["state"]) == ((), "attested")


@pytest.mark.parametrize(
    ("field", "values", "bound"),
    [
        ("date_of_birth", ["30.2.1990"], "YYYY-MM-DD"),
        ("family", ["x" * 101], "100"),
        ("iban", ["GB82 WEST 1234 5698 7654 33"], "typing error"),
        ("family", ["Love", "lace"], "one value"),
        ("given", ["Ada", ""], "1 to 100"),
        ("nickname", ["A"], "family, given"),
        ("kyc", ["attested"], "institution"),
    ],
)
def test_a_wrong_value_is_refused_naming_field_and_bound(
    layer: Layer, context: StubContext, field: str, values: list[str], bound: str
) -> None:
    with pytest.raises(InvalidIdentity) as caught:
        put(context, field, *values)
    assert list(caught.value.fields) == [field]
    assert bound in str(caught.value)
    assert layer.listed == []


def test_a_field_that_the_table_leaves_to_another_is_refused(
    layer: Layer, context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keymgmt.keys.identity_fields.IdentityField.writers", frozenset({Writer.CLINICIAN}))
    with pytest.raises(InvalidIdentity, match="family: this is written by clinician"):
        put(context, "family", "Lovelace")
    assert layer.listed == []


@pytest.mark.parametrize(
    ("document", "section"),
    [
        ({"v": 1, "kind": "identity", "field": "date_of_birth", "value": "yesterday"}, "birth"),
        ({"v": 1, "kind": "identity", "field": "nickname", "value": "A"}, "name"),
        ({"v": 1, "kind": "identity", "field": "given", "value": "Ada"}, "name"),
        ({"v": 1, "kind": "identity", "field": "family", "value": None}, "name"),
        ({"v": 2, "kind": "identity", "field": "family", "value": "A"}, "name"),
        ({"v": 1, "kind": "identity", "field": "iban", "value": "GB82 WEST 1234 5698 7654 32"}, "name"),
    ],
)
def test_what_the_table_refuses_is_not_shown_as_a_value(
    layer: Layer, context: StubContext, document: dict[str, Any], section: str
) -> None:
    record = layer.add(canonical.encode(document), section)
    shown = identity.show(context)
    assert (shown.fields, shown.unreadable) == ((), (record.name,))


def test_a_value_that_its_author_did_not_sign_is_named_and_not_shown(layer: Layer, context: StubContext) -> None:
    put(context, "family", "Lovelace")
    layer.forged.add(layer.listed[0].name)
    shown = identity.show(context)
    assert (shown.fields, shown.unreadable) == ((), (layer.listed[0].name,))


@pytest.mark.parametrize("body", [b"%PDF-1.7", b'{"kind":"something else"}', b"[1]"])
def test_a_file_in_the_layer_is_no_field(layer: Layer, context: StubContext, body: bytes) -> None:
    layer.add(body, "name")
    shown = identity.show(context)
    assert (shown.fields, shown.unreadable, shown.missing) == ((), (), ())


WARD = to_address("0x" + "ad" * 20)


@pytest.fixture
def shared(layer: Layer, context: StubContext, monkeypatch: pytest.MonkeyPatch) -> list[StoredRecord]:
    """Ada's identity as she shares `identity/name` and one record of another section; what does not open stays shut."""
    put(context, "family", "Lovelace")
    layer.now += 5
    put(context, "family", "King")
    layer.add(b"%PDF-1.7", "name")
    put(context, "iban", "GB82 WEST 1234 5698 7654 32")
    tag = KEYS.section_tag("identity", "name")
    grant = SimpleNamespace(sections={tag: "name"}, wallet=WARD)
    opened = [identity.Opened(one, bytes(32), context.account, grant, ("N",)) for one in layer.listed]  # type: ignore[arg-type]
    preamble = SimpleNamespace(owner=WARD, type=RecordType.OTHER)
    monkeypatch.setattr(
        identity.Opened, "reader", lambda _self, body: SimpleNamespace(preamble=preamble, chunks=lambda: [body])
    )
    monkeypatch.setattr(identity, "grants_of", lambda _context, patient, which: [grant] * (patient == WARD))
    monkeypatch.setattr(identity, "opened_by", lambda _context, grants: [*opened, *shut] if grants else [])
    monkeypatch.setattr(identity, "find_wallet", lambda *_: SimpleNamespace(wallet=WARD, kyc_salt=bytes(32)))
    shut: list[StoredRecord] = []
    return shut


def test_a_grantee_sees_what_is_shared_and_is_not_told_that_the_rest_is_missing(
    layer: Layer, context: StubContext, shared: list[StoredRecord]
) -> None:
    for _ in range(2):
        shown = identity.show(context, WARD)
        assert values_of(shown) == {"family": "King", "iban": "GB82 WEST 1234 5698 7654 32"}
        # `given` is required beside a family name; the account's holder stands in a section that is not shared whole.
        assert shown.missing == ("given",)
        assert (shown.unreadable, shown.kyc["state"]) == ((), "attested")
        layer.listed.reverse()


def test_what_a_grantee_cannot_open_is_named(layer: Layer, context: StubContext, shared: list[StoredRecord]) -> None:
    shared.append(layer.add(b"sealed", "name"))
    assert identity.show(context, WARD).unreadable == (shared[0].name,)


def test_a_record_that_names_another_owner_is_no_identity_of_the_patient(
    layer: Layer, context: StubContext, shared: list[StoredRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    preamble = SimpleNamespace(owner=KEYS.wallet_id, type=RecordType.OTHER)
    monkeypatch.setattr(
        identity.Opened, "reader", lambda _self, body: SimpleNamespace(preamble=preamble, chunks=lambda: [body])
    )
    shown = identity.show(context, WARD)
    assert (shown.fields, len(shown.unreadable)) == ((), 3)


def test_the_own_wallet_named_is_the_own_identity(layer: Layer, context: StubContext) -> None:
    put(context, "family", "Lovelace")
    assert identity.show(context, KEYS.wallet_id) == identity.show(context)


def test_of_two_values_of_one_second_the_same_stands_in_any_order(layer: Layer, context: StubContext) -> None:
    put(context, "family", "Lovelace")
    put(context, "family", "King")
    first = values_of(identity.show(context))
    layer.listed.reverse()
    assert values_of(identity.show(context)) == first
