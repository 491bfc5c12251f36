"""Accounts and what proves them. A patient is named by slots only."""

from django.db import models

from medixain.api.model_fields import AddressField, BytesField, FixedBytesField


class Account(models.Model):
    """A patient's routing entry: the id of its account slot."""

    slot = AddressField(primary_key=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.slot)


class Slot(models.Model):
    """A layer's slot and the account that claimed it with the slot's own signature."""

    address = AddressField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="slots")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.address)


class Challenge(models.Model):
    """A nonce for one sign-in by one address; used once or never."""

    nonce = models.CharField(max_length=32, primary_key=True)
    address = AddressField()
    expires = models.DateTimeField(db_index=True)


class Session(models.Model):
    """A signed-in address on one device. The token is known by its SHA-256 only."""

    token_hash = FixedBytesField(unique=True)
    address = AddressField(db_index=True)
    device = AddressField()
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"session of {self.address}"


class DirectoryCard(models.Model):
    """Where somebody who knows a wallet id finds its inbox; whoever does not, learns nothing (keys.md)."""

    lookup = FixedBytesField(unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="cards")
    ciphertext = BytesField()
    version = models.PositiveBigIntegerField()
    updated = models.DateTimeField(auto_now=True)
