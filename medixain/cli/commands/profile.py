"""`medixain profile`: signed entries of the medical profile, never overwritten."""

import json
from pathlib import Path
from typing import Any

import click

from medixain.cli.options import ADDRESS, EXISTING_FILE, session_options, waiting
from medixain.cli.session import Session
from medixain.core.errors import InvalidInput


@click.group()
def profile() -> None:
    """Allergies, conditions, medication …: each entry signed, none ever overwritten."""


def _entry(text: str | None, file: Path | None) -> Any:
    if (text is None) == (file is None):
        raise InvalidInput("Give the entry either as --text or as --file with JSON, not both.", field="text")
    if text is not None:
        return {"text": text}
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file else None
    except ValueError as error:
        raise InvalidInput(
            f"{file} holds no JSON ({error}): write the entry as one JSON object.", field="file"
        ) from error


@profile.command()
@click.argument("section")
@click.option("--text", help="The entry in words.")
@click.option("--file", type=EXISTING_FILE, help="The entry as a JSON object (a FHIR resource, say).")
@click.option("--for", "patient", type=ADDRESS, help="Append to this patient's profile (you need the right to append).")
@click.option("--corrects", help="Event this corrects; somebody else's stands beside it until the patient confirms it.")
@waiting("received")
@session_options
def append(
    session: Session,
    section: str,
    text: str | None,
    file: Path | None,
    patient: str | None,
    corrects: str | None,
    wait: str,
    timeout: int,
) -> None:
    """Append a signed entry to SECTION (allergies, medication, self-reports …)."""
    session.show(
        session.client.profile_append(
            section, _entry(text, file), patient=patient, corrects=corrects, wait=wait, timeout=timeout
        )
    )


@profile.command()
@click.option("--of", "--for", "patient", type=ADDRESS, help="The profile this patient shares with you.")
@session_options
def show(session: Session, patient: str | None) -> None:
    """Show the profile as its events fold: who said what and when, what is disputed, where entries conflict."""
    session.show(session.client.profile_show(patient=patient))


@profile.command()
@click.argument("event")
@waiting("received")
@session_options
def confirm(session: Session, event: str, wait: str, timeout: int) -> None:
    """Confirm EVENT as right; a correction of somebody else's entry takes that one's place by it."""
    session.show(session.client.profile_confirm(event, wait=wait, timeout=timeout))


@profile.command()
@click.argument("event")
@click.option("--reason", required=True, help="What is wrong, in your words; the author and every reader will see it.")
@waiting("received")
@session_options
def dispute(session: Session, event: str, reason: str, wait: str, timeout: int) -> None:
    """Dispute EVENT: it stays, marked as disputed, until its author answers."""
    session.show(session.client.profile_dispute(event, reason, wait=wait, timeout=timeout))


@profile.command()
@click.argument("event")
@click.option("--for", "patient", type=ADDRESS, required=True, help="The patient who disputes the entry.")
@click.option("--reason", required=True, help="Why the entry stands; the patient and every reader will see it.")
@waiting("received")
@session_options
def answer(session: Session, event: str, patient: str, reason: str, wait: str, timeout: int) -> None:
    """Answer for EVENT, an entry of yours or your institution's that the patient disputes."""
    session.show(session.client.profile_answer(patient, event, reason, wait=wait, timeout=timeout))
