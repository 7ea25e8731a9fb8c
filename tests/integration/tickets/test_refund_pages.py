"""The buyer's pages of refunds: a quote that holds, a request whose fate is seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from refund_buyers import (
    PDF,
    STARTS,
    a_buyer_of,
    a_note,
    before,
    data,
    filed,
)

from oferta.core.parties import queries
from oferta.kernel.ids import uuid7
from oferta.services.tickets.models import Act, Application, Document, Refund, Ticket
from oferta.services.tickets.refunding import coming, paying_out
from oferta.services.tickets.refunding.types import Paper
from oferta.services.tickets.types import ApplicationState, RefundState
from ticket_world import tickets_of

pytestmark = pytest.mark.django_db


def test_the_quote_is_on_one_page_before_anybody_applies(at: Callable[[datetime], None]) -> None:
    # TR-15, TR-30, TR-59, TR-82, TR-91, TR-153
    buyer = a_buyer_of(2)
    at(before(7))
    page = buyer.quote()
    assert Application.objects.count() == 0
    assert "1,000\xa0RUB" in page
    assert "Own wish, under 10 but not under 5 days before" in page
    assert page.count('<table class="month">') == 1
    assert page.count('class="counts') == 8  # seven days and the legend
    assert "With proof of illness" in page
    assert data(page)[0] == 100_000


def test_the_calendar_of_the_page_counts_as_the_terms_do(at: Callable[[datetime], None]) -> None:
    # TR-23, TR-24, TR-25: one operator counts the day of filing, the other does not
    at(before(10))
    counted = []
    for operator in ("kassir", "redkassa"):
        page = a_buyer_of(1, operator=operator).quote()
        (said,) = re.findall(r"<strong>(\d+) days count\.</strong>", page)
        assert page.count('<td class="counts') == int(said)
        counted.append((int(said), data(page)[0]))
    assert counted == [(10, 100_000), (9, 50_000)]


@pytest.mark.parametrize("days", [12, 7, 4, 1])
def test_every_amount_on_the_page_is_what_is_decided_after_that_change(
    at: Callable[[datetime], None], days: int
) -> None:
    # TR-153: "tomorrow 500; with a sick note 1,000" is a promise
    at(before(days))
    page = a_buyer_of(1).quote()
    steps = re.findall(
        r'<time datetime="(\d{4}-\d\d-\d\d)">[^<]*</time></span> <strong><data value="(\d+)"', page
    )
    assert len(steps) == page.count("from <time") == {12: 3, 7: 2, 4: 1, 1: 0}[days]
    for day, amount in [(before(days).date().isoformat(), str(data(page)[0])), *steps]:
        buyer = a_buyer_of(1)
        moment = datetime.fromisoformat(day).replace(hour=9, tzinfo=UTC)
        made = filed(buyer, now=max(moment, before(days)))
        assert sum(made.refunds.values_list("amount", flat=True)) == int(amount), day
    ways = re.findall(r'<span>(With[^<]+)</span> <strong><data value="(\d+)"', page)
    assert len(ways) == (2 if days < 10 else 0)
    for said, amount in ways:
        illness = "illness" in said
        buyer = a_buyer_of(1)
        row = filed(buyer, "illness" if illness else "relative_death", now=before(days))
        note = (
            a_note()
            if illness
            else Paper(
                id=uuid7(),
                kind="death_certificate",
                name="c",
                media_type="application/pdf",
                content=PDF,
            )
        )
        coming.attach(row.id, note, now=before(days))
        coming.check(note.id, "genuine", by=uuid7(), now=before(days))
        assert sum(row.refunds.values_list("amount", flat=True)) == int(amount)


def test_a_part_of_an_order_is_given_back_for_the_sum_that_was_seen(
    at: Callable[[datetime], None],
) -> None:
    # TR-11, TR-76, TR-77, TR-82, TR-139
    buyer = a_buyer_of(3)
    at(before(7))
    one = tickets_of([buyer.order])[0]
    page = buyer.quote(f"?t={one}&reason=own_wish")
    form = buyer.form(page)
    assert (form["t"], form["accepted"]) == ([str(one)], "50000")
    first = buyer.client.post(buyer.path("apply", buyer.order.id), form)
    again = buyer.client.post(buyer.path("apply", buyer.order.id), form)
    (made,) = Application.objects.all()
    assert first["Location"] == again["Location"] == buyer.path("application", made.id)
    assert (made.state, made.accepted) == (ApplicationState.GRANTED, 50_000)
    assert Ticket.objects.filter(order_id=buyer.order.id, status="valid").count() == 2
    shown = buyer.client.get(first["Location"]).content.decode()
    assert f"№ {made.number}" in shown
    assert "Kassir" in shown


def test_a_sum_that_fell_meanwhile_is_shown_again_and_nothing_is_sent(
    at: Callable[[datetime], None],
) -> None:
    buyer = a_buyer_of(1)
    at(before(10))
    form = buyer.form(buyer.quote())
    at(before(9))
    answer = buyer.client.post(buyer.path("apply", buyer.order.id), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The sum has changed" in page
    assert data(page)[0] == 50_000
    assert Application.objects.count() == 0


def test_a_closed_card_wants_bank_details(at: Callable[[datetime], None]) -> None:
    # TR-71, TR-95, TR-100
    buyer = a_buyer_of(1)
    at(before(7))
    page = buyer.quote()
    assert buyer.apply(page, closed="1", bank="").status_code == 422
    assert buyer.apply(page, closed="1", bank="B. Buyer, a bank, 40817…").status_code == 302
    paying_out.send_due(now=before(7))
    assert Refund.objects.get().payouts.get().means == "transfer"


def test_a_strangers_order_and_request_do_not_exist(at: Callable[[datetime], None]) -> None:
    at(before(7))
    mine, other = a_buyer_of(1), a_buyer_of(1)
    row = filed(mine, now=before(7))
    refund = row.refunds.get()
    for name, id_ in (
        ("refund", mine.order.id),
        ("application", row.id),
        ("choose", refund.id),
    ):
        assert other.client.get(other.path(name, id_)).status_code == 404
    assert other.client.get(other.path("refund_paper", row.id, "file")).status_code == 404
    assert other.client.post(other.path("withdraw", row.id)).status_code == 404


def test_a_personal_link_opens_the_same_pages(at: Callable[[datetime], None]) -> None:
    # TR-100: who has no login chooses by the link that came to their contact
    at(before(7))
    buyer = a_buyer_of(1)
    token = queries.link_token(buyer.party)
    client = Client(headers={"accept-language": "en"})
    path = reverse("tickets:refund", args=[token, buyer.order.id])
    page = client.get(path).content.decode()
    sent = client.post(f"{path}apply", buyer.form(page))
    assert sent["Location"].startswith(f"/c/{token}/refunds/")
    assert client.get(sent["Location"]).status_code == 200


# Documents ------------------------------------------------------------------------------------


def test_a_document_of_up_to_ten_megabytes_is_taken_and_a_larger_one_kindly_refused(
    at: Callable[[datetime], None],
) -> None:
    # TR-37, TR-38, TR-48, TR-67
    at(before(7))
    buyer = a_buyer_of(1)
    row = filed(buyer, "illness", now=before(7))
    large = SimpleUploadedFile("note.pdf", PDF + bytes(9_000_000), "application/pdf")
    form = {"document": "sick_note_photo", "illness_from": STARTS.date().isoformat()}
    buyer.client.post(buyer.path("attach", row.id), form | {"file": large})
    assert Document.objects.get().name == "note.pdf"
    for size in (11_000_000, 21_000_000):
        too_large = SimpleUploadedFile("note.pdf", PDF + bytes(size), "application/pdf")
        answer = buyer.client.post(
            buyer.path("attach", row.id), form | {"file": too_large}, follow=True
        )
        assert "larger than 10 MB" in answer.content.decode()
    page = SimpleUploadedFile("note.html", b"<script>", "application/pdf")
    answer = buyer.client.post(buyer.path("attach", row.id), form | {"file": page}, follow=True)
    assert "Only PDF, PNG and JPEG" in answer.content.decode()
    assert Document.objects.count() == 1


def test_names_that_differ_are_explained_on_the_page(at: Callable[[datetime], None]) -> None:
    # TR-45, TR-46
    at(before(7))
    buyer = a_buyer_of(1)
    row = filed(buyer, "illness", now=before(7))
    note = a_note()
    coming.attach(row.id, note, now=before(7))
    coming.check(note.id, "genuine", by=uuid7(), now=before(7), names_match=False)
    page = buyer.client.get(buyer.path("application", row.id)).content.decode()
    assert "Write below why the names differ" in page
    buyer.client.post(buyer.path("explain", row.id), {"explanation": "For my sister"})
    row.refresh_from_db()
    assert row.state == ApplicationState.GRANTED


def test_a_request_is_taken_back_and_its_tickets_stay_good(at: Callable[[datetime], None]) -> None:
    at(before(7))
    buyer = a_buyer_of(1)
    row = filed(buyer, "illness", now=before(7))
    buyer.client.post(buyer.path("withdraw", row.id), {"id": str(uuid7())})
    row.refresh_from_db()
    assert row.state == ApplicationState.WITHDRAWN
    assert Act.objects.get(application=row).kind == "withdrawn"


def test_money_without_an_account_waits_for_a_choice_and_then_goes(
    at: Callable[[datetime], None],
) -> None:
    # TR-100, TR-151
    at(before(7))
    buyer = a_buyer_of(1)
    refund = filed(buyer, now=before(7)).refunds.get()
    Refund.objects.filter(id=refund.id).update(account_closed=True)
    paying_out.send_due(now=before(7))
    path = buyer.path("choose", refund.id)
    page = buyer.client.get(path).content.decode()
    assert "Where shall the money go?" in page
    assert buyer.client.post(f"{path}send", {"bank": " "}).status_code == 422
    assert buyer.client.post(f"{path}send", {"bank": "A bank, 40817"}).status_code == 302
    refund.refresh_from_db()
    assert (refund.state, refund.bank_details) == (RefundState.SENT, "A bank, 40817")


@pytest.mark.parametrize("way", ["balance", "voucher"])
def test_a_balance_or_a_voucher_take_the_place_of_money_only_by_the_buyers_word(
    at: Callable[[datetime], None], way: str
) -> None:
    # TR-106, TR-109
    at(before(7))
    buyer = a_buyer_of(1)
    refund = filed(buyer, now=before(7)).refunds.get()
    path = buyer.path("choose", refund.id)
    assert "Only if you agree" in buyer.client.get(path).content.decode()
    buyer.client.post(f"{path}consent", {"way": "cash"})
    refund.refresh_from_db()
    assert refund.state == RefundState.DUE
    buyer.client.post(f"{path}consent", {"way": way})
    refund.refresh_from_db()
    assert (refund.state, refund.consented_to) == (RefundState.PAID, way)
    assert "Only if you agree" not in buyer.client.get(path).content.decode()


def test_a_request_that_waits_has_its_day_and_its_place_in_the_queue(
    at: Callable[[datetime], None],
) -> None:
    # TR-101
    at(before(7))
    shows = [a_buyer_of(1) for _ in range(3)]
    rows = [filed(one, "other", now=before(7), words="a strike") for one in shows]
    pages = [
        one.client.get(one.path("application", row.id)).content.decode()
        for one, row in zip(shows, rows, strict=True)
    ]
    said = [
        re.findall(r"(\d+) requests? (?:is|are) to be answered before yours", one) for one in pages
    ]
    assert said == [[], ["1"], ["2"]]
    assert all("Answer by" in one for one in pages)
