"""The office's room for refunds: documents, the organiser's word, longer reviews, papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from refund_buyers import (
    PDF,
    Buyer,
    a_buyer_of,
    a_clerk,
    a_note,
    before,
    filed,
)

from oferta.core.notices import queries as notices
from oferta.core.parties import audit, models
from oferta.core.parties.audit import Filter
from oferta.kernel.ids import uuid7
from oferta.services.tickets.models import Act, Application, Order, Ticket
from oferta.services.tickets.refunding import coming, paying_out
from oferta.services.tickets.types import ApplicationState, RefundState
from ticket_world import tickets_of

pytestmark = pytest.mark.django_db


def test_the_office_sees_what_is_late_first_and_every_reading_is_noted(
    at: Callable[[datetime], None],
) -> None:
    # TR-92, TR-150
    at(before(7))
    buyer = a_buyer_of(2)
    row = filed(buyer, "illness", now=before(20))
    client, clerk = a_clerk()
    page = client.get(reverse("tickets:office")).content.decode()
    assert f"№ {row.number}" in page
    assert "Past its day" in page
    found = client.get(reverse("tickets:office"), {"q": buyer.order.code}).content.decode()
    assert f"№ {row.number}" in found
    assert client.get(reverse("tickets:office_application", args=[row.id])).status_code == 200
    read = audit.entries(Filter(who_id=clerk, what="refund."))
    assert [one.what for one in read] == ["refund.read", "refund.listed", "refund.listed"]
    assert all(buyer.party in one.parties for one in read)


def test_a_document_is_checked_at_the_desk_and_the_request_is_granted(
    at: Callable[[datetime], None],
) -> None:
    # TR-42, TR-43
    at(before(7))
    buyer = a_buyer_of(1)
    row = filed(buyer, "illness", now=before(7))
    note = a_note()
    coming.attach(row.id, note, now=before(7))
    client, clerk = a_clerk()
    file = client.get(reverse("tickets:office_document", args=[note.id]))
    assert (file.content, file["Content-Disposition"][:10]) == (PDF, "attachment")
    path, form = reverse("tickets:office_check", args=[note.id]), {"found": "genuine"}
    act = {"id": str(uuid7()), "words": "the number is on the register"}
    client.post(path, form | act)
    client.post(path, form | act)
    row.refresh_from_db()
    assert row.state == ApplicationState.GRANTED
    noted = Act.objects.get(application=row)
    assert (noted.kind, noted.by, noted.words) == ("checked", clerk, act["words"])
    whats = [one.what for one in audit.entries(Filter(who_id=clerk, what="refund."))]
    assert whats == ["refund.checked", "refund.document_read"]


def test_the_organisers_word_is_noted_and_told(at: Callable[[datetime], None]) -> None:
    # TR-40, TR-51, TR-58
    at(before(7))
    buyer = a_buyer_of(1)
    row = filed(buyer, "other", now=before(7), words="a strike")
    client, _ = a_clerk()
    path = reverse("tickets:office_answer", args=[row.id])
    client.post(path, {"answer": "refused", "words": "by phone"})
    row.refresh_from_db()
    assert row.state == ApplicationState.REFUSED
    assert "tickets.refund_refused" in [one.kind for one in notices.inbox(buyer.party)]


def test_the_review_is_made_longer_once_with_words_to_the_buyer(
    at: Callable[[datetime], None],
) -> None:
    # TR-88
    at(before(9))
    buyer = a_buyer_of(1)
    row = filed(buyer, "other", now=before(12), words="a strike")
    first = row.answer_by
    client, _ = a_clerk()
    path = reverse("tickets:office_extend", args=[row.id])
    client.post(path, {"words": " "})
    row.refresh_from_db()
    assert (row.extended, row.answer_by) == (False, first)
    client.post(path, {"words": "The organiser is on tour"})
    row.refresh_from_db()
    assert (row.extended, row.answer_by) == (True, first + timedelta(days=10))
    told = next(one for one in notices.inbox(buyer.party) if one.kind == "tickets.review_extended")
    assert told.params["words"] == "The organiser is on tour"
    assert told.params["day"] == row.answer_by.isoformat()
    again = client.post(path, {"words": "And again"}, follow=True)
    assert "cannot be made longer" in again.content.decode()
    assert Act.objects.get(application=row).day == row.answer_by
    page = buyer.client.get(buyer.path("application", row.id)).content.decode()
    assert "Made longer once" in page


def test_a_review_that_is_past_its_day_is_not_made_longer(at: Callable[[datetime], None]) -> None:
    at(before(5))
    buyer = a_buyer_of(1)
    row = filed(buyer, "other", now=before(20), words="a strike")
    client, _ = a_clerk()
    client.post(reverse("tickets:office_extend", args=[row.id]), {"words": "Too late"})
    row.refresh_from_db()
    assert not row.extended


def by_post(buyer: Buyer, **changes: object) -> dict[str, object]:
    tickets = [str(one) for one in tickets_of([buyer.order])]
    plain: dict[str, object] = {
        "order": str(buyer.order.id),
        "t": tickets,
        "reason": "own_wish",
        "channel": "post",
        "sent_on": before(10).date().isoformat(),
        "email": Order.objects.get(id=buyer.order.id).payer_email.upper(),
        "id": str(uuid7()),
        "act": str(uuid7()),
    }
    return plain | changes


def test_a_letter_posted_in_time_counts_from_its_postmark(at: Callable[[datetime], None]) -> None:
    # TR-61, TR-62, TR-63, TR-64, TR-70, TR-72, TR-75
    at(before(4))
    buyer = a_buyer_of(1)
    Order.objects.filter(id=buyer.order.id).update(
        paid_at=before(25), payer_phone="+7 900 000 00 01"
    )
    client, clerk = a_clerk()
    path = reverse("tickets:office_register")
    assert "An evening" in client.get(path, {"order": buyer.order.code}).content.decode()
    typed = by_post(buyer, words="Lost my leg", bank="Bank of the Steppe")
    again = client.post(path, typed)  # the phone is not named: somebody else's letter
    assert (again.status_code, Application.objects.count()) == (422, 0)
    kept = again.content.decode()
    assert all(one in kept for one in ("Lost my leg", "Bank of the Steppe"))
    form = by_post(buyer, phone="8 (900) 000-00-01")
    client.post(path, form)
    client.post(path, form)
    (row,) = Application.objects.all()
    assert row.filed_at == before(10).replace(hour=0) - timedelta(hours=3)  # midnight in Moscow
    assert [one.amount for one in row.refunds.all()] == [100_000]
    act = Act.objects.get(application=row)
    assert (act.kind, act.channel, act.day, act.by) == (
        "registered",
        "post",
        before(10).date(),
        clerk,
    )
    told = [one.kind for one in notices.inbox(buyer.party)]
    assert "tickets.refund_paid" in told


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"email": "another@example.test"}, 0),
        ({"email": "another@example.test", "verified": "called back at the order's number"}, 1),
        ({"email": "", "passport": "1", "channel": "office"}, 1),
        ({"sent_on": before(3).date().isoformat()}, 0),
        ({"sent_on": before(40).date().isoformat()}, 0),
    ],
)
def test_a_paper_request_shows_who_asks_and_a_day_that_can_be(
    at: Callable[[datetime], None], changes: dict[str, object], count: int
) -> None:
    # TR-61, TR-62, TR-63, TR-70: another mailbox wants a check by a person
    at(before(4))
    buyer = a_buyer_of(1)
    client, _ = a_clerk()
    client.post(reverse("tickets:office_register"), by_post(buyer, **changes))
    assert Application.objects.count() == count


def test_an_outside_case_has_its_number_on_file(at: Callable[[datetime], None]) -> None:
    # TR-147
    at(before(7))
    row = filed(a_buyer_of(1), "illness", now=before(7))
    client, _ = a_clerk()
    path = reverse("tickets:office_refer", args=[row.id])
    client.post(path, {"reference": " "})
    client.post(path, {"reference": "77-2026-0815", "words": "the virtual reception"})
    assert Act.objects.get(application=row).reference == "77-2026-0815"
    page = client.get(reverse("tickets:office_application", args=[row.id])).content.decode()
    assert "77-2026-0815" in page


def test_paper_tickets_are_paid_once_their_originals_are_handed_in(
    at: Callable[[datetime], None],
) -> None:
    # TR-97, TR-98
    at(before(7))
    buyer = a_buyer_of(1)
    Ticket.objects.filter(order_id=buyer.order.id).update(carrier="paper")
    row = filed(buyer, now=before(7))
    paying_out.send_due(now=before(7))
    refund = row.refunds.get()
    assert refund.state == RefundState.AWAITING_CHOICE
    client, clerk = a_clerk()
    client.post(reverse("tickets:office_surrender", args=[row.id]), {"id": str(uuid7())})
    refund.refresh_from_db()
    assert refund.state == RefundState.SENT
    payout = refund.payouts.get()
    client.post(reverse("tickets:office_by_hand", args=[payout.id]), {"came": "there"})
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID
    whats = [one.what for one in audit.entries(Filter(who_id=clerk, what="refund."))]
    assert whats == ["refund.paid_by_hand", "refund.surrendered"]


def test_nobody_works_on_a_request_of_their_own(at: Callable[[datetime], None]) -> None:
    at(before(7))
    client, clerk = a_clerk()
    buyer = a_buyer_of(1)
    row = filed(buyer, "other", now=before(7), words="a strike")
    login = models.Staff.objects.get(id=clerk).login
    models.Customer.objects.filter(id=buyer.party).update(login=login)
    path = reverse("tickets:office_answer", args=[row.id])
    said = client.post(path, {"answer": "agreed"}, follow=True).content.decode()
    assert "It is your own order" in said
    row.refresh_from_db()
    assert row.state == ApplicationState.WITH_ORGANISER
