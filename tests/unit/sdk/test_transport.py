"""A platform that is too busy for a moment is waited for, as long as it asks and no longer."""

import json
from collections.abc import Iterator

import httpx
import pytest

from keymgmt.keys.signing import SigningKey
from medixain.sdk.errors import ServerRefused
from medixain.sdk.transport import PATIENCE, Api, Identity

ME = Identity(SigningKey.random())


class Busy:
    """Refuses requests with 429 as often as told, then answers."""

    def __init__(self, refusals: int, retry_after: str | None = "3") -> None:
        self.refusals = refusals
        self.headers = {} if retry_after is None else {"Retry-After": retry_after}
        self.seen: list[httpx.Request] = []
        self.proofs: list[str] = []
        self.pauses: list[float] = []
        device = SigningKey.random()
        self.api = Api(
            "http://localhost:1", lambda: device, httpx.MockTransport(self._answer), pause=self.pauses.append
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if request.url.path.endswith("/challenges"):
            at = {"domain": "localhost:1", "uri": "http://localhost:1", "chain_id": 1, "nonce": "0123456789abcdef"}
            return httpx.Response(201, json=at)
        if request.url.path.endswith("/sessions"):
            return httpx.Response(201, json={"token": "t"})
        self.seen.append(request)
        self.proofs.append(request.headers.get("Device-Proof", ""))
        if len(self.seen) <= self.refusals:
            return httpx.Response(429, json={"code": "too-many-requests", "detail": "Later."}, headers=self.headers)
        return httpx.Response(200, json={"ok": True})


def test_a_refused_request_is_sent_again_after_the_time_asked_for() -> None:
    busy = Busy(refusals=2)
    assert busy.api.post("/transactions", {"message": 1}, by=ME) == {"ok": True}
    assert busy.pauses == [3.0, 3.0]
    assert [json.loads(request.content) for request in busy.seen] == [{"message": 1}] * 3


def test_each_try_is_proven_anew_since_proofs_grow_old(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(1_000, 1_100))
    monkeypatch.setattr("medixain.sdk.transport.time.time", lambda: next(times))
    busy = Busy(refusals=1)
    busy.api.get("/messages", by=ME)
    first, second = (int(proof.split(".")[0]) for proof in busy.proofs)
    assert first < second


def test_a_platform_that_stays_busy_is_an_error_in_the_end() -> None:
    busy = Busy(refusals=10**6, retry_after="7")
    with pytest.raises(ServerRefused) as refusal:
        busy.api.get("/chain/status")
    assert refusal.value.code == "too-many-requests"
    assert sum(busy.pauses) <= PATIENCE
    assert len(busy.pauses) > 1


@pytest.mark.parametrize("retry_after", [None, "", "soon", "-3", "Wed, 21 Oct 2026 07:28:00 GMT", "86400"])
def test_nobody_waits_without_a_time_or_for_too_long_a_time(retry_after: str | None) -> None:
    busy = Busy(refusals=1, retry_after=retry_after)
    with pytest.raises(ServerRefused):
        busy.api.get("/chain/status")
    assert busy.pauses == []


def test_zero_seconds_are_not_a_licence_to_hammer() -> None:
    busy = Busy(refusals=3, retry_after="0")
    busy.api.get("/chain/status")
    assert busy.pauses == [1.0] * 3


def test_a_streamed_body_cannot_be_sent_again() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"ciphertext"

    busy = Busy(refusals=1)
    with pytest.raises(ServerRefused) as refusal:
        busy.api.upload("/uploads", pieces(), by=ME)
    assert refusal.value.code == "too-many-requests"
    assert len(busy.seen) == 1


def test_a_download_waits_too() -> None:
    busy = Busy(refusals=1)
    with busy.api.download("/records/1/content", by=ME) as content:
        assert b"".join(content) == b'{"ok":true}'
    assert busy.pauses == [3.0]
