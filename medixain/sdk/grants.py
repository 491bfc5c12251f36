"""Giving access: request, grant, list (ARCHITECTURE.md, "grant"; promises C10-C12)."""

import base64
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from contracts.bindings.messages import AuthorRight, Grant, GrantKind, GrantOpening, SectionEpoch
from keymgmt.keys.introduction import introduce
from keymgmt.keys.layers import layer_of
from keymgmt.node.messages import DepositContent, DepositedKey, ProfessionalStatement, grant_id
from keymgmt.node.wire import from_json
from keymgmt.pre import PublicKey, SecretKey, make_kfrags
from medixain.core.addresses import InvalidAddress, to_address
from medixain.core.errors import InvalidInput
from medixain.core.typed_json import message_to_json
from medixain.sdk import inbox, mail, referring
from medixain.sdk.access_request import Request, parse_letter, sign_request, verify_request
from medixain.sdk.context import Context
from medixain.sdk.errors import NoIntroduction, NoStanding, NotFound
from medixain.sdk.results import (
    AccessDeclined,
    AccessGranted,
    AccessProposed,
    AccessRequested,
    AccessShown,
    GrantRow,
    LetterShown,
    ReferralShown,
    RequestRow,
)
from medixain.sdk.slots import attested as attested_state
from medixain.sdk.slots import attested_professional, history, own_keyset
from medixain.sdk.stored import fetch, own_layers, own_record_key, record_id, split_section
from medixain.sdk.transactions import Handed, hand_in, require_wait, sign, stamp, wait_for

