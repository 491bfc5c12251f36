"""`medixain institution`: found, admit and list institutions, vote on bounds."""

from uuid import UUID

import click

from medixain.cli.options import ADDRESS, session_options, waiting
from medixain.cli.session import Session
from medixain.sdk.words import ROLES


@click.group()
def institution() -> None:
    """Hospitals, practices, insurers and others that vouch for people."""


@institution.command()
@click.option("--name", required=True, help="Name people will read beside its professionals.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(list(ROLES)),
    help="What it may do; give it several times.",
)
@session_options
def create(session: Session, name: str, roles: tuple[str, ...]) -> None:
    """Make an institution's key in this home and apply for admission; members then admit it by vote."""
    created = session.client.institution_create(name, list(roles))
    session.show(created)
    session.printer.say(
        "\nIt counts once a majority of the member institutions ran `medixain institution admit` with this id."
    )


@institution.command()
@click.argument("institution_id", metavar="INSTITUTION", type=ADDRESS)
@session_options
def admit(session: Session, institution_id: str) -> None:
    """Vote, as the institution of this home, to admit INSTITUTION."""
    session.show(session.client.institution_admit(institution_id))


@institution.command("list")
@session_options
def list_(session: Session) -> None:
    """List the institutions the platform knows."""
    session.show(
        session.client.institution_list(),
        columns=["institution", "name", "roles", "active"],
        empty="No institution yet.",
    )


@institution.command()
@click.argument("name")
@click.option(
    "--member", "members", multiple=True, type=ADDRESS, help="Wallet of a professional; give it for every member."
)
@click.option("--dissolve", is_flag=True, help="End the team: nobody is in it any more.")
@waiting("final")
@session_options
def team(session: Session, name: str, members: tuple[str, ...], dissolve: bool, wait: str, timeout: int) -> None:
    """Publish the care team NAME of this home's institution, or replace its members; patients share with all of it."""
    session.show(session.client.institution_team(name, list(members), dissolve=dissolve, wait=wait, timeout=timeout))


@institution.command()
@click.argument("institution_id", metavar="[INSTITUTION]", type=ADDRESS, required=False)
@session_options
def teams(session: Session, institution_id: str | None) -> None:
    """List the care teams of INSTITUTION (default: this home's, for a person every institution's)."""
    found = session.client.institution_teams(institution_id)
    columns = ["team", "name", "institution_name", "version", "joined", "problem"]
    session.show(found, columns=columns, empty="No care team yet.")
    for row in found:
        session.printer.say(f"\n{row.name or row.team}:")
        for member in row.members:
            shared = ", shared with" if member.shared else ""
            session.printer.say(f"  {member.name or member.wallet} ({member.standing}{shared})")


@institution.command()
@session_options
def proposals(session: Session) -> None:
    """List the bounds of the chain's mining parameters that are put to the institutions' vote."""
    session.show(
        session.client.institution_proposals(),
        empty="No proposal yet.",
    )


@institution.command()
@click.argument("proposal", type=click.UUID)
@session_options
def vote(session: Session, proposal: UUID) -> None:
    """Sign, as the institution of this home, the bounds of PROPOSAL."""
    session.show(session.client.institution_vote(str(proposal)))
