"""Sealed messages and deposits. The platform sees from whom to whom and how long, not what."""

import uuid

from django.db import models

from medixain.api.model_fields import AddressField, BytesField


class MessageKind(models.TextChoices):
    """What a client does with a message once it is opened (api.md, Message kinds)."""

    ACCESS_REQUEST = "access-request"
    INTRODUCTION = "introduction"
    GRANT = "grant"
    WITHDRAWN = "withdrawn"
    NOTICE = "notice"


class Message(models.Model):
    """One sealed message in the inbox of ``recipient`` until it deletes it."""

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sender = AddressField()
    recipient = AddressField()
    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    blob = BytesField()
    reply_to = models.UUIDField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("sequence",)
        indexes = (models.Index(fields=("recipient", "sequence")),)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class NodeDeposit(models.Model):
    """kfrags sealed to a node that was down when they were made; it takes them and deletes the row."""

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    node = AddressField()
    blob = BytesField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("sequence",)
        indexes = (models.Index(fields=("node", "sequence")),)

    def __str__(self) -> str:
        return f"deposit {self.id}"
