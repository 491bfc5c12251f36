"""Commands are really held against the OpenAPI document: what they say is seen, and one word more is an error."""

import json
from dataclasses import replace

import pytest

from tests.demo.cast import Cast
from tests.openapi import Exchange, NotAsDocumented, platform_document

pytestmark = pytest.mark.demo


def test_a_word_that_the_document_does_not_announce_is_an_error(cast: Cast, as_documented: dict[str, Exchange]) -> None:
    assert cast.ada.facts["wallet"]
    said = as_documented["auth_session"]
    assert said.accepted
    changed = replace(said, sent=json.dumps(json.loads(said.sent) | {"unannounced": 1}).encode())
    with pytest.raises(NotAsDocumented, match="unannounced"):
        platform_document().check(changed)
