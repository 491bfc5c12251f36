"""Links, what was opened of them, and addresses that give a document once. Secrets are known by their SHA-256 only."""

import uuid

from django.db import models

from medixain.api.model_fields import AddressField, FixedBytesField

ATTEMPTS = 5
"""Wrong passcodes in a link's whole life; after that it is gone for good."""


class ShareLink(models.Model):
    """A compact JWE that whoever holds the link may fetch; the key stands in the link alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_hash = FixedBytesField(unique=True)
    owner = AddressField(db_index=True)
    ciphertext = models.TextField()
    passcode = models.CharField(max_length=128, default="")
    attempts_left = models.PositiveSmallIntegerField(default=ATTEMPTS)
    expires = models.DateTimeField(db_index=True)
    created = models.DateTimeField(auto_now_add=True)
    opened = models.PositiveIntegerField(default=0)
    last_opened = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"share link {self.id}"


class ShareOpening(models.Model):
    """Somebody fetched the document; ``recipient`` is what it said of itself."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="openings")
    recipient = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)


class ShareDownload(models.Model):
    """An address in a manifest that gives the document once, within the hour."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="downloads")
    secret_hash = FixedBytesField(unique=True)
    expires = models.DateTimeField()
