"""FHIR on import: good files pass as they are, bad ones are refused with every wrong path."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medixain.demo.synthetic import bundle
from medixain.sdk import fhir
from medixain.sdk.errors import FhirRefused
from medixain.sdk.importing import by_patient
from medixain.sdk.records import detect

PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "p1", "gender": "female"}


def allergy(patient: str, identifier: str = "a1") -> dict[str, Any]:
    return {"resourceType": "AllergyIntolerance", "id": identifier, "patient": {"reference": f"Patient/{patient}"}}


def written(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def lines(path: Path, *documents: object) -> Path:
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    return path


def test_a_bundle_is_reported_by_type_and_patient(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(bundle(7))
    report = fhir.validate_document(file)
    assert report.kind == "bundle"
    assert report.counts["Patient"] == 1
    assert sum(report.counts.values()) == report.resources
    assert len(report.patients) == 1


def test_an_ips_document_is_known_by_its_composition(tmp_path: Path) -> None:
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5"}]},
        "subject": {"reference": "Patient/p1"},
        "date": "2026-01-01",
        "author": [{"display": "Dr A"}],
        "title": "Patient summary",
    }
    entries = [{"resource": composition}, {"resource": PATIENT}]
    document = {"resourceType": "Bundle", "type": "document", "entry": entries}
    assert fhir.validate_document(written(tmp_path / "ips.json", document)).kind == "ips"
    document["type"] = "collection"
    assert fhir.validate_document(written(tmp_path / "no.json", document)).kind == "bundle"


def test_every_wrong_path_is_named(tmp_path: Path) -> None:
    document = json.loads(bundle(7))
    document["entry"][0]["resource"]["gender"] = 7
    document["entry"][1]["resource"]["unheardOf"] = True
    with pytest.raises(FhirRefused) as refusal:
        fhir.validate_document(written(tmp_path / "bad.json", document))
    named = "\n".join(refusal.value.issues)
    assert "entry[0].resource.gender" in named
    assert "entry[1].resource.unheardOf" in named


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"resourceType": 5}', b'{"resourceType": "Nonsense"}', b"[" * 100_000]
)
def test_what_is_no_fhir_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    with pytest.raises(FhirRefused):
        fhir.validate_document(file)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_makes_validation_fail_otherwise(document: Any) -> None:
    assert fhir.validate_resource(document)


def test_ndjson_is_reported_line_by_line(tmp_path: Path) -> None:
    file = lines(tmp_path / "a.ndjson", PATIENT, {**PATIENT, "gender": 5}, allergy("p1"))
    file.write_bytes(file.read_bytes() + b"\nnot json\n")
    report, found = fhir.validate_ndjson(file)
    assert (report.resources, report.counts) == (2, {"Patient": 1, "AllergyIntolerance": 1})
    assert [(line.place, bool(line.issues)) for line in found] == [
        ("line 1", False), ("line 2", True), ("line 3", False), ("line 5", True),
    ]  # fmt: skip
    with pytest.raises(FhirRefused):
        detect(file, None)


def test_a_file_without_one_valid_line_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"junk\n"):
        file = tmp_path / "j.ndjson"
        file.write_bytes(content)
        with pytest.raises(FhirRefused):
            fhir.validate_ndjson(file)


def test_lines_are_sorted_by_patient_as_they_came(tmp_path: Path) -> None:
    organisation = {"resourceType": "Organization", "id": "o", "name": "Clinic"}
    first = lines(tmp_path / "P.ndjson", PATIENT, {**PATIENT, "id": "p2"}, organisation)
    second = lines(tmp_path / "A.ndjson", allergy("p2"), {"resourceType": "Nope"})
    patients, left_out = by_patient([first, second])
    assert [one.patient for one in patients] == ["p1", "p2"]
    original = first.read_bytes().splitlines(keepends=True)[1] + second.read_bytes().splitlines(keepends=True)[0]
    with first.open("rb") as one, second.open("rb") as two:
        assert b"".join(patients[1].content([one, two])) == original
    assert [(one.place, bool(one.issues)) for one in left_out] == [
        ("P.ndjson line 3", False),
        ("A.ndjson line 2", True),
    ]


@pytest.mark.parametrize(
    ("resource", "patient"),
    [
        (PATIENT, "p1"),
        (allergy("p9"), "p9"),
        ({"resourceType": "Observation", "subject": {"reference": "http://h/fhir/Patient/7"}}, "7"),
        ({"resourceType": "Observation", "subject": {"reference": "urn:uuid:abc"}}, "abc"),
        ({"resourceType": "Observation", "subject": {"reference": "Group/7"}}, None),
        ({"resourceType": "Organization"}, None),
        ({"resourceType": "Observation", "subject": "p1"}, None),
    ],
)
def test_whom_a_resource_is_about(resource: dict[str, Any], patient: str | None) -> None:
    assert fhir.patient_of(resource) == patient


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", b"%PDF-1.7", "pdf"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image"),
        ("a.dcm", bytes(128) + b"DICM", "dicom"),
        ("a.vcf", b"##fileformat=VCFv4.2\n", "genomic"),
        ("a.txt", "Größe 1,80".encode(), "text"),
        ("a.bin", b"\xff\xfe\x00", "other"),
        ("a.bin", b"a\x00b", "other"),
        ("a.json", b'{"hello": 1}', "text"),
    ],
)
def test_types_are_found_out_from_the_content(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert detect(file, None) == (kind, None)


def test_a_type_given_must_be_true(tmp_path: Path) -> None:
    file = written(tmp_path / "p.json", PATIENT)
    assert detect(file, None)[0] == "fhir-resource"
    assert detect(file, "other") == ("other", None)
    with pytest.raises(FhirRefused):
        detect(file, "ips")
