"""The relay: makes the outbox's rows true on the chain, whatever crashes, restarts or reorganises in between.

One account sends everything, in the outbox's order per subject. Its nonce counts from the chain, never from memory:
an attempt is saved before it is sent, offered again until it is in a block, and replaced when its nonce is lost.
Sending a message twice is harmless, because the contract takes each message once.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction as database
from django.db.models import Q
from django.utils import timezone

from medixain.audit.services import PLATFORM, audit_record
from medixain.chainindex.chain import Chain, Receipt
from medixain.chainindex.errors import ContractRefused, RelayRefused
from medixain.chainindex.models import Attempt, Transaction, TransactionState
from medixain.chainindex.relay_signer import RelaySigner
from medixain.core.addresses import to_address

log = structlog.get_logger(__name__)

DEPENDENT_GAS = 1_000_000
"""Gas limit of a row that cannot be estimated because an earlier row of its subject is still in flight."""

MAX_BACKOFF_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Drained:
    """What one pass did, in rows."""

    anchored: int = 0
    final: int = 0
    returned: int = 0
    sent: int = 0
    failed: int = 0

    def __bool__(self) -> bool:
        return any((self.anchored, self.final, self.returned, self.sent, self.failed))


class Relay:
    """One pass at a time: confirm what was sent, offer again what is still in no block, send what is new."""

    def __init__(self, chain: Chain, signer: RelaySigner) -> None:
        self._chain = chain
        self._signer = signer
        self._sender = to_address(signer.address)

    def drain(self) -> Drained:
        """Do one pass. Raises :class:`ChainUnavailable` or :class:`SignerUnavailable`; the next pass goes on."""
        # The count is taken before the receipts: a block that lands in between must not make an attempt look lost.
        mined = self._chain.transaction_count(self._sender)
        anchored, returned, failed = self._confirm()
        final = self._finalise()
        self._drop_lost_attempts(mined)
        self._offer_again()
        sent, refused = self._send_new(mined)
        return Drained(anchored, final, returned, sent, failed + refused)

    # ---- what was sent -----------------------------------------------------------------------------------------------

    def _confirm(self) -> tuple[int, int, int]:
        """Compare rows that are not final with the canonical chain; returns how many anchored, returned, failed."""
        anchored = returned = failed = 0
        waiting = Transaction.objects.filter(
            Q(state=TransactionState.ANCHORED) | Q(state=TransactionState.RECEIVED, deliveries__isnull=False)
        )
        for row in waiting.distinct().prefetch_related("deliveries"):
            if (
                row.state == TransactionState.ANCHORED
                and self._chain.block_hash(row.block_number or 0) == row.block_hash
            ):
                continue
            receipts = [(attempt, self._chain.receipt(attempt.tx_hash)) for attempt in row.deliveries.all()]
            mined = [(attempt, receipt) for attempt, receipt in receipts if receipt is not None]
            good = next(((attempt, receipt) for attempt, receipt in mined if receipt.succeeded), None)
            if good is not None:
                self._anchor(row, *good)
                anchored += 1
            elif row.state == TransactionState.ANCHORED:
                self._return(row)
                returned += 1
            elif mined and all(receipt is not None for attempt, receipt in receipts if not attempt.superseded):
                self._fail_on_chain(row, mined[-1][1])
                failed += 1
        return anchored, returned, failed

    def _anchor(self, row: Transaction, attempt: Attempt | None, receipt: Receipt) -> None:
        with database.atomic():
            row.state = TransactionState.ANCHORED
            row.tx_hash = attempt.tx_hash if attempt else None
            row.block_number, row.block_hash = receipt.block_number, receipt.block_hash
            row.error_code = row.error_detail = ""
            row.save()
            audit_record(by=PLATFORM, action="transaction.anchored", subject=str(row.id),
                         details={"block": receipt.block_number})  # fmt: skip

    def _return(self, row: Transaction) -> None:
        """The row's block left the canonical chain: it is on its way again, with the same bytes."""
        with database.atomic():
            row.state = TransactionState.RECEIVED
            row.tx_hash = row.block_number = row.block_hash = None
            row.save()
            row.deliveries.filter(superseded=False).update(sent=None)
            audit_record(by=PLATFORM, action="transaction.returned", subject=str(row.id))

    def _fail_on_chain(self, row: Transaction, receipt: Receipt) -> None:
        try:
            self._chain.simulate(row.to, row.calldata, sender=self._sender)
            refusal: ContractRefused | None = None
        except ContractRefused as error:
            refusal = error
        if refusal is not None and refusal.name == "NonceUsed":
            self._anchor(row, None, receipt)
            return
        code = refusal.code if refusal else "reverted"
        self._fail(
            row, code, refusal.message if refusal else "The contract refused the message in its block; sign it again."
        )

    def _finalise(self) -> int:
        """Mark rows final whose block is final, is canonical, and still holds them."""
        finalized = self._chain.finalized()
        count = 0
        for row in Transaction.objects.filter(state=TransactionState.ANCHORED, block_number__lte=finalized.number):
            if self._chain.block_hash(row.block_number or 0) != row.block_hash:
                continue
            with database.atomic():
                row.state = TransactionState.FINAL
                row.save()
                audit_record(by=PLATFORM, action="transaction.final", subject=str(row.id))
            count += 1
        return count

    # ---- what is on its way ------------------------------------------------------------------------------------------

    def _in_flight(self) -> list[Attempt]:
        attempts = Attempt.objects.filter(
            sender=self._sender, superseded=False, transaction__state=TransactionState.RECEIVED
        )
        return list(attempts.select_related("transaction").order_by("account_nonce"))

    def _drop_lost_attempts(self, mined: int) -> None:
        """Supersede attempts whose nonce another transaction used, and all behind a gap: they would wait for ever.

        A block may have landed since ``mined`` was counted, and even while receipts were asked for: its attempts hold
        their nonces although some of them are no longer in flight and others still seem to be. Of a row that is done,
        only the attempt that did it holds one; nobody offers the others again.
        """
        expected = mined
        for attempt in self._holding_a_nonce(mined):
            in_flight = attempt.transaction.state == TransactionState.RECEIVED
            if in_flight and attempt.account_nonce == expected:
                expected += 1
            elif not in_flight and self._chain.receipt(attempt.tx_hash) is not None:
                expected = max(expected, attempt.account_nonce + 1)
            else:
                log.warning("attempt-superseded", nonce=attempt.account_nonce, expected=expected)
                with database.atomic():
                    attempt.superseded = True
                    attempt.save()
                    _record_attempt("superseded", attempt)

    def _holding_a_nonce(self, mined: int) -> list[Attempt]:
        """Attempts in flight, and those of finished rows that ``mined`` does not count."""
        attempts = Attempt.objects.filter(
            Q(account_nonce__gte=mined) | Q(transaction__state=TransactionState.RECEIVED),
            sender=self._sender, superseded=False,
        )  # fmt: skip
        return list(attempts.select_related("transaction").order_by("account_nonce"))

    def _offer_again(self) -> None:
        now = timezone.now()
        stale = now - timedelta(seconds=settings.RELAY_RESEND_SECONDS)
        for attempt in self._in_flight():
            if attempt.transaction.next_try <= now and (attempt.sent is None or attempt.sent < stale):
                self._offer(attempt)

    def _offer(self, attempt: Attempt) -> None:
        row = attempt.transaction
        row.attempts += 1
        try:
            self._chain.send(attempt.raw)
        except RelayRefused as error:
            row.error_code, row.error_detail = error.code, error.detail
            row.next_try = timezone.now() + timedelta(seconds=min(2**row.attempts, MAX_BACKOFF_SECONDS))
            log.warning("relay-refused", transaction=str(row.id), error=error)
            outcome = "refused"
        else:
            row.error_code = row.error_detail = ""
            attempt.sent = timezone.now()
            outcome = "sent"
        with database.atomic():
            attempt.save()
            row.save()
            _record_attempt(outcome, attempt)

    # ---- what is new -------------------------------------------------------------------------------------------------

    def _send_new(self, mined: int) -> tuple[int, int]:
        in_flight = self._in_flight()
        next_nonce = max([mined, *(attempt.account_nonce + 1 for attempt in self._holding_a_nonce(mined))])
        flying = {attempt.transaction.subject for attempt in in_flight}
        waiting: set[str] = set()
        sent = failed = 0
        room = settings.RELAY_MAX_IN_FLIGHT - len(in_flight)
        for row in self._new_rows(room):
            if row.next_try > timezone.now() or row.subject in waiting:
                waiting.add(row.subject)
                continue
            gas = self._gas(row, dependent=row.subject in flying)
            if gas is None:
                failed += row.state == TransactionState.FAILED
                continue
            self._offer(self._sign(row, next_nonce, gas))
            next_nonce, sent = next_nonce + 1, sent + 1
            flying.add(row.subject)
        return sent, failed

    def _new_rows(self, room: int) -> list[Transaction]:
        rows = Transaction.objects.filter(state=TransactionState.RECEIVED).exclude(
            sequence__in=Attempt.objects.filter(superseded=False).values("transaction_id")
        )
        return list(rows.order_by("sequence")[: max(room, 0)])

    def _gas(self, row: Transaction, *, dependent: bool) -> int | None:
        """Return the gas limit, or None when the row needs no delivery any more because it failed or is done."""
        if row.deadline is not None and row.deadline <= timezone.now().timestamp():
            self._fail(
                row, "message-expired", "The message's deadline passed before it could be delivered; sign it again."
            )
            return None
        try:
            return self._chain.estimate(row.to, row.calldata, sender=self._sender)
        except ContractRefused as error:
            if error.name == "NonceUsed":
                # It was fine when it was taken in, so these very bytes are on the chain: another relay was faster, or
                # this platform itself before its database was restored.
                head = self._chain.head()
                self._anchor(row, None, Receipt(head.number, head.hash, succeeded=True))
                return None
            if dependent:
                return DEPENDENT_GAS
            self._fail(row, error.code, error.message)
            return None

    def _sign(self, row: Transaction, nonce: int, gas: int) -> Attempt:
        """Sign and save an attempt; one of these very bytes that was given up before is taken up again."""
        signed = self._signer.sign_transaction(to=row.to, data=row.calldata, nonce=nonce, gas=gas)
        values = {"transaction": row, "sender": self._sender, "account_nonce": nonce, "raw": signed.raw}
        with database.atomic():
            attempt, _ = Attempt.objects.update_or_create(
                tx_hash=signed.hash, defaults=values | {"superseded": False, "sent": None}
            )
            _record_attempt("signed", attempt)
        return attempt

    def _fail(self, row: Transaction, code: str, detail: str) -> None:
        with database.atomic():
            row.state = TransactionState.FAILED
            row.error_code, row.error_detail = code, detail
            row.save()
            audit_record(by=PLATFORM, action="transaction.failed", subject=str(row.id), details={"code": code})


def _record_attempt(outcome: str, attempt: Attempt) -> None:
    details = {"nonce": attempt.account_nonce, "tx": f"0x{attempt.tx_hash.hex()}"}
    audit_record(by=PLATFORM, action=f"attempt.{outcome}", subject=str(attempt.transaction.id), details=details)


def outbox_backlog() -> "Backlog":
    """Return how many rows wait and since when the oldest does."""
    rows = Transaction.objects.filter(state=TransactionState.RECEIVED)
    oldest = rows.order_by("sequence").values_list("created", flat=True).first()
    refused = rows.filter(~Q(error_code="")).count()
    return Backlog(rows.count(), (timezone.now() - oldest).total_seconds() if oldest else 0.0, refused)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Rows not in a block yet, age of the oldest in seconds, and how many the chain's door refused last."""

    waiting: int
    oldest_seconds: float
    refused: int
