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
