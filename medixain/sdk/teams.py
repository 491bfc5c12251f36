"""Care teams: what an institution publishes, and what a patient's device believes of it (docs/spec/nodes.md).

A team is a slot of its own that belongs to nobody's wallet. Its first key opens it and hands it to the institution's
key, which then puts the hash of each version of the team's document there: so m nodes attest what the newest version
is, and the institution's signature says whose team it is.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.bindings.messages import Document, DocumentKind, KeyRotation, SlotOpening, WalletCommitment
from keymgmt.keys.messages import CareTeam
from keymgmt.keys.signing import SigningKey
from keymgmt.node.errors import Malformed, TeamNotAttested, UnknownProfessional, UnknownSlot
from keymgmt.node.messages import ProfessionalStatement
from keymgmt.node.teams import MAX_MEMBERS, MAX_NAME, Team, TeamMember, believed_team, stated_team
from keymgmt.node.wire import from_json
from medixain.core.addresses import to_address
from medixain.core.eip712 import hash_struct, verify
from medixain.core.errors import InvalidInput, MedixainError
from medixain.core.secp256k1 import SignatureError
from medixain.core.typed_json import message_to_json
from medixain.sdk.context import Context
from medixain.sdk.errors import BadServerAnswer, Integrity, NotFound, ServerRefused
from medixain.sdk.grants import given_grants, live_grants
from medixain.sdk.naming import names_of
from medixain.sdk.results import TeamMemberRow, TeamPublished, TeamRow
from medixain.sdk.slots import agreed, attested, unhex
from medixain.sdk.transactions import Signed, handed, require_wait, sign, stamp, wait_for
from medixain.sdk.transport import Identity

_OPENING: Final = "team-openings"
"""Name of a team -> the first key of its slot and the salt of its commitment, until the platform has its opening."""


# ---- publishing ----------------------------------------------------------------------------------------------------


def publish(
    context: Context, name: str, members: Sequence[str], *, dissolve: bool, wait: str, timeout: int
) -> TeamPublished:
    """Publish a care team of this home's institution, or the next version of the one called ``name``; idempotent.

    Raises ``InvalidInput``, and :class:`NotFound` where there is no team of that name to dissolve.
    """
    require_wait(wait)
    wallets = tuple(sorted({to_address(member) for member in members}, key=str.lower))
    _require_sound(name, wallets, dissolve)
    me = context.institution
    row, before = _newest(context, name)
    if before is None and dissolve:
        raise NotFound("care team", name)
    if row is not None and before is not None and before.members == wallets:
        return _published(context, before, row, wait, timeout)
    opening: list[Signed] = []
    if before is None:
        team, opening = _opened(context, name)
    else:
        team = before.team
    message = CareTeam(
        team=team,
        institution=me.address,
        name=name,
        members=wallets,
        version=1 if before is None else before.version + 1,
        salt=secrets.token_bytes(32),
    )
    on_chain = Document(team, DocumentKind.KEYSET, message.version, hash_struct(message), **stamp(context))
    signed = sign(context, "WalletRegistry", "setDocument", on_chain, context.desk)
    answer = context.api.put(
        f"/teams/{team}",
        {
            "document": message_to_json(message),
            "signature": "0x" + context.desk.sign(context.off_chain, message).hex(),
            "transactions": [one.body() for one in (*opening, signed)],
        },
        by=me,
    )
    with context.changing(_OPENING) as openings:
        openings.pop(name, None)
    return _published(context, message, answer, wait, timeout)


def _newest(context: Context, name: str) -> tuple[dict[str, Any] | None, CareTeam | None]:
    """The newest version of the own team ``name``, as the platform has it.

    Only what this institution signed is built upon: a platform that could name another slot would get the members
    signed for a slot whose older versions it can bring back.
    """
    me = context.institution
    for row in _rows(context, me.address, me):
        try:
            message = from_json(CareTeam, row["document"])
            verify(context.off_chain, message, unhex(str(row["signature"])), signer=me.address)
        except (Malformed, SignatureError, ValueError) as error:
            raise Integrity("The platform shows a care team that this institution did not sign") from error
        if message.name == name and message.institution == me.address:
            return row, message
    return None, None


def _require_sound(name: str, wallets: Sequence[str], dissolve: bool) -> None:
    if not name.strip() or len(name) > MAX_NAME:
        raise InvalidInput(f"Give the name that patients read, of at most {MAX_NAME} characters.", field="name")
    if dissolve and wallets:
        raise InvalidInput("A team that is dissolved has no members; leave --member out.", field="member")
    if not dissolve and not wallets:
        raise InvalidInput("Name at least one member, or dissolve the team with --dissolve.", field="member")
    if len(wallets) > MAX_MEMBERS:
        raise InvalidInput(f"A team has at most {MAX_MEMBERS} members; make two of it.", field="member")


def _opened(context: Context, name: str) -> tuple[str, list[Signed]]:
    """The messages that open a team's slot and hand it to the institution's key, signed by the slot's first key.

    That key is kept until the platform has taken them: an interrupted publication goes on with the same team.
    """
    with context.changing(_OPENING) as openings:
        kept = openings.setdefault(
            name, {"key": SigningKey.random().secret_bytes().hex(), "salt": secrets.token_hex(32)}
        )
    first, salt = SigningKey(bytes.fromhex(kept["key"])), bytes.fromhex(kept["salt"])
    commitment = hash_struct(WalletCommitment(context.institution.address, salt))
    opening = SlotOpening(first.address, commitment, first.public_key, **stamp(context))
    rotation = KeyRotation(first.address, context.institution.address, first.public_key, **stamp(context))
    return first.address, [
        sign(context, "WalletRegistry", "openSlot", opening, first),
        sign(context, "WalletRegistry", "rotateKey", rotation, first),
    ]


def _published(context: Context, message: CareTeam, answer: Any, wait: str, timeout: int) -> TeamPublished:
    state = wait_for(context, [handed(answer["transaction"])], wait, timeout)
    return TeamPublished(message.team, message.name, message.version, message.members, state)


# ---- believing -----------------------------------------------------------------------------------------------------


def believed(context: Context, team: str, by: Identity) -> Team:
    """Return a care team on the word of m nodes, fresh, never older than this home has seen.

    Raises :class:`NotFound` where the platform has no such team, ``TeamNotAttested``, and as ``slots.attested``.
    """
    state = attested(context, to_address(team), fresh=True)
    try:
        row = context.api.get(f"/teams/{state.slot}", by=by, version=state.keyset_version)
    except ServerRefused as error:
        if error.status == 404:
            raise NotFound("care team", team) from error
        raise
    wallets = stated_team(state, row).members
    return believed_team(state, row, {wallet: _stated(context, wallet) for wallet in wallets})


def _stated(context: Context, wallet: str) -> ProfessionalStatement | None:
    """What m nodes attest of a professional, authorised or not; None for nobody's."""
    signer = context.node_signer(context.unlocked.device)
    try:
        return agreed(lambda: context.nodes.professional(wallet, signer=signer))
    except UnknownProfessional:
        return None


