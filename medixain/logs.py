"""Processors of the log pipeline. Logs never hold a body, a token, a key or a signature."""

from collections.abc import MutableMapping
from typing import Any

from medixain.core.errors import MedixainError

SECRET_NAMES = frozenset(
    {
        "authorization", "blob", "body", "ciphertext", "content", "cookie", "device_proof", "envelope", "kc", "key",
        "keyset", "keystore", "kfrag", "node_proof", "opening", "password", "phrase", "provenance", "secret", "seed",
        "signature", "signatures", "token",
    }
)  # fmt: skip
"""Names of values that are cut wherever they stand in a log event, in lower case."""

CUT = "[cut]"


def cut_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every name in :data:`SECRET_NAMES`, at any depth, and every bytes value."""
    for name, value in list(event.items()):
        event[name] = CUT if name.lower() in SECRET_NAMES else _cut(value)
    return event


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: CUT if str(name).lower() in SECRET_NAMES else _cut(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(item) for item in value]
    return CUT if isinstance(value, bytes | bytearray | memoryview) else value


def add_code(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the stable ``code`` of a :class:`MedixainError` that is logged under ``error``."""
    error = event.get("error")
    if isinstance(error, MedixainError):
        event["code"], event["error"] = error.code, error.message
    return event
