"""What the unlucky or the unkind could do to the office's money: it costs nobody a unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from oferta.core.cases import queries as cases
from oferta.core.ledger import queries as ledger
from oferta.kernel.errors import OfertaError
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import issuing, means, offering, paying, queries, sandbox
from oferta.services.tickets.codes.errors import CodeFieldTooLarge
from oferta.services.tickets.errors import PaymentDeclined, PaymentUnclear
from oferta.services.tickets.means import NoReply, Reply
from oferta.services.tickets.models import (
    OrderLine,
    Payment,
    Payout,
    Performance,
    Place,
    PriceCategory,
    PriceCorrection,
    Quota,
    Refund,
    SandboxCharge,
    Ticket,
)
from oferta.services.tickets.offering import NewCategory
from oferta.services.tickets.refunding import (
    applying,
    cancelling,
    correcting,
    overdue,
    paying_out,
)
from oferta.services.tickets.refunding.errors import RefundRefused
from oferta.services.tickets.refunding.types import ApplicationBrief, Filing
from oferta.services.tickets.settling import organisers
from oferta.services.tickets.settling.errors import NotTheOrganisers
from oferta.services.tickets.types import (
    ApplicationState,
    Charge,
    OrderBrief,
    OrderStatus,
    Pay,
    RefundState,
    SaleChannel,
    TicketStatus,
    Wanted,
)
from overriding import overridden, refund_of
from ticket_world import NOW, a_buyer, a_show, bought, reserved, tickets_of

pytestmark = pytest.mark.django_db
PRICE = 100_000
#: When a charge that the provider does not know is given up.
LATE = NOW + paying.GRACE + timedelta(seconds=1)
#: Four days before: 30%.
LATE_DAY = NOW + timedelta(days=26)


class Slow(sandbox.Sandbox):
    """Sets the money aside after something else has happened, once."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.meanwhile: Callable[[], None] | None = meanwhile

    def authorise(self, charge: Charge) -> Reply:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().authorise(charge)


class Dumb(sandbox.Sandbox):
    """Does not say whether it gave anything back, or let anything go."""

    def give_back(self, payment_id: UUID, refund_id: UUID, amount: Money) -> Reply:
        del payment_id, refund_id, amount
        raise NoReply

    def void(self, payment_id: UUID) -> Reply:
        del payment_id
        raise NoReply


def card(monkeypatch: pytest.MonkeyPatch, provider: sandbox.Sandbox) -> None:
    outside = {**means._Registry.outside, "card": provider}
    monkeypatch.setattr(means._Registry, "outside", outside)


def charged() -> int:
    """Return what stands on the buyers' cards."""
    kept = SandboxCharge.objects.filter(state__in=["captured", "authorised"])
    return sum(one.amount - one.refunded for one in kept)


def given_back(order: OrderBrief, reason: str = "own_wish") -> ApplicationBrief:
    tickets = tuple(tickets_of([order]))
    filing = Filing(id=uuid7(), order_id=order.id, tickets=tickets, reason=reason)
    return applying.apply(filing, now=NOW)


def owed() -> int:
    return ledger.account("tickets/owed/RUB").balance


def test_a_card_that_answers_after_another_one_paid_is_not_charged_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = reserved(a_show(general=1))

    def another_card() -> None:
        with pytest.raises(PaymentDeclined):
            paying.clear_up(order.id, now=LATE)
        paying.pay(order.id, [Pay(means="card")], now=LATE)

    card(monkeypatch, Slow(another_card))
    assert paying.pay(order.id, [Pay(means="card")], now=NOW).status is OrderStatus.PAID
    assert charged() == order.total.minor
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["captured", "voided"]


def test_a_card_that_was_given_up_does_not_pay_beside_one_whose_answer_is_awaited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = reserved(a_show(general=1))

    def another_card() -> None:
        with pytest.raises(PaymentDeclined):
            paying.clear_up(order.id, now=LATE)
        with pytest.raises(PaymentUnclear):
            paying.pay(order.id, [Pay(means="card", instrument=sandbox.TIMEOUT)], now=LATE)

    card(monkeypatch, Slow(another_card))
    with pytest.raises(PaymentDeclined):
        paying.pay(order.id, [Pay(means="card")], now=NOW)
    paying.settle(now=LATE + timedelta(minutes=5))
    assert queries.order(order.id).status is OrderStatus.PAID
    assert charged() == order.total.minor


