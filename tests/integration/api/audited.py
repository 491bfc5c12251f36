"""Watch what a piece of the platform writes: every transaction that writes has to leave an audit event in it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

EVENTS = "audit_auditevent"
MIRROR = "chainindex_chaincursor"
"""A transaction that moves the index along the chain copies what the chain's own log holds."""
NOT_OURS = ("django_", "auth_", "account_", "mfa_", "audit_", "chainindex_lease")
"""Django's own tables, the audit log itself, and leases, which say who works and nothing else."""
_WRITE = re.compile(r'\s*(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
_MARK = re.compile(r'\s*(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT)\s+"?(\w+)"?', re.IGNORECASE)


class WithoutEvent(AssertionError):
    """A write that the audit log does not tell of."""


@dataclass
class Writes:
    """The tables that each open savepoint wrote to, and of each finished outermost one."""

    open: list[tuple[str, list[str]]] = field(default_factory=list)
    done: list[list[str]] = field(default_factory=list)

    def see(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Django's hook around every statement."""
        result = execute(sql, params, many, context)
        if (found := _WRITE.match(sql)) and context["cursor"].rowcount:
            tables = self.open[-1][1] if self.open else self._alone()
            tables.append(found[1])
        elif found := _MARK.match(sql):
            self._mark(found[1].upper(), found[2])
        return result

    def _alone(self) -> list[str]:
        """A write in no transaction of its own."""
        self.done.append([])
        return self.done[-1]

    def _mark(self, what: str, name: str) -> None:
        if what == "SAVEPOINT":
            self.open.append((name, []))
        elif what == "RELEASE SAVEPOINT":
            _, tables = self.open.pop()
            (self.open[-1][1].extend if self.open else self.done.append)(tables)
        elif self.open and self.open[-1][0] == name:
            # Django rolls back to a savepoint and then releases it.
            self.open[-1][1].clear()


@contextmanager
def audited(what: str) -> Iterator[None]:
    """Raise :class:`WithoutEvent` when a transaction begun meanwhile writes and leaves no event.

    A transaction of the code under test is an outermost savepoint of the test's own.
    """
    if not connection.in_atomic_block:
        yield
        return
    writes = Writes()
    with connection.execute_wrapper(writes.see):
        yield
    for tables in writes.done:
        ours = sorted({table for table in tables if not table.startswith(NOT_OURS)})
        if ours and EVENTS not in tables and MIRROR not in tables:
            raise WithoutEvent(f"{what} wrote to {', '.join(ours)} without an audit event")
