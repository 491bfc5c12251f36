"""What a node's database holds sealed: AES-256-GCM under a key of the node's own (ADR 73).

The key follows from the node key by HKDF, so a copy of the database (a backup, a disk sold on) says nothing of a
grant's purpose or of who asked for what; the key file stands apart from it. Each sealed value is bound to its table and
row: one moved to another row does not open.
"""

import json
from typing import Any

from keymgmt.keys import wrapping
from keymgmt.keys.errors import WrongUnlocker
from keymgmt.keys.hkdf import derive
from keymgmt.node.wire import canonical_json


class SealBroken(Exception):
    """The value is not what this node sealed for this row; internal, the store says which database is damaged."""


class RowSeal:
    """Seals and opens JSON documents of one node's database.

    Nonces are random; a node stays far below the 2^32 values of one key that NIST SP 800-38D allows.
    """

    def __init__(self, node_secret: bytes) -> None:
        self._key = derive(node_secret, "node-database")

    def seal(self, table: str, row: bytes, document: dict[str, Any]) -> bytes:
        """Return nonce || ciphertext || tag."""
        nonce, ciphertext = wrapping.encrypt(self._key, canonical_json(document), _place(table, row))
        return nonce + ciphertext

    def open(self, table: str, row: bytes, sealed: bytes) -> dict[str, Any]:
        """Return the document; raises :class:`SealBroken`."""
        nonce, ciphertext = sealed[: wrapping.NONCE_LENGTH], sealed[wrapping.NONCE_LENGTH :]
        try:
            plaintext = wrapping.decrypt(self._key, nonce, ciphertext, _place(table, row))
        except WrongUnlocker as error:
            raise SealBroken from error
        document: dict[str, Any] = json.loads(plaintext)
        return document


def _place(table: str, row: bytes) -> bytes:
    return table.encode("ascii") + b"\0" + row
