"""A buyer's pages: what is on, the hall, the terms before paying, the order, the ticket."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oferta.core.notices import queries as notices
from oferta.core.parties import queries as parties
from oferta.kernel import clock
from oferta.services.tickets import gates, offering, queries, showing, waiting
from oferta.services.tickets.models import (
    Order,
    Payment,
    Place,
    PriceCategory,
    SandboxCharge,
    Ticket,
)
from oferta.services.tickets.refunding.previewing import Asked, preview
from oferta.services.tickets.types import OrderStatus, PlaceStatus, Wanted
from oferta.services.tickets.web.shop import door
from signing_in import sign_in_customer
from ticket_world import Show, a_buyer, a_show, bought, reserved

pytestmark = pytest.mark.django_db

GUEST = {"name": "G. Guest", "email": "guest@example.test"}


def _show(**options: Any) -> Show:
    return a_show(starts_at=clock.now() + timedelta(days=20), **options)


def _of(category: PriceCategory | None) -> int:
    assert category is not None
    return category.id


def _page(show: Show) -> str:
    return reverse("tickets:performance", args=[show.id])


def _seats(show: Show) -> list[int]:
    rows = Place.objects.filter(performance_id=show.id, seat__isnull=False).order_by("id")
    return list(rows.values_list("id", flat=True))


def _reserve(client: Client, show: Show, **form: Any) -> Any:
    return client.post(_page(show), {"basket": uuid4(), **GUEST, **form})


def _text(response: Any) -> str:
    return unescape(response.content.decode())


def test_what_is_on_is_found_by_words_city_and_day(client: Client) -> None:
    show = _show(general=2)
    page = reverse("tickets:listing")
    assert "An evening of Rachmaninoff" in _text(client.get(page))
    day = show.performance.starts_at.astimezone(ZoneInfo("Europe/Moscow")).date()
    for query, found in (
        ({"q": "rachman"}, 1),
        ({"q": "РАХМАНИНОВ"}, 1),
        ({"q": "opera"}, 0),
        ({"city": "Moscow", "day": day.isoformat()}, 1),
        ({"city": "Almaty"}, 0),
        ({"day": (day + timedelta(days=1)).isoformat()}, 0),
    ):
        assert len(client.get(page, query).context["shows"]) == found, query
    assert client.get(page, {"day": "soon"}).status_code == 422


def test_what_comes_back_is_said_before_paying_and_is_what_the_quote_says_after(
    client: Client, at: Any
) -> None:
    """TR-82: the same amounts on the same days, by the edition that the buyer keeps."""
    show = _show(rows=1)
    promised = client.get(_page(show)).context["promise"]
    order = bought(show, Wanted(category_id=_of(show.seats)), now=clock.now())
    assert promised.terms.edition == order.refund_terms.edition
    zone = ZoneInfo("Europe/Moscow")
    assert len(promised.ladder) == 4
    for line in promised.ladder:
        for day in (line.first_day, line.last_day):
            noon = max(datetime(day.year, day.month, day.day, 12, tzinfo=zone), clock.now())
            if noon >= show.performance.starts_at:
                continue
            asked = Asked(order_id=order.id, reason="own_wish")
            quote = preview(asked, language="en", now=noon)
            assert quote.total == line.amounts[0][1].minor, day
    said = _text(client.get(_page(show)))
    assert "If you return a ticket" in said
    assert said.index("Reserve and go on to payment") > 0


def test_who_comes_second_to_a_seat_loses_nothing_else(client: Client) -> None:
    show = _show(rows=1)
    first, second, third = _seats(show)[:3]
    reserved(show, Wanted(category_id=_of(show.seats), places=(second,)), now=clock.now())
    told = _reserve(client, show, seat=[first, second, third])
    assert told.status_code == 409
    said = _text(told)
    assert "Another buyer was quicker" in said
    assert told.context["given"].seats == (first, third)
    assert f'value="{first}" aria-label' in said
    assert said.count(" checked>") >= 2
    assert "G. Guest" in said
    assert Order.objects.count() == 1
    again = _reserve(client, show, seat=[first, third])
    assert again.status_code == 302
    assert Order.objects.get(status=OrderStatus.RESERVED, payer_name="G. Guest").lines.count() == 2


def test_the_same_form_sent_twice_is_one_order(client: Client) -> None:
    show = _show(rows=1)
    form = {"basket": uuid4(), **GUEST, "seat": _seats(show)[:1]}
    there = {client.post(_page(show), form)["Location"].split("/orders/")[1] for _ in range(2)}
    assert (len(there), Order.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"seat": []}, "places"),
        ({"name": " ", "count-{seats}": "1"}, "name"),
        ({"email": "", "count-{seats}": "1"}, "email"),
        ({"email": "no address", "count-{seats}": "1"}, "email"),
        ({"phone": "12", "count-{seats}": "1"}, "phone"),
        ({"promo": "NONE", "count-{seats}": "1"}, "promo"),
        ({"count-{seats}": "11"}, "places"),
        ({"seat": ["1", "x", "9" * 40]}, "places"),
    ],
)
def test_a_form_that_cannot_be_is_told_field_by_field(
    client: Client, form: dict[str, Any], field: str
) -> None:
    show = _show(rows=2)
    filled = {key.format(seats=_of(show.seats)): value for key, value in form.items()}
    told = _reserve(client, show, **filled)
    assert told.status_code in {409, 422}
    assert field in told.context["errors"]
    assert Order.objects.count() == 0


def test_a_guest_pays_and_comes_in_and_sees_this_order_alone(client: Client) -> None:
    """A stranger who knows an address learns nothing of what its owner bought."""
    show = _show(general=3)
    earlier = bought(show, now=clock.now())
    gone = _reserve(client, show, **{f"count-{_of(show.general)}": "2"})
    page = gone["Location"]
    order = Order.objects.get(payer_name="G. Guest")
    assert page.startswith("/g/")
    shown = client.get(page)
    assert parties.link_token(order.party_id).split(":")[0] not in _text(shown)
    assert shown["Cache-Control"] == "no-store"
    pay = reverse("tickets:pay", args=[door.of_guest(order.id), order.id])
    assert client.post(pay)["Location"].endswith(f"{order.id}/")
    told = {one.kind: one for one in notices.inbox(order.party_id)}
    link = parties.link_token(order.party_id).split(":")[0]
    assert link in told["tickets.order_link"].params["address"]
    ticket = Ticket.objects.filter(order=order).earliest("serial")
    code = reverse("tickets:ticket_code", args=[door.of_guest(order.id), ticket.id])
    assert "<svg" in client.get(code).content.decode()
    assert client.get(reverse("tickets:ticket", args=[door.of_guest(order.id), ticket.id])).context[
        "code"
    ]
    for name, id_ in (("order", earlier.id), ("ticket", earlier.lines[0].ticket_id)):
        there = reverse(f"tickets:{name}", args=[door.of_guest(order.id), id_])
        assert client.get(there).status_code == 404
    forged = reverse("tickets:order", args=["g/" + "x" * 30, order.id])
    assert client.get(forged).status_code == 404


def test_a_declined_payment_leaves_the_places_and_another_try_works(client: Client) -> None:
    show, order, pay = _order_of_mine(client)
    told = client.post(pay, {"instrument": "decline"})
    assert told.status_code == 422
    assert "The places are still yours" in _text(told)
    assert client.post(pay).status_code == 302
    assert queries.order(order).status == OrderStatus.PAID
    assert Place.objects.filter(performance_id=show.id, status=PlaceStatus.SOLD).count() == 1


def test_a_payment_without_an_answer_is_said_to_be_unclear_and_clears_up(client: Client) -> None:
    """TR-152: nobody pays twice."""
    _, order, pay = _order_of_mine(client)
    there = client.post(pay, {"instrument": "timeout"})["Location"]
    said = client.get(there)
    assert (said.context["unclear"], said.context["held"]) == (True, False)
    assert "Do not pay again" in _text(said)
    assert client.post(pay, {"look": "1"}).status_code == 302
    assert client.get(there).context["paid"]
    assert (Payment.objects.count(), SandboxCharge.objects.count()) == (1, 1)
    assert queries.order(order).status == OrderStatus.PAID


def test_a_reservation_is_let_go_and_its_end_is_said(client: Client, at: Any) -> None:
    show, order, pay = _order_of_mine(client)
    page = reverse("tickets:order", args=["my", order])
    assert client.get(page).context["held"]
    at(clock.now() + timedelta(hours=1))
    said = client.get(page)
    assert said.context["over"]
    assert "Nothing was charged" in _text(said)
    assert client.post(reverse("tickets:abandon", args=["my", order])).status_code == 302
    assert "Nothing was charged" in _text(client.get(page))
    assert client.post(pay).status_code == 422
    assert not Place.objects.filter(performance_id=show.id, order__isnull=False).exists()


def test_a_promo_code_lowers_the_price_before_it_is_paid(client: Client) -> None:
    show = _show(rows=1)
    now = clock.now()
    offering.add_promo(
        show.id, "EARLY", percent=25_0000, starts_at=now, ends_at=now + timedelta(days=1)
    )
    page = _reserve(client, show, promo="early", seat=_seats(show)[:1])["Location"]
    assert client.get(page).context["brief"].face.minor == 75_000


def test_the_code_on_the_page_lets_its_holder_in_and_nobody_who_gave_it_away(
    client: Client,
) -> None:
    """TR-124."""
    _, order, pay = _order_of_mine(client)
    client.post(pay)
    ticket = Ticket.objects.select_related("performance").get(order_id=order)
    now = clock.now()
    scanned = gates.read(showing.text_now(ticket, now=now), now=now)
    assert scanned is not None
    assert (scanned.serial, scanned.generation) == (ticket.serial, 1)
    later = showing.text_now(ticket, now=now + timedelta(minutes=1))
    assert later == showing.text_now(ticket, now=now), "gates ask nothing more of this show"
    page = reverse("tickets:ticket", args=["my", ticket.id])
    assert client.get(page).context["code"]
    pdf = client.get(reverse("tickets:ticket_paper", args=["my", ticket.id]))
    assert pdf.content.startswith(b"%PDF")
    Ticket.objects.filter(id=ticket.id).update(holder_id=a_buyer().party_id, holder_name="Friend")
    assert not client.get(page).context["code"]
    for name in ("ticket_code", "ticket_paper"):
        assert client.get(reverse(f"tickets:{name}", args=["my", ticket.id])).status_code == 404
    listed = client.get(reverse("tickets:mine", args=["my"]))
    assert "Handed over" in _text(listed)


def test_who_finds_nothing_left_waits_for_a_place(client: Client) -> None:
    show = _show(general=1)
    bought(show, now=clock.now())
    there = client.get(_page(show)).context["waiting"]
    who = a_buyer().party_id
    assert isinstance(who, UUID)
    sign_in_customer(client, who)
    assert client.get(there).context["open"]
    assert client.post(there).status_code == 302
    assert waiting.wait_of(show.id, who) is not None
    told = _text(client.get(there))
    for words in ("Your place in the line", "The next free place", "held for 6 hours", "22:00"):
        assert words in told
    assert client.post(there, {"leave": "1"}).status_code == 302
    assert waiting.wait_of(show.id, who) is None


def test_a_hall_of_a_thousand_seats_is_one_question(client: Client) -> None:
    small, large = _show(rows=1), _show(rows=50, per_row=20)
    asked = []
    for show in (small, large):
        client.get(_page(show))
        with CaptureQueriesContext(connection) as found:
            assert client.get(_page(show)).status_code == 200
        asked.append(len(found.captured_queries))
    assert asked[0] == asked[1] <= 7


def _order_of_mine(client: Client) -> tuple[Show, UUID, str]:
    """Sign a customer in and reserve a seat by the page."""
    show = _show(rows=1)
    who = a_buyer()
    assert who.party_id is not None
    sign_in_customer(client, who.party_id)
    there = _reserve(client, show, seat=_seats(show)[:1])["Location"]
    order = Order.objects.get(party_id=who.party_id)
    assert there == reverse("tickets:order", args=["my", order.id])
    return show, order.id, reverse("tickets:pay", args=["my", order.id])
