"""Writes the FHIR samples: ``python -m tests.vectors.fhir.make``.

Each sample is a JSON text and whether the Python client takes it. There are samples by hand, one for each rule, and
resources of the synthetic people with one thing changed, by chance from a seed. Beside them are files of Bulk NDJSON,
and how the Python client sorts their lines by patient.
"""

import copy
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from medixain.demo.synthetic import BundleMaker
from medixain.sdk.fhir import validate_resource
from medixain.sdk.importing import by_patient

CASES: Final = Path(__file__).parent / "cases.json"
BULK: Final = Path(__file__).parent / "bulk.json"
CHANGES: Final = 400

_PATIENT = {"resourceType": "Patient"}
_CODED = {"resourceType": "Observation", "status": "final", "code": {"text": "a"}}
_REASON = {"extension": [{"url": "http://example.org/why", "valueString": "asked but unknown"}]}

_VALUES: dict[str, tuple[Any, ...]] = {
    "active": (True, "true", "yes", "T", 1, 0, 2, "maybe", None, [], {}),
    "multipleBirthInteger": (1, "12", 1.5, True, 2**31 - 1, 2**31, "1.0", "007", "x", None),
    "birthDate": ("2020", "2020-02", "2020-02-29", "2020-02-30", "2020-13", "0000", "2020-1-1", 86400, 2020, True, ""),
    "deceasedDateTime": ("2020-02-28T10:00:00Z", "2020-02-28T10:00:60Z", "2020-02-28T10:00:00", "2020-02-28T24:00:00Z",
                         "2020-02-28T10:00:00.123+14:00", "2020-02-28T10:00:00+15:00", "2020-02-30T10:00:00Z", 1000000),
    "id": ("a", "a-b.C", "a b", "_", "x" * 255, "x" * 256, "", 5),
    "gender": ("female", "frog", "a b", "a  b", " a", "", 1),
    "implicitRules": ("http://a", "", "a b", 5),
    "name": ([], [{}], [None], {}, "x", [1], [{"family": ""}], [{"family": " "}], [{"family": "\u00a0"}],
             [{"family": 1}], [{"given": [None, "a"], "_given": [{"id": "a"}, None]}], [{"given": "a"}],
             [{"use": "official", "x": 1}]),
    "text": ({"status": "generated", "div": "<div/>"}, {"status": "generated"}, {"div": "x"}, {}),
    "contained": ([{"resourceType": "Patient"}], [{"resourceType": "HumanName"}], [{"id": "a"}], [1],
                  [{"resourceType": "Patient", "x": 1}],
                  [{"resourceType": "Nope"}], [{"resourceType": 5}]),
    "extension": ([{"url": "a"}], [{"valueString": "a"}], [{"url": "a", "valueString": "a", "valueCode": "b"}],
                  [{"url": "a", "valueUuid": "c757873d-ec9a-4326-a141-556f43239520"}],
                  [{"url": "a", "valueUuid": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}],
                  [{"url": "a", "valueUuid": "c757873d-ec9a-1326-a141-556f43239520"}],
                  [{"url": "a", "valueOid": "urn:oid:1.2.3"}], [{"url": "a", "valueOid": "1.2.3"}],
                  [{"url": "a", "valueOid": "urn:oid:1.02"}], [{"url": "a", "valuePositiveInt": 0}],
                  [{"url": "a", "valueUnsignedInt": 0}], [{"url": "a", "valueUnsignedInt": -1}],
                  [{"url": "a", "valueUrl": "x y"}], [{"url": "a", "valueUrl": 5}],
                  [{"url": "a", "valueMarkdown": ""}], [{"url": "a", "valueInstant": "2020-01-01"}],
                  [{"url": "a", "valueInstant": "2020-01-01T00:00:00Z"}],
                  [{"url": "a", "_valueString": _REASON}], [{"url": "a", "valueInteger": 1, "_valueInteger": _REASON}],
                  [{"url": "a", "_valueString": {}}], [{"url": "a", "_valueString": "a"}],
                  [{"url": "a", "_valueString": {"x": 1}}], [{"url": "a", "_valueQuantity": _REASON}],
                  [{"url": "a", "_valueNope": _REASON}], [{"url": "a", "valueInteger": "x", "_valueCode": _REASON}],
                  [{"url": "a", "extension": [{"url": "b", "_valueCode": _REASON}]}]),
    "_active": ({"id": "a"}, {}, {"extension": []}, {"valueString": "a"}, 5, [{"id": "a"}]),
    "fhir_comments": ("a", ["a"], 1),
    "foo": (1,),
    "resource": ({},),
    "generalPractitioner": ([{"reference": "Practitioner/1"}], [{"reference": 5}], [{"type": ["x"]}]),
}  # fmt: skip
_OBSERVED: dict[str, tuple[Any, ...]] = {
    "valueQuantity": ({"value": 1}, {"value": 1.5}, {"value": "1.5"}, {"value": "x"}, {"value": True}, {"value": "01"},
                      {"value": 1e300}, {"value": None}, {"value": 1, "resourceType": "Quantity"},
                      {"value": 1, "resourceType": "Money"}),
    "valueTime": ("10:00:00", "24:00:00", "10:00", 36000),
    "status": (None, "x"),
    "code": (None, [], "x"),
}  # fmt: skip


