"""Sharing with a care team in one act: a grant of its own, with its own kfrags, for every member (promise I8).

The chain takes grants one by one, so an act can end in the middle. Everything that can be refused is asked before the
first of them; then who was said yes to is written down, and an act that was interrupted is finished by running it
again or by the owner's other acts. Those never take in who joined meanwhile: that takes another act of the patient.

The right to add records goes to a pseudonym that only its professional can name, in a request (ADR 5). So an act that
carries it gives it to the members who asked once; the others can read, and are named.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from keymgmt.node.teams import Team
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput, MedixainError
from medixain.sdk import inbox
from medixain.sdk.chain import contracts_of
from medixain.sdk.context import Context
from medixain.sdk.errors import NotAttested
from medixain.sdk.grants import (
    DEFAULT_DURATION,
    Issued,
    Wish,
    authors_of,
    give,
    given_grants,
    items_of,
    live_grants,
    opened_by,
)
from medixain.sdk.results import TeamGranted, TeamLeftOut
from medixain.sdk.slots import attested_professional
from medixain.sdk.stored import record_id, split_section
from medixain.sdk.teams import believed, sharing_with
from medixain.sdk.transactions import Handed, require_wait, wait_for

_TABLE: Final = "teaming"
"""Team -> what was decided and is not given to everybody yet; a member is struck when all is given."""

_SETTLING: Final = 5
"""Seconds that another command of the owner gives an interrupted act."""


def grant_team(
    context: Context,
    team: str,
    *,
    records: Sequence[str],
    sections: Sequence[str],
    append: bool = False,
    purpose: str | None,
    expiry: int | None,
    wait: str,
    timeout: int,
) -> TeamGranted:
    """Share records or sections with every member whom the team's institution authorises now; the others are named.

    Whoever has it through this team already is not given it twice, so an interrupted act is finished by running it
    again; nor is a member with whom the owner stopped sharing and went on with the others. With ``append`` those who
    asked for it once may also add records to the sections, also where they have the rest already. Raises
    ``TeamNotAttested``, :class:`NotAttested` where nobody can be given anything, ``InvalidInput``.
    """
    require_wait(wait)
    inbox.sync(context)
    decision = _decided(context, records, sections, append, purpose, expiry)
    found = believed(context, team, context.account)
    if not found.authorised:
        raise NotAttested(f"Nobody in the care team {to_address(team)} is authorised now")
    items_of(context, records, sections)
    decision, begun = _taken_up(context, found.id, decision, fixed=expiry is not None)
    stopped = sharing_with(context, found.id).stopped - begun
    has = _given_already(context, found.id, decision, fixed=expiry is not None) - begun
    has -= _lacking_right(context, has, decision)
    waiting = [one.wallet for one in found.authorised if one.wallet not in has | stopped]
    with context.changing(_TABLE) as teaming:
        teaming[found.id] = {**decision, "waiting": waiting}
    issued, transactions, given = _carry_out(context, found.id, strict=True)
    state = wait_for(context, transactions, wait, timeout)
    named = context.meta.node_set.named
    may_append, must_ask = _adding(context, [one.wallet for one in found.authorised], stopped, decision)
    return TeamGranted(
        team=found.id,
        name=found.name,
        version=found.version,
        members=tuple(given),
        may_append=may_append,
        must_ask=must_ask,
        left_out=_left_out(found, stopped),
        grants=tuple("0x" + one.id.hex() for one in issued),
        expiry=decision["expiry"],
        nodes=named({node for one in issued for node in one.nodes}),
        waiting_nodes=named({node for one in issued for node in one.waiting}),
        state=state,
    )


def _decided(
    context: Context,
    records: Sequence[str],
    sections: Sequence[str],
    append: bool,
    purpose: str | None,
    expiry: int | None,
) -> dict[str, Any]:
    """Return what is to be shared as it is written down, checked as far as nobody need be asked."""
    until = expiry if expiry is not None else context.now() + DEFAULT_DURATION
    if until <= context.now():
        raise InvalidInput("The access would end before it begins; give a later time.", field="until")
    if not records and not sections:
        raise InvalidInput("Name a record or a section to share with the team.", field="section")
    if append and not sections:
        raise InvalidInput("Records are added to sections: name those that the team may add to.", field="append")
    return {
        "records": sorted({"0x" + record_id(text).hex() for text in records}),
        "sections": sorted({"/".join(split_section(text)) for text in sections}),
        "append": append,
        "purpose": purpose if purpose is not None else "care",
        "expiry": until,
    }


def _taken_up(
    context: Context, team: str, decision: dict[str, Any], *, fixed: bool
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the decision, and whom an interrupted act of the same had still to reach.

    The same is given until the time it was decided for, unless that is ``fixed`` anew. What was begun and is something
    else is finished first.
    """
    before = context.table(_TABLE).get(team)
    if before is None:
        return decision, frozenset()
    same = all(before.get(name) == decision[name] for name in ("records", "sections", "append", "purpose"))
    if same and not fixed and before["expiry"] > context.now():
        return {**decision, "expiry": before["expiry"]}, frozenset(before["waiting"])
    if before["waiting"]:
        _carry_out(context, team, strict=False)
    return decision, frozenset()


