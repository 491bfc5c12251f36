"""Why a contract reverted, the same from geth, anvil and py-evm."""

from functools import cache
from typing import Any

from eth_abi.exceptions import DecodingError
from web3.exceptions import ContractLogicError, Web3Exception

from contracts.bindings.abi import ErrorAbi, decode_values
from contracts.bindings.addresses import CONTRACT_NAMES
from contracts.bindings.artefacts import load_artefact
from contracts.bindings.errors import ContractRevert

_BUILT_IN = (
    ErrorAbi.parse({"name": "Error", "inputs": [{"name": "message", "type": "string"}]}),
    ErrorAbi.parse({"name": "Panic", "inputs": [{"name": "panicCode", "type": "uint256"}]}),
)


def decode_revert(data: bytes | str) -> ContractRevert:
    """Decode the bytes (or 0x hex) a call reverted with; never raises for bytes, however odd they are."""
    raw = bytes.fromhex(data.removeprefix("0x")) if isinstance(data, str) else data
    if not raw:
        return ContractRevert("EmptyRevert", {})
    unknown = ContractRevert("UnknownError", {"data": raw})
    error = _known_errors().get(raw[:4])
    if error is None:
        return unknown
    try:
        return ContractRevert(error.name, decode_values(error.inputs, raw[4:]))
    except (DecodingError, ValueError):  # somebody else's contract may revert with anything, bad UTF-8 too
        return unknown


def revert_of(error: Exception) -> ContractRevert | None:
    """Return the revert behind an exception of web3, None if it is about something else.

    geth and anvil give the data beside the error (``ContractLogicError.data``); eth-tester gives bytes, or their hex,
    as the exception's first argument.
    """
    if not isinstance(error, Web3Exception) and type(error).__name__ != "TransactionFailed":
        return None
    candidates: list[Any] = [getattr(error, "data", None), *error.args]
    for candidate in candidates:
        raw = _as_bytes(candidate)
        if raw is not None:
            return decode_revert(raw)
    return ContractRevert("EmptyRevert", {}) if isinstance(error, ContractLogicError) else None


def _as_bytes(candidate: Any) -> bytes | None:
    if isinstance(candidate, bytes):
        return candidate
    if isinstance(candidate, str) and candidate.startswith("0x"):
        try:
            return bytes.fromhex(candidate[2:])
        except ValueError:
            return None
    return None


@cache
def _known_errors() -> dict[bytes, ErrorAbi]:
    """Every error any of the contracts can raise: one contract's errors pass through another's call."""
    known = {error.selector: error for error in _BUILT_IN}
    for name in CONTRACT_NAMES:
        known |= load_artefact(name).errors
    return known
