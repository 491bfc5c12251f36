"""What a care team is, as far as it follows from what m nodes attest (nodes.md, "Care teams").

The platform keeps a team's document, and anybody can write one. It is believed when its hash and version are those that
the nodes attest for the team's slot, and when the key that the nodes attest for its institution signed it. Of its
members those count whom that institution authorises now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from keymgmt.keys.messages import CareTeam
from keymgmt.node.errors import Malformed, TeamNotAttested
from keymgmt.node.messages import ProfessionalStatement, StateStatement
from keymgmt.node.wire import from_json, parse_hex
from medixain.core.eip712 import hash_struct, off_chain_domain, verify
from medixain.core.secp256k1 import SIGNATURE_LENGTH, SignatureError

MAX_MEMBERS: Final = 64
MAX_NAME: Final = 200
"""Characters of a team's name."""


class Standing(StrEnum):
    """How a listed member stands with the institution that listed it."""

    AUTHORISED = "authorised"
    SUSPENDED = "suspended"
    """Registered there, and not allowed to act now: suspended, run out, or the institution is."""
    ELSEWHERE = "elsewhere"
    """Nobody's professional any more, or another institution's."""


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A listed member; ``statement`` is what the nodes attest, None for nobody's professional."""

    wallet: str
    standing: Standing
    statement: ProfessionalStatement | None


@dataclass(frozen=True, slots=True)
class Team:
    """A believed team. One that was dissolved has no members; nothing is known of its name then."""

    id: str
    institution: str
    name: str
    version: int
    members: tuple[TeamMember, ...]

    @property
    def authorised(self) -> tuple[TeamMember, ...]:
        """The members who can be given something now."""
        return tuple(member for member in self.members if member.standing is Standing.AUTHORISED)


def well_formed(message: CareTeam) -> bool:
    """Whether a team's document is one that anybody may sign or believe: a name, members in order and not too many."""
    wallets = [wallet.lower() for wallet in message.members]
    named = bool(message.name.strip()) and len(message.name) <= MAX_NAME
    return named and len(wallets) <= MAX_MEMBERS and wallets == sorted(set(wallets)) and message.version > 0


def stated_team(state: StateStatement, row: Any) -> CareTeam:
    """Return the document in ``row`` (document, signature) if it is the very one that ``state`` attests.

    Who signed it is not checked yet: that takes the members' statements. Raises :class:`TeamNotAttested`.
    """
    message, _ = _read(row)
    if message.team != state.slot:
        raise TeamNotAttested("another team's document")
    if message.version != state.keyset_version:
        raise TeamNotAttested(f"version {message.version} where {state.keyset_version} is on the chain")
    if hash_struct(message) != state.keyset_hash:
        raise TeamNotAttested("other content than what is on the chain")
    return message


def believed_team(state: StateStatement, row: Any, professionals: Mapping[str, ProfessionalStatement | None]) -> Team:
    """Return the team in ``row``, every member with the standing that ``professionals`` (by wallet) give.

    Raises :class:`TeamNotAttested`, also when no member is the institution's, because then nobody says what key signs
    for it.
    """
    message = stated_team(state, row)
    _, signature = _read(row)
    members = tuple(_member(message, wallet, professionals.get(wallet)) for wallet in message.members)
    if not members:
        return Team(message.team, message.institution, "", message.version, ())
    key = next(
        (one.statement.institution_key for one in members if one.statement and one.standing is not Standing.ELSEWHERE),
        None,
    )
    if key is None:
        raise TeamNotAttested("no member is with the institution any more")
    try:
        verify(off_chain_domain(state.chain_id), message, signature, signer=key)
    except SignatureError as error:
        raise TeamNotAttested("not signed by its institution") from error
    return Team(message.team, message.institution, message.name, message.version, members)


def _member(message: CareTeam, wallet: str, statement: ProfessionalStatement | None) -> TeamMember:
    if statement is None or statement.wallet != wallet or statement.institution != message.institution:
        return TeamMember(wallet, Standing.ELSEWHERE, None)
    standing = Standing.AUTHORISED if statement.authorised else Standing.SUSPENDED
    return TeamMember(wallet, standing, statement)


def _read(row: Any) -> tuple[CareTeam, bytes]:
    try:
        message = from_json(CareTeam, row["document"])
        signature = parse_hex(row["signature"], "signature", size=SIGNATURE_LENGTH)
    except (Malformed, KeyError, TypeError) as error:
        raise TeamNotAttested("its document cannot be read") from error
    if not well_formed(message):
        raise TeamNotAttested("its document is no list of members")
    return message, signature
