"""Every program hashes in C (ADR 74): eth-hash decides at a process's first hash, so each is asked in its own."""

import os
import subprocess
import sys

import pytest

PROGRAMS = [
    "medixain.cli.main",
    "medixain.sdk",
    "medixain.programs.chain_loop",
    "medixain.programs.chain_node",
    "medixain.programs.worker",
    "medixain.demo.programs.chain",
    "medixain.demo.programs.nodes",
    "medixain.demo.programs.web",
    "keymgmt.node.__main__",
    "keymgmt.signer.__main__",
    "contracts.bindings",
    "consensus.execution.embedded",
]

ASK = """
import importlib, sys
importlib.import_module(sys.argv[1])
from eth_hash.auto import keccak
keccak(b"")
print(keccak.hasher.__module__)
"""


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_hashes_in_c(program: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ETH_HASH_BACKEND"}
    environment["DJANGO_SETTINGS_MODULE"] = "medixain.settings.test"

    ran = subprocess.run(
        [sys.executable, "-c", ASK, program], env=environment, capture_output=True, text=True, timeout=60
    )

    assert ran.stdout.strip() == "eth_hash.backends.pysha3", ran.stderr
