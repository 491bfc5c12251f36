"""What the command line and the platform say to each other is held against the platform's OpenAPI document."""

import itertools
import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.demo.harness import Answer, Person
from tests.openapi import Exchange, platform_document


@pytest.fixture(scope="session", autouse=True)
def as_documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Exchange]]:
    """Every command here is recorded, and its test fails with the first exchange that the document does not announce.

    The value is the newest exchange of each operation that was seen so far.
    """
    folder = tmp_path_factory.mktemp("traffic")
    run, calls = Person.run, itertools.count()
    seen: dict[str, Exchange] = {}

    def checked(self: Person, *arguments: Any, **options: Any) -> Answer:
        file = folder / f"{next(calls)}.jsonl"
        through = replace(self, program=("-m", "tests.demo.recorded", str(file)))
        answer = run(through, *arguments, **options)
        for exchange in exchanges(file):
            seen[platform_document().check(exchange) or ""] = exchange
        return answer

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Person, "run", checked)
        yield seen


def exchanges(file: Path) -> Iterator[Exchange]:
    """What :mod:`tests.demo.recorded` has written; nothing where a command had no need of the platform."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        said["sent"] = b64decode(said["sent"])
        said["answer"] = None if said["answer"] is None else b64decode(said["answer"])
        yield Exchange(**said)