def test_what_is_to_be_let_go_is_never_confirmed_though_its_provider_falls_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = reserved(a_show(general=1), buyer=a_buyer())
    card(monkeypatch, Dumb())
    pays = [Pay(means="wallet", amount=1), Pay(means="card")]  # there is nothing on the balance
    with pytest.raises(OfertaError):
        paying.pay(order.id, pays, now=NOW)
    with pytest.raises(PaymentUnclear):
        paying.clear_up(order.id, now=LATE)
    card(monkeypatch, sandbox.Sandbox())
    with pytest.raises(PaymentDeclined):
        paying.clear_up(order.id, now=LATE)
    assert charged() == 0
    assert paying.pay(order.id, [Pay(means="card")], now=LATE).status is OrderStatus.PAID


class Expired(sandbox.Sandbox):
    """Does not give what it set aside: that was too long ago."""

    def capture(self, payment_id: UUID, amount: Money) -> Reply:
        del amount
        return self.void(payment_id)


def test_money_that_its_provider_does_not_give_goes_before_a_person_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    card(monkeypatch, Expired())
    order = bought(a_show(general=1), buyer=a_buyer())
    assert order.status is OrderStatus.PAID  # the buyer did nothing wrong
    (case,) = cases.open_cases()
    assert case.decision_id == OrderLine.objects.get().decision_id
    assert paying.settle(now=LATE) == 0
    assert len(cases.open_cases()) == 1


def test_a_refund_raised_while_it_is_under_way_is_paid_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = bought(a_show(rows=1), buyer=a_buyer())
    tickets = tuple(tickets_of([order]))
    filing = Filing(id=uuid7(), order_id=order.id, tickets=tickets, reason="own_wish")
    made = applying.apply(filing, now=LATE_DAY)
    card(monkeypatch, Dumb())
    paying_out.send_due(now=LATE_DAY)
    overridden(made.decisions[0], LATE_DAY, refund_of(50))
    card(monkeypatch, sandbox.Sandbox())
    paying_out.send_due(now=LATE_DAY)
    paying_out.follow(now=LATE_DAY)
    assert Refund.objects.get().state == RefundState.PAID
    assert SandboxCharge.objects.get().refunded == PRICE // 2
    assert owed() == 0


def test_after_a_corrected_price_no_means_gets_back_more_than_it_paid() -> None:
    show, buyer = a_show(general=5), a_buyer()
    first = bought(show, buyer=buyer)
    given_back(first)
    paying_out.consent(Refund.objects.get().id, "balance", now=NOW)
    order = reserved(show, buyer=buyer)
    pays = [Pay(means="wallet", amount=50_000), Pay(means="card")]
    order = paying.pay(order.id, pays, now=NOW)
    line = OrderLine.objects.get(order_id=order.id)
    overridden(line.decision_id, NOW, {"price": "400 RUB", "service_fee": "100 RUB"})
    correcting.send_corrections(now=NOW)
    given_back(order)
    assert paying_out.send_due(now=NOW) == 1
    assert Refund.objects.get(order_id=order.id).state == RefundState.PAID
    for one in Payment.objects.filter(order_id=order.id):
        corrected = PriceCorrection.objects.filter(payment=one)
        back = [part.amount for part in one.payouts.exclude(state="failed")]
        assert sum(back) + sum(part.amount for part in corrected) <= one.amount
    assert owed() == 0


def test_a_provider_is_not_believed_to_have_given_back_more_than_it_took() -> None:
    bought(a_show(general=1))
    payment = Payment.objects.get()
    reply = sandbox.Sandbox().give_back(payment.id, uuid7(), Money(payment.amount + 1, "RUB"))
    assert reply.answer == means.Answer.DECLINED


