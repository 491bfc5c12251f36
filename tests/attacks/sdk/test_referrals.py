"""Attacks through referrals: nobody is let in but whom the patient, the nodes and the proposer's own access allow."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts.bindings.messages import GrantKind, GrantOpening, SectionEpoch
from keymgmt.keys.derivation import WalletKeys
from keymgmt.node.errors import NotEnoughNodes, UnknownProfessional
from keymgmt.node.messages import ProfessionalStatement, grant_id
from medixain.core.errors import InvalidInput
from medixain.core.secp256k1 import WrongSigner
from medixain.core.typed_json import message_to_json
from medixain.sdk import grants, inbox, mail, referring
from medixain.sdk.errors import BeyondOwnAccess, NoStanding, NotAttested
from medixain.sdk.results import AccessShown, ReferralRow, RequestRow
from medixain.sdk.standing import mark_professional
from tests.attacks.sdk.stub import CHAIN_ID, StubContext

NOW = 1_790_000_000
UNTIL = NOW + 1000
RESULTS, ALLERGIES, MENTAL = "profile/results", "profile/allergies", "profile/mental-health"


class Person(StubContext):
    """Somebody with a wallet and two inboxes."""

    def now(self) -> int:
        return NOW


@dataclass
class World:
    """Four wallets, what the nodes attest of professionals, and the messages that lie in inboxes."""

    patient: Person
    holt: Person
    shah: Person
    crook: Person
    attested: dict[str, ProfessionalStatement] = field(default_factory=dict)
    messages: dict[str, list[mail.Message]] = field(default_factory=dict)
    full: set[str] = field(default_factory=set)

    def admit(self, who: Person, **changes: Any) -> None:
        """Let the nodes attest a professional."""
        values: dict[str, Any] = {
            "chain_id": CHAIN_ID, "wallet": who.professional.address, "signing_key": who.keys.wallet.address,
            "umbral_key": bytes(who.keys.exchange.public_key), "institution": "0x" + "ab" * 20,
            "institution_key": "0x" + "ab" * 20, "institution_profile": bytes(32), "level": 3,
            "authorised": True, "final_height": 1, "final_hash": bytes(32), "node_time": NOW,
        }  # fmt: skip
        self.attested[who.professional.address] = ProfessionalStatement(**(values | changes))
        mark_professional(who)

    def give(self, who: Person, *sections: str, expiry: int = UNTIL) -> None:
        """A grant of the patient to a professional, in both homes' memory."""
        keys = self.patient.keys
        tags = {keys.section_tag("profile", name): name for name in (text.split("/")[1] for text in sections)}
        opening = GrantOpening(
            slot=keys.slot_id("profile"), grantee=who.professional.address,
            grantee_key=bytes(who.keys.exchange.public_key), kind=GrantKind.SECTIONS, records=(),
            sections=tuple(SectionEpoch(tag, 1) for tag in tags), purpose="care", expiry=expiry, node_set=1,
            salt=secrets.token_bytes(32),
        )  # fmt: skip
        name = "0x" + grant_id(opening).hex()
        row = {"opening": message_to_json(opening), "layer": "profile"}
        with self.patient.changing("given") as given:
            given[name] = row
        with who.changing("received") as received:
            sections_row = {"0x" + tag.hex(): section for tag, section in tags.items()}
            received[name] = {**row, "wallet": keys.wallet_id, "sections": sections_row}

    def propose(self, who: Person, colleague: Person, *sections: str, **more: Any) -> Any:
        """What an honest client does."""
        wish: dict[str, Any] = {"reason": "A second look", "append": False, "purpose": "care", "until": UNTIL} | more
        return grants.propose(who, self.patient.keys.wallet_id, colleague.professional.address, sections, **wish)

    def force(self, who: Person, colleague: Person, *sections: str, by: Person | None = None) -> None:
        """What a client does that checks nothing: the message is there; ``by`` signs instead of the one it names."""
        held = frozenset(sections)
        wish: dict[str, Any] = {"reason": "Trust me", "append": False, "purpose": "care", "until": UNTIL, "held": held}
        liar = Person(who.keys)
        liar.professional = type(who.professional)((by or who).keys.wallet, who.professional.address)
        patient, other = self.patient.keys.wallet_id, colleague.professional.address
        self.attested.setdefault(other, self.attested[self.shah.professional.address])
        referring.propose(liar, patient, other, sections, **wish)

    def ask(self, who: Person, *, by: Person | None = None) -> None:
        """A request for adding results; ``by`` names pseudonyms of its own in it, and signs in the place of ``who``."""
        asking = Person((by or who).keys)
        asking.professional = type(who.professional)((by or who).keys.wallet, who.professional.address)
        patient = self.patient.keys.wallet_id
        grants.request(asking, patient, [RESULTS], append=True, purpose="care", until=UNTIL)

    def named(self, who: Person) -> dict[str, str]:
        """Under which pseudonyms the patient would let a professional add records."""
        return grants.authors_of(self.patient, who.professional.address)

    def requests(self) -> tuple[RequestRow, ...]:
        """What the patient is shown."""
        return self.shown(self.patient).requests

    def shown(self, who: Person) -> AccessShown:
        """What a home shows."""
        return grants.show(who)

    def referral(self, who: Person) -> ReferralRow:
        """The one referral that ``who`` sent."""
        (row,) = self.shown(who).referrals
        return row


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    patient, holt, shah, crook = (Person(WalletKeys(bytes([number]) * 32)) for number in range(1, 5))
    found = World(patient, holt, shah, crook)
    for one in (holt, shah):
        found.admit(one)

    def attested(_: Any, wallet: str) -> ProfessionalStatement:
        if wallet not in found.attested:
            raise UnknownProfessional
        if not found.attested[wallet].authorised:
            raise NotAttested("not now")
        return found.attested[wallet]

    def send(_: Any, *, to: str, key: Any, kind: str, document: Any, by: Any, reply_to: Any = None) -> str:
        waiting = found.messages.setdefault(to, [])
        waiting.append(mail.Message(f"{to}-{len(waiting)}", by.address, kind, document, NOW))
        return waiting[-1].id

    def forget(_: Any, by: Any, message: str) -> None:
        found.messages[by.address] = [one for one in found.messages[by.address] if one.id != message]

    class Card:
        wallet = patient.keys.wallet_id
        account = patient.account.address
        exchange_key = None

    for module in (grants, referring, inbox):
        monkeypatch.setattr(module, "attested_professional", attested)
    monkeypatch.setattr(grants, "withdrawn_ids", lambda *_: set())
    monkeypatch.setattr(mail, "send", send)
    monkeypatch.setattr(mail, "forget", forget)
    monkeypatch.setattr(mail, "inbox", lambda _, by, __: list(found.messages.get(by.address, ())))
    monkeypatch.setattr(mail, "find_wallet", lambda *_: Card)
    return found


