"""``python manage.py audit_verify``: walk the audit log and say whether it fits together (docs/operations.md)."""

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from medixain.audit.services import AuditChainBroken, audit_verify

BROKEN: Final = 3
"""Exit code where an event is missing, added or changed; 1 is a command that could not look."""


class Command(BaseCommand):
    """Exits 0 when every event is there and as it was written, :data:`BROKEN` otherwise."""

    help = "Check that no event of the audit log is missing, added or changed: exit code 0 if so, 3 if not."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Walk all of it as of one moment; raises CommandError."""
        try:
            # In one transaction, so that what is appended meanwhile does not look like a log that does not end.
            with transaction.atomic():
                count = audit_verify()
        except AuditChainBroken as error:
            raise CommandError(error.message, returncode=BROKEN) from error
        self.stdout.write(f"{count} events, each in its place and as it was written.")
