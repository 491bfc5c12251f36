"""Requests and referrals are read and signed by Python as the shared vectors say."""

import json

from tests.vectors.referral import make

VECTORS = json.loads(make.VECTORS.read_text(encoding="utf-8"))


def test_the_same_words_are_signed() -> None:
    assert list(make.signed()) == VECTORS["signed"]


def test_documents_are_requests_or_letters_or_nothing() -> None:
    assert list(make.requests()) == VECTORS["requests"]
    assert list(make.letters()) == VECTORS["letters"]
    assert {row["accepted"] for row in VECTORS["requests"]} == {True, False}
    assert {row["accepted"] for row in VECTORS["letters"]} == {True, False}


def test_whatever_is_changed_after_signing_shows() -> None:
    assert list(make.forged()) == VECTORS["forged"]
    assert not any(make.holds(document) for document in VECTORS["forged"])
    assert make.holds(make.referral())
    assert make.holds(make.request())


def test_who_would_be_let_in() -> None:
    assert make._parse(make.request()).grantee == make.ASKER.address
    assert make._parse(make.referral()).grantee == make.COLLEAGUE
