"""Paying by balance, voucher and bonuses beside a card; refunds go back to each, or by consent."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from oferta.core.decisions import purses
from oferta.core.ledger import queries as ledger
from oferta.core.notices import queries as notices
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.club.membership import cards, joining
from oferta.services.club.models import Member
from oferta.services.club.paying import Paid, take_payments
from oferta.services.tickets import means, paying, vouchers, wallet
from oferta.services.tickets.errors import BadPayment
from oferta.services.tickets.models import Payment, Refund, Voucher
from oferta.services.tickets.refunding import applying, paying_out
from oferta.services.tickets.refunding.errors import CannotPayOut
from oferta.services.tickets.refunding.types import Filing
from oferta.services.tickets.types import Buyer, OrderBrief, Pay, RefundState, Wanted
from ticket_world import NOW, Show, a_buyer, a_show, reserved, tickets_of

pytestmark = pytest.mark.django_db
#: A ticket's price, without the operator's fee.
PRICE = 100_000
#: What a member earned, in hundredths; 600 of them are a rouble.
EARNED = 200_000
#: A payment by bank QR in a shop.
SHOP = {
    "terminal_owner": "bank",
    "method": "halyk_qr",
    "channel": "pos",
    "abroad": False,
    "mcc": None,
    "category": "purchase",
    "instalment": False,
    "bonuses_paid": "0 KZT",
    "partner_rate": None,
    "oked_listed": False,
    "card_kind": "debit",
    "special_account": "none",
}


def ordered(show: Show, buyer: Buyer, *pays: Pay, tickets: int = 1) -> OrderBrief:
    assert show.general is not None
    wanted = Wanted(category_id=show.general.id, count=tickets)
    order = reserved(show, wanted, buyer=buyer)
    return paying.pay(order.id, pays or [Pay(means="card")], now=NOW)


def given_back(order: OrderBrief, *places: int) -> list[Refund]:
    """Give tickets of an order back of the buyer's own wish, early enough for the whole price."""
    tickets = tickets_of([order])
    chosen = tuple(tickets[at] for at in places or range(len(tickets)))
    applying.apply(
        Filing(id=uuid7(), order_id=order.id, tickets=chosen, reason="own_wish"), now=NOW
    )
    return list(Refund.objects.filter(ticket_id__in=chosen).order_by("id"))


def with_a_balance(show: Show) -> Buyer:
    """Return a buyer who has the price of a ticket on their balance."""
    buyer = a_buyer()
    (refund,) = given_back(ordered(show, buyer))
    paying_out.consent(refund.id, "balance", now=NOW)
    return buyer


def with_a_voucher(show: Show) -> tuple[Buyer, Voucher]:
    buyer = a_buyer()
    (refund,) = given_back(ordered(show, buyer))
    paying_out.consent(refund.id, "voucher", now=NOW)
    return buyer, Voucher.objects.get(party_id=buyer.party_id)


def party(buyer: Buyer) -> UUID:
    assert buyer.party_id is not None
    return buyer.party_id


def back(order: OrderBrief) -> dict[str, int]:
    """Return what has gone back to each means of an order."""
    found: dict[str, int] = {}
    for payment in Payment.objects.filter(order_id=order.id):
        for payout in payment.payouts.exclude(state="failed"):
            found[payment.means] = found.get(payment.means, 0) + payout.amount
    return found


def test_a_refund_goes_to_the_balance_by_consent_and_pays_for_the_next_ticket() -> None:
    # TR-95, TR-99
    show = a_show(general=5)
    buyer = with_a_balance(show)
    assert wallet.balance(party(buyer), "RUB") == PRICE
    assert Refund.objects.get().state == RefundState.PAID
    assert [str(one.available) for one in purses.of_party(party(buyer))] == ["1000.00 RUB"]
    assert [one.available for one in means.choices(party(buyer), "RUB")] == [Money(PRICE, "RUB")]
    ordered(show, buyer, Pay(means="wallet", amount=PRICE), Pay(means="card"))
    assert wallet.balance(party(buyer), "RUB") == 0
    assert means.choices(party(buyer), "RUB") == []
    assert ledger.verify().ok


def test_a_balance_never_pays_more_than_there_is() -> None:
    show = a_show(general=5)
    buyer = with_a_balance(show)
    with pytest.raises(BadPayment, match=r"1000\.00"):
        ordered(show, buyer, Pay(means="wallet"))
    assert wallet.balance(party(buyer), "RUB") == PRICE
    assert not Payment.objects.exclude(state__in=["captured", "voided"]).exists()


def test_nothing_replaces_money_without_consent() -> None:
    # TR-106, TR-109
    (refund,) = given_back(ordered(a_show(general=2), a_buyer()))
    paying_out.send_due(now=NOW)
    refund.refresh_from_db()
    assert (refund.state, refund.means) == (RefundState.PAID, "card")
    with pytest.raises(CannotPayOut):
        paying_out.consent(refund.id, "balance", now=NOW)
    with pytest.raises(CannotPayOut):
        paying_out.consent(refund.id, "sweets", now=NOW)


