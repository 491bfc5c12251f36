"""The browser vault validates FHIR as this client does: the table and the samples both hold to are up to date."""

import json

import pytest

from medixain.sdk.fhir import validate_resource
from tests.vectors.fhir import make, table

CASES = json.loads(make.CASES.read_text(encoding="utf-8"))


def test_the_browsers_table_is_this_clients_models() -> None:
    assert table.TABLE.read_bytes() == table.encode(table.make()), "run python -m tests.vectors.fhir.table"


def test_this_client_judges_every_sample_as_the_browser_does() -> None:
    wrong = [case for case in CASES if (not validate_resource(json.loads(case["document"]))) != case["accepted"]]
    assert wrong == []


def test_bulk_files_are_sorted_by_patient_as_in_the_browser() -> None:
    assert json.loads(make.BULK.read_text(encoding="utf-8")) == make.bulk(), "run python -m tests.vectors.fhir.make"


@pytest.mark.parametrize("accepted", [True, False])
def test_samples_of_both_kinds_are_many(accepted: bool) -> None:
    assert sum(case["accepted"] is accepted for case in CASES) > 100
