"""Opening accounts and keeping directory cards."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from contracts.bindings.messages import SlotOpening
from medixain.api.caller import Caller
from medixain.api.errors import Conflict, NotPermitted
from medixain.audit.services import audit_record
from medixain.chainindex.chain import get_chain
from medixain.chainindex.models import Transaction
from medixain.chainindex.services import Prepared, SignedMessage, transaction_enqueue, transaction_prepare
from medixain.core.eip712 import recover
from medixain.core.errors import InvalidInput
from wallets.identity.models import Account, DirectoryCard, Slot


@dataclass(frozen=True, slots=True)
class Card:
    """A directory card as its owner sends it."""

    lookup: bytes
    ciphertext: bytes
    version: int


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """An account and the rows that carry its messages to the chain."""

    account: Account
    transactions: tuple[Transaction, ...]


def account_open(
    *, account: str, slots: Sequence[str], card: Card | None, transactions: Sequence[SignedMessage]
) -> OpenedAccount:
    """Open the account of the account slot ``account``, or add slots to it; idempotent.

    Every slot must come with its SlotOpening, signed by the slot's own key: only its holder can claim it. Raises
    :class:`InvalidInput` for a slot without one, :class:`Conflict` for a slot of another account.
    """
    claimed = {account, *slots}
    prepared = _prepare(transactions)
    _require_openings(claimed, prepared, transactions)
    with transaction.atomic():
        row, created = Account.objects.get_or_create(slot=account)
        for slot in sorted(claimed):
            _claim(row, slot, prepared)
        if card is not None:
            card_put(row, card)
        rows = tuple(transaction_enqueue(item, by=account) for item in prepared)
        audit_record(by=account, action="account.opened" if created else "account.extended", subject=account,
                     details={"slots": sorted(claimed)})  # fmt: skip
    return OpenedAccount(row, rows)


def _prepare(transactions: Sequence[SignedMessage]) -> list[Prepared]:
    prepared: list[Prepared] = []
    for signed in transactions:
        prepared.append(transaction_prepare(signed, opening={item.subject for item in prepared}))
    return prepared


def _require_openings(claimed: set[str], prepared: Sequence[Prepared], signed: Sequence[SignedMessage]) -> None:
    domain = get_chain().domain("WalletRegistry")
    opened = {
        item.subject
        for item, source in zip(prepared, signed, strict=True)
        if isinstance(item.message, SlotOpening)
        and recover(domain, item.message, source.signatures[0]) == item.message.slot
    }
    if missing := sorted(claimed - opened):
        raise InvalidInput(f"The slot {missing[0]} comes without its own signed SlotOpening.", field="transactions")


def _claim(account: Account, slot: str, prepared: Sequence[Prepared]) -> None:
    """Give ``slot`` to ``account``. An opening that is known already claims nothing new: it may be copied."""
    existing = Slot.objects.filter(address=slot).first()
    if existing is not None:
        if existing.account_id != account.slot:
            raise Conflict(f"The slot {slot} belongs to another account.")
        return
    if any(item.subject == slot and item.existing is not None for item in prepared):
        raise Conflict(f"The opening of slot {slot} was used before; only the account that brought it may claim it.")
    try:
        with transaction.atomic():
            Slot.objects.create(address=slot, account=account)
    except IntegrityError as error:
        raise Conflict(f"The slot {slot} was claimed a moment ago; try again.") from error


def card_put(account: Account, card: Card) -> DirectoryCard:
    """Store a newer version of the account's card; an equal version with equal bytes is the same request again.

    Raises :class:`NotPermitted` for another account's card, :class:`Conflict` for an older version.
    """
    existing = DirectoryCard.objects.select_for_update().filter(lookup=card.lookup).first()
    if existing is None:
        row = DirectoryCard.objects.create(
            lookup=card.lookup, account=account, ciphertext=card.ciphertext, version=card.version
        )
        audit_record(by=account.slot, action="directory.created", subject="0x" + card.lookup.hex())
        return row
    if existing.account_id != account.slot:
        raise NotPermitted("This directory entry belongs to another account.")
    if (card.version, card.ciphertext) == (existing.version, existing.ciphertext):
        return existing
    if card.version <= existing.version:
        raise Conflict(f"The directory holds version {existing.version} of this card; send a higher one.")
    existing.ciphertext, existing.version = card.ciphertext, card.version
    existing.save()
    audit_record(by=account.slot, action="directory.updated", subject="0x" + card.lookup.hex(),
                 details={"version": card.version})  # fmt: skip
    return existing


def directory_put(*, caller: Caller, card: Card) -> DirectoryCard:
    """Store the caller's card; raises :class:`NotPermitted` without an account."""
    with transaction.atomic():
        account = Account.objects.filter(pk=caller.address).first()
        if account is None:
            raise NotPermitted("Only an account has a directory card; open one first.")
        return card_put(account, card)
