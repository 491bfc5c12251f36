"""Signed contract messages on their way: signing, handing to the platform, waiting for the chain."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.bindings.messages import fresh_nonce
from medixain.core.eip712 import TypedStruct
from medixain.core.errors import InvalidInput
from medixain.core.typed_json import message_to_json
from medixain.sdk.context import Context
from medixain.sdk.errors import BadServerAnswer, TransactionFailed, WaitedTooLong
from medixain.sdk.transport import Identity, Signer

LIFETIME: Final = 3 * 24 * 3600
"""Seconds until a signed message's deadline; the contracts take at most 7 days."""

WAITS: Final = ("received", "anchored", "final")
_SOONEST, _LATEST = 0.3, 2.0
"""Seconds between two questions for a transaction's state: an eighth of the time waited already, within these."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A contract message with its signatures, in the order docs/spec/contracts.md gives."""

    contract: str
    function: str
    message: TypedStruct
    signatures: tuple[bytes, ...]

    def body(self) -> dict[str, Any]:
        """The JSON that POST /transactions takes."""
        return {
            "contract": self.contract,
            "function": self.function,
            "message": message_to_json(self.message),
            "signatures": ["0x" + signature.hex() for signature in self.signatures],
            "extra": {},
        }


@dataclass(frozen=True, slots=True)
class Handed:
    """A transaction the platform has taken; ``state`` is received, anchored or final."""

    id: str
    state: str


def stamp(context: Context) -> dict[str, int]:
    """Return the fresh ``nonce`` and ``deadline`` that every contract message ends in."""
    return {"nonce": fresh_nonce(), "deadline": context.now() + LIFETIME}


def sign(context: Context, contract: str, function: str, message: TypedStruct, *signers: Signer) -> Signed:
    """Sign a contract message with each of ``signers``."""
    domain = context.contract_domain(contract)
    return Signed(contract, function, message, tuple(signer.sign(domain, message) for signer in signers))


def hand_in(context: Context, signed: Signed, *, by: Identity | None = None) -> Handed:
    """Give a signed message to the platform, which relays it; raises ``ServerRefused`` with the contract's reason."""
    return handed(context.api.post("/transactions", signed.body(), by=by))


def handed(answer: Any) -> Handed:
    """Read {id, state} of a transaction from an answer."""
    try:
        return Handed(str(answer["id"]), str(answer["state"]))
    except (KeyError, TypeError) as error:
        raise BadServerAnswer("a transaction") from error


def require_wait(wait: str) -> None:
    """Return if ``wait`` is one of :data:`WAITS`; raises ``InvalidInput``."""
    if wait not in WAITS:
        raise InvalidInput(f"Wait for one of {', '.join(WAITS)}, not {wait!r}.", field="wait")


def wait_for(context: Context, transactions: Sequence[Handed], wait: str, timeout: int) -> str:
    """Wait until every transaction is at least as far as ``wait``; return the least state among them.

    Raises :class:`WaitedTooLong` after ``timeout`` seconds and :class:`TransactionFailed`.
    """
    require_wait(wait)
    goal = WAITS.index(wait)
    start = time.monotonic()
    least = len(WAITS) - 1
    for transaction in transactions:
        state = transaction.state
        while WAITS.index(_require_state(transaction.id, state)) < goal:
            waited = time.monotonic() - start
            if waited > timeout:
                raise WaitedTooLong(transaction.id, state, timeout)
            time.sleep(min(max(_SOONEST, waited / 8), _LATEST))
            state = _state(context, transaction.id)
        least = min(least, WAITS.index(_require_state(transaction.id, state)))
    return WAITS[least]


def _state(context: Context, identifier: str) -> str:
    row = context.api.get(f"/transactions/{identifier}")
    if row.get("state") == "failed":
        error = row.get("error") or {}
        raise TransactionFailed(identifier, str(error.get("code", "transaction-failed")), str(error.get("detail", "")))
    return str(row.get("state"))


def _require_state(identifier: str, state: str) -> str:
    if state not in WAITS:
        raise BadServerAnswer(f"transaction {identifier} (state {state!r})")
    return state
