"""An institution publishes a care team; the chain holds a hash under a rising version, and nobody else changes it."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.test import Client

from contracts.bindings import messages as m
from contracts.bindings.contracts import Contracts
from keymgmt.keys.messages import CareTeam
from keymgmt.keys.signing import SigningKey
from medixain.core.eip712 import hash_struct, off_chain_domain
from medixain.core.typed_json import message_to_json
from tests.conformance.contracts.consortium import INSTITUTION_NAMES, key_of
from tests.integration.api.conftest import Settle
from tests.integration.api.people import Device, Patient, hexed, signed, terms

MEMBERS = tuple(sorted((SigningKey.random().address for _ in range(3)), key=str.lower))


class House:
    """An institution's desk, and the team whose slot it opens."""

    def __init__(self, contracts: Contracts, number: int) -> None:
        self.contracts = contracts
        self.key = SigningKey(key_of(INSTITUTION_NAMES[number]))
        self.device = Device(self.key)
        self.first = SigningKey.random()

    @property
    def team(self) -> str:
        return self.first.address

    def document(self, **changes: Any) -> CareTeam:
        message = CareTeam(self.team, self.key.address, "Ward 3", MEMBERS[:2], 1, secrets.token_bytes(32))
        return replace(message, **changes)

    def opening(self) -> list[Any]:
        commitment, key = secrets.token_bytes(32), self.first.public_key
        opened = m.SlotOpening(self.team, commitment, key, **terms())
        handed = m.KeyRotation(self.team, self.key.address, key, **terms())
        return [
            signed(self.contracts, "WalletRegistry", "openSlot", opened, self.first),
            signed(self.contracts, "WalletRegistry", "rotateKey", handed, self.first),
        ]

    def on_chain(self, message: CareTeam, by: SigningKey | None = None) -> Any:
        document = m.Document(message.team, m.DocumentKind.KEYSET, message.version, hash_struct(message), **terms())
        return signed(self.contracts, "WalletRegistry", "setDocument", document, by or self.key)

    def body(self, message: CareTeam, transactions: Sequence[Any], by: SigningKey | None = None) -> Any:
        domain = off_chain_domain(self.contracts.wallet_registry.domain.chain_id)
        return {
            "document": message_to_json(message), "signature": hexed((by or self.key).sign(domain, message)),
            "transactions": list(transactions),
        }  # fmt: skip

    def put(self, message: CareTeam, transactions: Sequence[Any], by: SigningKey | None = None) -> Any:
        return self.device.put(f"/teams/{message.team}", self.body(message, transactions, by))

    def publish(self, message: CareTeam) -> Any:
        first = self.opening() if message.version == 1 else []
        return self.put(message, [*first, self.on_chain(message)])


def test_a_team_is_published_changed_and_dissolved_and_patients_read_it(
    contracts: Contracts, patient: Patient, settle: Settle
) -> None:
    house = House(contracts, 0)
    first = house.document()
    answer = house.publish(first)
    assert answer.status_code == 202, answer.content
    settle()
    document = contracts.wallet_registry.document(house.team, m.DocumentKind.KEYSET)
    assert (document.version, document.hash) == (1, hash_struct(first))
    assert contracts.wallet_registry.key_of(house.team) == house.key.address
    second = house.document(version=2, members=MEMBERS)
    assert house.publish(second).status_code == 202
    settle()
    [row] = patient.device.get(f"/institutions/{house.key.address}/teams").json()["teams"]
    assert (row["team"], row["version"], row["document"]) == (house.team, 2, message_to_json(second))
    assert patient.device.get(f"/teams/{house.team}").json()["version"] == 2
    # A device that still holds the nodes' word on the version before needs that one.
    assert patient.device.get(f"/teams/{house.team}?version=1").json()["document"] == message_to_json(first)
    assert patient.device.get(f"/teams/{house.team}?version=x").status_code == 400
    assert house.publish(house.document(version=3, members=())).status_code == 202
    settle()
    assert patient.device.get(f"/institutions/{house.key.address}/teams").json() == {"teams": []}
    assert patient.device.get(f"/teams/{house.team}").json()["document"]["members"] == []


