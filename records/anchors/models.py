"""Records as the platform holds them: header, sealed key and envelope. The bytes themselves lie in the record store."""

from django.db import models

from medixain.api.model_fields import AddressField, BytesField, FixedBytesField
from medixain.chainindex.models import Transaction


class Upload(models.Model):
    """Ciphertext in the store that no record names yet; collected after a day."""

    cid = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    uploader = AddressField()
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("cid", "uploader"), name="one_row_per_upload"),)

    def __str__(self) -> str:
        return self.cid


class Record(models.Model):
    """R = (Kc, S, D) of the whitepaper's section 4: header (with S), Kc, and the content address of D.

    ``removed`` stands as soon as the owner's removal is taken in; then Kc, provenance and envelope are gone, which is
    the erasure, and ``store_deleted`` tells when the ciphertext went too.
    """

    sequence = models.BigAutoField(primary_key=True)
    id = FixedBytesField(unique=True)
    slot = AddressField()
    originator = AddressField(db_index=True)
    layer = models.PositiveSmallIntegerField()
    header = BytesField()
    cid = models.CharField(max_length=100, db_index=True)
    size = models.PositiveBigIntegerField()
    kc = BytesField(null=True)
    provenance = BytesField(null=True)
    statement_signature = FixedBytesField(size=65)
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    removed = models.DateTimeField(null=True)
    removal = models.ForeignKey(Transaction, null=True, on_delete=models.PROTECT, related_name="+")
    store_deleted = models.DateTimeField(null=True)

    class Meta:
        ordering = ("sequence",)
        indexes = (models.Index(fields=("slot", "sequence")),)

    def __str__(self) -> str:
        return f"0x{self.id.hex()}"


class Envelope(models.Model):
    """The record's secret key, sealed to the owner's section epoch key. Replaced at a rotation; never kept twice."""

    record = models.OneToOneField(Record, primary_key=True, on_delete=models.CASCADE, related_name="envelope")
    section = FixedBytesField(size=16)
    epoch = models.PositiveBigIntegerField()
    blob = BytesField()
    signature = FixedBytesField(size=65)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = (models.Index(fields=("section", "epoch")),)


class DeletionReceipt(models.Model):
    """What the platform states about a deletion, signed by the relay once the ciphertext is gone from its store."""

    record = models.OneToOneField(Record, primary_key=True, on_delete=models.CASCADE, related_name="receipt")
    body = models.JSONField()
    signature = FixedBytesField(size=65)
