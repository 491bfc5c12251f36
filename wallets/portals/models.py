"""One-time links by which a signed-in device opens the person's start page in a browser."""

from django.db import models

from medixain.api.model_fields import AddressField, FixedBytesField


class PageLink(models.Model):
    """A link that works once, for a minute; the secret in it is known by its SHA-256 only."""

    secret_hash = FixedBytesField(unique=True)
    address = AddressField()
    next = models.CharField(max_length=200, default="")
    expires = models.DateTimeField(db_index=True)
