"""The search process: every nonce once, the right ones found, and gone when its parent is."""

import hashlib
import json
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consensus.mining import worker
from consensus.mining.searcher import WORKER
from consensus.rules.pow import leading_zero_bits, target

EVERYTHING = b"\xff" * 33


@given(start=st.integers(0, 2**64 - 300), length=st.integers(0, 300), prefix=st.binary(min_size=269, max_size=269))
@settings(max_examples=50)
def test_every_nonce_of_a_range_is_hashed_once_and_as_the_header_would_be(start, length, prefix):
    found = list(worker.candidates(hashlib.sha256(prefix), start, start + length, EVERYTHING))
    assert [nonce for nonce, _ in found] == list(range(start, start + length))
    for nonce, digest in found:
        assert digest == hashlib.sha256(prefix + nonce.to_bytes(8, "big")).digest()


def test_a_range_across_the_low_bits_boundary_is_whole():
    start = 3 * 2**16 - 5
    found = [nonce for nonce, _ in worker.candidates(hashlib.sha256(b""), start, start + 2**16 + 10, EVERYTHING)]
    assert found == list(range(start, start + 2**16 + 10))


def test_only_digests_below_the_target_are_candidates():
    wanted = target(6)
    for nonce, digest in worker.candidates(hashlib.sha256(b"x"), 0, 2000, wanted):
        assert leading_zero_bits(digest) >= 6, nonce
    proofs = sum(
        leading_zero_bits(hashlib.sha256(b"x" + nonce.to_bytes(8, "big")).digest()) >= 6 for nonce in range(2000)
    )
    assert len(list(worker.candidates(hashlib.sha256(b"x"), 0, 2000, wanted))) == proofs > 0


@pytest.mark.parametrize(("d", "least", "most"), [(1, 64, 64), (16, 1024, 1024), (40, 2**15, 2**15)])
def test_turns_are_small_against_the_expected_search(d, least, most):
    assert least <= worker.turn_hashes(target(d)) <= most


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - a proc file, which vanishes with the process
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def test_it_ends_when_its_parent_is_killed():
    """The parent starts a search that takes for ever, tells the child's id, and is then killed with SIGKILL."""
    job = {"op": "search", "job": 1, "target": target(250).hex(), "loose": target(250).hex()}
    job["lanes"] = [{"prefix": "00" * 269, "start": 0, "stop": 2**60}]
    script = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-I', {str(WORKER)!r}], stdin=subprocess.PIPE, text=True)\n"
        f"child.stdin.write({json.dumps(job)!r} + chr(10)); child.stdin.flush()\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while is_running(child):
        assert time.monotonic() < deadline, "the search outlived its parent"
        time.sleep(0.02)
