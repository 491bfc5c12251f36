"""Bulk NDJSON of many patients, each patient's lines as one record (whitepaper, data layer; promise A4).

Files are read twice, a line at a time: first every resource is validated and noted by the patient it is about, as its
place in its file; then each patient's lines are read again into the record's encryption. So neither memory nor disk
holds more plaintext than the files did. What fails for one patient is reported and stops nobody else's.

An import that was interrupted is resumed by running it again. Content already taken is known by its SHA-256; a record
that was being handed in when the process ended is known by its id, which is noted before it leaves this machine.
"""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput, MedixainError
from medixain.sdk.context import Context
from medixain.sdk.errors import NotFound
from medixain.sdk.fhir import ResourceReport, read_ndjson
from medixain.sdk.records import target_of
from medixain.sdk.results import BulkImported, ImportedPatient
from medixain.sdk.stored import fetch, record_id, split_section
from medixain.sdk.writing import Target, write
from records.container import RecordType, shortened_name

DEFAULT_SECTION: Final = "profile/documents"

_FAILED: Final = "failed"
"""The state of a record whose anchor the chain refused: it was never taken."""


@dataclass
class PatientResources:
    """What Bulk NDJSON files hold of one patient: where its valid lines are, and the reports of those that are not."""

    patient: str
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[ResourceReport] = field(default_factory=list)
    _places: "array[int]" = field(default_factory=lambda: array("Q"))
    _hash: Any = field(default_factory=hashlib.sha256)

    def note(self, file: int, start: int, line: bytes, resource_type: str) -> None:
        """Note a valid line: the number of its file, where it starts there, and its bytes."""
        self._places.extend((file, start, len(line)))
        self._hash.update(terminated(line))
        self.counts[resource_type] += 1

    @property
    def digest(self) -> str:
        """SHA-256 of the patient's lines, by which a repeated import is recognised."""
        return str(self._hash.hexdigest())

    def content(self, files: Sequence[BinaryIO]) -> Iterator[bytes]:
        """Yield the patient's lines from the files as they came, newline-terminated.

        Raises ``InvalidInput`` after the last one when they are not those that were validated.
        """
        again = hashlib.sha256()
        for at in range(0, len(self._places), 3):
            file, start, length = self._places[at : at + 3]
            files[file].seek(start)
            line = terminated(files[file].read(length))
            again.update(line)
            yield line
        if again.hexdigest() != self.digest:
            raise InvalidInput("The files changed while they were imported; import them again.", field="files")


def terminated(line: bytes) -> bytes:
    """The line with its newline, which a file's last one may lack."""
    return line if line.endswith(b"\n") else line + b"\n"


def by_patient(paths: Sequence[Path]) -> tuple[list[PatientResources], list[ResourceReport]]:
    """Sort the resources of Bulk NDJSON files by the patient they are about, sorted by the patient's id.

    Returns what belongs to each patient, and the reports of what belongs to nobody: resources such as Organization
    that are about no patient, and lines of which that cannot be said.
    """
    found: dict[str, PatientResources] = {}
    left_out: list[ResourceReport] = []
    for number, path in enumerate(paths):
        for report, start, line in read_ndjson(path):
            placed = replace(report, place=f"{path.name} {report.place}")
            if report.patient is None:
                left_out.append(placed)
                continue
            patient = found.setdefault(report.patient, PatientResources(report.patient))
            if report.issues:
                patient.refused.append(placed)
            else:
                patient.note(number, start, line, report.resource_type)
    return [found[patient] for patient in sorted(found)], left_out


def bulk_import(
    context: Context, paths: Sequence[Path], wallets: Mapping[str, str], *, section: str | None
) -> BulkImported:
    """Import Bulk NDJSON of many patients: one record for each patient in ``wallets`` (id in the files to wallet).

    Returns for each what was taken and what was refused, and why. Patients without a wallet here are left out.
    """
    layer, part = split_section(section if section is not None else DEFAULT_SECTION)
    patients, left_out = by_patient(paths)
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("rb")) for path in paths]
        imported = tuple(
            _imported(context, patient, files, wallets[patient.patient], layer, part)
            for patient in patients
            if patient.patient in wallets
        )
    unmatched = tuple(patient.patient for patient in patients if patient.patient not in wallets)
    return BulkImported(imported, unmatched, tuple(left_out))


def _imported(
    context: Context, patient: PatientResources, files: Sequence[BinaryIO], wallet: str, layer: str, part: str
) -> ImportedPatient:
    """Import one patient's resources; an error is this patient's and goes into the report."""
    row = ImportedPatient(
        patient=patient.patient,
        wallet=wallet,
        resources=0,
        record=None,
        counts={},
        refused=tuple(patient.refused),
        problem=None,
        reason=None,
    )
    if not patient.counts:
        return replace(row, problem="fhir-invalid", reason="None of this patient's resources is valid FHIR R4.")
    try:
        record = _once(context, patient, files, to_address(wallet), layer, part)
    except MedixainError as error:
        return replace(row, problem=error.code, reason=error.message)
    return replace(row, resources=patient.counts.total(), record=record, counts=dict(sorted(patient.counts.items())))


def _once(
    context: Context, patient: PatientResources, files: Sequence[BinaryIO], wallet: str, layer: str, part: str
) -> str:
    """Return the record of this content in this wallet, written now unless an earlier run has handed it in."""
    mark = f"{wallet}/{patient.digest}"
    taken = context.table("imported").get(mark)
    if taken is not None:
        return str(taken)
    target = target_of(context, wallet, layer, part)
    record = _handed_in(context, target, context.table("importing").get(mark))
    if record is None:

        def begin(identifier: str) -> None:
            with context.changing("importing") as table:
                table[mark] = identifier

        name = shortened_name(f"{patient.patient}.ndjson")
        body = patient.content(files)
        record = write(context, target, body, name=name, kind=RecordType.FHIR_NDJSON, begin=begin).stored.name
    with context.changing("imported") as table:
        table[mark] = record
    with context.changing("importing") as table:
        table.pop(mark, None)
    return record


def _handed_in(context: Context, target: Target, begun: str | None) -> str | None:
    """The record that an earlier run was handing in, if the platform took it."""
    if begun is None:
        return None
    try:
        return begun if fetch(context, record_id(begun), target.by).state != _FAILED else None
    except NotFound:
        return None
