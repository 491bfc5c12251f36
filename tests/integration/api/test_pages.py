"""Pages say what the server may know and nothing else; operators come in with their account only."""

import re

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from tests.integration.api.chain import TestChain
from tests.integration.api.conftest import Settle
from tests.integration.api.people import Patient, make_record

PUBLIC = ["/", "/patient/", "/practice/", "/institutions/", "/operator/accounts/login/"]
OPERATORS = [
    "/operator/", "/operator/chain/", "/operator/miners/",
    "/operator/chainindex/transaction/", "/operator/chainindex/chainevent/",
    "/operator/registry/institution/", "/operator/registry/institutionvote/", "/operator/registry/professional/",
    "/operator/registry/node/", "/operator/audit/auditevent/", "/operator/auth/user/",
]  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_load_nothing_from_elsewhere_and_nothing_inline(
    client: Client, chain: TestChain, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "trusted-types portal htmx" in policy
    assert answer["X-Frame-Options"] == "DENY"
    html = answer.content.decode()
    assert not re.search(r'(src|href)="https?://|\sstyle="|<style|<script(?![^>]*src)', html)
    assert html.count("<h1") == 1
    assert '<html lang="en' in html


@pytest.mark.parametrize("path", PUBLIC[:4])
def test_pages_stand_without_a_chain(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 200


def test_what_does_not_exist_is_a_page_or_a_problem(client: Client, db: None) -> None:
    page = client.get("/nowhere/")
    assert (page.status_code, page["Content-Type"].split(";")[0]) == (404, "text/html")
    problem = client.get("/api/v1/nowhere")
    assert (problem.status_code, problem.json()["code"]) == (404, "not-found")
    assert problem["Content-Type"] == "application/problem+json"


def test_a_link_from_the_device_opens_the_own_page_once(patient: Patient, client: Client, settle: Settle) -> None:
    made = make_record(patient, patient.keys.slot("profile"))
    patient.device.upload(made.content)
    patient.device.post("/records", made.body)
    link = patient.device.post("/page-links", None).json()["url"]
    path = "/" + link.split("/", 3)[3]
    opened = client.get(path, follow=True)
    html = opened.content.decode()
    assert opened.redirect_chain == [("/patient/", 302)]
    assert "Encrypted record" in html
    for secret in (patient.keys.wallet_id, patient.keys.wallet_id.lower(), patient.slot, patient.account):
        assert secret not in html
    assert Client().get(path).status_code == 410
    client.post("/leave/")
    assert "Encrypted record" not in client.get("/patient/").content.decode()


@pytest.fixture
def operator(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("operator", password="a long pass phrase"))
    return client


@pytest.mark.parametrize("path", OPERATORS)
def test_operators_pages_open_for_operators_only(operator: Client, patient: Patient, path: str) -> None:
    assert operator.get(path).status_code == 200
    stranger = Client().get(path)
    assert (stranger.status_code, "/operator/accounts/login/" in stranger["Location"]) == (302, True) or stranger[
        "Location"
    ].startswith("/operator/login/")


def test_operators_pages_stay_shut_without_the_second_factor(
    operator: Client, chain: TestChain, settings: LazySettings
) -> None:
    settings.OPERATOR_SECOND_FACTOR_REQUIRED = True
    answer = operator.get("/operator/chain/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(
        ("/operator/accounts/2fa/totp/activate", "/operator/accounts/reauthenticate")
    )


def test_an_operator_signs_in_with_name_and_password(chain: TestChain, client: Client) -> None:
    User.objects.create_superuser("operator", password="a long pass phrase")
    wrong = client.post("/operator/accounts/login/", {"login": "operator", "password": "guess"})
    assert wrong.status_code == 200
    right = client.post("/operator/accounts/login/", {"login": "operator", "password": "a long pass phrase"})
    assert (right.status_code, right["Location"]) == (302, "/operator/")


def test_audit_events_cannot_be_changed_by_operators(operator: Client, patient: Patient) -> None:
    page = operator.get("/operator/audit/auditevent/1/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert operator.get("/operator/audit/auditevent/add/").status_code == 403
    assert operator.post("/operator/audit/auditevent/1/delete/", {"post": "yes"}).status_code == 403
