"""The audit log: who, what, whose data, when, from where; and nothing in it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from oferta.core.parties import actions, audit, models
from oferta.core.parties.audit import Filter
from oferta.core.parties.types import SYSTEM, Act, NewCustomer, Role, Who, WhoKind
from oferta.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


def a_party() -> UUID:
    key = str(uuid7())
    return actions.register_customers([NewCustomer(key=key)], now=NOW)[key]


def a_clerk() -> audit.Actor:
    return actions.appoint_staff(str(uuid7()), password=None, name="Ada", role=Role.CLERK)


def test_a_line_says_who_did_what_to_whom_when_and_from_where() -> None:
    from dataclasses import replace

    clerk = replace(a_clerk(), session="0123456789abcdef", address="2001:db8::1")
    party = a_party()
    made = audit.record(
        actor=clerk,
        what="customer.revealed",
        subject_kind="customer",
        subject_id=party,
        parties=[party, party],
        reason=" to call back ",
        now=NOW,
        details={"fields": ["sms"]},
    )
    (line,) = audit.entries(Filter(who_id=clerk.id))
    assert (line.id, line.who, line.name, line.at) == (made, WhoKind.STAFF, "Ada", NOW)
    assert (line.session, line.address) == ("0123456789abcdef", "2001:db8::1")
    assert (line.subject_kind, line.subject_id, line.parties) == ("customer", str(party), (party,))
    assert (line.reason, line.details) == ("to call back", {"fields": ["sms"]})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE parties_auditentry SET what = 'x'",
        "DELETE FROM parties_auditentry",
        "TRUNCATE parties_auditentry",
    ],
)
def test_nobody_changes_or_removes_a_line(statement: str) -> None:
    audit.record(actor=None, what="task.run", now=NOW)
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        connection.cursor().execute(statement)
    assert models.AuditEntry.objects.get().what == "task.run"


def test_a_line_names_who_unless_it_was_the_system_itself() -> None:
    audit.record(actor=SYSTEM, what="task.run", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        audit.record(actor=Who(kind=WhoKind.TOKEN), what="customer.read", now=NOW)


def test_many_lines_are_one_statement(django_assert_num_queries: object) -> None:
    clerk, parties = a_clerk(), [a_party() for _ in range(5)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        audit.record_many(
            [Act(what="customer.read", subject_kind="customer", subject_id=one) for one in parties],
            actor=clerk,
            now=NOW,
        )
    assert len(audit.entries(Filter(what="customer."))) == 5


def test_the_log_is_read_by_person_subject_customer_and_day_a_page_at_a_time() -> None:
    one, other = a_clerk(), a_clerk()
    anna, boris = a_party(), a_party()
    for number in range(5):
        audit.record(
            actor=one if number % 2 else other,
            what="case.read",
            subject_kind="case",
            subject_id=str(number),
            parties=[anna] if number < 3 else [anna, boris],
            now=NOW + timedelta(days=number // 2),
        )

    def found(**wanted: object) -> list[str]:
        return [line.subject_id for line in audit.entries(Filter(**wanted))]  # type: ignore[arg-type]

    assert found() == ["4", "3", "2", "1", "0"]
    assert found(who_id=one.id) == ["3", "1"]
    assert found(party_id=boris) == ["4", "3"]
    assert found(subject_kind="case", subject_id="2") == ["2"]
    day = NOW + timedelta(days=1)
    assert found(since=day, until=day + timedelta(days=1)) == ["3", "2"]
    assert found(what="customer.") == []
    first = audit.entries(Filter(), limit=2)
    rest = audit.entries(Filter(), before=(first[-1].at, first[-1].id))
    assert [line.subject_id for line in rest] == ["2", "1", "0"]
