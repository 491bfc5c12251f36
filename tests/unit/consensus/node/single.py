"""A program that hosts five partners over one embedded engine; run as a child by the kill test.

Arguments: data folder. Prints one line of JSON with head and final height whenever either moves. It keeps a transaction
of the deployer waiting, so that there is always work.
"""

import json
import sys
import time
from pathlib import Path

from consensus.node.client import ClientConfig, ConsensusClient
from consensus.node.gossip.base import NoGossip
from tests.unit.consensus.cluster import FastClock
from tests.unit.consensus.nodes import embedded
from tests.unit.consensus.support import DEPLOYER, GENESIS_TIME, genesis, partner_signer, raw_transaction


class WallFastClock(FastClock):
    """The fast clock, counted from the epoch of the wall clock so that it goes on after a restart."""

    def now_ms(self) -> int:
        return (GENESIS_TIME + 100) * 1000 + int((time.time() - float(sys.argv[2])) * 8000)


def main(folder: Path) -> None:
    config = genesis(d=8)
    execution = embedded(folder / "chain.sqlite3", config)
    client = ConsensusClient(ClientConfig(config, folder), execution, partner_signer(), NoGossip(), WallFastClock())
    client.start()
    seen = None
    sender = bytes.fromhex(DEPLOYER[2:])
    while True:
        with client.chain.lock:
            state = {"head": client.chain.head.height, "final": client.chain.final.height}
        if state != seen:
            seen = state
            sys.stdout.write(json.dumps(state) + "\n")
            sys.stdout.flush()
        if not execution.has_pending():
            nonce = execution.next_nonce(sender)
            execution.submit(raw_transaction("deployer", to=config.contracts[0], nonce=nonce))
        time.sleep(0.02)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
