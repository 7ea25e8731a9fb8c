"""The desk: what each page shows, what it writes into the audit log, how many questions it asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from desk_builders import at_the_desk, staff
from django.test import Client
from loop_builders import NOW, a_customer, a_decision, a_payment

from oferta.core.cases import actions as cases
from oferta.core.cases import handling, waiting
from oferta.core.cases import queries as read
from oferta.core.cases.errors import BadResolution
from oferta.core.cases.types import Resolution, Status
from oferta.core.cases.waiting import Wanted
from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Override
from oferta.core.parties import audit
from oferta.core.parties import queries as parties
from oferta.core.parties.audit import Filter
from oferta.core.parties.errors import NotPermitted
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES

pytestmark = pytest.mark.django_db


def a_case(party: UUID, **late: Any) -> Any:
    opened = clock.now() - timedelta(**late) if late else clock.now()
    return cases.dispute(a_decision(party).id, party_id=party, words="I paid by app", now=opened)


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def last(what: str) -> audit.AuditEntry:
    return audit.entries(Filter(what=what))[0]


def test_the_queue_begins_with_what_is_longest_overdue_and_names_the_customers_in_the_log() -> None:
    party = a_customer()
    fresh, late, later = a_case(party), a_case(party, days=20), a_case(party, days=30)
    client, _ = at_the_desk(Role.CLERK)
    page = text(client, "/desk/")
    places = [page.index(f"№ {case.number}") for case in (later, late, fresh)]
    assert places == sorted(places)
    assert page.count("overdue") >= 2
    assert last("cases.listed").parties == (party,)


def test_the_queue_is_filtered_by_whose_which_kind_and_what_waits_for_a_second_person() -> None:
    decisions.set_authority("corner-club", second_person_above=0)
    party = a_customer()
    mine, proposed, free = a_case(party), a_case(party), a_case(party)
    client, actor = at_the_desk(Role.APPROVER)
    other = staff(Role.CLERK)
    cases.assign(mine.id, actor=actor, now=NOW)
    answer = Resolution(status=Status.UPHELD, reason="x", actor=other, outcome={"amount": "9 KZT"})
    cases.resolve(proposed.id, answer, now=NOW)

    def shown(query: str) -> set[int]:
        page = text(client, f"/desk/?{query}")
        return {case.number for case in (mine, proposed, free) if f"№ {case.number}" in page}

    assert shown("show=mine") == {mine.number}
    assert shown("show=unassigned") == {proposed.number, free.number}
    assert shown("show=to_approve") == {proposed.number}
    assert shown("kind=dispute") == {mine.number, proposed.number, free.number}
    assert shown("kind=stopped") == set()
    assert client.get("/desk/?show=nothing").status_code == 404


def test_the_queue_is_read_a_page_at_a_time_and_no_case_is_lost() -> None:
    party = a_customer()
    made = {a_case(party, hours=hours).id for hours in range(7)}
    seen: list[UUID] = []
    after = None
    while page := waiting.queue(Wanted(), after=after, limit=3):
        seen += [case.id for case in page]
        after = (page[-1].due_at, page[-1].id)
    assert set(seen) == made
    assert len(seen) == len(made)


def test_a_case_is_handed_over_with_a_reason_by_who_has_it_or_may_hand_over() -> None:
    case = a_case(a_customer())
    clerk, colleague, approver = staff(Role.CLERK), staff(Role.CLERK), staff(Role.APPROVER)

    def give(actor: Any, to: Any, reason: str = "knows it better") -> None:
        handling.hand_over(case.id, to=to.id, reason=reason, actor=actor, now=NOW)

    with pytest.raises(NotPermitted):
        give(clerk, colleague)
    give(approver, clerk)
    give(clerk, colleague)
    with pytest.raises(BadResolution):
        give(colleague, clerk, reason=" ")
    with pytest.raises(NotPermitted):
        give(colleague, staff(Role.CASHIER))
    now = read.case(case.id)
    assert (now.assignee_id, now.status) == (colleague.id, Status.ASSIGNED)
    assert now.log[-1].detail == {"to": colleague.name, "reason": "knows it better"}
    line = last("case.handed_over")
    assert (line.who_id, line.subject_id, line.reason) == (
        clerk.id,
        str(case.id),
        "knows it better",
    )


def test_what_nobody_answered_in_time_is_marked_once() -> None:
    """BC-88: a claim has a deadline."""
    late, fresh = a_case(a_customer(), days=16), a_case(a_customer())
    assert handling.escalate_overdue(now=clock.now()) == 1
    assert handling.escalate_overdue(now=clock.now()) == 0
    assert read.case(late.id).escalated_at is not None
    assert read.case(late.id).log[-1].what == "overdue"
    assert read.case(fresh.id).escalated_at is None


def test_a_customers_page_masks_contacts_until_a_reason_is_given_and_the_log_keeps_it() -> None:
    party = a_customer(email="aigul@example.kz", sms="+77015551234")
    client, actor = at_the_desk(Role.CLERK)
    path = f"/desk/customers/{party}/"
    page = text(client, path)
    assert "aigul@example.kz" not in page
    assert "+77015551234" not in page
    assert "a•••@e•••.kz" in page
    assert "•••1234" in page
    assert client.post(f"{path}reveal", {"reason": " "}).status_code == 422
    assert audit.entries(Filter(what="customer.revealed")) == []
    shown = client.post(f"{path}reveal", {"reason": "to call back"}).content.decode()
    assert "aigul@example.kz" in shown
    assert "+77015551234" in shown
    line = last("customer.revealed")
    assert (line.who_id, line.parties, line.reason) == (actor.id, (party,), "to call back")
    assert line.address == "127.0.0.1"
    assert line.session
    assert "aigul" not in str(line.details)


def test_the_timeline_merges_decisions_notices_and_cases_and_is_read_a_page_at_a_time() -> None:
    from oferta.core.cases import timeline

    party = a_customer()
    for _ in range(4):
        a_case(party)
    whole, _ = timeline.of_customer(party, "en", limit=100)
    kinds = [one.kind for one in whole]
    assert (kinds.count("decision"), kinds.count("case"), kinds.count("notice")) == (4, 4, 8)
    seen, before = [], None
    while True:
        page, before = timeline.of_customer(party, "en", before=before, limit=5)
        seen += page
        if before is None:
            break
    assert [one.id for one in seen] == [one.id for one in whole]


def test_a_customers_page_says_that_they_are_blocked_and_when_they_signed_in() -> None:
    from oferta.core.parties import blocks
    from signing_in import sign_in_customer

    party = a_customer()
    sign_in_customer(Client(), party)
    client, actor = at_the_desk(Role.CLERK)
    clause = ("corner-club", "2024-01-01", "till")
    blocks.block(party, reason="forged receipts", clause=clause, actor=actor, now=NOW)
    page = text(client, f"/desk/customers/{party}/")
    assert "forged receipts (till)" in page
    assert "signed in" in page
    assert "blocked the customer" in page
    assert last("customer.blocked").reason == "forged receipts"


def test_a_decisions_page_shows_what_replaced_it_who_was_told_and_what_moved() -> None:
    party = a_customer()
    old = a_decision(party)
    clerk = staff(Role.CLERK)
    cases.dispute(old.id, party_id=party, words="by app", now=NOW)
    decisions.set_authority("corner-club", second_person_above=10**6)
    new = decisions.override(
        Override(decision_id=old.id, reason="receipt", actor=clerk, facts={"channel": "app"}),
        now=NOW,
    )
    client, _ = at_the_desk(Role.CLERK)
    page = text(client, f"/desk/decisions/{new.id}/")
    for wanted in ("receipt", clerk.name, new.key, f"/desk/decisions/{old.id}/", "corner-club"):
        assert wanted in page, wanted
    for moved in new.transfer_ids:
        assert f"/desk/transfers/{moved}/" in page
        assert str(new.id) in text(client, f"/desk/transfers/{moved}/")
    assert last("decision.read").parties == (party,)
    assert last("transfer.read").parties == (party,)
    assert client.get(f"/desk/decisions/{UUID(int=1)}/").status_code == 404
    assert client.get(f"/desk/transfers/{UUID(int=1)}/").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_speaks_each_language(language: str) -> None:
    party = a_customer(email="aigul@example.kz")
    case = a_case(party, days=20)
    client, _ = at_the_desk(Role.APPROVER, language=language)
    decision = read.case(case.id).decision_id
    transfer = decisions_of(decision)[0]
    for path in (
        "/desk/",
        "/desk/find?q=aigul",
        "/desk/find?q=",
        f"/desk/customers/{party}/",
        f"/desk/cases/{case.id}/",
        f"/desk/decisions/{decision}/",
        f"/desk/transfers/{transfer}/",
    ):
        assert f'lang="{language}"' in text(client, path)


def decisions_of(decision: UUID | None) -> tuple[UUID, ...]:
    from oferta.core.decisions import queries

    assert decision is not None
    return queries.decision(decision).transfer_ids


def test_a_member_without_the_permission_is_refused_and_the_log_says_so() -> None:
    party = a_customer()
    client, actor = at_the_desk(Role.GATE)
    assert client.get(f"/desk/customers/{party}/").status_code == 403
    line = last("staff.refused")
    assert (line.who_id, line.subject_id) == (actor.id, f"/desk/customers/{party}/")
    assert line.details == {"lacking": ["see_customers"]}


def test_a_cashier_sees_a_customer_and_a_balance_but_not_the_past() -> None:
    party = a_customer()
    case = a_case(party)
    client, _ = at_the_desk(Role.CASHIER)
    page = text(client, f"/desk/customers/{party}/")
    assert "Balances" in page
    assert "Everything, in order" not in page
    assert f"№ {case.number}" not in page
    assert client.get(f"/desk/cases/{case.id}/").status_code == 403


@pytest.mark.parametrize("many", [3, 30])
def test_the_queue_and_a_customer_take_the_same_number_of_questions_however_much_there_is(
    many: int, django_assert_max_num_queries: Any
) -> None:
    party = a_customer()
    for _ in range(many):
        decisions.decide(a_payment(party, plan="corner.told"), now=NOW)
        a_case(a_customer())
        a_case(party)
    client, _ = at_the_desk(Role.APPROVER)
    with django_assert_max_num_queries(QUEUE_QUESTIONS):
        client.get("/desk/")
    with django_assert_max_num_queries(CUSTOMER_QUESTIONS):
        client.get(f"/desk/customers/{party}/")


#: Session, login, staff, four of the queue, stopped and held; the log; the session again.
QUEUE_QUESTIONS = 20
CUSTOMER_QUESTIONS = 24


def test_the_link_of_a_customer_is_nowhere_at_the_desk() -> None:
    party = a_customer()
    case = a_case(party)
    client, _ = at_the_desk(Role.CLERK)
    token = parties.link_token(party)
    for path in ("/desk/", f"/desk/customers/{party}/", f"/desk/cases/{case.id}/"):
        page = text(client, path)
        assert "/c/" not in page
        assert token.partition(":")[0] not in page
