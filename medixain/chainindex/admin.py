"""Outbox and events as operators see them."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from medixain.api.admin import ReadOnlyAdmin, hexed, shortened
from medixain.chainindex.models import ChainEvent, Transaction
from medixain.chainindex.services import transaction_retry


@admin.register(Transaction)
class TransactionAdmin(ReadOnlyAdmin):
    """Messages on their way. The one thing an operator may do is to have a waiting one tried now."""

    list_display: ClassVar[Any] = (
        "sequence", "call", "short_subject", "state_tag", "attempts", "block_number", "created",
    )  # fmt: skip
    list_filter: ClassVar[Any] = ("state", "contract", "function")
    search_fields: ClassVar[Any] = ("id", "subject")
    actions: ClassVar[Any] = ("try_now",)
    fields: ClassVar[Any] = (
        "id", "contract", "function", "subject", "state", "attempts", "next_try", "block_number", "tx_hash_hex",
        "message_hash_hex", "error_code", "error_detail", "created", "updated",
    )  # fmt: skip
    readonly_fields: ClassVar[Any] = fields
    short_subject = shortened("subject", _("subject"))
    tx_hash_hex = hexed("tx_hash", _("transaction hash"))
    message_hash_hex = hexed("message_hash", _("message hash"))

    @display(description=_("call"))
    def call(self, row: Transaction) -> str:
        """Contract and function."""
        return f"{row.contract}.{row.function}"

    @display(
        description=_("state"),
        label={"received": "warning", "anchored": "info", "final": "success", "failed": "danger"},
    )
    def state_tag(self, row: Transaction) -> str:
        """The state as a tag."""
        return row.state

    @admin.action(description=_("Try now instead of after the back-off"))
    def try_now(self, request: HttpRequest, queryset: QuerySet[Transaction]) -> None:
        """Clear the back-off of the chosen rows."""
        for row in queryset:
            transaction_retry(row, by=f"operator:{request.user.get_username()}"[:64])
        self.message_user(request, _("They are tried with the next pass."), messages.SUCCESS)


@admin.register(ChainEvent)
class ChainEventAdmin(ReadOnlyAdmin):
    """What the contracts said."""

    list_display: ClassVar[Any] = ("block_number", "log_index", "contract", "name", "short_subject", "final")
    list_filter: ClassVar[Any] = ("name", "contract", "final")
    search_fields: ClassVar[Any] = ("subject",)
    fields: ClassVar[Any] = (
        "contract", "name", "subject", "arguments", "block_number", "block_hash_hex", "block_time", "tx_hash_hex",
        "log_index", "final",
    )  # fmt: skip
    readonly_fields: ClassVar[Any] = fields
    short_subject = shortened("subject", _("subject"))
    block_hash_hex = hexed("block_hash", _("block hash"))
    tx_hash_hex = hexed("tx_hash", _("transaction hash"))
