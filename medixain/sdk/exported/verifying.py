"""All checks of an export, put together as `medixain verify` shows them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from medixain.core.errors import MedixainError
from medixain.sdk.exported.archive import EVIDENCE, RECORDS, Archive, Signed
from medixain.sdk.exported.errors import ArchiveDamaged
from medixain.sdk.exported.evidence import Evidence, RecordEvidence, parse_evidence
from medixain.sdk.exported.offline import Proofs, Slot
from medixain.sdk.exported.online import TIMES, chain_checks
from medixain.sdk.results import Check

LEFT_OUT = "left-out.json"
OWN_WORD = (
    "profile.json, summaries, bundle and access log are drawn from the records by the wallet: its signature over the "
    "files is all that stands behind them"
)


def verify_archive(path: Path, *, server: str | None, rpc_url: str | None = None) -> list[Check]:
    """Return what can be said of an export: offline from what is inside, then of the chain.

    ``server`` None asks nobody. A check whose ``ok`` is None was not made, and says why. Raises
    :class:`ArchiveDamaged` when the zip is none.
    """
    with Archive(path) as archive:
        files, signed = _files(archive)
        if signed is None:
            return files
        try:
            evidence = parse_evidence(archive.document(EVIDENCE))
        except ArchiveDamaged as error:
            return [*files, Check("evidence", False, error.problem)]
        checks, slots = _offline(archive, evidence, signed)
        checks = [*files, *checks, *_left_out(archive)]
    if server is None:
        return [*checks, Check("chain", None, f"not asked; only the chain can say {TIMES}")]
    if slots is None:
        return [*checks, Check("chain", None, "not asked, since the archive contradicts itself")]
    return [*checks, *chain_checks(evidence, slots, server, rpc_url)]


def _files(archive: Archive) -> tuple[list[Check], Signed | None]:
    try:
        signed, changed = archive.signed(), archive.changed()
    except ArchiveDamaged as error:
        return [Check("files", False, error.problem)], None
    when = datetime.fromtimestamp(signed.time, UTC).isoformat(timespec="minutes")
    whole = f"{len(archive.names)} files as the wallet {signed.wallet} signed them at {when}"
    return [Check("files", False, problem) for problem in changed] or [Check("files", True, whole)], signed


def _offline(archive: Archive, evidence: Evidence, signed: Signed) -> tuple[list[Check], list[Slot] | None]:
    """Return the checks, and the slots that were proved; None where any is not."""
    if evidence.chain_id != signed.chain_id:
        return [Check("evidence", False, "its chain is not the one that the wallet signed for")], None
    proofs = Proofs(archive, evidence, signed.wallet)
    try:
        slots = [proofs.slot(slot) for slot in evidence.slots]
    except MedixainError as error:
        return [Check("attested", False, error.message)], None
    attested = Check("attested", True, _attested(evidence, slots))
    records = evidence.records
    checks = [attested, *_unproved(archive, evidence)]
    each: tuple[tuple[str, str, Callable[[RecordEvidence], object]], ...] = (
        ("content", "are byte for byte what their ids and content addresses stand for", proofs.content),
        ("anchor", "stand in an attested history with this address and key", lambda one: proofs.anchor(one, slots)),
        ("author", "are signed by their author", lambda one: proofs.author(one, slots)),
    )
    for name, said, check in each:
        checks += _of_each(name, records, check) or [Check(name, True, f"{len(records)} records {said}")]
    return [*checks, *_vouched(proofs, records), Check("the wallet's word", None, OWN_WORD)], slots


def _attested(evidence: Evidence, slots: Sequence[Slot]) -> str:
    nodes = f"{evidence.threshold} or more of the {len(evidence.nodes)} nodes in the archive"
    if not slots:
        return "no history, because there is no record"
    oldest = datetime.fromtimestamp(min(slot.final_time for slot in slots), UTC).isoformat(timespec="minutes")
    return f"{nodes} signed {len(slots)} histories, final at {oldest}"


def _unproved(archive: Archive, evidence: Evidence) -> list[Check]:
    """Say which records' files nothing vouches for, and which evidence stands in it twice."""
    paths = [record.path for record in evidence.records]
    stray = sorted({name for name in archive.names if name.startswith(RECORDS)} - {*paths})
    twice = sorted({path for path in paths if paths.count(path) > 1})
    return [
        *(Check("evidence", False, f"{name}: nothing in the archive proves it") for name in stray),
        *(Check("evidence", False, f"{path}: several records claim this file") for path in twice),
    ]


def _of_each(name: str, records: Sequence[RecordEvidence], check: Callable[[RecordEvidence], object]) -> list[Check]:
    """Run one check on every record and return those that failed."""
    failed: list[Check] = []
    for record in records:
        try:
            check(record)
        except MedixainError as error:
            failed.append(Check(name, False, f"{record.path}: {error.message}"))
    return failed


def _vouched(proofs: Proofs, records: Sequence[RecordEvidence]) -> list[Check]:
    by_professionals: list[RecordEvidence] = []

    def check(record: RecordEvidence) -> None:
        if proofs.vouched(record):
            by_professionals.append(record)

    failed = _of_each("vouched for", records, check)
    own = len(records) - len(by_professionals)
    who = f"{len(by_professionals)} records signed by professionals whose keys the nodes attest, {own} by the patient"
    return failed or [Check("vouched for", True, who)]


def _left_out(archive: Archive) -> list[Check]:
    """Say what the archive itself says is missing."""
    try:
        rows = archive.document(LEFT_OUT)
    except ArchiveDamaged as error:
        return [Check("left out", False, error.problem)]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return [Check("left out", False, f"{LEFT_OUT} is not the list it should be")]
    return [Check("left out", None, f"{row.get('record')}: {row.get('reason')}") for row in rows]
