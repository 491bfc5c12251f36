"""What operators' tables share: they look and do not change, unless a page says otherwise."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html
from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """A table that nobody edits here: the chain, or an append-only log, is the truth."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No; viewing is a permission of its own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


LONGEST = 24
"""Characters from which an address or a hash is shortened in a list; its own page has all of it."""


def shortened(field: str, title: Promise | str) -> Any:
    """Return a column that shows the beginning and end of what is long, and all of it under the pointer."""

    def column(_self: Any, row: Model) -> str:
        value = str(getattr(row, field) or "–")
        if len(value) < LONGEST:
            return value
        return format_html('<span title="{}">{}…{}</span>', value, value[:8], value[-6:])

    column.short_description = title  # type: ignore[attr-defined]
    column.admin_order_field = field  # type: ignore[attr-defined]
    return column


def hexed(field: str, title: Promise | str) -> Any:
    """Return a column that shows a bytes field as 0x hex."""

    def column(_self: Any, row: Model) -> str:
        value = getattr(row, field)
        return "–" if value is None else "0x" + bytes(value).hex()

    column.short_description = title  # type: ignore[attr-defined]
    return column
