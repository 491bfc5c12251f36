"""Runs, proposals and votes as tables; what operators do with them has pages of its own."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from engines.proposals.models import OptimiserRun, Proposal, ProposalVote
from medixain.api.admin import ReadOnlyAdmin, shortened


@admin.register(OptimiserRun)
class OptimiserRunAdmin(ReadOnlyAdmin):
    """Questions to the optimiser."""

    list_display: ClassVar[Any] = ("id", "state", "verdict", "asked_by", "created", "finished")
    list_filter: ClassVar[Any] = ("state", "verdict")
    fields: ClassVar[Any] = (
        "id", "state", "verdict", "asked_by", "created", "started", "finished", "attempts", "requirements", "problem",
        "rows", "error_code", "error_detail",
    )  # fmt: skip
    readonly_fields: ClassVar[Any] = fields


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """Bounds put to the vote."""

    list_display: ClassVar[Any] = ("id", "state", "proposed_by", "created", "transaction")
    fields: ClassVar[Any] = ("id", "run", "message", "proposed_by", "created", "transaction")
    readonly_fields: ClassVar[Any] = fields


@admin.register(ProposalVote)
class ProposalVoteAdmin(ReadOnlyAdmin):
    """Votes as they came in."""

    list_display: ClassVar[Any] = ("proposal", "short_voter", "created")
    fields: ClassVar[Any] = ("proposal", "voter", "created")
    readonly_fields: ClassVar[Any] = fields
    short_voter = shortened("voter", _("voter"))
