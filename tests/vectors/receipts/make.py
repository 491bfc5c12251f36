"""Writes the vectors of deletion receipts: ``python -m tests.vectors.receipts.make``.

Each case is a platform's answer to the removal of ``record`` at ``cid``, and why it is not believed (``null``: it is),
by a client that has pinned ``relay``.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from keymgmt.keys.messages import DeletionReceipt
from keymgmt.keys.signing import SigningKey
from medixain.core.eip712 import off_chain_domain

VECTORS: Final = Path(__file__).parent / "receipts.json"
CHAIN_ID: Final = 31337
RELAY: Final = SigningKey(bytes([9]) * 32)
OTHER: Final = SigningKey(bytes([8]) * 32)
RECORD: Final = bytes(range(32))
CID: Final = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"

MALFORMED, FOREIGN = "it is malformed", "it is about another record"
KEPT, FORGED = "it does not say that the record's key was deleted", "the relay did not sign it"


def receipt(key: SigningKey = RELAY, chain_id: int = CHAIN_ID, **changes: Any) -> dict[str, Any]:
    """The platform's answer to a removal, signed by ``key``."""
    values: dict[str, Any] = {
        "record": RECORD, "cid": CID, "envelope_deleted": True, "store_deleted": True,
        "copies": ("what readers opened", "Sicherungen, bis sie überschrieben sind"), "time": 1_795_000_000,
    }  # fmt: skip
    values |= changes
    signature = key.sign(off_chain_domain(chain_id), DeletionReceipt(**values))
    return {
        "record": "0x" + values["record"].hex(), "cid": values["cid"], "envelope_deleted": values["envelope_deleted"],
        "store_deleted": values["store_deleted"], "copies": list(values["copies"]), "at": values["time"],
        "signature": "0x" + signature.hex(), "transaction": {"id": "1", "state": "received"},
    }  # fmt: skip


def cases() -> Iterator[tuple[Any, str | None]]:
    """Yield each answer with why it is not believed."""
    good = receipt()
    yield good, None
    yield receipt(store_deleted=False), None
    yield receipt(copies=()), None
    yield receipt(OTHER), FORGED
    yield receipt(chain_id=CHAIN_ID + 1), FORGED
    yield good | {"store_deleted": False}, FORGED
    yield good | {"copies": []}, FORGED
    yield good | {"at": good["at"] + 1}, FORGED
    yield good | {"signature": "0x"}, FORGED
    yield good | {"signature": "0x" + "00" * 65}, FORGED
    yield good | {"signature": good["signature"][:-2] + "ff"}, FORGED
    yield receipt(record=bytes(32)), FOREIGN
    yield receipt(cid=CID[:-1] + "a"), FOREIGN
    yield receipt(envelope_deleted=False), KEPT
    wrong = [
        {"record": 5}, {"cid": 5}, {"copies": None}, {"copies": [5]}, {"copies": "none"}, {"at": "7"}, {"at": None},
        {"at": -1}, {"at": True}, {"envelope_deleted": "yes"},
        {"store_deleted": 1}, {"record": "0x00"}, {"signature": None}, {"signature": "0xzz"},
    ]  # fmt: skip
    for change in wrong:
        yield good | change, MALFORMED
    for name in ("record", "cid", "envelope_deleted", "store_deleted", "copies", "at", "signature"):
        lacking = {key: value for key, value in good.items() if key != name}
        yield lacking, MALFORMED
    yield {}, MALFORMED
    yield None, MALFORMED
    yield [], MALFORMED


def main() -> None:
    """Write the vectors."""
    content = {
        "chain_id": CHAIN_ID,
        "relay": RELAY.address,
        "record": "0x" + RECORD.hex(),
        "cid": CID,
        "cases": [{"answer": answer, "why": why} for answer, why in cases()],
    }
    VECTORS.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
