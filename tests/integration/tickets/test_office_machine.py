"""The office's money, random act by random act: in the end every unit is somebody's, once.

A provider that is silent, declines or answers late; buyers who pay by several means, give back, are
overruled, choose accounts that are closed; an organiser who cancels or puts off. Whatever is done,
an act ends or is refused with an error of ours, and when all has calmed down the office's rows, the
ledger and the provider's own notes say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from oferta.core.ledger import queries as ledger
from oferta.kernel.errors import OfertaError
from oferta.kernel.ids import uuid7
from oferta.services.tickets import means, paying, reserving, sandbox, waiting
from oferta.services.tickets.means import NoReply, Reply
from oferta.services.tickets.models import (
    Application,
    Order,
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
    Voucher,
)
from oferta.services.tickets.refunding import (
    applying,
    changing,
    coming,
    correcting,
    overdue,
    paying_out,
)
from oferta.services.tickets.refunding.standing import Change
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import (
    Buyer,
    OrderStatus,
    Pay,
    PaymentState,
    RefundState,
    SaleChannel,
    Stage,
    TicketStatus,
    Wanted,
)
from overriding import overridden, refund_of
from ticket_world import NOW, Show, a_buyer, a_show, reserved, tickets_of

RUNS, STEPS = 4, 14
PLACES = 8
_OURS = (PaymentState.CONFIRMED, PaymentState.CAPTURED)
ANY = st.integers(0, 30)
SILENT = st.sampled_from(("", "", "", "authorise", "capture", "void", "give_back", "look"))


class Moody(sandbox.Sandbox):
    """Does what it is told, but for one kind of call of which it says nothing."""

    silent = ""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name != "silent" and name == self.silent:

            def unanswered(*_: object) -> Reply:
                raise NoReply

            return unanswered
        return found


PROVIDER = Moody()


class Office(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.undone = transaction.atomic()
        self.undone.__enter__()
        PROVIDER.silent = ""
        self.now = NOW
        self.show: Show = a_show(general=PLACES, starts_at=NOW + timedelta(days=12))
        assert self.show.general is not None
        self.quota = Quota.objects.create(performance_id=self.show.id, name="all", size=PLACES - 1)
        PriceCategory.objects.filter(id=self.show.general.id).update(quota=self.quota)
        self.buyers: list[Buyer] = [a_buyer() for _ in range(2)]
        self.is_changed = False
        # Two orders stand already, one of them paid by two means.
        for who, pays in enumerate(([Pay(means="card")], [Pay(means="wallet", amount=1_000)])):
            wanted = Wanted(category_id=self.show.general.id, count=2 - who)
            order = reserved(self.show, wanted, buyer=self.buyers[who])
            if who:
                self.fill(self.buyers[who])
                pays.append(Pay(means="card"))
            paying.pay(order.id, pays, now=self.now)

    def fill(self, buyer: Buyer) -> None:
        """Let a buyer have money on their balance: of a ticket that they gave back."""
        assert self.show.general is not None
        wanted = Wanted(category_id=self.show.general.id)
        order = paying.pay(
            reserved(self.show, wanted, buyer=buyer).id, [Pay(means="card")], now=self.now
        )
        filing = Filing(
            id=uuid7(), order_id=order.id, tickets=tuple(tickets_of([order])), reason="own_wish"
        )
        applying.apply(filing, now=self.now)
        paying_out.consent(Refund.objects.get(order_id=order.id).id, "balance", now=self.now)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do an act, or be refused with an error of ours and nothing half done."""
        with suppress(OfertaError), transaction.atomic():
            act()

    def outside(self, act: Callable[[], object]) -> None:
        """Do an act of several database transactions: what it did before it is refused stays."""
        with suppress(OfertaError):
            act()

    def one(self, found: Any, which: int) -> Iterator[Any]:
        if found:
            yield found[which % len(found)]

    @rule(who=ANY, count=st.integers(1, 3), counter=st.booleans())
    def reserve(self, who: int, count: int, counter: bool) -> None:
        assert self.show.general is not None
        wanted = Wanted(category_id=self.show.general.id, count=count)
        channel = SaleChannel.BOX_OFFICE if counter else SaleChannel.SITE
        buyer = self.buyers[who % 2]
        self.attempt(
            lambda: reserved(self.show, wanted, now=self.now, buyer=buyer, channel=channel)
        )

    @rule(which=ANY, own=st.sampled_from(("", "wallet", "voucher", "cash")), silent=SILENT)
    def pay(self, which: int, own: str, silent: str) -> None:
        PROVIDER.silent = silent
        for order in self.one(list(Order.objects.order_by("id")), which):
            pays = [Pay(means="card")]
            if own == "wallet":
                pays.insert(0, Pay(means="wallet", amount=20_000))
            elif own == "cash":
                pays = [Pay(means="cash")]
            elif own == "voucher":
                code = Voucher.objects.filter(party_id=order.party_id).values_list("id", flat=True)
                pays = [
                    *(Pay(means="voucher", amount=15_000, instrument=str(one)) for one in code[:1]),
                    *pays,
                ]
            if order.total == 0:
                pays = []
            self.outside(partial(paying.pay, order.id, pays, now=self.now))
        PROVIDER.silent = ""

    @rule(which=ANY, silent=SILENT)
    def webhook(self, which: int, silent: str) -> None:
        PROVIDER.silent = silent
        for one in self.one(list(Payment.objects.filter(means="card").order_by("id")), which):
            for _ in range(2):
                self.outside(
                    partial(paying.hear, "card", f"{one.id}/{which % 2}", one.id, now=self.now)
                )
        PROVIDER.silent = ""

    @rule(minutes=st.sampled_from((1, 5, 20, 60 * 24, 60 * 24 * 4)), silent=SILENT)
    def time_passes(self, minutes: int, silent: str) -> None:
        PROVIDER.silent = silent
        self.now += timedelta(minutes=minutes)
        self.each_minute()
        PROVIDER.silent = ""

    def each_minute(self) -> None:
        paying.settle(now=self.now)
        reserving.lapse(now=self.now)
        overdue.finish_cancelled(now=self.now)
        correcting.send_corrections(now=self.now)
        paying_out.send_due(now=self.now)
        paying_out.follow(now=self.now)

    @rule(which=ANY, reason=st.sampled_from(("own_wish", "other", "illness", "change")), n=ANY)
    def ask_back(self, which: int, reason: str, n: int) -> None:
        paid = Order.objects.filter(status=OrderStatus.PAID).order_by("id")
        for order in self.one(list(paid), which):
            ids = list(order.tickets.order_by("serial").values_list("id", flat=True))
            tickets = tuple(ids[: 1 + n % len(ids)] if n % 2 else ids[n % len(ids) :])
            named = {
                Stage.POSTPONED: "performance_postponed",
                Stage.CANCELLED: "performance_cancelled",
            }.get(Stage(self.stage()), "own_wish")
            said = named if reason == "change" else reason
            filing = Filing(id=uuid7(), order_id=order.id, tickets=tickets, reason=said)
            self.attempt(partial(applying.apply, filing, now=self.now))

    def stage(self) -> str:
        return Performance.objects.get(id=self.show.id).stage

    @rule(which=ANY, answer=st.sampled_from(("agreed", "refused", "withdrawn")))
    def answered(self, which: int, answer: str) -> None:
        for one in self.one(list(Application.objects.order_by("number")), which):
            if answer == "withdrawn":
                self.attempt(partial(applying.withdraw, one.id, now=self.now))
            else:
                self.attempt(partial(coming.organiser_answers, one.id, answer, now=self.now))

    @rule(which=ANY, way=st.sampled_from(("balance", "voucher", "bank")))
    def chosen(self, which: int, way: str) -> None:
        for one in self.one(list(Refund.objects.order_by("id")), which):
            if way == "bank":
                self.outside(partial(paying_out.choose, one.id, "KZ00", now=self.now))
            else:
                self.outside(partial(paying_out.consent, one.id, way, now=self.now))

    @rule(which=ANY, came_back=st.booleans())
    def told_by_the_bank(self, which: int, came_back: bool) -> None:
        act = paying_out.came_back if came_back else paying_out.arrived
        for one in self.one(list(Payout.objects.filter(payment=None).order_by("id")), which):
            self.attempt(partial(act, one.id, now=self.now))

    @rule(which=ANY, percent=st.sampled_from((0, 30, 50, 100)))
    def overruled(self, which: int, percent: int) -> None:
        found = list(Refund.objects.order_by("id").values_list("decision_id", flat=True))
        for one in self.one(found, which):
            self.attempt(partial(overridden, one, self.now, refund_of(percent)))

    @rule(which=ANY, price=st.sampled_from((0, 400, 900)))
    def cheaper(self, which: int, price: int) -> None:
        sold = {"price": f"{price} RUB", "service_fee": "50 RUB"}
        for one in self.one(
            list(OrderLine.objects.exclude(decision_id=None).order_by("id")), which
        ):
            self.attempt(partial(overridden, one.decision_id, self.now, sold))

    @rule(which=ANY)
    def waited_for(self, which: int) -> None:
        party = self.buyers[which % 2].party_id
        assert party is not None
        self.attempt(lambda: waiting.join(self.show.id, party, now=self.now))
        for one in self.one(list(Ticket.objects.order_by("serial")), which):
            self.attempt(partial(waiting.offer, one.id, one.holder_id, now=self.now))

    @precondition(lambda self: not self.is_changed)
    @rule(stage=st.sampled_from((Stage.CANCELLED, Stage.POSTPONED)), sure=st.integers(1, 4))
    def changed(self, stage: Stage, sure: int) -> None:
        if sure < 4:  # mostly late, when there is something to lose
            return
        self.is_changed = True
        starts = self.now + timedelta(days=40) if stage is Stage.POSTPONED else None
        change = Change(stage=stage, source="letter", starts_at=starts)
        self.outside(lambda: changing.carry_out(self.show.id, change, now=self.now))

    def teardown(self) -> None:
        if not hasattr(self, "show"):
            return
        try:
            for _ in range(4):
                self.now += timedelta(minutes=30)
                self.each_minute()
            everything_is_somebodys(self.show, self.quota)
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)


