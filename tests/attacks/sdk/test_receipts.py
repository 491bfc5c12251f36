"""A platform that says a record is erased must have signed so: a receipt that does not hold is never believed."""

from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.keys.messages import DeletionReceipt
from keymgmt.keys.signing import SigningKey
from medixain.core.eip712 import off_chain_domain
from medixain.sdk import erasing, receipts
from medixain.sdk.errors import BadReceipt
from tests.attacks.sdk.stub import CHAIN_ID, StubContext
from tests.attacks.sdk.test_lying_platform import stored

KEYS = WalletKeys(bytes(range(32)))
RELAY, OTHER = SigningKey.random(), SigningKey.random()
RECORD = stored()


def receipt(key: SigningKey = RELAY, **changes: Any) -> dict[str, Any]:
    """The platform's answer to a removal, signed by ``key``."""
    values: dict[str, Any] = {
        "record": RECORD.id, "cid": RECORD.cid, "envelope_deleted": True, "store_deleted": True,
        "copies": ("what readers opened",), "time": 7,
    }  # fmt: skip
    values |= changes
    signature = key.sign(off_chain_domain(CHAIN_ID), DeletionReceipt(**values))
    return {
        "record": "0x" + values["record"].hex(), "cid": values["cid"], "envelope_deleted": values["envelope_deleted"],
        "store_deleted": values["store_deleted"], "copies": list(values["copies"]), "at": values["time"],
        "signature": "0x" + signature.hex(), "transaction": {"id": "1", "state": "received"},
    }  # fmt: skip


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> StubContext:
    monkeypatch.setattr(StubContext, "meta", SimpleNamespace(chain_id=CHAIN_ID, relay=RELAY.address))
    return StubContext(KEYS)


def test_the_relays_receipt_is_believed(context: StubContext) -> None:
    assert receipts.checked(context, RECORD, receipt()).copies == ("what readers opened",)
    assert not receipts.checked(context, RECORD, receipt(store_deleted=False)).store_deleted


@pytest.mark.parametrize(
    "answer",
    [
        receipt(OTHER),
        receipt(record=bytes(32)),
        receipt(cid="bafkreigh2akiscaildc"),
        receipt(envelope_deleted=False),
        receipt() | {"store_deleted": False},
        receipt() | {"copies": []},
        receipt() | {"at": 8},
        receipt() | {"signature": "0x"},
        receipt() | {"signature": "0x" + "00" * 65},
        receipt() | {"copies": None},
        receipt() | {"record": 5},
        {},
        None,
    ],
)
def test_a_forged_or_foreign_receipt_is_not_believed(context: StubContext, answer: Any) -> None:
    with pytest.raises(BadReceipt):
        receipts.checked(context, RECORD, answer)


def test_without_a_known_relay_no_receipt_counts(context: StubContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StubContext, "meta", SimpleNamespace(chain_id=CHAIN_ID, relay=None))
    with pytest.raises(BadReceipt):
        receipts.checked(context, RECORD, receipt())


def test_nobody_is_told_that_a_record_is_gone_without_a_receipt(
    context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "own_layers", lambda _: {RECORD.slot: "profile"})
    monkeypatch.setattr(StubContext, "contract_domain", lambda *_: off_chain_domain(CHAIN_ID))
    monkeypatch.setattr(StubContext, "nodes", SimpleNamespace(remove=lambda *_: None))
    context.platform.delete = lambda *_, **__: receipt(OTHER)  # type: ignore[attr-defined]
    with pytest.raises(BadReceipt):
        erasing.erase(context, RECORD, wait="received", timeout=1)
    # The removal is on its way all the same, so a missing record is explained.
    assert set(context.table("removing")) == {RECORD.name}

    context.platform.delete = lambda *_, **__: receipt()  # type: ignore[attr-defined]
    assert erasing.erase(context, RECORD, wait="received", timeout=1).at == 7
