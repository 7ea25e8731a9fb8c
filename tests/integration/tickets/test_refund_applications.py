"""A request for money back: decided by the terms, booked to the unit, never without a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.kernel.ids import uuid7
from oferta.services.tickets.models import Place, Refund, Ticket
from oferta.services.tickets.refunding import applying, claims, coming, reading
from oferta.services.tickets.refunding.errors import (
    ApplicationClosed,
    ApplicationReused,
    BadDocument,
    BadReason,
    NothingToReturn,
    QuoteChanged,
)
from oferta.services.tickets.refunding.facts import Claim
from oferta.services.tickets.refunding.quoting import quote
from oferta.services.tickets.refunding.types import Filing, Paper
from oferta.services.tickets.types import (
    ApplicationState,
    Buyer,
    OrderBrief,
    PlaceStatus,
    RefundState,
    Wanted,
)
from ticket_world import NOW, Show, a_buyer, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db
STARTS = NOW + timedelta(days=30)


def before(days: int) -> datetime:
    return STARTS - timedelta(days=days)


def an_order(count: int = 2, **rest: object) -> tuple[Show, OrderBrief, Buyer]:
    show, buyer = a_show(rows=1, **rest), a_buyer()  # type: ignore[arg-type]
    assert show.seats is not None
    order = bought(show, Wanted(category_id=show.seats.id, count=count), buyer=buyer)
    return show, order, buyer


def filing(
    order: OrderBrief, *, tickets: int = 1, reason: str = "own_wish", **rest: object
) -> Filing:
    chosen = tuple(tickets_of([order])[:tickets])
    return Filing(id=uuid7(), order_id=order.id, tickets=chosen, reason=reason, **rest)  # type: ignore[arg-type]


def paper(kind: str = "sick_note_photo", **rest: object) -> Paper:
    day = STARTS.date()
    plain = Paper(
        id=uuid7(),
        kind=kind,
        name="note.pdf",
        media_type="application/pdf",
        content=b"%PDF-1.7 a note",
        illness_from=day - timedelta(days=2),
        illness_through=day + timedelta(days=2),
    )
    return replace(plain, **rest)  # type: ignore[arg-type]


def owed(unit: str = "RUB") -> int:
    return ledger.account(f"tickets/owed/{unit}").balance


def test_a_part_of_an_order_is_given_back_and_the_rest_stays_good() -> None:
    # TR-11, TR-15, TR-30, TR-85: price back by days, fee kept, a day of payment and an owner
    show, order, buyer = an_order(3)
    made = applying.apply(filing(order, tickets=2, accepted=100_000), now=before(7))
    assert made.state is ApplicationState.GRANTED
    assert [(one.amount.minor, one.state, one.owner) for one in made.refunds] == [
        (50_000, RefundState.DUE, "kassir")
    ] * 2
    assert all(one.due_on > before(7).date() for one in made.refunds)
    assert owed() == 100_000
    rows = Ticket.objects.filter(order_id=order.id)
    assert sorted(rows.values_list("status", "generation")) == [
        ("returned", 2),
        ("returned", 2),
        ("valid", 1),
    ]
    assert Place.objects.filter(performance_id=show.id, status=PlaceStatus.SOLD).count() == 1
    assert ledger.verify().findings == ()
    assert buyer.party_id is not None
    told = [one for one in notices.inbox(buyer.party_id) if one.kind == "tickets.refund_paid"]
    assert len(told) == 1
    assert told[0].params["amount"]["minor"] == 100_000


def test_what_was_quoted_is_what_is_paid() -> None:
    # TR-82
    _, order, _ = an_order(2)
    sold = reading.sold_in(order.id)
    said = quote(
        sold, Claim(reason="own_wish", requested_at=before(4), decided_at=before(4)), language="kk"
    )
    made = applying.apply(filing(order, tickets=2, accepted=said.total), now=before(4))
    assert sum(one.amount.minor for one in made.refunds) == said.total == 60_000
    assert {one.due_on for one in made.refunds} == {said.pays_by}


def test_less_than_was_accepted_is_not_sent_behind_the_buyers_back() -> None:
    _, order, _ = an_order(1)
    with pytest.raises(QuoteChanged) as refused:
        applying.apply(filing(order, accepted=100_000), now=before(7))
    assert refused.value.facts() == {"accepted": 100_000, "gives": 50_000}
    assert claims.applications_of(order.id) == []


def test_the_same_request_again_is_the_same_one() -> None:
    _, order, _ = an_order(1)
    asked = filing(order)
    first = applying.apply(asked, now=before(7))
    assert applying.apply(asked, now=before(2)) == first
    assert Refund.objects.count() == 1
    with pytest.raises(ApplicationReused):
        applying.apply(replace(asked, words="something else"), now=before(7))


def test_a_ticket_is_given_back_once() -> None:
    _, order, _ = an_order(1)
    applying.apply(filing(order), now=before(7))
    with pytest.raises(NothingToReturn):
        applying.apply(filing(order), now=before(7))
    _, other, _ = an_order(1)
    with pytest.raises(NothingToReturn):
        applying.apply(replace(filing(other), tickets=tuple(tickets_of([order]))), now=before(7))


def test_a_refusal_leaves_the_ticket_good_and_names_its_clause() -> None:
    # TR-22, TR-52
    _, order, _ = an_order(1)
    made = applying.apply(filing(order), now=before(1))
    assert (made.state, made.refunds) == (ApplicationState.REFUSED, ())
    (decision,) = (decided.decision(one) for one in made.decisions if one)
    assert decision.decided_by == ("own-wish-none",)
    assert Ticket.objects.get(order_id=order.id).status == "valid"


def test_illness_may_be_proved_later_and_is_paid_whole() -> None:
    # TR-36, TR-42, TR-47, TR-48: file before the start, send the document within 14 days after
    _, order, _ = an_order(1)
    made = applying.apply(filing(order, reason="illness"), now=STARTS - timedelta(minutes=1))
    assert made.state is ApplicationState.AWAITING_DOCUMENT
    note = paper()
    waits = coming.attach(made.id, note, now=STARTS + timedelta(days=13))
    assert not waits.refunds
    assert waits.state is not ApplicationState.REFUSED
    paid = coming.check(note.id, "genuine", by=UUID(int=1), now=STARTS + timedelta(days=13))
    assert paid.state is ApplicationState.GRANTED
    assert [one.amount.minor for one in paid.refunds] == [100_000]


def test_a_document_fifteen_days_after_is_too_late() -> None:
    # TR-49
    _, order, _ = an_order(1)
    made = applying.apply(filing(order, reason="illness"), now=before(1))
    late = coming.attach(made.id, paper(), now=STARTS + timedelta(days=15))
    assert late.state is ApplicationState.REFUSED


def test_a_false_document_ends_the_request() -> None:
    # TR-56
    _, order, _ = an_order(1)
    made = applying.apply(filing(order, reason="illness"), now=before(1))
    note = paper()
    coming.attach(made.id, note, now=before(1))
    ended = coming.check(note.id, "false_information", by=UUID(int=1), now=before(1))
    assert ended.state is ApplicationState.REFUSED
    with pytest.raises(ApplicationClosed):
        coming.explain(made.id, "a mistake", now=before(1))


def test_names_that_differ_want_an_explanation() -> None:
    # TR-45, TR-46
    _, order, _ = an_order(1)
    made = applying.apply(filing(order, reason="illness"), now=before(1))
    note = paper()
    coming.attach(made.id, note, now=before(1))
    asked = coming.check(note.id, "genuine", by=UUID(int=1), now=before(1), names_match=False)
    assert asked.state is ApplicationState.AWAITING_EXPLANATION
    paid = coming.explain(made.id, "I bought it for my sister", now=before(1))
    assert paid.state is ApplicationState.GRANTED


@pytest.mark.parametrize(
    ("answer", "state"),
    [("agreed", ApplicationState.GRANTED), ("refused", ApplicationState.REFUSED)],
)
def test_another_reason_is_the_organisers_word_and_the_buyer_hears_it(
    answer: str, state: ApplicationState
) -> None:
    # TR-51, TR-58
    _, order, buyer = an_order(1)
    made = applying.apply(filing(order, reason="other", words="a strike"), now=before(8))
    assert made.state is ApplicationState.WITH_ORGANISER
    assert coming.organiser_answers(made.id, answer, now=before(7)).state is state
    assert buyer.party_id is not None
    kinds = [one.kind for one in notices.inbox(buyer.party_id)]
    assert len([kind for kind in kinds if kind.startswith("tickets.refund")]) == 2


def test_a_request_may_be_withdrawn_and_another_filed() -> None:
    # TR-53: the days of the new one are its own
    _, order, _ = an_order(1)
    first = applying.apply(filing(order, reason="other"), now=before(11))
    applying.withdraw(first.id, now=before(11))
    again = applying.apply(filing(order), now=before(8))
    assert [one.amount.minor for one in again.refunds] == [50_000]


def test_a_change_of_the_performance_cannot_be_named_where_there_was_none() -> None:
    _, order, _ = an_order(1)
    with pytest.raises(BadReason):
        applying.apply(filing(order, reason="performance_cancelled"), now=before(1))


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (paper(media_type="text/html", content=b"<script>"), "media_type"),
        (paper(content=b"GIF89a"), "media_type"),
        (paper(content=b"%PDF-" + bytes(coming.SIZE_MAX)), "size"),
        (paper(kind="love_letter"), "kind"),
        (
            paper(illness_from=date(2026, 12, 2), illness_through=date(2026, 12, 1)),
            "illness_through",
        ),
    ],
)
def test_a_document_that_nobody_could_read_is_refused(bad: Paper, field: str) -> None:
    _, order, _ = an_order(1)
    made = applying.apply(filing(order, reason="illness"), now=before(1))
    with pytest.raises(BadDocument) as refused:
        coming.attach(made.id, bad, now=before(1))
    assert refused.value.field == field


def test_a_request_takes_so_many_documents_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coming, "NUMBER_MAX", 2)
    _, order, _ = an_order(1)
    made = applying.apply(filing(order, reason="other"), now=before(1))
    papers = [replace(paper("another"), id=uuid7()) for _ in range(3)]
    for one in papers[:2]:
        coming.attach(made.id, one, now=before(1))
    with pytest.raises(BadDocument):
        coming.attach(made.id, papers[2], now=before(1))
    coming.attach(made.id, papers[1], now=before(1))  # the same again is the same one
    assert len(claims.documents_of(made.id)) == 2