DEFAULT_DURATION: Final = 90 * 24 * 3600
"""Seconds a grant lasts when neither request nor patient says how long."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a grant opens: a record or a section epoch, and the secret key that delegates it."""

    record: bytes | None
    section: SectionEpoch | None
    delegating: SecretKey


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be given, whoever gets it: items by layer, ``sections`` as people write them, why, until when."""

    items: Mapping[str, Sequence[Item]]
    sections: tuple[str, ...]
    purpose: str
    expiry: int


@dataclass(frozen=True, slots=True)
class Issued:
    """A grant on its way to the chain, and which nodes have its keys already."""

    id: bytes
    opening: GrantOpening
    layer: str
    nodes: tuple[str, ...]
    waiting: tuple[str, ...]
    transaction: Handed


# ---- asking --------------------------------------------------------------------------------------------------------


def request(
    context: Context, wallet: str, sections: Sequence[str], *, append: bool, purpose: str, until: int | None
) -> AccessRequested:
    """Leave a signed request in the patient's inbox; it names this professional's pseudonyms for appending."""
    if not sections:
        raise InvalidInput("Name at least one section to ask for, such as profile/documents.", field="section")
    wished = [split_section(section) for section in sections]
    layers = sorted({layer for layer, _ in wished})
    me = context.professional
    card = mail.find_wallet(context, wallet)
    document = {
        "v": 1,
        "wallet": card.wallet,
        "professional": me.address,
        "layers": layers,
        "sections": ["/".join(pair) for pair in wished],
        "append": append,
        "purpose": purpose,
        "until": until if until is not None else context.now() + DEFAULT_DURATION,
        "authors": {layer: context.keys.author(card.wallet, layer).address for layer in layers},
    }
    signed = sign_request(document, me.signer)
    message = mail.send(context, to=card.account, key=card.exchange_key, kind="access-request", document=signed, by=me)
    return AccessRequested(message, card.wallet)


# ---- granting ------------------------------------------------------------------------------------------------------


def grant(
    context: Context,
    who: str,
    *,
    records: Sequence[str],
    sections: Sequence[str],
    append: bool,
    purpose: str | None,
    expiry: int | None,
    wait: str,
    timeout: int,
) -> AccessGranted:
    """Share records or sections with a professional, or answer a request; one grant per layer.

    Everything is encrypted to the key that m nodes attest for the professional. Raises ``NotAttested`` and whatever
    the contract refuses.
    """
    require_wait(wait)
    asked = find_request(context, who)
    sender = _verified_sender(context, asked) if asked is not None else None
    if asked is not None and not records and not sections:
        sections = _asked_sections(context, asked)
        append = append or (asked.append and (asked.letter is None or _signs(context, asked.grantee, sections)))
    if not records and not sections:
        raise InvalidInput("Name a record or a section to share, or give the id of a request.", field="who")
    grantee = asked.grantee if asked is not None else to_address(who)
    professional = sender if sender and sender.wallet == grantee else attested_professional(context, grantee)
    until = expiry if expiry is not None else asked.until if asked is not None else context.now() + DEFAULT_DURATION
    if until <= context.now():
        raise InvalidInput("The access would end before it begins; give a later time.", field="until")
    why = purpose if purpose is not None else asked.purpose if asked is not None else "care"
    authors = (asked.authors if asked is not None and asked.authors else authors_of(context, grantee)) if append else {}
    letter = asked.letter.document if asked is not None and asked.letter is not None else None
    wish = Wish(items_of(context, records, sections), tuple(sections), purpose=why, expiry=until)
    issued, transactions = give(context, professional, wish, append=append, authors=authors, letter=letter)
    state = wait_for(context, transactions, wait, timeout)
    if asked is not None:
        referring.answer(context, asked, "given")
    named = context.meta.node_set.named
    return AccessGranted(
        grant="0x" + issued[0].id.hex(),
        grants=tuple("0x" + one.id.hex() for one in issued),
        grantee=grantee,
        expiry=until,
        nodes=named({node for one in issued for node in one.nodes}),
        waiting_nodes=named({node for one in issued for node in one.waiting}),
        state=state,
    )


def give(
    context: Context,
    professional: ProfessionalStatement,
    wish: Wish,
    *,
    append: bool = False,
    authors: Mapping[str, str] | None = None,
    letter: dict[str, Any] | None = None,
    team: str | None = None,
) -> tuple[list[Issued], list[Handed]]:
    """Give one professional what ``wish`` says: a grant and, for sections, an introduction of each layer."""
    issued: list[Issued] = []
    transactions: list[Handed] = []
    for layer, items in wish.items.items():
        one = issue(
            context, layer, professional, items, purpose=wish.purpose, expiry=wish.expiry, letter=letter, team=team
        )
        issued.append(one)
        transactions.append(one.transaction)
        names = [name for wished, name in map(split_section, wish.sections) if wished == layer]
        if names:
            transactions += _introduce(
                context, layer, professional, names, append=append, authors=authors or {}, until=wish.expiry
            )
    return issued, transactions


def decline(context: Context, request: str) -> AccessDeclined:
    """Refuse a request: it is deleted. Only who wrote a referral is told, and no reason. Raises :class:`NotFound`."""
    asked = find_request(context, request)
    if asked is None:
        raise NotFound("request", request)
    return AccessDeclined(asked.id, referring.answer(context, asked, "declined"))


def _verified_sender(context: Context, asked: Request) -> ProfessionalStatement:
    """Return who sent a request, its signatures checked; raises a ``SignatureError``, NotAttested or NoStanding."""
    sender = attested_professional(context, asked.professional)
    verify_request(asked, sender.signing_key)
    if asked.letter is not None and not _held_by(context, sender.wallet):
        raise NoStanding(sender.wallet)
    return sender


def _asked_sections(context: Context, asked: Request) -> Sequence[str]:
    """What a bare yes opens: whoever asks for herself may name any section; a referral, what its writer can see."""
    if asked.letter is None:
        return asked.sections
    held = _held_by(context, asked.letter.referrer)
    return [section for section in asked.sections if section in held]


def _held_by(context: Context, professional: str) -> frozenset[str]:
    """Return the sections that this wallet opens to a professional now."""
    return referring.open_sections(_given_rows(context), "given", professional)


def authors_of(context: Context, grantee: str) -> dict[str, str]:
    """Return the pseudonyms, by layer, under which a professional once asked to append: only hers to name (ADR 5)."""
    found: dict[str, str] = context.table("authors").get(grantee, {})
    return found


def _signs(context: Context, grantee: str, sections: Sequence[str]) -> bool:
    return {split_section(section)[0] for section in sections} <= set(authors_of(context, grantee))


def find_request(context: Context, who: str) -> Request | None:
    """The request called ``who``, None when it is an address instead; raises :class:`NotFound`."""
    waiting = inbox.sync(context)
    found = next((one for one in waiting if one.id == who), None)
    if found is None:
        try:
            to_address(who)
        except InvalidAddress as error:
            raise NotFound("request", who) from error
    return found


def items_of(context: Context, records: Sequence[str], sections: Sequence[str]) -> dict[str, list[Item]]:
    """What is to be opened, by layer: a grant is of one slot."""
    if records and sections:
        raise InvalidInput("Share records and sections in two grants; one grant is of one kind.", field="records")
    items: dict[str, list[Item]] = {}
    layers = own_layers(context.keys)
    for text in dict.fromkeys(records):
        stored = fetch(context, record_id(text), context.account)
        if stored.slot not in layers:
            raise NotFound("record of yours", text)
        secret = own_record_key(context.keys, stored)
        items.setdefault(layers[stored.slot], []).append(Item(stored.id, None, secret))
    for layer, section in dict.fromkeys(map(split_section, sections)):
        items.setdefault(layer, []).append(section_item(context, layer, section))
    return items


def section_item(context: Context, layer: str, section: str) -> Item:
    """Return a section in its live epoch as something to open."""
    live = own_keyset(context, layer).live(context.keys.section_tag(layer, section))
    return Item(None, SectionEpoch(live.tag, live.epoch), context.keys.section_key(layer, section, live.epoch))


def issue(
    context: Context,
    layer: str,
    professional: ProfessionalStatement,
    items: Sequence[Item],
    *,
    purpose: str,
    expiry: int,
    letter: dict[str, Any] | None = None,
    team: str | None = None,
) -> Issued:
    """Put one grant on chain, leave its kfrags with the nodes, tell the grantee (with the letter of who proposed it),
    remember it, and through which care team it was given.
    """
    node_set = context.meta.node_set
    opening = GrantOpening(
        slot=context.keys.slot_id(layer),
        grantee=professional.wallet,
        grantee_key=professional.umbral_key,
        kind=GrantKind.RECORDS if items[0].record is not None else GrantKind.SECTIONS,
        records=tuple(item.record for item in items if item.record is not None),
        sections=tuple(item.section for item in items if item.section is not None),
        purpose=purpose,
        expiry=expiry,
        node_set=node_set.version,
        salt=secrets.token_bytes(32),
    )
    identifier = grant_id(opening)
    message = Grant(opening.slot, identifier, expiry, node_set.version, **stamp(context))
    transaction = hand_in(context, sign(context, "AccessGrants", "grant", message, context.keys.slot(layer)))
    # Remembered before the keys go out: what was given must be possible to withdraw after any crash.
    _remember(context, identifier, opening, layer, team)
    delivery = context.nodes.deposit(
        deposits(context, layer, opening, items), signer=context.node_signer(context.keys.slot(layer))
    )
    for node, blob in delivery.sealed.items():
        encoded = base64.b64encode(blob).decode("ascii")
        context.api.post("/node-deposits", {"node": node, "blob": encoded}, by=context.account)
    refused = set(delivery.failed) - set(delivery.sealed)
    if len(delivery.taken) + len(delivery.sealed) < node_set.threshold and refused:
        raise next(error for node, error in delivery.failed.items() if node in refused)
    _tell(context, professional, opening, layer, letter)
    return Issued(identifier, opening, layer, delivery.taken, tuple(delivery.sealed), transaction)


def deposits(
    context: Context, layer: str, opening: GrantOpening, items: Sequence[Item]
) -> Mapping[str, DepositContent]:
    """Return each node's kfrags: m of the n open, and each signs owner's and grantee's keys."""
    node_set = context.meta.node_set
    receiving = PublicKey(opening.grantee_key)
    signer = context.keys.pre_signer(layer)
    count = len(node_set.nodes)
    fragments = [
        make_kfrags(item.delegating, receiving, signer, threshold=node_set.threshold, shares=count) for item in items
    ]
    contents = {}
    for place, node in enumerate(node_set.nodes):
        keys = tuple(
            DepositedKey(bytes(item.delegating.public_key), bytes(kfrags[place]))
            for item, kfrags in zip(items, fragments, strict=True)
        )
        contents[node.address] = DepositContent(opening, keys)
    return contents


