"""`medixain access`: ask, share, stop, restrict, and see who looked."""

import csv
import sys
from typing import Any

import click

from medixain.cli.options import ADDRESS, MOMENT, session_options, waiting
from medixain.cli.output import jsonable
from medixain.cli.session import Session
from medixain.core.errors import InvalidInput

LOG_COLUMNS = ["when", "outcome", "name", "institution", "what", "purpose", "nodes", "final"]


@click.group()
def access() -> None:
    """Who may read what, until when, and who looked."""


@access.command()
@click.argument("wallet", type=ADDRESS)
@click.option(
    "--section",
    "sections",
    multiple=True,
    help="Layer/section you ask for, such as profile/allergies; give it several times.",
)
@click.option("--append", "may_append", is_flag=True, help="Ask for the right to add records.")
@click.option("--purpose", default="care", show_default=True, help="Why, in words the patient reads.")
@click.option("--until", type=MOMENT, help="Until when (default: 90 days).")
@session_options
def request(
    session: Session, wallet: str, sections: tuple[str, ...], may_append: bool, purpose: str, until: int | None
) -> None:
    """Ask the patient WALLET for access, as a professional."""
    session.show(session.client.access_request(wallet, list(sections), append=may_append, purpose=purpose, until=until))


@access.command()
@click.argument("patient", type=ADDRESS)
@click.argument("colleague", type=ADDRESS)
@click.option(
    "--section",
    "sections",
    multiple=True,
    help="Layer/section the colleague should see, of those you see yourself; give it several times.",
)
@click.option("--reason", required=True, help="Why; the patient reads it, and the colleague once access is given.")
@click.option("--append", "may_append", is_flag=True, help="Propose that the colleague may also add records.")
@click.option("--purpose", default="care", show_default=True, help="The purpose that stands in the patient's log.")
@click.option("--until", type=MOMENT, help="Until when (default: 90 days).")
@session_options
def propose(
    session: Session,
    patient: str,
    colleague: str,
    sections: tuple[str, ...],
    reason: str,
    may_append: bool,
    purpose: str,
    until: int | None,
) -> None:
    """Ask PATIENT to let COLLEAGUE see what you may see; nothing opens before the patient agrees."""
    session.show(
        session.client.access_propose(
            patient, colleague, list(sections), reason, append=may_append, purpose=purpose, until=until
        )
    )


@access.command()
@click.argument("request_id", metavar="REQUEST")
@session_options
def decline(session: Session, request_id: str) -> None:
    """Say no to REQUEST: it is deleted. Who proposed a colleague learns that, and no reason; nobody else is told."""
    session.show(session.client.access_decline(request_id))


@access.command("list")
@session_options
def list_(session: Session) -> None:
    """Show requests waiting for you, grants given or received, and colleagues you proposed."""
    session.show(session.client.access_list())


@access.command()
@click.argument("who", required=False)
@click.option("--team", type=ADDRESS, help="Share with every member of this care team instead of WHO.")
@click.option("--record", "records", multiple=True, help="Record to share; give it several times.")
@click.option(
    "--section",
    "sections",
    multiple=True,
    help="Section to share, with what it will hold later; give it several times.",
)
@click.option("--append", "may_append", is_flag=True, help="Also allow adding records.")
@click.option("--purpose", help="Why; it stands in the log (default: the request's, else care).")
@click.option(
    "--until",
    "--for",
    "until",
    type=MOMENT,
    help="Until when: a date or a duration such as 90m or 30d (default: the request's, else 90 days).",
)
@waiting("final")
@session_options
def grant(
    session: Session,
    who: str | None,
    team: str | None,
    records: tuple[str, ...],
    sections: tuple[str, ...],
    may_append: bool,
    purpose: str | None,
    until: int | None,
    wait: str,
    timeout: int,
) -> None:
    """Share records or sections with WHO: a request's id (as asked, or as you say here) or a professional's wallet.

    With --team every member gets a grant of her own; who joins later gets nothing until you share again. With --append
    the members who once asked to add records may; the others are named, and can read until they have asked.
    """
    if (who is None) == (team is None):
        raise InvalidInput("Name either WHO or --team.", field="who")
    if team is not None:
        session.show(
            session.client.access_grant_team(
                team,
                records=list(records),
                sections=list(sections),
                append=may_append,
                purpose=purpose,
                expiry=until,
                wait=wait,
                timeout=timeout,
            )
        )
        return
    assert who is not None
    session.show(
        session.client.access_grant(
            who,
            records=list(records),
            sections=list(sections),
            append=may_append,
            purpose=purpose,
            expiry=until,
            wait=wait,
            timeout=timeout,
        )
    )


@access.command()
@click.argument("what")
@waiting("final")
@session_options
def withdraw(session: Session, what: str, wait: str, timeout: int) -> None:
    """Stop WHAT: one grant by its id, all that a professional has by her wallet, or what a care team has by its id."""
    session.show(session.client.access_withdraw(what, wait=wait, timeout=timeout))


@access.command()
@session_options
def rotate(session: Session) -> None:
    """Finish withdrawals that were interrupted: new keys for the sections concerned, for the readers who remain."""
    session.show(session.client.access_rotate())


@access.command()
@click.argument("record_id", metavar="RECORD")
@waiting("final")
@session_options
def restrict(session: Session, record_id: str, wait: str, timeout: int) -> None:
    """Move RECORD to the sealed layer: nobody but you can tell that it exists."""
    session.show(session.client.access_restrict(record_id, wait=wait, timeout=timeout))


@access.command()
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values.")
@session_options
def log(session: Session, as_csv: bool) -> None:
    """Show who looked, or tried to: complete, each entry proven against the chain."""
    if as_csv and session.printer.as_json:
        raise InvalidInput("Choose one of --csv and --json.", field="csv")
    entries = session.client.access_log()
    if as_csv:
        _print_csv(jsonable(entries))
    else:
        session.show(entries, columns=LOG_COLUMNS, empty="Nobody has looked.")


def _print_csv(rows: list[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout)
    names = list(rows[0]) if rows else LOG_COLUMNS
    writer.writerow(names)
    for row in rows:
        writer.writerow(
            [" ".join(map(str, value)) if isinstance(value, list) else value for value in (row[name] for name in names)]
        )