def _left_out(team: Team, stopped: Collection[str]) -> tuple[TeamLeftOut, ...]:
    """Return the members whom the act passes over: who is not authorised now, then whom the owner stopped before."""
    return (
        *(TeamLeftOut(one.wallet, one.standing.value) for one in team.members if one not in team.authorised),
        *(TeamLeftOut(one.wallet, "stopped") for one in team.authorised if one.wallet in stopped),
    )


def _given_already(context: Context, team: str, decision: dict[str, Any], *, fixed: bool) -> set[str]:
    """Return who has all of a decision through the team now; until then or later where that is ``fixed``."""
    wanted = {*decision["records"], *decision["sections"]}
    held: dict[str, set[str]] = {}
    for grant in live_grants(context, [one for one in given_grants(context) if one.team == team]):
        opening = grant.opening
        if opening.purpose == decision["purpose"] and (not fixed or opening.expiry >= decision["expiry"]):
            held.setdefault(opening.grantee, set()).update(opened_by(context, grant))
    return {wallet for wallet, things in held.items() if wanted <= things}


def _pseudonyms(context: Context, wallet: str, decision: Mapping[str, Any]) -> dict[str, str]:
    """Return a member's pseudonyms of the decision's layers; none where she never named one of them."""
    known = authors_of(context, wallet)
    layers = {split_section(text)[0] for text in decision["sections"]}
    return {layer: known[layer] for layer in layers} if layers <= set(known) else {}


def _lacking_right(context: Context, wallets: Collection[str], decision: Mapping[str, Any]) -> set[str]:
    """Return who can be let add records and is not, as the chain has it.

    The chain is asked through the platform: what it hides is given once more, and what it makes up, this member lacks.
    """
    if not wallets or not decision["append"]:
        return set()
    registry = contracts_of(context).record_registry
    return {
        wallet
        for wallet in wallets
        for layer, author in _pseudonyms(context, wallet, decision).items()
        if registry.author_until(context.keys.slot_id(layer), author) < decision["expiry"]
    }


def _adding(
    context: Context, members: Sequence[str], stopped: Collection[str], decision: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which members may add records by a decision, and which have to ask for that first."""
    if not decision["append"]:
        return (), ()
    asked = {wallet: bool(_pseudonyms(context, wallet, decision)) for wallet in members if wallet not in stopped}
    return tuple(one for one in asked if asked[one]), tuple(one for one in asked if not asked[one])


def pending(context: Context) -> tuple[str, ...]:
    """Return the care teams to whom an act of sharing was begun and is not finished."""
    return tuple(sorted(context.table(_TABLE)))


def settle(context: Context, timeout: int = _SETTLING) -> None:
    """Finish acts that were interrupted, as far as they go now; what fails stays pending."""
    for team in pending(context):
        with suppress(MedixainError):
            _, transactions, _ = _carry_out(context, team, strict=False)
            wait_for(context, transactions, "received", timeout)


def _carry_out(context: Context, team: str, *, strict: bool) -> tuple[list[Issued], list[Handed], list[str]]:
    """Give everybody who still waits what was decided, and strike each off; return what was given to whom.

    Without ``strict`` a member who is not authorised any more is struck off too: the act must end.
    """
    decided = context.table(_TABLE).get(team)
    issued: list[Issued] = []
    transactions: list[Handed] = []
    given: list[str] = []
    if decided is None:
        return issued, transactions, given
    if decided["expiry"] > context.now():
        items = items_of(context, decided["records"], decided["sections"])
        wish = Wish(items, tuple(decided["sections"]), purpose=decided["purpose"], expiry=int(decided["expiry"]))
        for wallet in decided["waiting"]:
            try:
                professional = attested_professional(context, wallet)
            except NotAttested:
                if strict:
                    raise
                _strike(context, team, wallet)
                continue
            authors = _pseudonyms(context, wallet, decided) if decided.get("append", False) else {}
            one, sent = give(context, professional, wish, append=bool(authors), authors=authors, team=team)
            issued += one
            transactions += sent
            given.append(wallet)
            _strike(context, team, wallet)
    with context.changing(_TABLE) as teaming:
        teaming.pop(team, None)
    return issued, transactions, given


def _strike(context: Context, team: str, wallet: str) -> None:
    with context.changing(_TABLE) as teaming:
        if team in teaming:
            teaming[team] = {
                **teaming[team], "waiting": [one for one in teaming[team]["waiting"] if one != wallet]
            }  # fmt: skip