def _rows(context: Context, institution: str, by: Identity) -> list[dict[str, Any]]:
    answer = context.api.get(f"/institutions/{institution}/teams", by=by)
    try:
        return [{**row, "team": to_address(row["team"])} for row in answer["teams"]]
    except (KeyError, TypeError, MedixainError) as error:
        raise BadServerAnswer("an institution's care teams") from error


# ---- showing -------------------------------------------------------------------------------------------------------


def show(context: Context, institution: str | None) -> list[TeamRow]:
    """Return the care teams of an institution: this home's own, else the one named, else of every one there is.

    Each is held against what m nodes attest; one that does not follow from it is shown with its problem alone.
    """
    by = context.institution if context.is_institution else context.account
    named = to_address(institution) if institution is not None else by.address if context.is_institution else None
    ids = [named] if named is not None else [to_address(row["id"]) for row in context.meta.institutions]
    return [_row(context, row["team"], one, by) for one in ids for row in _rows(context, one, by)]


_UNBELIEVED: Final = (TeamNotAttested, UnknownSlot, Integrity, NotFound)


def _row(context: Context, team: str, institution: str, by: Identity) -> TeamRow:
    try:
        found = believed(context, team, by)
    except _UNBELIEVED as error:
        return TeamRow(team, institution, None, None, 0, (), (), error.code)
    sharing = sharing_with(context, team)
    stated = [member for member in found.members if member.statement is not None]
    names = {member.wallet: _names(context, member, by) for member in stated}
    members = tuple(
        TeamMemberRow(one.wallet, names.get(one.wallet, (None, None))[0], one.standing.value, one.wallet in sharing.now)
        for one in found.members
    )
    institution_name = next((name for _, name in names.values() if name is not None), None)
    joined = joined_since(found, sharing)
    return TeamRow(team, found.institution, institution_name, found.name or None, found.version, members, joined)


def _names(context: Context, member: TeamMember, by: Identity) -> tuple[str | None, str | None]:
    assert member.statement is not None
    return names_of(context, member.statement, by)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Wallets of a care team as this wallet shares with it.

    ``now``: have something through the team. ``stopped``: had, until the owner took it from them and left it to others.
    ``ever``: were given something through it at any time.
    """

    now: frozenset[str]
    stopped: frozenset[str]
    ever: frozenset[str]


def sharing_with(context: Context, team: str) -> Sharing:
    """Return with whom this wallet shares through a care team; where it shares nothing, nobody is stopped."""
    through = [grant for grant in given_grants(context) if grant.team == team]
    now = frozenset(grant.opening.grantee for grant in live_grants(context, through))
    current = {grant.opening.grantee for grant in through if grant.opening.expiry > context.now()}
    ever = frozenset(grant.opening.grantee for grant in through)
    return Sharing(now, frozenset(current - now) if now else frozenset(), ever)


def joined_since(team: Team, sharing: Sharing) -> tuple[str, ...]:
    """Return the members who wait for the patient's consent: none where nothing is shared with the team."""
    if not sharing.now:
        return ()
    return tuple(member.wallet for member in team.authorised if member.wallet not in sharing.ever)
