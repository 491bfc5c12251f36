"""A context without network: the platform's answers are a dictionary, what the home remembers is a dictionary too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from keymgmt.keys.derivation import WalletKeys
from keymgmt.node.messages import StateStatement
from medixain.sdk.context import Context
from medixain.sdk.transport import Identity

CHAIN_ID = 77


class Platform:
    """Answers GETs from ``answers``, by path; a callable gets the query."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}

    def get(self, path: str, **query: Any) -> Any:
        found = self.answers[path]
        return found(query) if isinstance(found, Callable) else found  # type: ignore[arg-type]


class StubContext(Context):
    """A context whose platform is a :class:`Platform` and whose chain and home are in memory."""

    def __init__(self, keys: WalletKeys) -> None:
        self.platform = Platform()
        self.api = self.platform  # type: ignore[assignment]
        self.__dict__["keys_"] = keys
        self.tables: dict[str, Any] = {}
        self.account = Identity(keys.slot("account"), keys.slot_id("account"))
        self.professional = Identity(keys.wallet, keys.wallet_id)

    @property
    def keys(self) -> WalletKeys:
        keys: WalletKeys = self.__dict__["keys_"]
        return keys

    def table(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.tables.get(name, {})
        return dict(found)

    @contextmanager
    def changing(self, table: str) -> Iterator[dict[str, Any]]:
        yield self.tables.setdefault(table, {})


def statement(slot: str, **changes: Any) -> StateStatement:
    """A state statement of an untouched slot, with ``changes``."""
    values: dict[str, Any] = {
        "chain_id": CHAIN_ID, "slot": slot, "key": slot, "pre_key": b"\x02" * 33, "keyset_version": 1,
        "keyset_hash": b"\x01" * 32, "keystore_version": 1, "keystore_hash": b"\x02" * 32, "records_head": bytes(32),
        "records_count": 0, "grants_head": bytes(32), "grants_count": 0, "final_height": 10,
        "final_hash": b"\x03" * 32, "final_time": 1, "node_time": 1, "node_set": 1,
    }  # fmt: skip
    return StateStatement(**(values | changes))