def test_the_same_publication_again_is_one_and_another_under_its_version_is_refused(
    contracts: Contracts, settle: Settle
) -> None:
    house = House(contracts, 0)
    first = house.document()
    answers = [house.publish(first) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["transaction"]["id"] == answers[1].json()["transaction"]["id"]
    settle()
    other = house.document(members=MEMBERS)
    assert house.put(other, [house.on_chain(other)]).status_code == 409


def test_only_its_institution_publishes_a_team_and_only_as_it_signed_it(contracts: Contracts, settle: Settle) -> None:
    house, other = House(contracts, 0), House(contracts, 1)
    message = house.document()
    transactions = [*house.opening(), house.on_chain(message)]
    assert other.put(message, transactions, house.key).json()["code"] == "not-permitted"
    assert house.put(message, transactions, other.key).json()["code"] == "bad-signature"
    assert house.put(replace(message, members=MEMBERS), transactions).status_code == 400
    assert house.put(replace(message, members=tuple(reversed(MEMBERS))), transactions).status_code == 400
    assert house.put(message, transactions[:-1]).status_code == 400
    assert house.put(message, []).status_code == 400
    elsewhere = house.document(team=other.team)
    assert house.device.put(f"/teams/{house.team}", house.body(elsewhere, transactions)).status_code == 400
    # Nor can another institution put its own hash into the slot, or its own document beside it.
    assert house.put(message, transactions).status_code == 202
    settle()
    theirs = replace(message, institution=other.key.address, version=2)
    assert other.put(theirs, [other.on_chain(theirs)]).status_code == 409
    document = other.on_chain(theirs)
    assert other.device.post("/transactions", document).json()["code"] == "bad-signer"


def test_who_is_not_signed_in_reads_no_team(contracts: Contracts, settle: Settle) -> None:
    house = House(contracts, 0)
    assert house.publish(house.document()).status_code == 202
    settle()
    assert Client().get(f"/api/v1/teams/{house.team}").status_code == 401
    assert Client().get(f"/api/v1/institutions/{house.key.address}/teams").status_code == 401
    assert house.device.get(f"/teams/{SigningKey.random().address}").status_code == 404


def test_an_institutions_new_key_takes_over_its_teams(contracts: Contracts, settle: Settle) -> None:
    """The old key signs one message more for each team; id and members stay, and the new key publishes from then on."""
    house = House(contracts, 4)
    assert house.publish(house.document()).status_code == 202
    settle()
    old, new = house.key, SigningKey.random()
    rotated = m.InstitutionKey(old.address, new.address, **terms())
    sent = house.device.post(
        "/transactions", signed(contracts, "InstitutionRegistry", "rotateInstitutionKey", rotated, old)
    )
    assert sent.status_code == 202, sent.content
    settle()
    house.key, house.device = new, Device(new, old.address)
    second = house.document(institution=old.address, version=2)
    assert house.put(second, [house.on_chain(second)]).json()["code"] == "bad-signer"
    handed = m.KeyRotation(house.team, new.address, house.first.public_key, **terms())
    handing_over = signed(contracts, "WalletRegistry", "rotateKey", handed, old)
    assert house.put(second, [handing_over, house.on_chain(second)]).status_code == 202
    settle()
    assert contracts.wallet_registry.key_of(house.team) == new.address
    assert contracts.wallet_registry.document(house.team, m.DocumentKind.KEYSET).version == 2
    third = house.document(institution=old.address, version=3, members=MEMBERS)
    assert house.put(third, [house.on_chain(third)]).status_code == 202
    settle()
    fourth = replace(third, version=4)
    assert house.put(fourth, [house.on_chain(fourth, old)]).json()["code"] == "bad-signer"
