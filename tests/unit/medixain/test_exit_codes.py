"""Every error that a command can end with exits as docs/spec/cli.md says: scripts tell by the code what to do next."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from medixain.cli.exit_codes import BY_CODE
from medixain.core.errors import MedixainError

ROOT = Path(__file__).resolve().parents[3]
CLIENT = ("medixain.core", "medixain.sdk", "keymgmt.keys", "keymgmt.pre", "records.container")
"""Packages whose errors reach the command line; the nodes' and signers' come as modules of their own."""

EXPECTED = {
    2: """
        bad-entropy bad-national-number bad-phrase bad-secret-key bad-threshold container-too-long fhir-invalid
        invalid-address invalid-cid invalid-identity invalid-input invalid-preamble invalid-typed-data not-canonical
        password-needed signer-home unknown-layer unknown-section weak-password
    """,
    3: """
        beyond-own-access ceiling expired no-grant no-introduction no-standing not-authorised not-permitted refused
        requester-refused server-refused sign-in-refused signer-refused suspended withdrawn wrong-node
        wrong-unlocker
    """,
    4: """
        no-wallet not-found unknown-keyring unknown-professional unknown-record unknown-slot unknown-wallet
    """,
    5: """
        evaluator-refused log-damaged node-down not-enough-evaluators not-enough-nodes record-unavailable
        server-unreachable signer-unreachable stale-chain stale-request timeout too-many-requests
        waiting-for-finality
    """,
    6: """
        bad-answer bad-capsule bad-document bad-point bad-receipt bad-server-answer bad-shares bad-signature
        bad-signature-high-s bad-signature-length bad-signature-unrecoverable bad-signature-v cannot-open
        container-damaged container-error fragment-not-verified home-damaged integrity invalid-header key-error
        keys-error not-attested pre-error proof-refused rollback rolled-back sealed-box-unopenable
        statements-disagree team-not-attested weak-keystore wrong-record wrong-record-key wrong-signer
    """,
    7: """
        already-exists replayed stale-keys transaction-failed
    """,
}
CODES = {code: exit_code for exit_code, codes in EXPECTED.items() for code in codes.split()}
AMBIGUOUS = {"malformed"}
"""A request of ours that a node or signer calls malformed (2), or bytes of others that are no encoding (6)."""
UNEXPECTED = {"error", "node-error", "node-fault", "sdk-error", "signer-error"}


def errors() -> Iterator[type[MedixainError]]:
    """Every class of error of the client's packages."""
    for name in CLIENT:
        package = importlib.import_module(name)
        for module in pkgutil.iter_modules(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    for name in ("keymgmt.node.client", "keymgmt.signer.errors"):
        importlib.import_module(name)
    waiting, known = [MedixainError], set[type[MedixainError]]()
    while waiting:
        kind = waiting.pop()
        known.add(kind)
        waiting += [found for found in kind.__subclasses__() if found not in known]
    for kind in known:
        if kind.__module__.startswith((*CLIENT, "keymgmt.node.errors", "keymgmt.signer.errors", "keymgmt.errors")):
            yield kind


def test_every_error_of_the_client_exits_as_documented() -> None:
    found = {kind.code: BY_CODE.get(kind.code, kind.exit_code) for kind in errors() if kind.code not in AMBIGUOUS}
    assert {code: exit_code for code, exit_code in found.items() if code not in UNEXPECTED} == CODES
    assert {found[code] for code in UNEXPECTED} == {1}


def test_the_document_names_every_exit_code() -> None:
    table = (ROOT / "docs" / "spec" / "cli.md").read_text(encoding="utf-8")
    documented = {int(number) for number in re.findall(r"^\| (\d) \|", table, re.MULTILINE)}
    assert documented == {0, 1, *EXPECTED}


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_no_code_is_said_twice_with_two_meanings(code: str) -> None:
    assert CODES.get(code, BY_CODE[code]) == BY_CODE[code]
