"""Messages reach the chain once, whatever happens to the platform or the chain on the way."""

import pytest
from django.conf import LazySettings
from django.test import Client

from contracts.bindings import messages as m
from contracts.bindings.contracts import Contracts
from contracts.bindings.sending import Sender
from keymgmt.keys.signing import SigningKey
from medixain.audit.services import audit_verify
from medixain.chainindex.chain import Chain, Receipt, get_chain, get_signer
from medixain.chainindex.errors import ChainUnavailable, SignerUnavailable
from medixain.chainindex.loop import chain_pass_once
from medixain.chainindex.models import Attempt, ChainEvent, Transaction, TransactionState
from medixain.chainindex.relay import Relay
from tests.conformance.contracts.chains import CHAIN_ID
from tests.conformance.contracts.consortium import RELAY
from tests.integration.api.chain import TestChain
from tests.integration.api.conftest import Settle
from tests.integration.api.people import Patient, signed, terms


def send(client: Client, body: object) -> Transaction:
    answer = client.post("/api/v1/transactions", body, content_type="application/json")
    assert answer.status_code == 202, answer.content
    return Transaction.objects.get(id=answer.json()["id"])


def state(row: Transaction) -> str:
    row.refresh_from_db()
    return row.state


def test_the_same_message_twice_is_one_row(patient: Patient, client: Client, settle: Settle) -> None:
    body = patient.author_right(SigningKey.random().address)
    first = send(client, body)
    assert send(client, body).id == first.id
    settle()
    assert send(client, body).id == first.id
    assert ChainEvent.objects.filter(name="AuthorSet", subject=patient.slot).count() == 1


def test_a_reorganisation_takes_a_message_back_and_it_lands_again(
    patient: Patient, client: Client, chain: TestChain
) -> None:
    author = SigningKey.random().address
    row = send(client, patient.author_right(author))
    chain_pass_once()
    chain.mine(2)
    chain_pass_once()
    assert state(row) == TransactionState.ANCHORED
    assert ChainEvent.objects.filter(name="AuthorSet", arguments__author=author).exists()
    chain.drop_blocks(2)
    chain_pass_once()
    assert state(row) == TransactionState.RECEIVED
    assert not ChainEvent.objects.filter(name="AuthorSet", arguments__author=author).exists()
    chain.mine()
    chain.finalise()
    chain_pass_once()
    assert state(row) == TransactionState.FINAL
    assert ChainEvent.objects.filter(name="AuthorSet", arguments__author=author, final=True).count() == 1
    audit_verify()


