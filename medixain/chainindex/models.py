"""Outbox rows, the attempts to deliver them, indexed events and the index's place on the chain."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from medixain.api.model_fields import AddressField, BytesField, FixedBytesField


class TransactionState(models.TextChoices):
    """Where a signed message stands on its way (api.md, States)."""

    RECEIVED = "received", _("Received")
    ANCHORED = "anchored", _("Anchored")
    FINAL = "final", _("Final")
    FAILED = "failed", _("Failed")


class Transaction(models.Model):
    """One contract message to deliver: a row of the outbox.

    Written in the transaction of whatever the message belongs to; the relay makes it true on the chain. ``subject`` is
    the slot, wallet or institution that the message is about, and the order among rows of one subject is kept.
    """

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    contract = models.CharField(max_length=40)
    function = models.CharField(max_length=40)
    subject = models.CharField(max_length=66, db_index=True)
    message_hash = FixedBytesField(unique=True)
    to = AddressField()
    calldata = BytesField()
    deadline = models.PositiveBigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=TransactionState.choices, default=TransactionState.RECEIVED)
    attempts = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(db_index=True)
    tx_hash = FixedBytesField(null=True)
    block_number = models.PositiveBigIntegerField(null=True)
    block_hash = FixedBytesField(null=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("sequence",)
        indexes = (models.Index(fields=("state", "next_try")),)

    def __str__(self) -> str:
        return f"{self.contract}.{self.function} {self.id}"


class Attempt(models.Model):
    """One signed transaction that carries an outbox row, kept so that a restart resends the same bytes.

    Saved before the bytes are sent. A row has more than one attempt when its account nonce was lost to a
    reorganisation or to another process; whichever comes into a block first counts, and the contract refuses the
    message a second time.
    """

    transaction = models.ForeignKey(Transaction, on_delete=models.CASCADE, related_name="deliveries")
    sender = AddressField()
    account_nonce = models.PositiveBigIntegerField()
    tx_hash = FixedBytesField(unique=True)
    raw = BytesField()
    sent = models.DateTimeField(null=True)
    superseded = models.BooleanField(default=False)

    class Meta:
        ordering = ("account_nonce", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("sender", "account_nonce"), condition=models.Q(superseded=False), name="one_attempt_per_nonce"
            ),
        )

    def __str__(self) -> str:
        return f"0x{self.tx_hash.hex()}"


class ChainEvent(models.Model):
    """One decoded event of one of the six contracts, of the branch that the index follows."""

    contract = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    subject = models.CharField(max_length=66, blank=True, db_index=True)
    arguments = models.JSONField()
    block_number = models.PositiveBigIntegerField()
    block_hash = FixedBytesField()
    block_time = models.PositiveBigIntegerField()
    tx_hash = FixedBytesField(db_index=True)
    log_index = models.PositiveIntegerField()
    final = models.BooleanField(default=False)

    class Meta:
        ordering = ("block_number", "log_index")
        constraints = (models.UniqueConstraint(fields=("block_hash", "log_index"), name="one_row_per_log"),)
        indexes = (
            models.Index(fields=("name", "subject", "block_number")),
            models.Index(fields=("final", "block_number")),
        )

    def __str__(self) -> str:
        return f"{self.contract}.{self.name} in {self.block_number}"


class ChainCursor(models.Model):
    """How far the index has read: the newest block read, and the newest final one to fall back to."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    genesis_hash = FixedBytesField()
    number = models.PositiveBigIntegerField()
    hash = FixedBytesField()
    final_number = models.PositiveBigIntegerField()
    final_hash = FixedBytesField()
    updated = models.DateTimeField(auto_now=True)


class Lease(models.Model):
    """Which process may drain the outbox or extend the index, until when; a dead one's lease runs out."""

    name = models.CharField(max_length=20, primary_key=True)
    holder = models.UUIDField()
    until = models.DateTimeField()
