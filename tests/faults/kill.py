"""Kill the whole platform at random moments while it writes: ``python -m tests.faults.kill --runs 50`` (done-line 3).

One run: a writer adds records and grants them, beside somebody who opens a wallet, which is a dozen messages at once;
at a random moment the process group gets SIGKILL; the platform starts again. Then every message taken must come into a
block, everything that was acknowledged must be there and open byte for byte, and whatever is listed must be whole.
"""

import argparse
import hashlib
import random
import sys
import tempfile
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from medixain.core.errors import MedixainError
from medixain.sdk import Client
from tests.demo.harness import Platform

Row = TypeVar("Row")

LONGEST_RUN = 8.0
NEWCOMERS = 0.5
"""In how many of the runs somebody opens a wallet."""
SETTLE = 90.0
SAMPLE = 5
"""How many of the older records, and of the older grants, are opened again after each kill."""


class LostOrHalfDone(AssertionError):
    """Something acknowledged is missing or different, or something listed does not open."""


@dataclass
class Acknowledged:
    """What the platform said yes to: records with the hash of their content, and grants with the record they open."""

    records: dict[str, str] = field(default_factory=dict)
    grants: dict[str, str] = field(default_factory=dict)
    attempted: int = 0


class Cast:
    """A patient who writes and grants, and a clinician who reads."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self.platform = platform
        self.folder = folder
        institution = next(found for found in platform.log_ins()["institutions"] if "clinical" in found["roles"])
        with self.client("clinician") as clinician, self.client("patient") as patient:
            self.clinician = clinician.wallet_create().wallet
            patient.wallet_create()
            clinician.professional_apply(institution["institution"], "clinical", "Dr Fault")
        with Client(Path(institution["home"]), platform.url) as registrar:
            registrar.professional_authorise(self.clinician, None, None, wait="final")

    def client(self, name: str) -> Client:
        """A fresh client on one person's home."""
        return Client(self.folder / name, self.platform.url)


def write_until_killed(cast: Cast, known: Acknowledged, chance: random.Random, stop: threading.Event) -> None:
    """Add records of random size and grant every second one, until the platform is gone."""
    with cast.client("patient") as patient:
        while not stop.is_set():
            content = chance.randbytes(chance.choice([40, 3_000, 70_000, 400_000]))
            path = cast.folder / "next.bin"
            path.write_bytes(content)
            known.attempted += 1
            try:
                record = patient.record_add(path, section="profile/documents", wait="received").record
                known.records[record] = hashlib.sha256(content).hexdigest()
                if known.attempted % 2:
                    grant = patient.access_grant(cast.clinician, records=[record], wait="received").grant
                    known.grants[grant] = record
            except MedixainError:
                # The platform is being killed: what was not acknowledged may be lost.
                if stop.wait(0.2):
                    return


def open_wallet_until_killed(cast: Cast, name: str) -> None:
    """Open a wallet: messages that build on each other, all in flight together."""
    with cast.client(name) as newcomer, suppress(MedixainError):
        newcomer.wallet_create()


def held(known: Acknowledged) -> str:
    """How much has been acknowledged so far, in words."""
    return f"{len(known.records)} records and {len(known.grants)} grants acknowledged"


def digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def eventually(check: Any, what: str) -> None:
    """Repeat ``check`` until it raises no MedixainError, for at most SETTLE seconds."""
    deadline = time.monotonic() + SETTLE
    while True:
        try:
            return check()
        except MedixainError as error:
            if time.monotonic() > deadline:
                raise LostOrHalfDone(f"{what}: {error.message}") from error
            time.sleep(0.5)


def require_everything_delivered(cast: Cast) -> None:
    """No message waits for the chain for good, and none was refused. Raises :class:`LostOrHalfDone`."""
    deadline = time.monotonic() + SETTLE
    while True:
        try:
            outbox = httpx.get(f"{cast.platform.url}/api/v1/chain/status", timeout=30).json().get("outbox", {})
        except httpx.HTTPError as error:
            outbox = {"unknown": str(error)}
        if (outbox.get("waiting"), outbox.get("refused")) == (0, 0):
            return
        if time.monotonic() > deadline:
            raise LostOrHalfDone(f"messages still wait for the chain: {outbox}")
        time.sleep(0.5)


def check(cast: Cast, known: Acknowledged, chance: random.Random, fresh: int, *, last: bool) -> None:
    """Everything acknowledged is there; the ``fresh`` newest records and grants and a sample of the older ones open.

    After the ``last`` kill every record listed and every grant does.
    """
    require_everything_delivered(cast)
    out = cast.folder / "out.bin"
    with cast.client("patient") as patient, cast.client("clinician") as clinician:
        listed: list[str] = []

        def list_records() -> None:
            listed[:] = [row.record for row in patient.record_list()]

        eventually(list_records, "listing records")
        if lost := set(known.records) - set(listed):
            raise LostOrHalfDone(f"{len(lost)} acknowledged records are gone: {sorted(lost)[:3]}")
        for record in listed if last else newest_and_some(listed, fresh, chance):
            eventually(lambda record=record: patient.record_get(record, out), f"opening {record}")
            if record in known.records and digest(out) != known.records[record]:
                raise LostOrHalfDone(f"{record} came back different")
        grants = list(known.grants.items())
        for grant, record in grants if last else newest_and_some(grants, fresh, chance):
            eventually(lambda record=record: clinician.record_get(record, out), f"opening {record} by grant {grant}")
            if digest(out) != known.records[record]:
                raise LostOrHalfDone(f"{record} came back different to the grantee")


def newest_and_some(rows: list[Row], fresh: int, chance: random.Random) -> list[Row]:
    """The ``fresh`` newest rows and a sample of those before."""
    older, newest = rows[:-fresh], rows[-fresh:]
    return [*chance.sample(older, min(SAMPLE, len(older))), *newest]


def one_run(cast: Cast, known: Acknowledged, chance: random.Random, *, last: bool) -> None:
    """Write, kill, start, check."""
    before = len(known.records)
    stop = threading.Event()
    people = [threading.Thread(target=write_until_killed, args=(cast, known, chance, stop))]
    moment = chance.uniform(0.3, LONGEST_RUN)
    if chance.random() < NEWCOMERS:
        people.append(threading.Thread(target=open_wallet_until_killed, args=(cast, f"newcomer-{uuid.uuid4()}")))
    for person in people:
        person.start()
    time.sleep(moment)
    cast.platform.kill()
    stop.set()
    for person in people:
        person.join()
    cast.platform.start()
    check(cast, known, chance, fresh=max(1, len(known.records) - before + 1), last=last)


def run(runs: int, seed: int) -> Acknowledged:
    """``runs`` kills of one platform; what was acknowledged in all."""
    chance = random.Random(seed)
    known = Acknowledged()
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder) / "data").start()
        try:
            cast = Cast(platform, Path(folder))
            for index in range(runs):
                one_run(cast, known, chance, last=index == runs - 1)
                print(
                    f"kill {index + 1}/{runs}: {len(known.records)} records, {len(known.grants)} grants held",
                    flush=True,
                )
        finally:
            platform.kill()
    return known


def main() -> int:
    """Parse the arguments, run, say what was held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    known = run(options.runs, options.seed)
    print(f"{options.runs} kills: {held(known)}, none lost or half done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