def test_a_crash_before_sending_resends_the_same_bytes(
    patient: Patient, client: Client, chain: TestChain, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    row = send(client, patient.author_right(SigningKey.random().address))
    with monkeypatch.context() as patched:
        patched.setattr("medixain.chainindex.chain.Chain.send", _crash)
        with pytest.raises(SystemExit):
            chain_pass_once()
    attempt = Attempt.objects.get(transaction=row)
    assert attempt.sent is None
    settle()
    assert state(row) == TransactionState.FINAL
    assert [found.tx_hash for found in row.deliveries.all()] == [attempt.tx_hash]


def _crash(*_: object) -> None:
    raise SystemExit


def test_a_nonce_used_by_somebody_else_is_replaced(
    patient: Patient, client: Client, chain: TestChain, settle: Settle
) -> None:
    row = send(client, patient.author_right(SigningKey.random().address))
    thief = patient.author_right(SigningKey.random().address)
    contracts = patient.contracts
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("medixain.chainindex.chain.Chain.send", lambda *_: None)
        chain_pass_once()
    nonce = Attempt.objects.get(transaction=row).account_nonce
    message = m.AuthorRight(slot=patient.slot, author=thief["message"]["author"], until=0, **terms())
    call = contracts.build_call(
        message, [contracts.record_registry.sign(message, patient.keys.slot("profile").secret_bytes())]
    )
    stolen = Sender(RELAY, CHAIN_ID).sign_call(to=call.to, data=call.data, nonce=nonce, gas=1_000_000)
    chain.web3.eth.send_raw_transaction(stolen.raw)
    chain.mine()
    settle()
    settle()
    assert state(row) == TransactionState.FINAL
    assert row.deliveries.count() == 2
    assert row.deliveries.filter(superseded=True).count() == 1


def test_a_block_that_lands_while_receipts_are_asked_for_costs_no_message_its_place(
    patient: Patient, client: Client, chain: TestChain, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [send(client, patient.author_right(SigningKey.random().address)) for _ in range(4)]
    offers: list[bytes] = []
    to_the_chain = Chain.send

    def all_but_the_last(this: Chain, raw: bytes) -> None:
        offers.append(raw)
        if len(offers) < len(rows):
            to_the_chain(this, raw)

    with monkeypatch.context() as patched:
        patched.setattr(Chain, "send", all_but_the_last)
        chain_pass_once()
    ask = Chain.receipt

    def then_mine(this: Chain, tx_hash: bytes) -> Receipt | None:
        answer = ask(this, tx_hash)
        if answer is None and tx_hash == Attempt.objects.get(transaction=rows[0]).tx_hash:
            chain.mine()
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(Chain, "receipt", then_mine)
        chain_pass_once()
    assert [state(row) for row in rows] == ["received", "anchored", "anchored", "received"]
    assert not Attempt.objects.filter(superseded=True).exists()
    # A node that restarts has lost its pool, so the last one is offered again.
    Attempt.objects.update(sent=None)
    settle()
    settle()
    assert {state(row) for row in rows} == {TransactionState.FINAL}


def test_an_attempt_given_up_by_mistake_is_taken_up_again(
    patient: Patient, client: Client, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = send(client, patient.author_right(SigningKey.random().address))
    with monkeypatch.context() as patched:
        patched.setattr(Chain, "send", lambda *_: None)
        chain_pass_once()
    # The same message, nonce and gas make the same transaction: signing is deterministic (RFC 6979).
    row.deliveries.update(superseded=True)
    settle()
    assert state(row) == TransactionState.FINAL
    assert row.deliveries.get().superseded is False


def test_the_index_follows_the_chain_while_the_relay_is_in_trouble(
    patient: Patient, client: Client, chain: TestChain, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = SigningKey.random().address
    row = send(client, patient.author_right(author))
    chain_pass_once()
    chain.mine()
    with monkeypatch.context() as patched:
        patched.setattr(Relay, "drain", _signer_is_away)
        with pytest.raises(SignerUnavailable):
            chain_pass_once()
    assert ChainEvent.objects.filter(name="AuthorSet", arguments__author=author).exists()
    assert state(row) == TransactionState.RECEIVED
    settle()
    assert state(row) == TransactionState.FINAL


def _signer_is_away(*_: object) -> None:
    raise SignerUnavailable("for the test")


def test_a_message_that_another_relay_delivered_counts_as_delivered(
    patient: Patient, client: Client, chain: TestChain, contracts: Contracts, settle: Settle
) -> None:
    message = m.AuthorRight(slot=patient.slot, author=SigningKey.random().address, until=0, **terms())
    key = patient.keys.slot("profile")
    row = send(client, signed(contracts, "RecordRegistry", "setAuthor", message, key))
    call = contracts.build_call(message, [key.sign(contracts.record_registry.domain, message)])
    nonce = chain.web3.eth.get_transaction_count(chain.web3.to_checksum_address(RELAY.address))
    other = Sender(RELAY, CHAIN_ID).sign_call(to=call.to, data=call.data, nonce=nonce, gas=1_000_000)
    chain.web3.eth.send_raw_transaction(other.raw)
    chain.mine()
    settle()
    assert state(row) == TransactionState.FINAL
    assert not row.deliveries.exists()


def test_messages_that_build_on_each_other_go_out_together_in_order(
    contracts: Contracts, client: Client, settle: Settle
) -> None:
    patient = Patient(contracts)
    assert client.post("/api/v1/accounts", patient.account_body(), content_type="application/json").status_code == 201
    # The slot is not on the chain yet: the right is taken in because its opening is on the way.
    row = send(client, patient.author_right(SigningKey.random().address))
    settle()
    assert state(row) == TransactionState.FINAL
    blocks = set(Transaction.objects.filter(subject=patient.slot).values_list("block_number", flat=True))
    assert len(blocks) == 1


def test_a_revert_is_a_clear_problem_and_leaves_no_row(patient: Patient, client: Client, contracts: Contracts) -> None:
    before = Transaction.objects.count()
    message = m.Removal(slot=patient.slot, record=b"\x07" * 32, **terms())
    body = signed(contracts, "RecordRegistry", "remove", message, patient.keys.slot("profile"))
    answer = client.post("/api/v1/transactions", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown-record")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["revert"]["name"] == "UnknownRecord"
    right = m.AuthorRight(slot=patient.slot, author=patient.account, until=1, **terms())
    stranger = signed(contracts, "RecordRegistry", "setAuthor", right, SigningKey.random())
    assert client.post("/api/v1/transactions", stranger, content_type="application/json").json()["code"] == "bad-signer"
    assert Transaction.objects.count() == before


def withdrawal(patient: Patient, grants: int) -> dict[str, object]:
    ids = tuple(number.to_bytes(32, "big") for number in range(grants))
    message = m.Withdrawal(slot=patient.slot, grant_ids=ids, **terms())
    return signed(patient.contracts, "AccessGrants", "withdraw", message, patient.keys.slot("profile"))


def test_a_message_that_needs_more_gas_than_the_relay_may_use_is_refused_at_once(
    patient: Patient, client: Client, settings: LazySettings
) -> None:
    settings.RELAY_MAX_GAS = 1_000_000
    before = Transaction.objects.count()
    answer = client.post("/api/v1/transactions", withdrawal(patient, 40), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "out-of-gas")
    assert Transaction.objects.count() == before


def test_a_message_that_has_come_to_need_too_much_gas_holds_nobody_up(
    patient: Patient, client: Client, settle: Settle, settings: LazySettings
) -> None:
    heavy = send(client, withdrawal(patient, 40))
    other = send(client, patient.author_right(SigningKey.random().address))
    settings.RELAY_MAX_GAS = 1_000_000
    settle()
    assert (state(heavy), state(other)) == (TransactionState.FAILED, TransactionState.FINAL)
    assert heavy.error_code == "out-of-gas"


@pytest.mark.parametrize(
    ("contract", "function"), [("AccessLog", "commitRoot"), ("WalletRegistry", "completeRecovery"), ("Evil", "drain")]
)
def test_only_functions_of_the_list_are_relayed(client: Client, chain: TestChain, contract: str, function: str) -> None:
    body = {"contract": contract, "function": function, "message": {}, "signatures": ["0x" + "00" * 65]}
    answer = client.post("/api/v1/transactions", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "function-not-relayed")


def test_a_chain_that_does_not_answer_delays_and_loses_nothing(
    patient: Patient, client: Client, chain: TestChain, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = send(client, patient.author_right(SigningKey.random().address))
    with monkeypatch.context() as patched:
        patched.setattr("medixain.chainindex.chain.Chain.transaction_count", _unavailable)
        with pytest.raises(ChainUnavailable):
            chain_pass_once()
    assert state(row) == TransactionState.RECEIVED
    settle()
    assert state(row) == TransactionState.FINAL


def _unavailable(*_: object) -> int:
    raise ChainUnavailable("for the test")


def test_a_pass_with_nothing_to_do_does_nothing(patient: Patient, chain: TestChain) -> None:
    signer = get_signer()
    assert signer is not None
    assert not Relay(get_chain(), signer).drain()