def _remember(context: Context, identifier: bytes, opening: GrantOpening, layer: str, team: str | None) -> None:
    row = {"opening": message_to_json(opening), "layer": layer}
    if team is not None:
        row["team"] = team
    name = "0x" + identifier.hex()
    with context.changing("given") as given:
        given[name] = row
    mail.note(context, {"kind": "given", "grant": name, "row": row})


def _tell(
    context: Context,
    professional: ProfessionalStatement,
    opening: GrantOpening,
    layer: str,
    letter: dict[str, Any] | None,
) -> None:
    names = {context.keys.section_tag(layer, name): name for name in layer_of(layer).sections}
    document = {
        "v": 1,
        "opening": message_to_json(opening),
        "wallet": context.keys.wallet_id,
        "layer": layer,
        "sections": {"0x" + section.tag.hex(): names[section.tag] for section in opening.sections},
    }
    if letter is not None:
        document["letter"] = letter
    key = PublicKey(professional.umbral_key)
    mail.send(context, to=professional.wallet, key=key, kind="grant", document=document, by=context.account)


def _introduce(
    context: Context,
    layer: str,
    professional: ProfessionalStatement,
    sections: Sequence[str],
    *,
    append: bool,
    authors: Mapping[str, str],
    until: int,
) -> list[Handed]:
    """Send the introduction of a layer's sections, and let the pseudonym append when that is granted."""
    if append and layer not in authors:
        raise NoIntroduction(f"appending to {layer} (the professional has to ask first)")
    introduction = introduce(
        context.keys,
        layer=layer,
        keyset=own_keyset(context, layer),
        professional=professional.wallet,
        sections=sections,
        append=append,
        until=until,
        salt=secrets.token_bytes(32),
        chain_id=context.meta.chain_id,
    )
    transactions = []
    if append:
        transactions.append(set_author(context, layer, authors[layer], until))
    mail.send(
        context,
        to=professional.wallet,
        key=PublicKey(professional.umbral_key),
        kind="introduction",
        document={"v": 1, "introduction": introduction.encode().decode("utf-8")},
        by=context.account,
    )
    return transactions


