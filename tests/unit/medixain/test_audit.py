"""The audit log only grows, belongs to its write's transaction, and shows any change."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from medixain.audit.models import AuditEvent, AuditIsAppendOnly
from medixain.audit.services import AuditChainBroken, AuditOutsideTransaction, audit_record, audit_verify


def record(number: int) -> AuditEvent:
    return audit_record(by="0xactor", action="test.done", subject=str(number), details={"n": number, "ü": "é"})


def test_events_are_numbered_and_chained(db: None) -> None:
    events = [record(number) for number in range(3)]
    assert [event.seq for event in events] == [1, 2, 3]
    assert [event.previous for event in events[1:]] == [event.hash for event in events[:2]]
    assert audit_verify() == 3


@pytest.mark.django_db(transaction=True)
def test_an_event_lives_and_dies_with_its_transaction() -> None:
    with pytest.raises(AuditOutsideTransaction):
        record(1)
    with transaction.atomic():
        record(1)
        transaction.set_rollback(True)
    assert audit_verify() == 0


def test_events_are_neither_changed_nor_deleted(db: None) -> None:
    event = record(1)
    for change in (event.save, event.delete, AuditEvent.objects.all().delete):
        with pytest.raises(AuditIsAppendOnly):
            change()
    with pytest.raises(AuditIsAppendOnly):
        AuditEvent.objects.update(actor="somebody else")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor = 'somebody else' WHERE seq = 2",
        "UPDATE audit_auditevent SET details = '{}' WHERE seq = 2",
        "DELETE FROM audit_auditevent WHERE seq = 2",
        "DELETE FROM audit_auditevent WHERE seq = 3",
    ],
)
def test_tampering_in_the_database_is_found(db: None, statement: str) -> None:
    for number in range(3):
        record(number)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(AuditChainBroken):
        audit_verify()


def test_operators_check_the_log_by_a_command_whose_exit_code_says_it(db: None) -> None:
    for number in range(3):
        record(number)
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert out.getvalue() == "3 events, each in its place and as it was written.\n"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET actor = 'somebody else' WHERE seq = 2")
    with pytest.raises(CommandError, match="at event 2") as broken:
        call_command("audit_verify")
    assert broken.value.returncode == 3
