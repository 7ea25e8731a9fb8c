"""A price corrected after the sale: who sees it, who hands the difference over, and that once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from oferta.core.cases import actions as cases
from oferta.core.cases.types import Resolution
from oferta.core.cases.types import Status as Answer
from oferta.core.decisions import actions as decisions
from oferta.core.parties import actions as parties
from oferta.core.parties import models as people
from oferta.core.parties.errors import NotPermitted, OwnAct
from oferta.core.parties.types import Actor, Role
from oferta.kernel import clock
from oferta.services.tickets import means, till
from oferta.services.tickets.means import Reply
from oferta.services.tickets.models import OrderLine, PriceCorrection
from oferta.services.tickets.refunding import corrected, correcting
from oferta.services.tickets.refunding.errors import UnknownCorrection
from oferta.services.tickets.types import Buyer, OrderBrief, SaleChannel
from signing_in import sign_in_customer, sign_in_staff
from ticket_world import Show, a_basket, a_buyer, a_show, bought

pytestmark = pytest.mark.django_db
PRICE = {"price": "800 RUB", "service_fee": "0 RUB"}
REASON = "The poster named another price."


def staff(role: Role) -> Actor:
    return parties.appoint_staff(f"p-{uuid4().hex[:6]}", password=None, name="S", role=role)


@pytest.fixture
def buyer() -> Buyer:
    return a_buyer()


@pytest.fixture
def order(buyer: Buyer) -> OrderBrief:
    show = a_show(general=4, starts_at=clock.now() + timedelta(days=30))
    return bought(show, buyer=buyer, now=clock.now())


def a_correction(order: OrderBrief, **changes: Any) -> PriceCorrection:
    """Correct a price the way staff do: a case, a proposal, a second person."""
    decisions.set_authority("ticket-sale", second_person_above=0)
    line = OrderLine.objects.get(order_id=order.id)
    clerk, now = staff(Role.CLERK), clock.now()
    case_id = corrected.propose(line.id, actor=clerk, now=now)
    assert corrected.propose(line.id, actor=clerk, now=now) == case_id
    answer = Resolution(status=Answer.UPHELD, reason=REASON, actor=clerk, outcome=PRICE)
    cases.resolve(case_id, answer, now=now)
    assert not PriceCorrection.objects.exists()
    cases.approve(case_id, approver=staff(Role.APPROVER), now=now)
    PriceCorrection.objects.update(**changes)
    return PriceCorrection.objects.get()


def test_it_is_proposed_in_a_case_and_the_buyer_sees_before_after_and_where_it_goes(
    order: OrderBrief, buyer: Buyer, client: Client
) -> None:
    row = a_correction(order)
    (shown,) = corrected.of_order(order.id)
    assert (shown.before.minor, shown.after.minor) == (order.total.minor, 80_000)
    assert (shown.back.minor, shown.state, shown.reason) == (
        order.total.minor - 80_000,
        "under_way",
        REASON,
    )
    assert shown.made_by != shown.approved_by
    assert [one.kind for one in corrected.told(shown)] == ["decision.overridden"]

    assert buyer.party_id is not None
    sign_in_customer(client, buyer.party_id)
    page = client.get(f"/my/tickets/orders/{order.id}/").content.decode()
    assert REASON in page
    desk = Client()
    sign_in_staff(desk, staff(Role.CLERK).id)
    listed = desk.get(f"/desk/corrections/?q={order.code}").content.decode()
    assert f"/desk/corrections/{row.id}/" in listed
    one = desk.get(f"/desk/corrections/{row.id}/").content.decode()
    assert REASON in one


def test_what_a_provider_declines_is_still_owed_until_a_person_transferred_it(
    order: OrderBrief, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = a_correction(order)
    provider = means.provider("card")
    monkeypatch.setattr(type(provider), "give_back", lambda *_: Reply(answer=means.Answer.DECLINED))
    assert correcting.send_corrections(now=clock.now()) == 0
    assert correcting.send_corrections(now=clock.now()) == 0
    (waits,) = corrected.listed(waiting=True)
    assert (waits.row.id, waits.state, waits.row.ended_at) == (row.id, "by_hand", None)
    with pytest.raises(NotPermitted):
        corrected.hand_over(row.id, actor=staff(Role.GATE), now=clock.now())
    clerk = staff(Role.CLERK)
    corrected.hand_over(row.id, actor=clerk, now=clock.now())
    corrected.hand_over(row.id, actor=staff(Role.CLERK), now=clock.now())
    row.refresh_from_db()
    assert (row.state, row.staff_id) == ("arrived", clerk.id)
    assert corrected.listed(waiting=True) == []


def test_cash_waits_at_the_counter_and_is_part_of_the_cashiers_shift(buyer: Buyer) -> None:
    show, cashier = (
        a_show(general=2, starts_at=clock.now() + timedelta(days=5)),
        staff(Role.CASHIER),
    )
    order = sold_for_cash(show, buyer, cashier)
    row = a_correction(order)
    assert (row.by_hand, row.state) == (True, "started")
    (due,) = corrected.cash_due(order.id)
    assert due.state == "cash"
    with pytest.raises(NotPermitted):
        corrected.hand_over(row.id, actor=staff(Role.CLERK), now=clock.now())
    before = till.shift(cashier.id, now=clock.now()).till[0].minor
    desk = Client()
    sign_in_staff(desk, cashier.id)
    path = reverse("tickets:counter_order", args=[order.id])
    assert str(row.id) in desk.get(path).content.decode()
    hands_out = reverse("tickets:hand_out", args=[order.id])
    answer = desk.post(hands_out, {"correction": str(row.id)})
    assert answer.status_code == 302, answer
    assert corrected.cash_due(order.id) == []
    assert till.shift(cashier.id, now=clock.now()).till[0].minor == before - row.amount


def test_nobody_corrects_or_hands_over_what_is_their_own_or_goes_by_itself(
    order: OrderBrief, buyer: Buyer
) -> None:
    row, clerk = a_correction(order), staff(Role.CLERK)
    with pytest.raises(UnknownCorrection):
        corrected.hand_over(row.id, actor=clerk, now=clock.now())
    PriceCorrection.objects.update(by_hand=True)
    assert buyer.party_id is not None
    login = people.Staff.objects.get(id=clerk.id).login
    people.Customer.objects.filter(id=buyer.party_id).update(login=login)
    with pytest.raises(OwnAct):
        corrected.hand_over(row.id, actor=clerk, now=clock.now())
    line = OrderLine.objects.get(order_id=order.id)
    with pytest.raises(OwnAct):
        corrected.propose(line.id, actor=clerk, now=clock.now())
    with pytest.raises(IntegrityError, match="correction_handed_by_hand"), transaction.atomic():
        PriceCorrection.objects.update(staff_id=clerk.id)


def sold_for_cash(show: Show, buyer: Buyer, cashier: Actor) -> OrderBrief:
    wanted = a_basket(show, buyer=buyer, channel=SaleChannel.BOX_OFFICE)
    return till.sell(wanted, "cash", cashier_id=cashier.id, now=clock.now())
