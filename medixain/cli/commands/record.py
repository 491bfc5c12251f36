"""`medixain record`: add, list, get and delete records."""

import json
import sys
from pathlib import Path

import click

from medixain.cli.exit_codes import REFUSED
from medixain.cli.options import ADDRESS, EXISTING_FILE, session_options, waiting
from medixain.cli.session import Session
from medixain.core.errors import InvalidInput

TYPES = [
    "fhir",
    "ips",
    "ndjson",
    "fhir-resource",
    "dicom",
    "pdf",
    "image",
    "text",
    "genomic",
    "claim",
    "credential",
    "other",
]


@click.group()
def record() -> None:
    """Records: encrypted on this machine, readable by you and those you grant."""


@record.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--for", "patient", type=ADDRESS, help="Write into this patient's wallet (you need the right to append).")
@click.option("--section", help="Layer and section, such as profile/results (default: profile/documents).")
@click.option("--type", "kind", type=click.Choice(TYPES), help="What it is (default: found out from the content).")
@waiting("received")
@session_options
def add(
    session: Session, file: Path, patient: str | None, section: str | None, kind: str | None, wait: str, timeout: int
) -> None:
    """Encrypt FILE and add it to your wallet or, with --for, to a patient's."""
    session.show(
        session.client.record_add(file, patient=patient, section=section, type=kind, wait=wait, timeout=timeout)
    )


@record.command("import")
@click.argument("files", nargs=-1, required=True, type=EXISTING_FILE)
@click.option("--wallets", "table", required=True, type=EXISTING_FILE, help="JSON object: FHIR Patient id -> wallet.")
@click.option("--section", help="Layer and section (default: profile/documents).")
@session_options
def import_(session: Session, files: tuple[Path, ...], table: Path, section: str | None) -> int:
    """Import FHIR Bulk NDJSON FILES of many patients, each into the wallet that --wallets names.

    May be run again after an interruption: what is there already is not added twice. Exit 3 when a patient or a
    resource was refused; the report says which and why.
    """
    report = session.client.record_import(list(files), read_wallets(table), section=section)
    session.show(report)
    return 0 if report.complete else REFUSED


def read_wallets(table: Path) -> dict[str, str]:
    """The table of patients and wallets; raises :class:`InvalidInput` when it is none."""
    try:
        found = json.loads(table.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidInput(f"{table} holds no JSON ({error}).", field="wallets") from error
    if not isinstance(found, dict) or not all(isinstance(wallet, str) for wallet in found.values()):
        raise InvalidInput(f"{table} must be an object that maps each Patient id to a wallet.", field="wallets")
    return found


@record.command("list")
@click.option("--of", "--for", "patient", type=ADDRESS, help="Records this patient granted to you.")
@session_options
def list_(session: Session, patient: str | None) -> None:
    """List your records, or those a patient shares with you."""
    session.show(
        session.client.record_list(patient=patient),
        columns=["record", "name", "type", "section", "size", "created", "state", "problem"],
        empty="No record yet: add one with `medixain record add FILE`.",
    )


@record.command()
@click.argument("record_id", metavar="RECORD")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where to write it: a file, a folder, or - for standard output (default: its own name, here).",
)
@session_options
def get(session: Session, record_id: str, out: Path | None) -> None:
    """Open RECORD and write it, byte for byte as it was added."""
    if str(out) == "-":
        session.client.record_stream(record_id, sys.stdout.buffer)
        return
    session.show(session.client.record_get(record_id, out))


@record.command()
@click.argument("record_id", metavar="RECORD")
@waiting("anchored")
@session_options
def delete(session: Session, record_id: str, wait: str, timeout: int) -> None:
    """Delete RECORD for good and print a receipt that names what could not be reached."""
    session.show(session.client.record_delete(record_id, wait=wait, timeout=timeout))
