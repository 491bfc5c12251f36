"""A log line never holds a secret, wherever it stands in the event."""

import logging

from celery.app.log import Logging
from hypothesis import given
from hypothesis import strategies as st

from medixain.celery import app
from medixain.core.errors import InvalidInput
from medixain.logs import CUT, SECRET_NAMES, add_code, cut_secrets

MARKER = "planted-secret"


@given(st.sampled_from(sorted(SECRET_NAMES)), st.integers(0, 3), st.sampled_from([str.lower, str.upper, str.title]))
def test_named_secrets_are_cut_at_any_depth(name: str, depth: int, spelling: object) -> None:
    value: object = {spelling(name): MARKER}  # type: ignore[operator]
    for _ in range(depth):
        value = {"inner": [value]}
    event = cut_secrets(None, "info", {"event": "x", "data": value})
    assert MARKER not in repr(event)
    assert CUT in repr(event)


@given(st.binary(min_size=1))
def test_bytes_are_cut(data: bytes) -> None:
    assert cut_secrets(None, "info", {"event": "x", "header": data, "rows": [data]}) == {
        "event": "x", "header": CUT, "rows": [CUT],
    }  # fmt: skip


def test_an_error_is_logged_with_its_code_and_sentence() -> None:
    event = add_code(None, "warning", {"event": "x", "error": InvalidInput("Give a number.")})
    assert (event["code"], event["error"]) == ("invalid-input", "Give a number.")


def test_a_worker_in_the_process_leaves_the_log_level_alone() -> None:
    root = logging.getLogger()
    before, handlers = root.level, list(root.handlers)
    Logging(app).setup_logging_subsystem(loglevel=logging.CRITICAL)
    assert (root.level, root.handlers) == (before, handlers)
