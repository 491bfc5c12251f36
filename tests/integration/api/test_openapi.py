"""Requests made up from the OpenAPI document: whatever is sent, the platform answers as the document says."""

import hashlib
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.transport.requests import REQUESTS_TRANSPORT

from tests.integration.api.audited import audited
from tests.integration.api.conftest import exchange_of
from tests.integration.api.people import Device, Patient
from tests.openapi import platform_document

EXAMPLES = 3
"""Requests to each operation that fit the document, and as many that do not; they are the same in every run."""


@pytest.fixture(autouse=True)
def as_documented() -> None:
    """What is made up here need not be as the document says; :func:`send` looks at the answers."""


def send(device: Device, case: Any) -> Any:
    """Send what was made up, with the device's proof: otherwise nearly everything would end as 401."""
    made = REQUESTS_TRANSPORT.serialize_case(case, base_url="http://testserver")
    wanted = {name: made.get(name) for name in ("method", "url", "headers", "params", "data", "json", "cookies")}
    request = requests.Request(**wanted).prepare()
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    path = RequestFactory().generic(str(request.method), request.path_url).get_full_path()
    proofs = device.headers(str(request.method), path, hashlib.sha256(content).hexdigest())
    headers = {name: value for name, value in request.headers.items() if name.lower() != "node-proof"} | proofs
    with audited(f"{request.method} {path}"):
        response = Client(raise_request_exception=False).generic(
            str(request.method), path, content, request.headers.get("Content-Type", ""), headers=headers
        )
    exchange = exchange_of(str(request.method), path, content, response, {"headers": headers})
    platform_document().check(exchange, made_up=True)
    return response


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_sent_is_answered_as_documented(patient: Patient, mode: GenerationMode) -> None:
    made_up = schemathesis.openapi.from_dict(Client().get("/api/v1/schema/?format=json").json())
    asked: set[str] = set()
    statuses: set[int] = set()
    for result in made_up.get_all_operations():
        operation = result.ok()
        assert patient.device.sign_in().status_code == 201  # one of the operations signs out

        @settings(
            max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def hold(case: Any) -> None:
            response = send(patient.device, case)
            statuses.add(response.status_code)
            assert response.status_code < 500, response.content[:300]

        with suppress(Unsatisfiable):  # nothing can be wrong with a request that takes nothing
            hold()
        asked.add(operation.definition.raw["operationId"])
    assert asked == set(platform_document().operations)
    assert mode == GenerationMode.NEGATIVE or {200, 201, 204} <= statuses