def agree(world: World, request: str, **wish: Any) -> Any:
    """The patient's yes, as far as it can go without a chain: what would be issued."""
    issued: list[Any] = []

    class Stop(Exception):
        pass

    def items(_: Any, records: Any, sections: Any) -> Any:
        issued.extend(sections)
        raise Stop

    choice: dict[str, Any] = {"records": [], "sections": [], "append": False, "purpose": None, "expiry": None} | wish
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grants, "items_of", items)
        with pytest.raises(Stop):
            grants.grant(world.patient, request, wait="final", timeout=1, **choice)
    return issued


# ---- the honest way -------------------------------------------------------------------------------------------------


def test_the_patient_sees_who_proposes_whom_and_why(world: World) -> None:
    world.give(world.holt, "profile/results", "profile/allergies")
    world.propose(world.holt, world.shah, RESULTS)
    (row,) = world.requests()
    assert row.referral is not None
    assert (row.professional, row.referral.colleague) == (
        world.holt.professional.address, world.shah.professional.address,
    )  # fmt: skip
    assert (row.sections, row.referral.reason, row.referral.beyond) == ((RESULTS,), "A second look", ())
    assert agree(world, row.request) == [RESULTS]


@pytest.mark.parametrize("answer", ["given", "declined"])
def test_the_proposer_learns_yes_or_no_and_nothing_else(world: World, answer: str) -> None:
    world.give(world.holt, "profile/results")
    world.propose(world.holt, world.shah, RESULTS)
    assert world.referral(world.holt).state == "waiting"
    request = grants.find_request(world.patient, world.requests()[0].request)
    assert request is not None
    assert referring.answer(world.patient, request, answer)
    (told,) = world.messages[world.holt.professional.address]
    assert set(told.document) == {"v", "kind", "nonce", "answer"}
    assert world.referral(world.holt).state == answer
    assert world.requests() == ()


def test_a_referral_that_nobody_answered_runs_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.give(world.holt, "profile/results")
    world.propose(world.holt, world.shah, RESULTS)
    monkeypatch.setattr(Person, "now", lambda _: UNTIL)
    assert world.referral(world.holt).state == "expired"