def set_author(context: Context, layer: str, author: str, until: int) -> Handed:
    """Let an author pseudonym append until ``until``; 0 ends it."""
    message = AuthorRight(context.keys.slot_id(layer), author, until, **stamp(context))
    return hand_in(context, sign(context, "RecordRegistry", "setAuthor", message, context.keys.slot(layer)))


# ---- showing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """A grant this wallet gave; ``team`` is the care team it was given through."""

    id: bytes
    opening: GrantOpening
    layer: str
    team: str | None = None

    @property
    def name(self) -> str:
        """The grant id as people write it."""
        return "0x" + self.id.hex()


def given_grants(context: Context) -> list[Given]:
    """Return every grant this wallet gave, as this home remembers."""
    return [
        Given(record_id(name), from_json(GrantOpening, row["opening"]), str(row["layer"]), row.get("team"))
        for name, row in context.table("given").items()
    ]


def grant_state(context: Context, grant: Given, withdrawn: Collection[bytes]) -> str:
    """Return what a grant is, where ``withdrawn`` are those of its layer that the attested history shows withdrawn.

    ``withdrawn``; ``expired``; ``withdrawing``: this home withdrew or replaced it, and the nodes, whose word lags by a
    block or two, do not attest that yet; else ``active``.
    """
    if grant.id in withdrawn:
        return "withdrawn"
    state = _state(context, grant.opening.expiry)
    ended_here = grant.name in context.table("withdrawing") or grant.name in context.table("replaced")
    return "withdrawing" if state == "active" and ended_here else state


def grant_states(context: Context, chosen: Sequence[Given]) -> list[tuple[Given, str]]:
    """Return grants with their :func:`grant_state`; the nodes are asked once for each layer."""
    withdrawn = {layer: withdrawn_ids(context, layer) for layer in {grant.layer for grant in chosen}}
    return [(grant, grant_state(context, grant, withdrawn[grant.layer])) for grant in chosen]


def attested_grants(context: Context, chosen: Sequence[Given]) -> list[Given]:
    """Return those of ``chosen`` that have not run out and that the attested history does not show withdrawn."""
    return [grant for grant, state in _current_states(context, chosen) if state != "withdrawn"]


def live_grants(context: Context, chosen: Sequence[Given]) -> list[Given]:
    """Return those of ``chosen`` that have not run out and that neither m nodes nor this home say are withdrawn."""
    return [grant for grant, state in _current_states(context, chosen) if state == "active"]


