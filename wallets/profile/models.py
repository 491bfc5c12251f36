"""A slot's documents. What they hold is encrypted or public keys; the chain has version and hash."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from medixain.api.model_fields import AddressField, BytesField
from medixain.chainindex.models import Transaction


class DocumentKind(models.IntegerChoices):
    """contracts.md, WalletRegistry.setDocument."""

    KEYSET = 1, _("keyset")
    KEYSTORE = 2, _("keystore")
    GUARDIANS = 3, _("guardians")
    EMERGENCY = 4, _("emergency card")


class Document(models.Model):
    """One version of one document of a slot; its hash travels to the chain in ``transaction``."""

    slot = AddressField()
    kind = models.PositiveSmallIntegerField(choices=DocumentKind.choices)
    version = models.PositiveBigIntegerField()
    blob = BytesField()
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("slot", "kind", "-version")
        constraints = (models.UniqueConstraint(fields=("slot", "kind", "version"), name="one_blob_per_version"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version} of {self.slot}"