def test_a_voucher_is_money_on_an_account_of_its_own() -> None:
    # TR-109: a distinct instrument, with a value, a last day and a code
    show = a_show(general=5)
    buyer, voucher = with_a_voucher(show)
    assert (voucher.value, voucher.last_day) == (PRICE, date(2027, 11, 20))
    code = vouchers.code_of(voucher.id)
    assert vouchers.digest(code.lower().replace("-", " ")) == voucher.digest
    assert code not in str(vars(voucher))
    key = f"tickets/voucher/{voucher.id}/RUB"
    assert ledger.account(key).balance == PRICE
    assert "tickets.voucher" in [one.kind for one in notices.inbox(party(buyer))]
    # Somebody else has the code and pays a part with it; the code is not kept with the payment.
    other = a_buyer()
    paid = ordered(
        show, other, Pay(means="voucher", amount=30_000, instrument=code), Pay(means="card")
    )
    assert ledger.account(key).balance == PRICE - 30_000
    kept = Payment.objects.get(order_id=paid.id, means="voucher").instrument
    assert kept == str(voucher.id)
    with pytest.raises(BadPayment):
        ordered(show, other, Pay(means="voucher", instrument=str(voucher.id)))  # not its holder
    with pytest.raises(BadPayment, match=r"700\.00"):
        ordered(show, other, Pay(means="voucher", instrument=code))


def test_what_is_left_of_a_voucher_goes_to_the_balance_after_its_last_day() -> None:
    # TR-109
    show = a_show(general=3, starts_at=NOW + timedelta(days=500))
    buyer, voucher = with_a_voucher(show)
    on_the_day = NOW + timedelta(days=365)
    assert vouchers.end_due(now=on_the_day) == 0
    assert vouchers.end_due(now=on_the_day + timedelta(days=1)) == 1
    assert vouchers.end_due(now=on_the_day + timedelta(days=2)) == 0
    assert ledger.account(voucher.account_id).balance == 0
    assert wallet.balance(party(buyer), "RUB") == PRICE
    assert "tickets.voucher_ended" in [one.kind for one in notices.inbox(party(buyer))]
    assert ledger.verify().ok


def test_each_means_gets_back_its_share_and_in_the_end_all_that_it_paid() -> None:
    # TR-94: balance, voucher and card pay together
    show = a_show(general=9)
    buyer = with_a_balance(show)
    other, voucher = with_a_voucher(show)
    del other
    code = vouchers.code_of(voucher.id)
    order = ordered(
        show,
        buyer,
        Pay(means="voucher", amount=33_333, instrument=code),
        Pay(means="wallet", amount=77_777),
        Pay(means="card"),
        tickets=3,
    )
    seen = [back(order)]
    for place in range(3):
        given_back(order, place)
        paying_out.send_due(now=NOW)
        seen.append(back(order))
    # The operator's fee stays (TR-30), so the prices come back, in proportion to the payments.
    total = order.total.minor
    assert [sum(one.values()) for one in seen] == [0, PRICE, 2 * PRICE, 3 * PRICE]
    for before, after in pairwise(seen[1:]):
        assert all(after[name] >= before[name] for name in before)
    assert abs(seen[3]["voucher"] - 33_333 * 3 * PRICE // total) <= 1
    assert abs(seen[3]["wallet"] - 77_777 * 3 * PRICE // total) <= 1
    assert wallet.balance(party(buyer), "RUB") == PRICE - 77_777 + seen[3]["wallet"]
    assert ledger.account(voucher.account_id).balance == PRICE - 33_333 + seen[3]["voucher"]
    assert ledger.verify().ok


def test_bonuses_pay_and_come_back_as_bonuses() -> None:
    show = a_show(general=5)
    buyer = a_member()
    account_id = Member.objects.get(party_id=party(buyer)).account_id
    (choice,) = [one for one in means.choices(party(buyer), "RUB") if one.means == "bonus"]
    assert choice.available == Money(EARNED // 6, "RUB")
    order = ordered(show, buyer, Pay(means="bonus", amount=27_000), Pay(means="card"))
    assert ledger.account(account_id).balance == EARNED - 27_000 * 6
    # The buyer gives bank details: money goes there, but bonuses are never turned into money.
    (refund,) = given_back(order)
    Refund.objects.filter(id=refund.id).update(bank_details="An account")
    paying_out.send(refund.id, now=NOW)
    assert back(order) == {"bonus": 25_000}
    assert ledger.account(account_id).balance == EARNED - 2_000 * 6
    assert sorted(Refund.objects.get().payouts.values_list("means", "amount")) == [
        ("bonus", 25_000),
        ("transfer", 75_000),
    ]
    assert ledger.verify().ok


def test_nobody_pays_with_bonuses_that_they_have_not() -> None:
    show = a_show(general=3)
    with pytest.raises(BadPayment):
        ordered(show, a_buyer(), Pay(means="bonus"))
    with pytest.raises(BadPayment, match="fewer_bonuses"):
        ordered(show, a_member(), Pay(means="bonus", amount=40_000), Pay(means="card"))
    assert not Payment.objects.filter(state="captured").exists()


def a_member() -> Buyer:
    """Return a buyer who is a member of the club and has earned 2,000 bonuses."""
    buyer = a_buyer()
    joining.join(party(buyer), now=NOW)
    card = f"card-{party(buyer).hex}"
    cards.add(party(buyer), card, now=NOW)
    purchase = Paid(
        id=card, card=card, paid_at=NOW, merchant="A shop", amount=200_000_00, facts=SHOP
    )
    take_payments([purchase], now=NOW)
    return buyer
