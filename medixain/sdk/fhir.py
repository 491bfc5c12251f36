"""FHIR R4 on import: Bundles, IPS documents, single resources and Bulk NDJSON (whitepaper, data layer; promise A4).

Validation is fhir.resources' (module R4B) and nothing of FHIR is modelled here. What is stored are the bytes as they
came: a record that was parsed and written again would not be the record its author signed.
"""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fhir.resources.R4B import get_fhir_model_class
from fhir_core.types import FHIR_PRIMITIVES
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from medixain.core.canonical import NotCanonical, require_shallow
from medixain.sdk.errors import FhirRefused

MAX_DOCUMENT: Final = 256 << 20
"""Bytes of the largest JSON document that is read into memory for validation; NDJSON is read line by line."""

MAX_ISSUES: Final = 100
"""Faults listed of one file; the first hundred are enough to correct it by."""

IPS_COMPOSITION: Final = ("http://loinc.org", "60591-5")
"""The type of an IPS document's Composition: LOINC 60591-5, Patient summary (HL7 IPS 2.0.1)."""

_EXTENSIONS: Final = ("extension", "modifierExtension")
_SIBLINGS: Final = frozenset(f"_value{name[0].upper()}{name[1:]}" for name in FHIR_PRIMITIVES - {"integer64", "xhtml"})
"""R4's Extension has a value of every primitive type; these two came with R5 or stand in narratives only."""


@dataclass(frozen=True, slots=True)
class ResourceReport:
    """One resource or NDJSON line: ``place`` in the file, its type and id, the patient it is about, its ``issues``."""

    place: str
    resource_type: str
    id: str | None
    patient: str | None
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FhirReport:
    """What an import found: ``kind`` is ``bundle``, ``ips``, ``resource`` or ``ndjson``; counts are by type."""

    kind: str
    resources: int
    counts: dict[str, int]
    patients: tuple[str, ...]
    profiles: tuple[str, ...] = ()


def looks_like_fhir(first: bytes) -> bool:
    """Whether the beginning of a file is JSON that names a resourceType."""
    return first.lstrip()[:1] == b"{" and b'"resourceType"' in first


def validate_document(path: Path) -> FhirReport:
    """Return the report of a JSON file with one resource; raises :class:`FhirRefused` listing every wrong path.

    A Bundle is ``ips`` when it is a document whose Composition has the IPS type.
    """
    if path.stat().st_size > MAX_DOCUMENT:
        raise FhirRefused(path.name, [f"it has more than {MAX_DOCUMENT >> 20} MiB; import it as NDJSON"])
    try:
        document = _parse(path.read_bytes())
    except ValueError as error:
        raise FhirRefused(path.name, [f"it is not JSON ({error})"]) from error
    issues = validate_resource(document)
    if issues:
        raise FhirRefused(path.name, issues)
    if document["resourceType"] != "Bundle":
        return FhirReport("resource", 1, {document["resourceType"]: 1}, _patients([document]))
    issues = _bundle_issues(document)
    if issues:
        raise FhirRefused(path.name, issues)
    resources = [entry["resource"] for entry in document.get("entry", []) if "resource" in entry]
    counts = Counter(str(resource["resourceType"]) for resource in resources)
    kind = "ips" if _is_ips(document, resources) else "bundle"
    profiles = tuple(sorted({str(p) for r in [document, *resources] for p in r.get("meta", {}).get("profile", [])}))
    return FhirReport(kind, len(resources), dict(counts), _patients(resources), profiles)


def validate_resource(document: Any) -> list[str]:
    """Return what is wrong with one resource as ``path: reason``; an empty list when it is valid FHIR R4."""
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        return ["resourceType: a FHIR resource is a JSON object that names its resourceType"]
    try:
        model = get_fhir_model_class(document["resourceType"])
    except ValueError:
        return [f"resourceType: FHIR R4 has no resource {document['resourceType'][:60]!r}"]
    try:
        model.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        if missed := [fault["loc"] for fault in faults if _is_missed_sibling(fault)]:
            return _validate_apart(document, missed)
        return _issues(faults)
    except (KeyError, TypeError, AttributeError):
        # The library looks up a nested resource's type, and takes a url apart, before it has checked either.
        return ["resource: a resource inside it is of a type that FHIR R4 does not have, or a url in it is no text"]
    return []


def _is_missed_sibling(fault: ErrorDetails) -> bool:
    """Whether the library knows an Extension's ``valueCode`` but not the ``_valueCode`` that every primitive has."""
    *_, parent, _, name = ("", "", "", *fault["loc"])
    return fault["type"] == "extra_forbidden" and parent in _EXTENSIONS and name in _SIBLINGS


