"""The club: members, payments that earn, bills paid with bonuses."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from oferta.core.decisions.rest.schemas import brief
from oferta.core.ledger import queries as ledger
from oferta.core.ledger.types import StatementLine
from oferta.core.parties.types import Who, WhoKind
from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.errors import BadFields
from oferta.kernel.rest.paging import After, Limit, Page, number_after, page
from oferta.kernel.rest.problems import problem_of
from oferta.kernel.rest.schemas import Money, answers
from oferta.services.club import paying, queries, redeeming
from oferta.services.club.membership import cards, joining
from oferta.services.club.paying import CURRENCY, Taken
from oferta.services.club.redeeming import Bill
from oferta.services.club.rest.schemas import (
    BillGiven,
    MemberGiven,
    MemberLineTold,
    MemberTold,
    PaymentGiven,
    PaymentsGiven,
    PaymentsTold,
    PaymentTold,
    RedeemedTold,
    RefundGiven,
    RestoredTold,
    bonuses,
)
from oferta.services.club.rules import UNIT

router = Router()
_READ, _WRITE = Needs("club:read", own=True), Needs("club:write")


@router.post("/club/members", auth=_WRITE, response=answers(MemberTold, 404, 409, body=True))
def enrol_member(request: HttpRequest, given: MemberGiven) -> MemberTold:
    """Let a customer join with a card; joining again with the same card changes nothing.

    The terms decide: an organisation is refused by a clause (BC-03).
    """
    caller = caller_of(request)
    caller.ensure_sees(given.party_id)
    by = Who(kind=WhoKind.TOKEN, id=caller.id)
    joining.join(given.party_id, by=by, now=clock.now())
    cards.add(given.party_id, given.card, product=given.product, by=by, now=clock.now())
    return _member(given.party_id)


@router.get("/club/members/{uuid:party_id}", auth=_READ, response=answers(MemberTold, 404))
def get_member(request: HttpRequest, party_id: UUID) -> MemberTold:
    """Read a member's balance, and what of it may be spent today."""
    caller_of(request).ensure_sees(party_id)
    return _member(party_id)


@router.get(
    "/club/members/{uuid:party_id}/statement",
    auth=_READ,
    response=answers(Page[MemberLineTold], 404),
)
def get_member_statement(
    request: HttpRequest, party_id: UUID, after: After, limit: Limit
) -> Page[MemberLineTold]:
    """Read what came and went, in the order of the book; each line names its decision."""
    caller_of(request).ensure_sees(party_id)
    member = queries.member_of_party(party_id)
    found = ledger.statement(member.account_id, after=number_after(after), limit=limit + 1)
    items, following = page(found, limit, lambda item: item.seq)
    return Page(items=[_line(item) for item in items], next=following)


@router.post("/club/payments", auth=_WRITE, response=answers(PaymentTold, 404, 409, body=True))
def take_payment(request: HttpRequest, given: PaymentGiven) -> PaymentTold:
    """Decide one payment: what it earns, or what its refund takes back.

    Idempotent by the payment's own id: tell it as often as you must.
    """
    _check(given)
    (taken,) = paying.take_payments([given.paid()], now=clock.now())
    if taken.error is not None:
        raise taken.error
    return _payment(taken, request.path)


@router.post("/club/payments/batches", auth=_WRITE, response=answers(PaymentsTold, body=True))
def take_payments(request: HttpRequest, given: PaymentsGiven) -> PaymentsTold:
    """Decide up to 1,000 payments; one that is rejected does not disturb the others."""
    for one in given.payments:
        _check(one)
    taken = paying.take_payments([one.paid() for one in given.payments], now=clock.now())
    return PaymentsTold(payments=[_payment(one, request.path) for one in taken])


@router.post("/club/redemptions", auth=_WRITE, response=answers(RedeemedTold, 404, 409, body=True))
def redeem_bonuses(request: HttpRequest, given: BillGiven) -> RedeemedTold:
    """Pay a bill with bonuses as far as the terms let it be paid.

    Idempotent by the reference.
    """
    del request
    _check_unit("bill", given.bill, CURRENCY)
    _check_unit("bonuses", given.bonuses, UNIT)
    bill = Bill(
        reference=given.reference,
        card=given.card,
        merchant=given.merchant,
        bill=given.bill.minor,
        bonuses=given.bonuses.minor,
        terminal_owner=given.terminal_owner,
        channel=given.channel,
        abroad=given.abroad,
        biller_takes_bonuses=given.biller_takes_bonuses,
    )
    made = redeeming.redeem(bill, now=clock.now())
    return RedeemedTold(
        reference=made.reference,
        paid_with_bonuses=bonuses(made.amount),
        to_pay=Money(minor=made.money, unit=CURRENCY),
        instead=made.instead,
        decision=brief(made.decision),
        replayed=made.replayed,
    )


@router.post(
    "/club/redemption-refunds", auth=_WRITE, response=answers(RestoredTold, 404, 409, body=True)
)
def refund_redemption(request: HttpRequest, given: RefundGiven) -> RestoredTold:
    """Give back what a refund of a bill returns in bonuses.

    Idempotent by the refund's own reference.
    """
    del request
    _check_unit("amount", given.amount, CURRENCY)
    made = redeeming.refund(
        given.reference,
        refund_reference=given.refund_reference,
        amount=given.amount.minor,
        now=clock.now(),
    )
    return RestoredTold(
        refund_reference=made.reference,
        bonuses=bonuses(made.bonuses),
        money=Money(minor=made.money, unit=CURRENCY),
        decision=brief(made.decision),
        replayed=made.replayed,
    )


def _check(given: PaymentGiven) -> None:
    _check_unit("amount", given.amount, CURRENCY)


def _check_unit(field: str, given: Money, unit: str) -> None:
    if given.unit != unit:
        raise BadFields(wrong=[{"at": f"body.{field}.unit", "what": f"Must be {unit}"}])


def _member(party_id: UUID) -> MemberTold:
    member = queries.member_of_party(party_id)
    numbers = queries.cards_in_use(party_id)
    account = ledger.account(member.account_id)
    return MemberTold(
        party_id=party_id,
        card=numbers[0] if numbers else "",
        cards=numbers,
        left_on=member.left_on,
        account_id=member.account_id,
        balance=bonuses(account.balance),
        pending=bonuses(account.credits_pending),
        available=bonuses(redeeming.usable(member.account_id, now=clock.now())),
        owed=bonuses(member.owed),
    )


def _payment(taken: Taken, path: str) -> PaymentTold:
    return PaymentTold(
        id=taken.id,
        status=taken.status,
        replayed=taken.replayed,
        waits=taken.waits,
        decisions=[brief(one) for one in taken.decisions],
        problem=problem_of(taken.error, path) if taken.error else None,
    )


def _line(item: StatementLine) -> MemberLineTold:
    return MemberLineTold(
        transfer_id=item.transfer_id,
        kind=item.kind.name.lower(),
        event_at=item.event_at,
        booked_at=item.booked_at,
        change=bonuses(item.change),
        held=bonuses(item.held),
        balance=bonuses(item.balance),
        decision_id=item.decision_id,
        reverses=item.reverses,
    )
