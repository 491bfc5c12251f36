"""The consortium: rows that follow the chain, and what the chain does not hold (names, exchange keys, votes)."""

from django.db import models

from medixain.api.model_fields import AddressField, BytesField, FixedBytesField
from medixain.chainindex.models import Transaction


class Institution(models.Model):
    """An institution that applied or is on the chain; ``admitted`` and what follows are the chain's."""

    address = AddressField(primary_key=True)
    name = models.CharField(max_length=200)
    exchange_key = BytesField(default=bytes)
    requested_roles = models.PositiveSmallIntegerField(default=0)
    admitted = models.BooleanField(default=False)
    key = AddressField(blank=True)
    roles = models.PositiveSmallIntegerField(default=0)
    suspended = models.BooleanField(default=False)
    profile = FixedBytesField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name or str(self.address)

    @property
    def shown_roles(self) -> int:
        """The chain's roles, or those applied for while it is not there yet."""
        return self.roles if self.admitted else self.requested_roles

    @property
    def is_active(self) -> bool:
        """Whether its votes and registrations count now."""
        return self.admitted and not self.suspended


class Professional(models.Model):
    """A professional as registered on the chain, with the name as its institution signed it (``ProfessionalName``)."""

    wallet = AddressField(primary_key=True)
    name = models.CharField(max_length=200, blank=True)
    name_time = models.PositiveBigIntegerField(null=True)
    name_signature = FixedBytesField(size=65, null=True)
    registered = models.BooleanField(default=False)
    signing_key = AddressField(blank=True)
    umbral_key = BytesField(default=bytes)
    institution = AddressField(blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    valid_until = models.PositiveBigIntegerField(default=0)
    suspended = models.BooleanField(default=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name or str(self.wallet)


class CareTeam(models.Model):
    """One version of a care team as its institution signed it; its hash travels to the chain in ``transaction``.

    Clients believe none of it before m nodes attest that hash for the team's slot.
    """

    team = AddressField()
    institution = AddressField(db_index=True)
    version = models.PositiveBigIntegerField()
    name = models.CharField(max_length=200)
    document = models.JSONField()
    signature = FixedBytesField(size=65)
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "team", "-version")
        constraints = (models.UniqueConstraint(fields=("team", "version"), name="one_document_per_team_version"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


class InstitutionVote(models.Model):
    """One institution's signature over one message, kept until enough of them are together."""

    function = models.CharField(max_length=40)
    institution = AddressField(db_index=True)
    message_hash = FixedBytesField(db_index=True)
    message = models.JSONField()
    voter = AddressField()
    signature = FixedBytesField(size=65)
    transaction = models.ForeignKey(Transaction, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created",)
        constraints = (models.UniqueConstraint(fields=("message_hash", "voter"), name="one_vote_per_message"),)

    def __str__(self) -> str:
        return f"{self.function} {self.institution} by {self.voter}"


class Node(models.Model):
    """A re-encryption node of the chain's current or an earlier node set."""

    address = AddressField(primary_key=True)
    exchange_key = BytesField()
    institution = AddressField()
    version = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("-version", "position")

    def __str__(self) -> str:
        return str(self.address)


class NodeSetVersion(models.Model):
    """A node set's threshold, by version."""

    version = models.PositiveIntegerField(primary_key=True)
    threshold = models.PositiveSmallIntegerField()
