"""Taking signed messages into the outbox. Preparing asks the chain; enqueueing writes, in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from medixain.audit.services import audit_record
from medixain.chainindex.chain import Chain, get_chain
from medixain.chainindex.errors import ContractRefused, MessageNotDeliverable
from medixain.chainindex.functions import RelayedFunction, relayed_function, subject_of
from medixain.chainindex.models import Transaction, TransactionState
from medixain.chainindex.wake import wake_chain_loop
from medixain.core.eip712 import TypedStruct, digest
from medixain.core.secp256k1 import recover_digest
from medixain.core.typed_json import message_from_json

MAX_SIGNATURES = 64


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that may enter the outbox: encoded, its signatures well formed, and simulated unless ``deferred``.

    ``existing`` is the row that carries it already; then nothing is written.
    """

    function: RelayedFunction
    message: TypedStruct
    message_hash: bytes
    subject: str
    to: str
    calldata: bytes
    deferred: bool = False
    existing: Transaction | None = None


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """What a client sends for one contract call; ``message`` is still JSON."""

    contract: str
    function: str
    message: Mapping[str, Any]
    signatures: Sequence[bytes]
    extra: Mapping[str, Any]


def transaction_prepare(signed: SignedMessage, *, opening: Collection[str] = ()) -> Prepared:
    """Check ``signed`` against its type, the signatures' form and the chain's state.

    ``opening`` holds subjects that an earlier message of the same request changes. Raises
    :class:`~medixain.core.errors.InvalidInput` for a malformed message, :class:`ContractRefused` when a contract would
    revert, :class:`ChainUnavailable`.
    """
    function = relayed_function(signed.contract, signed.function)
    message = message_from_json(function.message, signed.message)
    chain = get_chain()
    message_hash = digest(chain.domain(function.contract), message)
    existing = Transaction.objects.filter(message_hash=message_hash).first()
    subject = subject_of(function, message)
    if existing is not None and existing.state != TransactionState.FAILED:
        return Prepared(function, message, message_hash, subject, existing.to, existing.calldata, existing=existing)
    _check_signatures(function, message_hash, signed.signatures)
    to, calldata = chain.encode(function, message, signed.signatures, signed.extra)
    deferred = _simulate(chain, to, calldata, subject, opening)
    return Prepared(function, message, message_hash, subject, to, calldata, deferred=deferred)


def _check_signatures(function: RelayedFunction, message_hash: bytes, signatures: Sequence[bytes]) -> None:
    """Refuse a wrong number and malformed signatures; whose they must be is the contract's to say."""
    if not 1 <= len(signatures) <= MAX_SIGNATURES or function.signatures not in (None, len(signatures)):
        wanted = function.signatures or f"1 to {MAX_SIGNATURES}"
        raise MessageNotDeliverable(
            f"{function.contract}.{function.name} takes {wanted} signature(s), not {len(signatures)}.",
            field="signatures",
        )
    for signature in signatures:
        recover_digest(message_hash, signature)


def _simulate(chain: Chain, to: str, calldata: bytes, subject: str, opening: Collection[str]) -> bool:
    """Return False when the call succeeds, True when its failure may be cured by an earlier message on its way."""
    try:
        chain.simulate(to, calldata)
    except ContractRefused as error:
        if error.name in _NEVER_CURED:
            raise
        on_the_way = (
            subject in opening or Transaction.objects.filter(subject=subject, state=TransactionState.RECEIVED).exists()
        )
        if not on_the_way:
            raise
        return True
    return False


_NEVER_CURED = frozenset({"MessageExpired", "DeadlineTooFar", "NonceUsed", "SignersNotAscending", "OutOfGas"})


def transaction_enqueue(prepared: Prepared, *, by: str) -> Transaction:
    """Write the outbox row and its audit event; the caller's transaction carries both. Idempotent by message hash."""
    if prepared.existing is not None:
        return prepared.existing
    values = {
        "contract": prepared.function.contract, "function": prepared.function.name, "subject": prepared.subject,
        "to": prepared.to, "calldata": prepared.calldata, "deadline": getattr(prepared.message, "deadline", None),
        "state": TransactionState.RECEIVED, "next_try": timezone.now(), "error_code": "", "error_detail": "",
    }  # fmt: skip
    row, created = Transaction.objects.get_or_create(message_hash=prepared.message_hash, defaults=values)
    if not created:
        if row.state != TransactionState.FAILED:
            return row
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        row.deliveries.update(superseded=True)
    audit_record(
        by=by, action="transaction.received", subject=str(row.id),
        details={"contract": row.contract, "function": row.function, "about": row.subject},
    )  # fmt: skip
    database.on_commit(wake_chain_loop)
    return row


def transaction_submit(signed: SignedMessage, *, by: str) -> Transaction:
    """Prepare and enqueue one message in a transaction of its own."""
    prepared = transaction_prepare(signed)
    with database.atomic():
        return transaction_enqueue(prepared, by=by)


def transaction_retry(row: Transaction, *, by: str) -> None:
    """Let an operator try a waiting row now instead of after its back-off."""
    with database.atomic():
        Transaction.objects.filter(pk=row.pk, state=TransactionState.RECEIVED).update(next_try=timezone.now())
        row.deliveries.filter(superseded=False).update(sent=timezone.now() - timedelta(days=1))
        audit_record(by=by, action="transaction.retried", subject=str(row.id))
        database.on_commit(wake_chain_loop)