def _validate_apart(document: dict[str, Any], siblings: list[tuple[int | str, ...]]) -> list[str]:
    """Faults of the siblings that the library misses, each as the Element it is, and of the document without them."""
    rest = copy.deepcopy(document)
    issues: list[str] = []
    for location in siblings:
        holder: Any = rest
        for part in location[:-1]:
            holder = holder[part]
        sibling = holder.pop(location[-1])
        if not isinstance(sibling, dict):
            issues.append(f"{_path(location)}: it must be an object with an id or an extension")
            continue
        try:
            get_fhir_model_class("FHIRPrimitiveExtension").model_validate(sibling)
        except ValidationError as error:
            issues += _issues(error.errors(include_url=False), location)
    return [*issues, *validate_resource(rest)][:MAX_ISSUES]


def _issues(faults: list[ErrorDetails], place: tuple[int | str, ...] = ()) -> list[str]:
    found = [f"{_path((*place, *fault['loc']))}: {fault['msg']}" for fault in faults]
    return list(dict.fromkeys(found))[:MAX_ISSUES]


def validate_ndjson(path: Path) -> tuple[FhirReport, list[ResourceReport]]:
    """Return the report of a Bulk NDJSON file and one entry per line; invalid lines are listed, not raised.

    Raises :class:`FhirRefused` when no line is valid: then it is no NDJSON of FHIR resources at all.
    """
    lines = [report for report, _, _ in read_ndjson(path)]
    valid = [line for line in lines if not line.issues]
    if not valid:
        issues = [f"{line.place}: {line.issues[0]}" for line in lines[:MAX_ISSUES]] or ["it is empty"]
        raise FhirRefused(path.name, issues)
    counts = Counter(line.resource_type for line in valid)
    patients = sorted({line.patient for line in valid if line.patient is not None})
    return FhirReport("ndjson", len(valid), dict(counts), tuple(patients)), lines


def read_ndjson(path: Path) -> Iterator[tuple[ResourceReport, int, bytes]]:
    """Yield each non-empty line's report with its place in the file and its bytes, in bounded memory (one line)."""
    with path.open("rb") as file:
        start = after = 0
        for number, line in enumerate(file, start=1):
            start, after = after, after + len(line)
            if not line.strip():
                continue
            place = f"line {number}"
            try:
                document = _parse(line)
            except ValueError as error:
                yield ResourceReport(place, "", None, None, (f"it is not JSON ({error})",)), start, line
                continue
            issues = tuple(validate_resource(document))
            resource = document if isinstance(document, dict) else {}
            kind, identifier = str(resource.get("resourceType", "")), resource.get("id")
            identifier = None if identifier is None else str(identifier)
            yield ResourceReport(place, kind, identifier, patient_of(resource), issues), start, line


def patient_of(resource: dict[str, Any]) -> str | None:
    """Return the id of the Patient a resource is or refers to (``subject``, ``patient``), None when it does to none."""
    if resource.get("resourceType") == "Patient":
        identifier = resource.get("id")
        return None if identifier is None else str(identifier)
    for field in ("subject", "patient", "beneficiary"):
        target = resource.get(field)
        reference = target.get("reference") if isinstance(target, dict) else None
        if isinstance(reference, str):
            kind, _, identifier = reference.rpartition("/")
            if kind.rpartition("/")[2] == "Patient":
                return identifier
            if reference.startswith("urn:uuid:"):
                return reference.removeprefix("urn:uuid:")
    return None


def _parse(data: bytes) -> Any:
    """The JSON in ``data``; raises ValueError, also for nesting that would overflow the parser's stack."""
    try:
        require_shallow(data)
    except NotCanonical as error:
        raise ValueError(error.message) from error
    return json.loads(data.decode("utf-8"))


def _bundle_issues(bundle: dict[str, Any]) -> list[str]:
    """Faults of a Bundle that the model lets pass: entries whose resource is of no known type or invalid."""
    issues: list[str] = []
    for index, entry in enumerate(bundle.get("entry", [])):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if resource is not None:
            issues += [f"entry[{index}].resource.{issue}" for issue in validate_resource(resource)]
        if len(issues) >= MAX_ISSUES:
            break
    return issues


def _is_ips(bundle: dict[str, Any], resources: list[dict[str, Any]]) -> bool:
    if bundle.get("type") != "document" or not resources or resources[0].get("resourceType") != "Composition":
        return False
    coding = resources[0].get("type", {}).get("coding", [])
    return any((code.get("system"), code.get("code")) == IPS_COMPOSITION for code in coding)


def _patients(resources: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({found for resource in resources if (found := patient_of(resource)) is not None}))


def _path(location: tuple[int | str, ...]) -> str:
    """``("entry", 3, "resource", "status")`` as ``entry[3].resource.status``."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or "resource"