def total(rows: Any, name: str = "amount") -> int:
    return int(rows.aggregate(sum=Sum(name))["sum"] or 0)


def balance(key: str) -> int:
    found = ledger.accounts_by_key([key]).get(key)
    return found.balance if found else 0


def everything_is_somebodys(show: Show, quota: Quota) -> None:
    """Compare the office's rows, the ledger and the provider once all has calmed down."""
    assert ledger.verify().findings == ()
    payments = Payment.objects.filter(state__in=_OURS)
    corrections = PriceCorrection.objects.exclude(state="failed")
    # The provider has what the ledger says, for orders that are paid and nothing else.
    charges = SandboxCharge.objects.filter(state="captured")
    kept = total(charges) - total(charges, "refunded")
    assert not SandboxCharge.objects.filter(state="authorised").exists()
    assert -balance("tickets/means/card/RUB") == kept
    assert not Payment.objects.filter(state__in=("started", "authorised", "confirmed")).exists()
    for order in Order.objects.all():
        paid = total(payments.filter(order=order)) - total(corrections.filter(order=order))
        assert paid == (order.total if order.status == OrderStatus.PAID else 0), order
    # What is owed is what has not left; what is paid has arrived whole, and nothing is stuck.
    open_ = 0
    for refund in Refund.objects.all():
        left = total(refund.payouts.exclude(state="failed"))
        open_ += refund.amount - left
        assert refund.state != RefundState.DUE, refund
        arrived = total(refund.payouts.filter(state="arrived")) == refund.amount
        assert (refund.state == RefundState.PAID) == arrived, refund
        if refund.state == RefundState.SENT:
            assert left == refund.amount
    assert balance("tickets/owed/RUB") == open_
    for payment in payments:
        back = total(payment.payouts.exclude(state="failed"))
        assert back + total(corrections.filter(payment=payment)) <= payment.amount
    # The organiser's money is what was sold less what was returned.
    lines = OrderLine.objects.filter(order__status=OrderStatus.PAID)
    face = ledger.account(Performance.objects.get(id=show.id).face_account_id or 0).balance
    assert face == total(lines, "price") - total(Refund.objects.all(), "ticket_money")
    # Places, tickets and quotas agree.
    valid = Ticket.objects.filter(status=TicketStatus.VALID)
    assert PriceCategory.objects.get().sold == valid.count()
    on_sale = Performance.objects.get(id=show.id).stage == Stage.ON_SALE
    for place in Place.objects.all():
        if valid.filter(place=place).exists():
            assert place.status in ("sold", "held"), place
        else:  # what is not on sale any more is nobody's, and stays as it is
            assert place.status != "sold" or not on_sale, place
    live = valid.count() + OrderLine.objects.filter(order__status=OrderStatus.RESERVED).count()
    quota.refresh_from_db()
    assert quota.used >= valid.exclude(line__quotas=[]).count()
    assert quota.used <= live or not on_sale


@pytest.mark.django_db
def test_whatever_is_done_in_the_end_every_unit_is_somebodys_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outside = {**means._Registry.outside, "card": PROVIDER}
    monkeypatch.setattr(means._Registry, "outside", outside)
    machine = Office.TestCase
    machine.settings = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    machine().runTest()