def _current_states(context: Context, chosen: Sequence[Given]) -> list[tuple[Given, str]]:
    """As :func:`grant_states`, of those that have not run out: of a layer with no others the nodes are not asked."""
    return grant_states(context, [grant for grant in chosen if _state(context, grant.opening.expiry) == "active"])


def withdrawn_ids(context: Context, layer: str) -> set[bytes]:
    """Return the grant ids of an own layer that the attested history shows withdrawn."""
    slot = context.keys.slot_id(layer)
    return history(context, slot, context.account, attested_state(context, slot, fresh=False)).withdrawn()


def show(context: Context) -> AccessShown:
    """Return requests that wait, grants given and received, and referrals sent."""
    waiting = inbox.sync(context)
    given = _given_rows(context)
    received = [_received_row(context, row) for row in context.table("received").values()]
    requests = [row for one in waiting if (row := _request_row(context, one, given)) is not None]
    return AccessShown(tuple(requests), (*given, *received), referring.sent(context))


def propose(
    context: Context,
    wallet: str,
    colleague: str,
    sections: Sequence[str],
    *,
    reason: str,
    append: bool,
    purpose: str,
    until: int | None,
) -> AccessProposed:
    """Ask a patient to let a colleague see sections that are open to this wallet; raises as ``referring.propose``."""
    held = referring.open_sections(show(context).grants, "received", to_address(wallet))
    end = until if until is not None else context.now() + DEFAULT_DURATION
    return referring.propose(
        context, wallet, colleague, sections, held=held, reason=reason, append=append, purpose=purpose, until=end
    )


def _request_row(context: Context, one: Request, given: Sequence[GrantRow]) -> RequestRow | None:
    """A request as it is shown; None for a referral by nobody who can see something, or not signed by its writer."""
    referral = None
    if one.letter is not None:
        held = referring.open_sections(given, "given", one.professional)
        if not held or not inbox.is_signed(context, one):
            return None
        referral = ReferralShown(
            colleague=one.grantee,
            reason=one.letter.reason,
            written=one.letter.written,
            beyond=tuple(section for section in one.sections if section not in held),
            signs=_signs(context, one.grantee, one.sections),
        )
    return RequestRow(
        one.id, one.professional, one.sections, one.append, one.purpose, one.until, one.received, referral
    )


def _given_rows(context: Context) -> list[GrantRow]:
    return [_given_row(context, grant, state) for grant, state in grant_states(context, given_grants(context))]


def opened_by(context: Context, grant: Given) -> tuple[str, ...]:
    """Return what a grant opens, as people write it: record ids, or sections with their layer."""
    records = ("0x" + record.hex() for record in grant.opening.records)
    return (*records, *_sections_of(context, grant))


def _sections_of(context: Context, grant: Given) -> tuple[str, ...]:
    names = {context.keys.section_tag(grant.layer, name): name for name in layer_of(grant.layer).sections}
    return tuple(f"{grant.layer}/{names[section.tag]}" for section in grant.opening.sections)


def _given_row(context: Context, grant: Given, state: str) -> GrantRow:
    sections = _sections_of(context, grant)
    row = _row(grant.name, "given", grant.opening.grantee, grant.layer, grant.opening, sections, state)
    return replace(row, team=grant.team)


def _received_row(context: Context, row: dict[str, Any]) -> GrantRow:
    opening = from_json(GrantOpening, row["opening"])
    sections = tuple(f"{row['layer']}/{name}" for name in row["sections"].values())
    name = "0x" + grant_id(opening).hex()
    state = _state(context, opening.expiry)
    shown = _row(name, "received", str(row["wallet"]), str(row["layer"]), opening, sections, state)
    if row.get("letter") is None:
        return shown
    letter = parse_letter(row["letter"])
    return replace(shown, letter=LetterShown(letter.referrer, letter.reason, letter.written))


def _state(context: Context, expiry: int) -> str:
    return "expired" if expiry <= context.now() else "active"


def _row(
    name: str, direction: str, other: str, layer: str, opening: GrantOpening, sections: tuple[str, ...], state: str
) -> GrantRow:
    return GrantRow(
        grant=name,
        direction=direction,
        other=other,
        layer=layer,
        records=tuple("0x" + record.hex() for record in opening.records),
        sections=sections,
        purpose=opening.purpose,
        expiry=opening.expiry,
        state=state,
    )
