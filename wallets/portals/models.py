"""One-time links by which a signed-in device opens a page in a browser, and the alarms that operators were shown."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from medixain.api.model_fields import AddressField, FixedBytesField


class PageLink(models.Model):
    """A link that works once, for a minute; the secret in it is known by its SHA-256 only."""

    secret_hash = FixedBytesField(unique=True)
    address = AddressField()
    next = models.CharField(max_length=200, default="")
    expires = models.DateTimeField(db_index=True)


class AlarmKind(models.TextChoices):
    """What the chain's page raises an alarm about; a message that waits is listed there by itself."""

    CHAIN_SILENT = "chain-silent", _("The chain does not answer")
    NO_BLOCKS = "no-blocks", _("No new blocks")
    NODE_SILENT = "node-silent", _("A re-encryption node does not answer")
    PARTNER_STRONG = "partner-strong", _("A partner has more than a third of the active miners")
    FEW_PARTNERS = "few-partners", _("Fewer than five partners mine")


class Alarm(models.Model):
    """An alarm from when it was first seen until it was not there any more."""

    kind = models.CharField(max_length=20, choices=AlarmKind)
    subject = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(auto_now_add=True, db_index=True)
    cleared = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject"), condition=models.Q(cleared=None), name="one_open_alarm_of_a_kind"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}".strip()
