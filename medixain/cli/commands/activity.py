"""`medixain activity`: the calendar of this wallet."""

import click

from medixain.cli.options import ADDRESS, MOMENT, session_options, waiting
from medixain.cli.session import Session


@click.group()
def activity() -> None:
    """Visits planned and cancelled: encrypted in your own wallet, and in the patient's who lets you add to hers."""


@activity.command("list")
@session_options
def list_(session: Session) -> None:
    """List the visits of this wallet, those that professionals wrote into it too."""
    calendar = session.client.activity_list()
    if session.printer.as_json:
        session.show(calendar)
        return
    session.show(
        calendar.visits,
        columns=["start", "minutes", "status", "place", "reason", "patient", "by", "event"],
        empty="No visit yet.",
    )
    if calendar.unreadable:
        session.printer.say("\nThese could not be read; each may move or cancel one of the visits above:")
        session.show(calendar.unreadable)


@activity.command()
@click.option("--start", type=MOMENT, required=True, help="When: 2027-02-24T10:00, or from now as 90m or 30d.")
@click.option("--minutes", type=int, default=20, show_default=True, help="How long, from 5 to 1440.")
@click.option("--place", default="", help="Where.")
@click.option("--reason", default="", help="Why, as the patient reads it.")
@click.option("--for", "patient", type=ADDRESS, help="The patient; she is told where you may append to her activity.")
@waiting("received")
@session_options
def plan(
    session: Session, start: int, minutes: int, place: str, reason: str, patient: str | None, wait: str, timeout: int
) -> None:
    """Plan a visit."""
    session.show(session.client.activity_plan(start, minutes, place, reason, patient, wait=wait, timeout=timeout))


@activity.command()
@click.argument("event")
@waiting("received")
@session_options
def cancel(session: Session, event: str, wait: str, timeout: int) -> None:
    """Cancel the visit EVENT that you planned; it stays in the calendar, cancelled."""
    session.show(session.client.activity_cancel(event, wait=wait, timeout=timeout))