def test_declining_an_ordinary_request_tells_nobody(world: World) -> None:
    request = grants.request(
        world.holt, world.patient.keys.wallet_id, [RESULTS], append=True, purpose="care", until=None
    )
    assert not grants.decline(world.patient, request.request).told
    assert world.messages.get(world.holt.professional.address) is None
    assert world.requests() == ()


# ---- attacks --------------------------------------------------------------------------------------------------------


def test_nobody_proposes_a_wallet_that_no_institution_answers_for(world: World) -> None:
    world.give(world.holt, "profile/results")
    with pytest.raises(UnknownProfessional):
        world.propose(world.holt, world.crook, RESULTS)
    world.admit(world.crook, authorised=False)
    with pytest.raises(NotAttested):
        world.propose(world.holt, world.crook, RESULTS)


def test_a_client_that_does_not_check_gets_no_further_than_the_patient(world: World) -> None:
    world.give(world.holt, "profile/results")
    world.force(world.holt, world.crook, RESULTS)
    del world.attested[world.crook.professional.address]
    (row,) = world.requests()
    with pytest.raises(UnknownProfessional):
        grants.grant(
            world.patient, row.request, records=[], sections=[], append=False, purpose=None, expiry=None,
            wait="final", timeout=1,
        )  # fmt: skip


def test_a_forged_proposer_is_not_shown_and_not_believed(world: World) -> None:
    world.give(world.holt, "profile/results")
    world.force(world.holt, world.shah, RESULTS, by=world.crook)
    assert world.requests() == ()
    (message,) = world.messages[world.patient.account.address]
    with pytest.raises(WrongSigner):
        agree(world, message.id)


def test_a_letter_of_another_is_not_believed(world: World) -> None:
    """The request is by the one it names, the letter inside is not."""
    world.give(world.holt, "profile/results")
    world.force(world.holt, world.shah, RESULTS, by=world.crook)
    (forged,) = world.messages[world.patient.account.address]
    document = inbox.parse_request(forged.document, id="", received=0).document
    resigned = referring.sign_request({k: v for k, v in document.items() if k != "signature"}, world.holt.keys.wallet)
    world.messages[world.patient.account.address] = [mail.Message("x", forged.sender, "access-request", resigned, NOW)]
    assert world.requests() == ()


