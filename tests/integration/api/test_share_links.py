"""A SMART Health Link gives its ciphertext to whoever holds it, until it expires, is deleted or was guessed at."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from medixain.audit.models import AuditEvent
from medixain.audit.services import audit_verify
from tests.integration.api.people import Patient
from wallets.sharelinks import services
from wallets.sharelinks.models import ShareLink
from wallets.sharelinks.services import passcode_hash_of, share_links_erase

JWE = "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVydGV4dA.dGFn"


def soon(**later: int) -> int:
    return int((timezone.now() + timedelta(**(later or {"days": 1}))).timestamp())


def make(patient: Patient, **changes: Any) -> dict[str, Any]:
    answer = patient.device.post("/share-links", {"ciphertext": JWE, "expires": soon(), **changes})
    assert answer.status_code == 201
    return dict(answer.json())


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def listed(patient: Patient) -> list[dict[str, Any]]:
    return list(patient.device.get("/share-links").json()["links"])


def unlock(client: Client, url: str, **body: Any) -> Any:
    return client.post(path_of(url), {"recipient": "Dr Ines Halloran", **body}, content_type="application/json")


def test_whoever_holds_the_link_reads_the_ciphertext_and_the_owner_sees_it(patient: Patient, client: Client) -> None:
    link = make(patient)
    answer = client.get(path_of(link["url"]), {"recipient": "Clinic Y"}, headers={"origin": "https://reader.example"})
    assert (answer.content.decode(), answer["Content-Type"]) == (JWE, "application/jose")
    assert (answer["Access-Control-Allow-Origin"], answer["Cache-Control"]) == ("*", "no-store")
    assert not answer.cookies
    [row] = listed(patient)
    assert (row["opened"], row["openings"][0]["recipient"], row["passcode"]) == (1, "Clinic Y", False)
    assert len(link["url"]) <= 128
    assert link["id"] not in link["url"]


def test_the_secret_is_kept_nowhere(patient: Patient) -> None:
    secret = make(patient)["url"].rsplit("/", 1)[1]
    row = ShareLink.objects.get()
    assert secret not in repr(row.__dict__)
    assert all(secret not in str(event.details) + event.subject for event in AuditEvent.objects.all())


def test_a_reader_says_who_it_is(patient: Patient, client: Client) -> None:
    url = path_of(make(patient)["url"])
    for given in ({}, {"recipient": " "}, {"recipient": "x" * 121}):
        answer = client.get(url, given)
        assert (answer.status_code, answer.json()["code"]) == (400, "recipient-missing")
    assert listed(patient)[0]["opened"] == 0


def test_a_passcode_is_asked_for_and_checked(patient: Patient, client: Client) -> None:
    url = make(patient, passcode_hash=passcode_hash_of("quiet heron"))["url"]
    assert client.get(path_of(url), {"recipient": "x"}).status_code == 405
    right = unlock(client, url, passcode="quiet heron")
    assert right.json() == {"files": [{"contentType": "application/fhir+json", "embedded": JWE}]}
    assert "quiet heron" not in ShareLink.objects.get().passcode


def test_wrong_passcodes_use_the_link_up_for_good(patient: Patient, client: Client) -> None:
    url = make(patient, passcode_hash=passcode_hash_of("quiet heron"))["url"]
    left = [unlock(client, url, passcode="guess").json()["remainingAttempts"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    gone = unlock(client, url, passcode="quiet heron")
    assert (gone.status_code, gone.json()["code"]) == (404, "no-such-link")
    assert ShareLink.objects.get().ciphertext == ""
    assert listed(patient)[0]["attempts_left"] == 0


def test_a_right_passcode_does_not_give_attempts_back(patient: Patient, client: Client) -> None:
    url = make(patient, passcode_hash=passcode_hash_of("quiet heron"))["url"]
    unlock(client, url, passcode="guess")
    unlock(client, url, passcode="quiet heron")
    assert unlock(client, url).json() == {"remainingAttempts": 3}


def test_a_long_document_is_fetched_once_from_an_address_of_its_own(patient: Patient, client: Client) -> None:
    url = make(patient)["url"]
    [file] = unlock(client, url, embeddedLengthMax=10).json()["files"]
    first = client.get(path_of(file["location"]))
    assert (first.status_code, first.content.decode()) == (200, JWE)
    assert client.get(path_of(file["location"])).status_code == 404


def test_unknown_expired_deleted_and_used_up_look_the_same(patient: Patient, client: Client) -> None:
    deleted, expired = make(patient), make(patient)
    assert patient.device.delete(f"/share-links/{deleted['id']}", None).status_code == 204
    ShareLink.objects.filter(id=UUID(expired["id"])).update(expires=timezone.now())
    unknown = expired["url"].rsplit("/", 1)[0] + "/" + "a" * 43
    answers = [client.get(path_of(url), {"recipient": "x"}).json() for url in (deleted["url"], expired["url"], unknown)]
    assert [answer["code"] for answer in answers] == ["no-such-link"] * 3
    assert len({str(answer) for answer in answers}) == 1


def test_what_expired_is_erased_and_the_audit_log_holds(patient: Patient, client: Client) -> None:
    kept, expired = make(patient), make(patient)
    client.get(path_of(kept["url"]), {"recipient": "x"})
    ShareLink.objects.filter(id=UUID(expired["id"])).update(expires=timezone.now())
    assert share_links_erase() == 1
    assert [str(row.id) for row in ShareLink.objects.all()] == [kept["id"]]
    assert audit_verify() > 0


def test_a_link_is_its_owner_s(patient: Patient, other: Patient) -> None:
    link = make(patient)
    assert listed(other) == []
    assert other.device.delete(f"/share-links/{link['id']}", None).status_code == 404
    assert len(listed(patient)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"ciphertext": "{}"}, {"ciphertext": "a.b.c"}, {"ciphertext": ""}, {"expires": 0}, {"expires": soon(days=366)},
        {"passcode_hash": "quiet heron"},
    ],
)  # fmt: skip
def test_what_is_no_link_is_refused(patient: Patient, change: dict[str, Any]) -> None:
    answer = patient.device.post("/share-links", {"ciphertext": JWE, "expires": soon(), **change})
    assert answer.status_code == 400


def test_an_account_has_only_so_many_links(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_LINKS", 1)
    make(patient)
    answer = patient.device.post("/share-links", {"ciphertext": JWE, "expires": soon()})
    assert (answer.status_code, answer.json()["code"]) == (409, "too-many-links")


def test_a_document_of_eight_mebibytes_fits(patient: Patient, client: Client) -> None:
    long = "e..i." + "c" * (8 * 1024 * 1024 - 7) + ".t"
    link = make(patient, ciphertext=long)
    assert len(client.get(path_of(link["url"]), {"recipient": "x"}).content) == 8 * 1024 * 1024


def test_only_the_last_openings_are_kept(patient: Patient, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "KEPT_OPENINGS", 2)
    link = make(patient)
    for name in ("first", "second", "third"):
        client.get(path_of(link["url"]), {"recipient": name})
    [row] = listed(patient)
    assert ([one["recipient"] for one in row["openings"]], row["opened"]) == (["third", "second"], 3)
