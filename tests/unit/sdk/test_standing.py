"""A patient's wallet id is not told to the platform or, when a wallet comes back, linked to its slot by who asks."""

from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.keys.derivation import WalletKeys
from keymgmt.node.errors import UnknownProfessional
from medixain.core.eip712 import off_chain_domain
from medixain.sdk import inbox, mail
from medixain.sdk.context import Context
from medixain.sdk.standing import is_professional, mark_professional, recognise_professional
from tests.attacks.sdk.stub import CHAIN_ID, StubContext

KEYS = WalletKeys(bytes(range(32)))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """In whose name inboxes were asked for."""
    asked: list[str] = []

    def opened(_: Context, by: Any, *__: Any) -> list[mail.Message]:
        asked.append(by.address)
        return []

    monkeypatch.setattr(mail, "inbox", opened)
    return asked


def test_a_patient_reads_the_inbox_of_the_account_only(asked: list[str]) -> None:
    inbox.sync(StubContext(KEYS))
    assert asked == [KEYS.slot_id("account")]


def test_a_professional_also_reads_the_inbox_of_the_wallet(asked: list[str]) -> None:
    context = StubContext(KEYS)
    mark_professional(context)
    inbox.sync(context)
    assert asked == [KEYS.slot_id("account"), KEYS.wallet_id]


@pytest.mark.parametrize("registered", [True, False])
def test_a_wallet_that_comes_back_learns_what_it_is_without_saying_who_asks(
    registered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def professional(wallet: str, *, signer: Any) -> Any:
        assert wallet == KEYS.wallet_id
        signers.append(signer)
        if not registered:
            raise UnknownProfessional
        return SimpleNamespace()

    signers: list[Any] = []
    keys: list[Any] = []
    monkeypatch.setattr(StubContext, "nodes", SimpleNamespace(professional=professional))
    monkeypatch.setattr(StubContext, "off_chain", off_chain_domain(CHAIN_ID))
    monkeypatch.setattr(StubContext, "node_signer", lambda _, key: keys.append(key))
    context = StubContext(KEYS)
    recognise_professional(context)
    assert is_professional(context) == registered
    assert len(signers) == len(keys) == 1
    own = {KEYS.wallet.address, KEYS.wallet_id, *(KEYS.slot_id(layer) for layer in ("account", "profile"))}
    assert keys[0].address not in own