@pytest.mark.parametrize("how", ["never", "ended", "withdrawn", "suspended"])
def test_a_proposer_without_standing_is_refused(world: World, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how != "never":
        world.give(world.holt, "profile/results", expiry=NOW if how == "ended" else UNTIL)
    world.force(world.holt, world.shah, RESULTS)
    if how == "withdrawn":
        monkeypatch.setattr(
            grants, "withdrawn_ids", lambda context, _: {grant.id for grant in grants.given_grants(context)}
        )
    if how == "suspended":
        world.admit(world.holt, authorised=False)
    assert world.requests() == ()
    (message,) = world.messages[world.patient.account.address]
    with pytest.raises(NotAttested if how == "suspended" else NoStanding):
        agree(world, message.id, sections=[RESULTS])


def test_nobody_proposes_more_than_she_has(world: World) -> None:
    world.give(world.holt, "profile/results")
    with pytest.raises(BeyondOwnAccess):
        world.propose(world.holt, world.shah, RESULTS, MENTAL)
    world.force(world.holt, world.shah, RESULTS, MENTAL)
    (row,) = world.requests()
    assert row.referral is not None
    assert row.referral.beyond == (MENTAL,)
    assert agree(world, row.request) == [RESULTS]


def test_a_colleagues_access_gives_no_standing(world: World) -> None:
    world.give(world.shah, "profile/results")
    with pytest.raises(BeyondOwnAccess):
        world.propose(world.holt, world.shah, RESULTS)


def test_an_answered_referral_does_not_come_back(world: World) -> None:
    world.give(world.holt, "profile/results")
    world.propose(world.holt, world.shah, RESULTS)
    replayed = list(world.messages[world.patient.account.address])
    grants.decline(world.patient, replayed[0].id)
    world.messages[world.patient.account.address] = replayed
    assert world.requests() == ()


@pytest.mark.parametrize(
    "change", [{"nonce": "0x" + "00" * 32}, {"answer": "yes"}, {"answer": ["given"]}, {"nonce": []}]
)
def test_a_guessed_answer_changes_nothing(world: World, change: dict[str, Any]) -> None:
    world.give(world.holt, "profile/results")
    world.propose(world.holt, world.shah, RESULTS)
    (nonce,) = world.holt.table("referred")
    document = {"v": 1, "kind": "referral-answer", "nonce": nonce, "answer": "given"} | change
    world.messages[world.holt.professional.address] = [mail.Message("a", "0x", "notice", document, NOW)]
    assert world.referral(world.holt).state == "waiting"


def test_the_first_answer_stays(world: World) -> None:
    world.give(world.holt, "profile/results")
    world.propose(world.holt, world.shah, RESULTS)
    (nonce,) = world.holt.table("referred")
    world.messages[world.holt.professional.address] = [
        mail.Message(answer, "0x", "notice", {"v": 1, "kind": "referral-answer", "nonce": nonce, "answer": answer}, NOW)
        for answer in ("declined", "given")
    ]
    assert world.referral(world.holt).state == "declined"


def test_the_grantee_is_told_who_proposed_only_by_a_letter_to_her(world: World) -> None:
    world.give(world.holt, "profile/results")
    world.propose(world.holt, world.shah, RESULTS)
    letter = world.messages[world.patient.account.address][0].document["letter"]
    forged = {**letter, "reason": "Something else"}
    for carried, seen in ((letter, world.holt.professional.address), (forged, None), ("junk", None), (None, None)):
        assert received_letter(world, carried) == seen
    other = referring.sign_letter(
        {**{k: v for k, v in letter.items() if k != "signature"}, "colleague": "0x" + "12" * 20}, world.holt.keys.wallet
    )
    assert received_letter(world, other) is None


def received_letter(world: World, letter: Any) -> str | None:
    """Who proposed a grant that comes with ``letter``, as the grantee's home says."""
    world.shah.tables.clear()
    mark_professional(world.shah)
    world.give(world.shah, "profile/results")
    ((_, row),) = world.shah.tables.pop("received").items()
    document = {"v": 1, **row, "letter": letter}
    world.messages[world.shah.professional.address] = [mail.Message("g", "0x", "grant", document, NOW)]
    (grant,) = world.shown(world.shah).grants
    return grant.letter.referrer if grant.letter is not None else None


def test_nobody_signs_in_a_colleagues_name_unasked(world: World) -> None:
    """The pseudonym that may append is the colleague's own to name: a bare yes lets him read until he has."""
    world.give(world.holt, "profile/results")
    world.propose(world.holt, world.shah, RESULTS, append=True)
    (row,) = world.requests()
    assert row.append
    assert row.referral is not None
    assert not row.referral.signs
    grants.request(world.shah, world.patient.keys.wallet_id, [RESULTS], append=True, purpose="care", until=None)
    first, _ = world.requests()
    assert first.referral is not None
    assert first.referral.signs


@pytest.mark.parametrize("wish", [{"reason": "  "}, {"until": NOW}, {"reason": "x" * 4001}])
def test_a_referral_that_says_nothing_is_not_sent(world: World, wish: dict[str, Any]) -> None:
    world.give(world.holt, "profile/results")
    with pytest.raises(InvalidInput):
        world.propose(world.holt, world.shah, RESULTS, **wish)
    assert world.messages == {}


# ---- pseudonyms ----------------------------------------------------------------------------------------------------


def pseudonym(world: World, who: Person) -> str:
    return who.keys.author(world.patient.keys.wallet_id, "profile").address


def test_a_pseudonym_that_somebody_else_signed_for_is_not_hers(world: World) -> None:
    world.ask(world.holt)
    world.requests()
    world.ask(world.holt, by=world.crook)
    world.ask(world.shah, by=world.crook)
    world.requests()

    assert world.named(world.holt) == {"profile": pseudonym(world, world.holt)}
    assert world.named(world.shah) == {}


def test_a_pseudonym_counts_once_the_nodes_answer_and_attest_who_signed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering = inbox.attested_professional
    world.ask(world.holt)

    def down(*_: Any) -> Any:
        raise NotEnoughNodes(1, 3, {})

    monkeypatch.setattr(inbox, "attested_professional", down)
    assert [row.professional for row in world.requests()] == [world.holt.professional.address]
    assert world.named(world.holt) == {}

    monkeypatch.setattr(inbox, "attested_professional", answering)
    world.admit(world.holt, authorised=False)
    world.requests()
    assert world.named(world.holt) == {}

    world.admit(world.holt)
    world.requests()
    assert world.named(world.holt) == {"profile": pseudonym(world, world.holt)}
