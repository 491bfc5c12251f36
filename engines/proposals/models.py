"""Runs of the optimiser, proposals of bounds made from them, and the institutions' votes."""

import time
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from medixain.api.model_fields import AddressField, FixedBytesField
from medixain.chainindex.models import Transaction, TransactionState


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class OptimiserRun(models.Model):
    """One question to the optimiser and its answer. The row is the truth; a task only wakes whoever computes it.

    ``requirements`` holds the form's values as text, ``problem`` the exact constants they make. ``attempts`` numbers
    the claims, so that a worker that was given up for dead cannot overwrite its successor's answer.
    """

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    asked_by = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)
    requirements = models.JSONField()
    problem = models.JSONField()
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.QUEUED, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=12, blank=True)
    rows = models.JSONField(default=list)
    explanations = models.JSONField(default=list)
    certificate = models.JSONField(null=True)
    plots = models.JSONField(default=dict)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(blank=True)

    class Meta:
        ordering = ("-sequence",)

    def __str__(self) -> str:
        return f"{self.requirements.get('preset', '')} {self.id}"

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in (RunState.DONE, RunState.FAILED)


class Proposal(models.Model):
    """Bounds that an operator put to the institutions: the exact message that each of them signs."""

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(OptimiserRun, on_delete=models.PROTECT, related_name="proposals")
    proposed_by = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)
    message = models.JSONField()
    message_hash = FixedBytesField(unique=True)
    deadline = models.PositiveBigIntegerField()
    transaction = models.ForeignKey(Transaction, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-sequence",)

    def __str__(self) -> str:
        return str(self.id)

    @property
    def expired(self) -> bool:
        """Whether the contract would refuse the message for its deadline."""
        return self.deadline <= time.time()

    @property
    def state(self) -> str:
        """``collecting``, ``expired``, or the transaction's received, anchored, final, failed."""
        if self.transaction is None or (self.transaction.state == TransactionState.FAILED and self.expired):
            return "expired" if self.expired else "collecting"
        return str(self.transaction.state)


class ProposalVote(models.Model):
    """One institution's signature over a proposal's message."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="votes")
    voter = AddressField()
    signature = FixedBytesField(size=65)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created",)
        constraints = (models.UniqueConstraint(fields=("proposal", "voter"), name="one_vote_per_proposal"),)

    def __str__(self) -> str:
        return f"{self.proposal} by {self.voter}"
