"""Grant to open: how long a grantee waits for 3 of 5 nodes and her key, on the running demo, beside bare round trips.

The peer does what the network alone costs: the same number of HTTP requests to the same nodes, in parallel, that answer
with a constant. The difference is signatures, chain look-ups, the fsynced log entry, re-encryption and combination.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.timing import paired
from medixain.sdk import Client
from medixain.sdk.context import Context
from medixain.sdk.home import Home
from medixain.sdk.reading import Received, open_granted, received_grants
from medixain.sdk.stored import StoredRecord, fetch
from tests.demo.harness import Platform

RUNS = 25
PAUSE = 2.6
"""Seconds after which the chain has another head, which no node has asked about yet: what a single look meets."""
BODY = secrets.token_bytes(1 << 10)


def shared_record(platform: Platform, folder: Path) -> tuple[Path, bytes]:
    """A record of a new patient, granted to a new clinician; the clinician's home and the record's id."""
    institution = next(entry for entry in platform.log_ins()["institutions"] if "clinical" in entry["roles"])
    body = folder / "body.bin"
    body.write_bytes(BODY)
    with Client(folder / "clinician", platform.url) as clinician, Client(folder / "patient", platform.url) as patient:
        wallet = clinician.wallet_create().wallet
        clinician.professional_apply(institution["institution"], "clinical", "Dr Bench")
        with Client(Path(institution["home"]), platform.url) as desk:
            desk.professional_authorise(wallet, None, None, wait="final")
        patient.wallet_create()
        record = patient.record_add(body, section="profile/documents", wait="final").record
        patient.access_grant(wallet, records=[record], wait="final")
        clinician.access_list()
    return folder / "clinician", bytes.fromhex(record[2:])


def bench_grant_to_open(folder: Path) -> None:
    """Start the demo, share a record, open it again and again."""
    folder.mkdir(parents=True)
    platform = Platform(folder / "data").start()
    try:
        home, record = shared_record(platform, folder)
        context = Context(Home(home), platform.url, password=None)
        stored = fetch(context, record, context.professional)
        grants = received_grants(context)
        nodes = [node.url for node in context.meta.node_set.nodes]
        threshold = context.meta.node_set.threshold
        with httpx.Client(trust_env=False) as http, ThreadPoolExecutor(threshold) as pool:
            for what, pause in (("one look, now and then", PAUSE), ("look after look", 0.0)):
                measured = paired(
                    lambda: once(context, stored, grants),
                    lambda: list(pool.map(lambda url: http.get(f"{url}/v1/info"), nodes[:threshold])),
                    runs=RUNS,
                    pause=pause,
                )
                print(measured.line(f"grant to open, {what}", "3 parallel HTTP requests"))
                beside = (measured.ours - measured.peer) * 1e3
                print(f"{'  beside the network':<34} {beside:>10.2f} ms   (aim: 50 ms or less)")
        context.close()
    finally:
        platform.stop()


def once(context: Context, stored: StoredRecord, grants: list[Received]) -> bytes:
    """One opening: state of the slot, fragments of a threshold of nodes, the record's key."""
    return open_granted(context, stored, grants).key
