"""A platform that lies is named as such: verifying a file and reading the log pass its lies on and hide none."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from keymgmt.node.errors import NotEnoughNodes, UnknownProfessional
from medixain.core.errors import MedixainError
from medixain.sdk import looks, verify
from medixain.sdk.errors import Integrity, ServerRefused

WALLET = "0x" + "12" * 20


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to verify, in a wallet that needs no inbox."""
    monkeypatch.setattr("medixain.sdk.verify.inbox.sync", lambda _context: None)
    path = tmp_path / "note.txt"
    path.write_text("note")
    return path


def failing(error: MedixainError) -> Any:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def test_a_lie_about_a_record_ends_the_verification(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_candidates", lambda *_: [failing(Integrity("another record"))])
    with pytest.raises(Integrity, match="another record"):
        verify.verify_file(SimpleNamespace(), file)  # type: ignore[arg-type]


def test_a_record_that_does_not_open_is_another_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_candidates", lambda *_: [failing(MedixainError("sealed to somebody else"))])
    (check,) = verify.verify_file(SimpleNamespace(), file)  # type: ignore[arg-type]
    assert (check.check, check.ok) == ("content", False)


def test_a_lie_in_a_listing_is_no_withdrawn_grant(monkeypatch: pytest.MonkeyPatch) -> None:
    grant = SimpleNamespace(id=b"\x01" * 32, headers=dict)
    context = SimpleNamespace(
        account=None, professional="me", keys=SimpleNamespace(slot_id=lambda layer: layer)
    )  # fmt: skip
    monkeypatch.setattr(verify, "received_grants", lambda _context: [grant])

    def rows(error: MedixainError) -> Any:
        return lambda _context, by, *_headers, **_query: failing(error)() if by == "me" else []

    monkeypatch.setattr(verify, "rows", rows(ServerRefused("no-grant", 403, "Withdrawn.", None)))
    assert verify._candidates(context, 4) == []  # type: ignore[arg-type]
    monkeypatch.setattr(verify, "rows", rows(Integrity("another id than its own")))
    with pytest.raises(Integrity):
        verify._candidates(context, 4)  # type: ignore[arg-type]


def people(error: MedixainError) -> looks._People:
    nodes = SimpleNamespace(professional=failing(error))
    context = SimpleNamespace(nodes=nodes, node_signer=lambda _key: None, unlocked=SimpleNamespace(device=None))
    return looks._People(context)  # type: ignore[arg-type]


def test_a_stranger_in_the_log_has_no_name_and_missing_nodes_are_no_stranger() -> None:
    assert people(UnknownProfessional(WALLET)).find(WALLET) == (None, None, None)
    with pytest.raises(NotEnoughNodes):
        people(NotEnoughNodes(2, 3, {})).find(WALLET)
