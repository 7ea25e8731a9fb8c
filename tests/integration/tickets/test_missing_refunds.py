"""The organiser says that it paid and the buyer has nothing: proof by a day, or our money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from refund_buyers import a_clerk

from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.core.parties import actions as parties
from oferta.core.parties.identity_types import PartyKind
from oferta.core.parties.types import Actor, NewCustomer, Role
from oferta.kernel.ids import uuid7
from oferta.services.tickets import own_data
from oferta.services.tickets.kinds import MissingState
from oferta.services.tickets.models import MissingRefund, Organiser, Performance, Refund
from oferta.services.tickets.refunding import applying, paying_out
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.settling import missing, organisers
from oferta.services.tickets.settling.errors import NotMissing
from oferta.services.tickets.types import OrderBrief, RefundPayer, RefundState
from signing_in import sign_in_customer
from ticket_world import NOMINAL, NOW, a_buyer, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db

REFERENCE = "order 18"
LATE = NOW + timedelta(days=missing.DAYS + 1)


def _said_paid() -> tuple[OrderBrief, Refund]:
    """Return an order whose refund the organiser says it paid."""
    show = a_show(general=2)
    firm = NewCustomer(key=f"firm-{uuid4().hex[:6]}", kind=PartyKind.ORGANISATION)
    firm_id = parties.register_customers([firm], now=NOW)[firm.key]
    Organiser.objects.filter(key=show.performance.organiser_id).update(party_id=firm_id)
    Performance.objects.filter(id=show.id).update(refund_payer=RefundPayer.ORGANISER)
    order = bought(show, buyer=a_buyer())
    filing = Filing(
        id=uuid7(), order_id=order.id, tickets=tuple(tickets_of([order])), reason="own_wish"
    )
    applying.apply(filing, now=NOW)
    paying_out.send_due(now=NOW)
    refund = Refund.objects.get(order_id=order.id)
    organisers.paid(refund.id, reference=REFERENCE, told_by=uuid4(), now=NOW)
    refund.refresh_from_db()
    return order, refund


def _kinds(party: object) -> list[str]:
    return [one.kind for one in notices.inbox(party)]  # type: ignore[arg-type]


def _claims(refund: Refund) -> int:
    organiser = refund.order.performance.organiser_id
    return ledger.account(f"tickets/organiser/{organiser}/claims/RUB").balance


def test_without_proof_by_its_day_the_buyer_is_paid_by_us_and_the_organiser_owes_it() -> None:
    """TR-121: nobody has to do anything for it."""
    order, refund = _said_paid()
    row = missing.report(refund.id, words="Nothing on the card", now=NOW)
    assert missing.report(refund.id, now=LATE).number == row.number
    assert (row.answer_by, row.owner) == (NOW.date() + timedelta(days=missing.DAYS), "kassir")
    firm = refund.order.performance.organiser.party_id
    assert missing.ASKED in _kinds(firm)
    assert [missing.pay_unproved(now=at) for at in (LATE - timedelta(days=1), LATE, LATE)] == [
        *(0, 1, 0)
    ]
    assert _claims(refund) == -NOMINAL
    paying_out.send_due(now=LATE)
    refund.refresh_from_db()
    assert (refund.state, refund.means) == (RefundState.PAID, "card")
    assert {missing.LOOKED_INTO, missing.OURS} <= set(_kinds(order.party_id))
    assert ledger.verify().ok
    with pytest.raises(NotMissing):
        missing.came(row.number, now=LATE)


def test_what_is_proved_or_came_after_all_is_not_paid_twice() -> None:
    actor = Actor(
        id=uuid4(), name="C. Clerk", roles=frozenset({Role.CLERK}), permissions=frozenset()
    )
    order, refund = _said_paid()
    row = missing.report(refund.id, now=NOW)
    with pytest.raises(NotMissing, match="no_proof"):
        missing.prove(row.number, actor=actor, words=" ", now=NOW)
    missing.prove(row.number, actor=actor, words="the bank's confirmation 77", now=NOW)
    assert missing.PROVED in _kinds(order.party_id)
    _, other = _said_paid()
    missing.came(missing.report(other.id, now=NOW).number, now=NOW)
    assert missing.pay_unproved(now=LATE) == 0
    assert set(MissingRefund.objects.values_list("state", flat=True)) == {
        MissingState.PROVED,
        MissingState.CAME,
    }
    assert set(Refund.objects.values_list("means", flat=True)) == {organisers.BY_ORGANISER}


def test_only_an_organisers_word_can_be_doubted_so() -> None:
    show = a_show(general=1)
    order = bought(show, buyer=a_buyer())
    filing = Filing(
        id=uuid7(), order_id=order.id, tickets=tuple(tickets_of([order])), reason="own_wish"
    )
    applying.apply(filing, now=NOW)
    paying_out.send_due(now=NOW)
    with pytest.raises(NotMissing):
        missing.report(Refund.objects.get(order_id=order.id).id, now=NOW)


def test_the_buyer_reads_who_says_what_sends_one_form_and_follows_it(
    client: Client, at: Callable[[datetime], None]
) -> None:
    at(NOW)
    order, refund = _said_paid()
    sign_in_customer(client, order.party_id)
    money = client.get(reverse("tickets:choose", args=["my", refund.id])).content.decode()
    there = reverse("tickets:missing", args=["my", refund.id])
    assert there in money
    page = client.get(there).content.decode()
    for words in ("Philharmonia", REFERENCE, "did not go through us", "It has 3 days."):
        assert words in page
    assert client.post(there, {"words": "Nothing"}).status_code == 302
    row = MissingRefund.objects.get()
    page = client.get(there).content.decode()
    for words in (f"№ {row.number}", "Waits for proof", "It was reported that nothing came"):
        assert words in page
    assert [one["words"] for one in own_data._missing(order.party_id)] == ["Nothing"]
    client.post(there, {"came": "1"})
    assert "The money came" in client.get(there).content.decode()


def test_the_desk_sees_them_by_their_day_with_an_owner_and_pays(
    at: Callable[[datetime], None],
) -> None:
    at(LATE)
    _, refund = _said_paid()
    row = missing.report(refund.id, words="Nothing", now=NOW)
    client, _ = a_clerk()
    there = reverse("tickets:office_missing")
    assert there in client.get(reverse("tickets:office")).content.decode()
    page = client.get(there).content.decode()
    for words in (f"№ {row.number}", REFERENCE, "Kassir", "Nothing", "chip bad"):
        assert words in page
    end = reverse("tickets:office_missing_end", args=[row.number])
    assert client.post(end, {"words": ""}).status_code == 302
    assert MissingRefund.objects.get().state == MissingState.OPEN
    assert client.post(end, {"act": "pay"}).status_code == 302
    refund.refresh_from_db()
    assert (MissingRefund.objects.get().state, refund.state) == ("ours", RefundState.DUE)
    assert "Nothing waits here" in client.get(there).content.decode()
    assert "We pay" in client.get(f"{there}?show=all").content.decode()
