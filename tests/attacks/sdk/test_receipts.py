"""A platform that says a record is erased must have signed so: a receipt that does not hold is never believed."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from medixain.core.eip712 import off_chain_domain
from medixain.sdk import erasing, receipts
from medixain.sdk.errors import BadReceipt
from tests.attacks.sdk.stub import StubContext
from tests.attacks.sdk.test_lying_platform import stored
from tests.vectors.receipts import make

KEYS = WalletKeys(bytes(range(32)))
RECORD = replace(stored(), id=make.RECORD, cid=make.CID)
VECTORS = json.loads(make.VECTORS.read_text(encoding="utf-8"))


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> StubContext:
    # The platform names another relay than the pinned one, which makes nothing valid.
    monkeypatch.setattr(StubContext, "meta", SimpleNamespace(chain_id=make.CHAIN_ID, relay=make.OTHER.address))
    monkeypatch.setattr(StubContext, "relay", make.RELAY.address)
    return StubContext(KEYS)


def test_the_vectors_are_those_that_are_made() -> None:
    assert VECTORS["cases"] == [{"answer": answer, "why": why} for answer, why in make.cases()]


@pytest.mark.parametrize("case", VECTORS["cases"])
def test_a_receipt_counts_or_is_refused_as_the_vector_says(context: StubContext, case: dict[str, Any]) -> None:
    if case["why"] is None:
        assert receipts.checked(context, RECORD, case["answer"]).copies == tuple(case["answer"]["copies"])
        return
    with pytest.raises(BadReceipt) as caught:
        receipts.checked(context, RECORD, case["answer"])
    assert caught.value.why == case["why"]


def test_without_a_known_relay_no_receipt_counts(context: StubContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StubContext, "relay", None)
    with pytest.raises(BadReceipt, match="names no relay"):
        receipts.checked(context, RECORD, make.receipt())


def test_nobody_is_told_that_a_record_is_gone_without_a_receipt(
    context: StubContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "own_layers", lambda _: {RECORD.slot: "profile"})
    monkeypatch.setattr(StubContext, "contract_domain", lambda *_: off_chain_domain(make.CHAIN_ID))
    monkeypatch.setattr(StubContext, "nodes", SimpleNamespace(remove=lambda *_: None))
    context.platform.delete = lambda *_, **__: make.receipt(make.OTHER)  # type: ignore[attr-defined]
    with pytest.raises(BadReceipt):
        erasing.erase(context, RECORD, wait="received", timeout=1)
    # The removal is on its way all the same, so a missing record is explained.
    assert set(context.table("removing")) == {RECORD.name}

    context.platform.delete = lambda *_, **__: make.receipt()  # type: ignore[attr-defined]
    assert erasing.erase(context, RECORD, wait="received", timeout=1).at == 1_795_000_000
