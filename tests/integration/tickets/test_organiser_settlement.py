"""What organisers are paid: free only past the refunds, to the unit of the ledger."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.project.cli import main
from oferta.services.tickets import paying
from oferta.services.tickets.models import (
    OrganiserContract,
    OrganiserPayment,
    Performance,
    PerformanceLine,
    PerformanceSettlement,
    Refund,
)
from oferta.services.tickets.refunding import applying, cancelling, coming, paying_out
from oferta.services.tickets.refunding.types import Filing, Paper
from oferta.services.tickets.settling import (
    exposure,
    organisers,
    releasing,
    transfers,
)
from oferta.services.tickets.settling.errors import (
    NoContract,
    NothingToSettleYet,
    NotTheOrganisers,
    UnknownOrganiserPayment,
)
from oferta.services.tickets.settling.transfers import Payer
from oferta.services.tickets.types import OrderBrief, Pay, RefundPayer, RefundState, Stage, Wanted
from ticket_world import NOW, Show, a_buyer, a_show, reserved, tickets_of

pytestmark = pytest.mark.django_db
PRICE = 100_000
KASSIR = Payer(name="Kassir", account="40702810900000000009", bank="044525225")
#: The performance of `a_show` begins then; its fifteenth day after is free of claims.
STARTS = NOW + timedelta(days=30)
FREE = STARTS + timedelta(days=15)


def ordered(show: Show, tickets: int = 1, *, now: datetime = NOW) -> OrderBrief:
    assert show.general is not None
    wanted = Wanted(category_id=show.general.id, count=tickets)
    order = reserved(show, wanted, buyer=a_buyer(), now=now)
    return paying.pay(order.id, [Pay(means="card")], now=now)


def given_back(order: OrderBrief, *, reason: str = "own_wish", now: datetime = NOW) -> Filing:
    filing = Filing(id=uuid7(), order_id=order.id, tickets=(tickets_of([order])[0],), reason=reason)
    applying.apply(filing, now=now)
    return filing


def held(show: Show) -> Performance:
    Performance.objects.filter(id=show.id).update(stage=Stage.HELD)
    return Performance.objects.select_related("hall__venue").get(id=show.id)


def agreed(show: Show, advance: int = 0) -> OrganiserContract:
    return OrganiserContract.objects.create(
        organiser_id=show.performance.organiser_id,
        pack="organiser-contract",
        advance_share=advance,
        account_name="Philharmonia LLC",
        account="40702810900000000001",
        bank="SABRRUMM",
        agreed_on=NOW.date(),
    )


def account(show: Show, kind: str) -> int:
    found = ledger.accounts_by_key(
        [f"tickets/organiser/{show.performance.organiser_id}/{kind}/RUB"]
    )
    return sum(one.balance for one in found.values())


def face(show: Show) -> int:
    return ledger.account(show.performance.face_account_id or 0).balance


def test_all_is_held_back_until_refunds_are_over() -> None:
    # TR-06, TR-121
    show = a_show(general=5)
    ordered(show, 2)
    first = releasing.settle(show.id, now=NOW)
    assert (first.sold, first.released, first.closing) == (2 * PRICE, 0, 2 * PRICE)
    assert first.may_come_back == 2 * PRICE
    held(show)
    with pytest.raises(NothingToSettleYet):
        releasing.settle(show.id, now=FREE - timedelta(days=1))
    made = releasing.settle(show.id, now=FREE)
    assert (made.opening, made.released, made.closing) == (2 * PRICE, 2 * PRICE, 0)
    assert (face(show), account(show, "due")) == (0, 2 * PRICE)
    assert ledger.verify().ok


def test_what_an_open_request_could_get_stays() -> None:
    # TR-48, TR-121: illness, whose note may still come
    show = a_show(general=5)
    sick, _ = ordered(show), ordered(show, 2)
    filing = given_back(sick, reason="illness", now=STARTS - timedelta(hours=2))
    performance = held(show)
    last_day = STARTS + timedelta(days=14)
    assert exposure.may_come_back(performance, now=last_day) == PRICE
    # A note that came in time waits for its check; without it the request could give nothing.
    assert exposure.may_come_back(performance, now=FREE) == 0
    note = Paper(
        id=uuid7(),
        kind="sick_note_photo",
        name="note.pdf",
        media_type="application/pdf",
        content=b"%PDF-1.4 a note",
        illness_from=STARTS.date(),
        illness_through=STARTS.date(),
    )
    coming.attach(filing.id, note, now=last_day)
    assert exposure.may_come_back(performance, now=FREE) == PRICE
    made = releasing.settle(show.id, now=FREE)
    assert (made.released, made.closing, made.may_come_back) == (2 * PRICE, PRICE, PRICE)
    with pytest.raises(IntegrityError), transaction.atomic():
        PerformanceSettlement.objects.create(
            **{
                name: getattr(made, name)
                for name in ("performance", "settled_at", "advance", "free_on", "may_come_back")
            },
            id=uuid7(),
            decision_id=uuid7(),
            after_seq=made.last_seq,
            last_seq=made.last_seq + 1,
            opening=PRICE,
            sold=0,
            returned=0,
            covered=0,
            released=PRICE,
            closing=0,
            tickets_sold=0,
            tickets_returned=0,
        )


def test_a_settlement_reconciles_with_the_ledger_and_with_what_was_sold() -> None:
    # to the unit: lines, sums, balances; each transfer once; nothing is rewritten
    show = a_show(general=9)
    orders = [ordered(show, number) for number in (1, 2, 3)]
    releasing.settle(show.id, now=NOW)
    given_back(orders[1])
    given_back(orders[2])
    ordered(show)
    second = releasing.settle(show.id, now=NOW)
    assert (second.opening, second.sold, second.returned) == (6 * PRICE, PRICE, 2 * PRICE)
    assert (second.tickets_sold, second.tickets_returned) == (1, 2)
    assert second.closing == face(show) == 5 * PRICE
    lines = PerformanceLine.objects.filter(settlement__performance_id=show.id)
    assert sum(lines.values_list("amount", flat=True)) == face(show)
    assert lines.values("transfer_id").distinct().count() == lines.count() == 9
    behind = lines.filter(amount__lt=0).values_list("pack", "clauses").distinct()
    assert list(behind) == [("ticket-refunds", "own-wish-full")]
    refunded = Refund.objects.filter(order__performance_id=show.id)
    assert -sum(lines.filter(amount__lt=0).values_list("amount", flat=True)) == sum(
        refunded.values_list("ticket_money", flat=True)
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        PerformanceSettlement.objects.filter(id=second.id).update(sold=0)
    with pytest.raises(NothingToSettleYet):
        releasing.settle(show.id, now=NOW)


def test_an_advance_leaves_a_reserve_and_a_cancellation_is_claimed_from_the_organiser() -> None:
    # TR-104, TR-121: the buyers are paid at once, whoever bears it
    show = a_show(general=5)
    agreed(show, advance=30_0000)
    ordered(show, 2)
    ordered(show)
    made = releasing.settle(show.id, now=NOW)
    assert (made.advance, made.released, made.closing) == (True, 90_000, 210_000)
    with pytest.raises(NothingToSettleYet):
        releasing.settle(show.id, now=NOW)
    assert cancelling.cancel(show.id, source="letter", now=NOW) == 3
    paying_out.send_due(now=NOW)
    assert {one.state for one in Refund.objects.all()} == {RefundState.PAID}
    assert (face(show), account(show, "claims"), account(show, "due")) == (0, -90_000, 90_000)
    assert ledger.verify().ok
    # The next performance of the organiser pays it off first.
    other = a_show(general=3)
    Performance.objects.filter(id=other.id).update(organiser_id=show.performance.organiser_id)
    ordered(other, 2)
    held(other)
    releasing.settle(other.id, now=FREE)
    assert (account(show, "claims"), account(show, "due")) == (0, 2 * PRICE)


def test_a_refund_after_the_settlement_is_paid_and_claimed() -> None:
    # TR-121
    show = a_show(general=5)
    agreed(show, advance=50_0000)
    asked = STARTS - timedelta(days=1)
    filing = given_back(ordered(show), reason="other", now=asked)
    performance = held(show)
    # The organiser may still agree, so nothing is free; the advance was agreed.
    assert exposure.may_come_back(performance, now=FREE) == PRICE
    made = releasing.settle(show.id, now=STARTS)
    assert (made.released, face(show)) == (50_000, 50_000)
    coming.organiser_answers(filing.id, "agreed", now=FREE)
    refund = Refund.objects.get()
    assert refund.ticket_money == PRICE
    assert (face(show), account(show, "claims")) == (0, -50_000)
    settled = releasing.settle(show.id, now=FREE)
    assert (settled.covered, settled.returned, settled.closing) == (50_000, PRICE, 0)
    assert ledger.verify().ok


def test_what_is_due_is_paid_once_by_a_file_and_is_due_again_if_it_comes_back() -> None:
    show = a_show(general=5)
    ordered(show, 2)
    held(show)
    releasing.settle(show.id, now=FREE)
    organiser = show.performance.organiser_id
    with pytest.raises(NoContract):
        transfers.order(organiser, "RUB", now=FREE)
    agreed(show)
    payment = transfers.order(organiser, "RUB", now=FREE)
    assert (payment.amount, account(show, "due")) == (2 * PRICE, 0)
    with pytest.raises(NothingToSettleYet):
        transfers.order(organiser, "RUB", now=FREE)
    file = ET.fromstring(transfers.as_pain([payment], payer=KASSIR, now=FREE))  # noqa: S314
    texts = {one.tag.rpartition("}")[2]: one.text for one in file.iter()}
    assert (texts["InstdAmt"], texts["Nm"], texts["BICFI"]) == (
        "2000.00",
        "Philharmonia LLC",
        "SABRRUMM",
    )
    assert "2000.00,RUB" in transfers.as_csv([payment])
    transfers.ended(payment.id, came_back=True, now=FREE)
    assert account(show, "due") == 2 * PRICE
    with pytest.raises(UnknownOrganiserPayment):
        transfers.ended(payment.id, came_back=False, now=FREE)
    again = transfers.order(organiser, "RUB", now=FREE)
    transfers.ended(again.id, came_back=False, now=FREE)
    assert OrganiserPayment.objects.get(id=again.id).state == "paid"
    assert ledger.verify().ok


def test_what_an_organiser_owes_is_set_off_before_it_is_paid() -> None:
    show = a_show(general=5)
    agreed(show, advance=50_0000)
    organiser = show.performance.organiser_id
    filings = [
        given_back(ordered(show), reason="other", now=STARTS - timedelta(days=1)) for _ in range(2)
    ]
    held(show)
    releasing.settle(show.id, now=STARTS)  # an advance of half
    for filing in filings:
        coming.organiser_answers(filing.id, "agreed", now=FREE)
    assert (account(show, "due"), account(show, "claims")) == (PRICE, -PRICE)
    with pytest.raises(NothingToSettleYet):  # it owes as much
        transfers.order(organiser, "RUB", now=FREE)
    other = a_show(general=3)
    Performance.objects.filter(id=other.id).update(organiser_id=organiser)
    ordered(other, 2)
    held(other)
    releasing.settle(other.id, now=FREE)  # sets off what it frees
    assert (account(show, "due"), account(show, "claims")) == (2 * PRICE, 0)
    payment = transfers.order(organiser, "RUB", now=FREE)
    assert payment.amount == 2 * PRICE
    assert ledger.verify().ok


def test_a_payment_to_an_organiser_that_owes_less_is_what_is_left() -> None:
    show = a_show(general=5)
    agreed(show, advance=50_0000)
    organiser = show.performance.organiser_id
    filing = given_back(ordered(show), reason="other", now=STARTS - timedelta(days=1))
    held(show)
    releasing.settle(show.id, now=STARTS)
    other = a_show(general=3)
    Performance.objects.filter(id=other.id).update(organiser_id=organiser)
    ordered(other, 2)
    held(other)
    releasing.settle(other.id, now=FREE)
    coming.organiser_answers(filing.id, "agreed", now=FREE)
    assert (account(show, "due"), account(show, "claims")) == (250_000, -50_000)
    payment = transfers.order(organiser, "RUB", now=FREE)
    assert payment.amount == 2 * PRICE
    assert (account(show, "due"), account(show, "claims")) == (0, 0)
    transfers.ended(payment.id, came_back=True, now=FREE)
    assert account(show, "due") == 2 * PRICE
    assert ledger.verify().ok


def an_organisers_refund() -> tuple[Show, OrderBrief, Refund]:
    show = a_show(general=5)
    Performance.objects.filter(id=show.id).update(refund_payer=RefundPayer.ORGANISER)
    order = ordered(show)
    given_back(order)
    paying_out.send_due(now=NOW)
    return show, order, Refund.objects.get()


def kinds(order: OrderBrief) -> list[str]:
    return [one.kind for one in notices.inbox(order.party_id)]


def test_an_organiser_that_pays_itself_is_told_of_and_reimbursed() -> None:
    # TR-06, TR-120
    show, order, refund = an_organisers_refund()
    assert (refund.state, refund.owner) == (RefundState.WITH_ORGANISER, "kassir")
    assert refund.organiser_pays_by is not None
    assert refund.organiser_pays_by <= refund.due_on - timedelta(days=3)
    assert "tickets.organiser_pays" in kinds(order)
    organisers.paid(refund.id, reference="order 17", told_by=uuid4(), now=NOW)
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID
    assert ledger.account("tickets/owed/RUB").balance == 0
    assert account(show, "due") == PRICE
    assert "tickets.organiser_paid" in kinds(order)
    with pytest.raises(NotTheOrganisers):
        organisers.paid(refund.id, reference="order 17", told_by=uuid4(), now=NOW)
    assert ledger.verify().ok


def test_what_an_organiser_said_it_paid_and_did_not_is_paid_by_us_and_claimed() -> None:
    # TR-121
    show, _, refund = an_organisers_refund()
    with pytest.raises(NotTheOrganisers):
        organisers.not_received(refund.id, now=NOW)
    organisers.paid(refund.id, reference="order 18", told_by=uuid4(), now=NOW)
    organisers.not_received(refund.id, now=NOW)
    assert (account(show, "due"), account(show, "claims")) == (PRICE, -PRICE)
    paying_out.send_due(now=NOW)
    refund.refresh_from_db()
    assert (refund.state, refund.means) == (RefundState.PAID, "card")
    assert ledger.account("tickets/owed/RUB").balance == 0
    assert ledger.verify().ok


def test_an_organiser_that_does_not_pay_in_time_pays_no_more() -> None:
    # TR-121: the buyer is owed by us
    show, _, refund = an_organisers_refund()
    assert refund.organiser_pays_by is not None
    last = datetime.combine(refund.organiser_pays_by, time(12), tzinfo=UTC)
    late = last + timedelta(days=1)
    assert [organisers.take_over_late(now=at) for at in (last, late)] == [0, 1]
    paying_out.send_due(now=late)
    refund.refresh_from_db()
    assert (refund.state, refund.means) == (RefundState.PAID, "card")
    assert late.date() <= refund.due_on
    assert account(show, "due") == 0
    with pytest.raises(NotTheOrganisers):
        organisers.paid(refund.id, reference="too late", told_by=uuid4(), now=late)


def test_the_organisers_own_term_holds_where_it_is_shorter() -> None:
    # TR-90
    show = a_show(general=5)
    Performance.objects.filter(id=show.id).update(
        refund_payer=RefundPayer.ORGANISER, organiser_refund_days=5
    )
    given_back(ordered(show))
    Refund.objects.update(due_on=NOW.date() + timedelta(days=30))
    paying_out.send_due(now=NOW)
    assert Refund.objects.get().organiser_pays_by == NOW.date() + timedelta(days=5)


def test_all_of_it_is_done_by_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    show = a_show(general=3, starts_at=clock.now() - timedelta(days=16))
    ordered(show, 2, now=clock.now() - timedelta(days=29))
    held(show)
    organiser = show.performance.organiser_id
    file = tmp_path / "payment.xml"

    def run(*args: str) -> str:
        assert main(["tickets", *args]) == 0
        return capsys.readouterr().out

    run("contract", organiser, "--name", "Philharmonia LLC", "--account", "40702810900")
    told = run("settle")
    assert "2000.00" in told, told
    assert re.search(r"released +2000\.00", told), told
    assert "Nothing is to be settled" in run("settle")
    monkeypatch.setattr(transfers._Current, "payer", KASSIR)
    assert "2000.00 RUB" in run("pay-organiser", organiser, "--pain", str(file))
    assert "40702810900" in file.read_text(encoding="utf-8")