def test_what_nobody_thought_of_in_one_refund_does_not_keep_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for order in [bought(a_show(general=1), buyer=a_buyer()) for _ in range(2)]:
        given_back(order)
    stuck = Refund.objects.order_by("due_on", "id")[0]
    send = paying_out.send

    def broken(refund_id: UUID, **rest: object) -> None:
        if refund_id == stuck.id:
            raise IndexError
        send(refund_id, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(paying_out, "send", broken)
    paying_out.send_due(now=NOW)
    assert Refund.objects.filter(state=RefundState.PAID).count() == 1


def test_one_cancellation_that_cannot_be_finished_does_not_keep_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shows = [a_show(general=1) for _ in range(2)]
    for show in shows:
        bought(show, buyer=a_buyer())
    Performance.objects.update(stage="cancelled")
    refund_all = cancelling.refund_all

    def broken(performance_id: UUID, **rest: object) -> int:
        if performance_id == shows[0].id:
            raise RefundRefused(order="", reason="floor")
        return refund_all(performance_id, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(cancelling, "refund_all", broken)
    assert overdue.finish_cancelled(now=NOW) == 1


def test_who_got_the_money_from_us_cannot_say_again_that_the_organiser_did_not_pay() -> None:
    # TR-06, TR-121
    show = a_show(general=1)
    Performance.objects.filter(id=show.id).update(refund_payer="organiser")
    given_back(bought(show, buyer=a_buyer()))
    paying_out.send_due(now=NOW)
    refund = Refund.objects.get()
    organisers.paid(refund.id, reference="1", told_by=uuid7(), now=NOW)
    organisers.not_received(refund.id, now=NOW)
    paying_out.send_due(now=NOW)
    with pytest.raises(NotTheOrganisers):
        organisers.not_received(refund.id, now=NOW + timedelta(days=1))
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID


def test_what_the_bank_gives_back_after_it_was_there_is_owed_again() -> None:
    # TR-100
    order = reserved(a_show(general=1), buyer=a_buyer(), channel=SaleChannel.BOX_OFFICE)
    given_back(paying.pay(order.id, [Pay(means="cash")], now=NOW))
    refund = Refund.objects.get()
    paying_out.send(refund.id, now=NOW)
    for account in ("KZ00", "KZ01"):
        paying_out.choose(refund.id, account, now=NOW)
        paying_out.arrived(Payout.objects.get(state="started").id, now=NOW)
        refund.refresh_from_db()
        assert (refund.state, owed()) == (RefundState.PAID, 0)
        if account == "KZ00":
            paying_out.came_back(Payout.objects.get().id, now=NOW)
            paying_out.came_back(Payout.objects.get().id, now=NOW)
            refund.refresh_from_db()
            assert (refund.state, refund.paid_at) == (RefundState.AWAITING_CHOICE, None)
            assert owed() == PRICE


def test_a_ticket_that_cost_nothing_is_given_back_for_nothing() -> None:
    show = a_show(general=1)
    free = offering.add_category(show.id, NewCategory(name="Free", nominal=0, count=1))
    order = reserved(show, Wanted(category_id=free.id), buyer=a_buyer(), channel="box_office")
    made = given_back(paying.pay(order.id, [], now=NOW))
    assert made.state is ApplicationState.GRANTED
    assert Ticket.objects.get().status == TicketStatus.RETURNED
    assert Place.objects.get(category=free).status == "free"
    assert not Refund.objects.exists()


def test_a_place_that_comes_back_is_free_in_its_quota_too_and_taken_again_with_it() -> None:
    show = a_show(general=3)
    assert show.general is not None
    quota = Quota.objects.create(performance_id=show.id, name="Balcony", size=1)
    PriceCategory.objects.filter(id=show.general.id).update(quota=quota)
    made = given_back(bought(show, buyer=a_buyer()))
    again = bought(show, buyer=a_buyer())
    with pytest.raises(RefundRefused):  # another has it by now
        overridden(made.decisions[0], NOW, refund_of(0))
    back = given_back(again)
    overridden(back.decisions[0], NOW, refund_of(0))
    quota.refresh_from_db()
    assert quota.used == 1


def test_a_code_is_not_renewed_so_often_that_it_cannot_be_signed_any_more() -> None:
    order = bought(a_show(general=1), buyer=a_buyer())
    (ticket,) = tickets_of([order])
    Ticket.objects.update(generation=254)
    issuing.renew(ticket)
    with pytest.raises(CodeFieldTooLarge):
        issuing.renew(ticket)
    assert issuing.text_of(queries.ticket(ticket))
