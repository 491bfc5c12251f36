"""Synthetic people and their FHIR R4 Bundles, made from a seed. Nobody here exists.

The bundles are what a practice's system would export: a Patient with what was found, given and planned for them,
coded in LOINC, SNOMED CT, ICD-10 and CVX. They validate with ``fhir.resources.R4B``.
"""

import hashlib
import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
CVX = "http://hl7.org/fhir/sid/cvx"
CLINICAL_STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical"
UCUM = "http://unitsofmeasure.org"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"

GIVEN = ("Ada", "Bruno", "Carla", "Dimitri", "Elif", "Farid", "Greta", "Hamza", "Iris", "Jonas", "Keiko", "Lucia")
FAMILY = ("Tarnwood", "Quillfeather", "Brackenridge", "Ostrowell", "Marchbanks", "Lindqvister", "Fenwicke", "Abernathe")
TOWNS = ("Lindenhof", "Tarn", "Oldmarsh", "Saltby")

CONDITIONS = (
    ("J45.909", "Asthma"),
    ("E11.9", "Type 2 diabetes mellitus"),
    ("I10", "Essential hypertension"),
    ("G43.909", "Migraine"),
)
ALLERGIES = (
    ("91936005", "Allergy to penicillin"),
    ("91935009", "Allergy to peanut"),
    ("300916003", "Allergy to latex"),
)
MEDICATION = (
    ("372687004", "Amoxicillin"),
    ("372567009", "Metformin"),
    ("386873009", "Lisinopril"),
    ("372897005", "Salbutamol"),
)
VACCINES = (("140", "Influenza"), ("208", "COVID-19"), ("115", "Tdap"))


@dataclass(frozen=True)
class Measurement:
    """A laboratory value's LOINC code, name, UCUM unit and the range (mean, spread) it is drawn from."""

    code: str
    name: str
    unit: str
    mean: float
    spread: float


MEASUREMENTS = (
    Measurement("4548-4", "Haemoglobin A1c", "%", 6.1, 0.6),
    Measurement("8480-6", "Systolic blood pressure", "mm[Hg]", 131, 11),
    Measurement("8462-4", "Diastolic blood pressure", "mm[Hg]", 82, 7),
    Measurement("29463-7", "Body weight", "kg", 74, 6),
    Measurement("2093-3", "Cholesterol", "mg/dL", 192, 22),
)


def nhs_number(seed: int) -> str:
    """A ten-digit number with a right modulus-11 check digit, in the 999 range kept for tests."""
    # Two serials apart: neighbours never both lack a check digit, so no two seeds share a number.
    serial = 999_000_000 + 2 * seed
    while True:
        digits = [int(digit) for digit in str(serial)]
        check = 11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=True)) % 11
        if check != 10:
            return f"{serial}{0 if check == 11 else check}"
        serial += 1


@dataclass(frozen=True)
class Person:
    """A synthetic person: name, birth date, administrative gender, town and national number."""

    given: str
    family: str
    born: date
    gender: str
    town: str
    number: str

    @property
    def name(self) -> str:
        """The name as people say it."""
        return f"{self.given} {self.family}"


def person(seed: int) -> Person:
    """The synthetic person of ``seed``."""
    chance = random.Random(seed)
    return Person(
        given=GIVEN[seed % len(GIVEN)],
        family=FAMILY[(seed * 5 + 1) % len(FAMILY)],
        born=date(1940, 1, 1) + timedelta(days=chance.randrange(27_000)),
        gender=chance.choice(("female", "male", "other")),
        town=chance.choice(TOWNS),
        number=nhs_number(seed),
    )


class BundleMaker:
    """Builds one person's Bundle; ids follow from the seed, so the same seed makes the same bytes."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.person = person(seed)
        self.chance = random.Random(f"bundle/{seed}")
        self.entries: list[dict[str, Any]] = []
        self.patient = self._add("Patient", {
            "identifier": [{"system": NHS_NUMBER, "value": self.person.number}],
            "name": [{"use": "official", "family": self.person.family, "given": [self.person.given]}],
            "gender": self.person.gender,
            "birthDate": self.person.born.isoformat(),
            "address": [{"city": self.person.town, "country": "GB"}],
        })  # fmt: skip
        self.subject = {"reference": self.patient, "display": self.person.name}

    def _add(self, kind: str, content: dict[str, Any]) -> str:
        digest = hashlib.sha256(f"{self.seed}/{len(self.entries)}".encode()).digest()
        url = f"urn:uuid:{UUID(bytes=digest[:16], version=4)}"
        self.entries.append({"fullUrl": url, "resource": {"resourceType": kind, "id": url[9:], **content}})
        return url

    @staticmethod
    def _coded(system: str, code: str, display: str) -> dict[str, Any]:
        return {"coding": [{"system": system, "code": code, "display": display}], "text": display}

    def _day(self, index: int, of: int) -> datetime:
        days = int(2000 * index / of) + self.chance.randrange(20)
        return datetime(2021, 3, 1, 9, 20, tzinfo=UTC) + timedelta(days=days)

    def conditions(self) -> None:
        """Conditions, allergies, medication and immunisations."""
        for code, display in self.chance.sample(CONDITIONS, 2):
            self._add("Condition", {
                "clinicalStatus": self._coded(CLINICAL_STATUS, "active", "Active"),
                "code": self._coded(ICD10, code, display),
                "subject": self.subject,
                "onsetDateTime": "2019-05-02",
            })  # fmt: skip
        code, display = self.chance.choice(ALLERGIES)
        allergy = self._coded(SNOMED, code, display)
        self._add("AllergyIntolerance", {"code": allergy, "patient": self.subject, "criticality": "high"})
        code, display = self.chance.choice(MEDICATION)
        self._add("MedicationStatement", {
            "status": "active",
            "medicationCodeableConcept": self._coded(SNOMED, code, display),
            "subject": self.subject,
        })  # fmt: skip
        for index, (code, display) in enumerate(self.chance.sample(VACCINES, 2)):
            self._add("Immunization", {
                "status": "completed", "vaccineCode": self._coded(CVX, code, display), "patient": self.subject,
                "occurrenceDateTime": self._day(index, 2).date().isoformat(),
            })  # fmt: skip

    def measurements(self, visits: int) -> None:
        """``visits`` encounters with one of each measurement."""
        for visit in range(visits):
            when = self._day(visit, visits).isoformat()
            for kind in MEASUREMENTS:
                value = round(self.chance.gauss(kind.mean, kind.spread), 1)
                self._add("Observation", {
                    "status": "final", "code": self._coded(LOINC, kind.code, kind.name), "subject": self.subject,
                    "effectiveDateTime": when,
                    "valueQuantity": {"value": value, "unit": kind.unit, "system": UCUM, "code": kind.unit},
                })  # fmt: skip

    def bytes(self) -> bytes:
        """The Bundle as UTF-8 JSON."""
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": self.entries}
        return json.dumps(bundle, ensure_ascii=False, indent=1).encode("utf-8")


def bundle(seed: int, *, visits: int = 6) -> bytes:
    """A FHIR R4 Bundle (collection) of the synthetic person of ``seed`` with ``visits`` rounds of measurements."""
    maker = BundleMaker(seed)
    maker.conditions()
    maker.measurements(visits)
    return maker.bytes()