def documents() -> Iterator[Any]:
    """Yield every sample."""
    for name, values in _VALUES.items():
        yield from ({**_PATIENT, name: value} for value in values)
    for name, values in _OBSERVED.items():
        yield from ({**_CODED, name: value} for value in values)
    yield from (_PATIENT, {}, [], 5, None, "Patient", {"resourceType": "Nope"}, {"resourceType": 5})
    yield {**_PATIENT, "deceasedDateTime": "2020", "deceasedBoolean": False}
    yield {**_PATIENT, "deceasedDateTime": None, "deceasedBoolean": False}
    yield {**_CODED, "valueString": "a", "valueInteger": 0}
    yield {"resourceType": "Observation", "code": {"text": "a"}, "_status": _REASON}
    yield {"resourceType": "Observation", "code": {"text": "a"}, "_status": {"id": "a"}}
    yield from ({"resourceType": "Observation"}, {"resourceType": "Bundle"})
    yield {"resourceType": "HumanName", "family": "a"}
    for data in ("", "YQ==", "YQ", "Y Q==", "YQ=\n=", "Y*Q=", "-_-_", "YWI", "YWJj\n", "YR==", "YQ==x", 5):
        yield {"resourceType": "Binary", "contentType": "a/b", "data": data}
    for entry in ([], None, [{}], [None], [{"resource": _PATIENT}], [{"resource": {**_PATIENT, "x": 1}}], {}):
        yield {"resourceType": "Bundle", "type": "collection", "entry": entry}
    yield {"resourceType": "Immunization", "status": "completed", "vaccineCode": {}, "patient": {}}
    yield from _changed()


def _changed() -> Iterator[Any]:
    chance = random.Random("fhir/changes")
    resources = [entry["resource"] for seed in range(6) for entry in _entries(seed)]
    yield from resources[:12]
    for _ in range(CHANGES):
        document = copy.deepcopy(chance.choice(resources))
        _change(document, chance)
        yield document


def _entries(seed: int) -> list[dict[str, Any]]:
    maker = BundleMaker(seed)
    maker.conditions()
    maker.measurements(1)
    return maker.entries


def _change(document: Any, chance: random.Random) -> None:
    """Change one member, somewhere: drop, rename, replace, or wrap it in a list."""
    holder = document
    while True:
        name = chance.choice(sorted(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        inner = holder[name]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.25:
            break
        holder = inner
    kind = chance.randrange(4)
    if kind == 0:
        del holder[name]
    elif kind == 1 and isinstance(holder, dict) and name != "resourceType":
        holder[f"{name}{chance.choice(('X', 's', ''))}" if chance.random() < 0.5 else f"_{name}"] = holder.pop(name)
    elif kind == 2:
        holder[name] = [holder[name]]
    else:
        # No text in place of an object: Python's models unpack JSON inside it, and the vault does not.
        texts = ["", "x", "2020-01-01"] if isinstance(inner, str) else []
        values: list[Any] = [None, 5, 1.5, True, [], {}, [None], {"a": 1}, *texts]
        holder[name] = chance.choice(values)


_BULK_FILES: Final = {
    "Patient.ndjson": '{"resourceType":"Patient","id":"bert"}\n{ "resourceType":"Patient",  "id":"anna" }',
    "AllergyIntolerance.ndjson": (
        '{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/bert"}}\r\n'
        "\n \n"
        '{"resourceType":"AllergyIntolerance","patient":{"reference":"https://a.example/fhir/Patient/anna"},"code":'
        '{"text":"Bärlauch"}}\n'
        '{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/anna"},"onsetAge":"x"}\n'
        '{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/carl"},"onsetAge":"x"}\n'
        '{"resourceType":"Nope"}\n'
        "not json\n"
        '{"resourceType":"Organization","name":"A practice"}\n'
    ),
    "Observation.ndjson": "".join(
        json.dumps({**_CODED, "subject": {"reference": reference}}) + "\n"
        for reference in ("urn:uuid:anna", "urn:uuid:0/Patient/bert", "Group/bert", "Patient/anna")
    ),
    "empty.ndjson": "",
}


def bulk() -> dict[str, Any]:
    """Files of Bulk NDJSON, and what is in them for whom."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in _BULK_FILES]
        for path in paths:
            path.write_bytes(_BULK_FILES[path.name].encode())
        patients, left_out = by_patient(paths)
        opened = [path.open("rb") for path in paths]
        try:
            sizes = [sum(map(len, patient.content(opened))) for patient in patients]
        finally:
            for file in opened:
                file.close()
    return {
        "files": [{"name": name, "text": text} for name, text in _BULK_FILES.items()],
        "patients": [
            {
                "patient": patient.patient,
                "digest": patient.digest,
                "size": size,
                "counts": dict(sorted(patient.counts.items())),
                "refused": [[report.place, report.resource_type] for report in patient.refused],
            }
            for patient, size in zip(patients, sizes, strict=True)
        ],
        "left_out": [[report.place, report.resource_type, bool(report.issues)] for report in left_out],
    }


def main() -> None:
    """Write the samples, each once, and the files of Bulk NDJSON."""
    BULK.write_text(json.dumps(bulk(), indent=1) + "\n", encoding="utf-8")
    texts = {json.dumps(document): document for document in documents()}
    cases = [{"document": text, "accepted": not validate_resource(document)} for text, document in texts.items()]
    CASES.write_text(json.dumps(cases, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
