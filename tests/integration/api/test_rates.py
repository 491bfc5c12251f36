"""Rates stop floods, and ordinary use never meets them: a practice shares one network address."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import resolve
from rest_framework.throttling import SimpleRateThrottle

from medixain.settings.api import REST_FRAMEWORK

RATES = REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
UNKNOWN = "/api/v1/transactions/7f2c7b80-6f3c-4d2c-9a55-0f4f4f0c3f11"
PEOPLE = 20
"""Who wait for the chain at one network address at the same time."""


@pytest.fixture
def rate(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[[str, str], None]:
    """Set one scope's rate for a test."""
    cache.clear()
    return lambda scope, value: monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, scope, value)


def test_a_throttled_caller_is_told_when_to_come_back_and_then_let_in(
    client: Client, rate: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.4]
    monkeypatch.setattr(SimpleRateThrottle, "timer", lambda _: now[0])
    rate("transaction-state", "2/min")
    assert [client.get(UNKNOWN).status_code for _ in range(2)] == [404, 404]
    now[0] += 0.3
    refused = client.get(UNKNOWN)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    now[0] += int(refused["Retry-After"])
    assert client.get(UNKNOWN).status_code == 404


def test_a_forged_header_does_not_make_another_caller(client: Client, rate: Callable[[str, str], None]) -> None:
    rate("transaction-state", "1/min")
    assert client.get(UNKNOWN, headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404
    assert client.get(UNKNOWN, headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 429


def test_waiting_for_the_chain_uses_up_no_other_rate(client: Client, rate: Callable[[str, str], None]) -> None:
    rate("anonymous", "1/min")
    assert {client.get(UNKNOWN).status_code for _ in range(5)} == {404}


@pytest.mark.parametrize(
    ("path", "each_minute"),
    [
        (UNKNOWN, 60 / 0.3),  # a client's shortest interval (medixain.sdk.transactions)
        ("/api/v1/auth/challenges", 30),  # a script of commands, each of which signs in, one every two seconds
        ("/api/v1/auth/sessions", 30),
    ],
)
def test_a_practice_behind_one_address_stays_below_the_rates(path: str, each_minute: float) -> None:
    scope = resolve(path).func.cls.throttle_scope
    of_this_scope = 2 * each_minute if scope == "sign-in" else each_minute
    assert int(RATES[scope].split("/")[0]) >= PEOPLE * of_this_scope
