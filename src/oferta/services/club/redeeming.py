"""Paying a bill with bonuses, and giving them back when the bill is refunded."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision, Event, Status
from oferta.core.ledger.types import NewAccount
from oferta.core.parties import agreements, blocks
from oferta.kernel.clock import zoned
from oferta.services.club import keeping, queries
from oferta.services.club.errors import (
    BadRedemption,
    ReferenceReused,
    UnknownRedemption,
)
from oferta.services.club.facts import PACK, ZONE, day_of, money
from oferta.services.club.lots import give_back
from oferta.services.club.models import Member, Redemption, RedemptionRefund
from oferta.services.club.purse import Kind, Purse
from oferta.services.club.rules import UNIT, unwritable

REDEEM, RESTORE = "redeem", "restore"
#: A reference and a merchant's name are printed on receipts: no longer than a line.
TEXT_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A till or a biller asks whether a member may pay so much of a bill with bonuses."""

    #: The till's own name for the payment; the same name is the same payment.
    reference: str
    card: str
    merchant: str
    #: Minor units, both.
    bill: int
    bonuses: int
    terminal_owner: str = "bank"
    channel: str = "pos"
    abroad: bool = False
    biller_takes_bonuses: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """What the till is told; the Decision says why."""

    reference: str
    decision: Decision
    #: Minor units: paid with bonuses, and to be paid with money.
    amount: int
    money: int
    #: What to do instead where bonuses do not pay: a value of the terms.
    instead: str
    #: It was asked before, and nothing happened now.
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What of a refund comes back as bonuses and what as money, in minor units."""

    reference: str
    decision: Decision
    bonuses: int
    money: int
    replayed: bool


@transaction.atomic
def redeem(bill: Bill, *, now: datetime) -> Redeemed:
    """Pay a bill with bonuses as far as the terms let it be paid; asked again, answer the same.

    A member's redemptions wait for one another, so that no bonus is spent twice, however many tills
    ask at once. The lots that expire first are used first (BC-62 to BC-68).

    Raises:
        BadRedemption: an amount or a text that cannot be.
        NotAMember: nobody of the club holds this card.
        Blocked: the member may not act.
        ReferenceReused: the reference names another bill.
        TermsError: a terminal or channel that the terms do not know.
    """
    _check(bill)
    purse = _locked(bill.card)
    stored = Redemption.objects.filter(reference=bill.reference).first()
    if stored is not None:
        return _answered(stored, bill)
    blocks.ensure_may_act(Member.objects.get(account_id=purse.account_id).party_id)
    today = day_of(zoned(now))
    event = _event(bill, purse, now)
    decision = _decided(event, now)
    amount = int((decision.outcome or {}).get("amount") or 0)
    if amount:
        purse.spend(amount, decision.id, today)
        keeping.write([purse])
    Redemption.objects.create(
        reference=bill.reference,
        account_id=purse.account_id,
        decision_id=decision.id,
        asked=asdict(bill),
        redeemed_on=today,
        bill=bill.bill,
        amount=amount,
    )
    if decision.party_id is not None:  # paying with bonuses is using the club (RM-41)
        page, day = "club/redemption", agreements.coded_day(now.astimezone(ZONE))
        agreements.used(decision.party_id, PACK, page=page, today=day, now=now)
    return _redeemed(bill, decision, amount, replayed=False)


@transaction.atomic
def refund(reference: str, *, refund_reference: str, amount: int, now: datetime) -> Restored:
    """Give back what a refund of a bill returns in bonuses, to the lots that paid (BC-69).

    Any split of a refund ends as one refund of the whole.

    Args:
        reference: of the redemption.
        refund_reference: the till's own name for the refund.
        amount: of the whole bill, money and bonuses together; minor units, above zero.
        now: when it is decided. The edition of the purchase's day decides.

    Raises:
        BadRedemption: the amount is not above zero.
        UnknownRedemption: nothing was paid under this reference.
        ReferenceReused: the refund's reference names another refund.
    """
    if amount <= 0:
        raise BadRedemption(field="amount", given=str(amount), expected="above zero")
    _check_text("reference", reference)
    _check_text("refund_reference", refund_reference)
    paid = Redemption.objects.filter(reference=reference).first()
    if paid is None:
        raise UnknownRedemption(reference=reference)
    purse = keeping.lock([paid.account_id])[paid.account_id]
    stored = RedemptionRefund.objects.filter(reference=refund_reference).first()
    if stored is not None:
        return _refunded(stored, paid, amount)
    before = list(paid.refunds.values_list("refunded", "restored"))
    restored_before = sum(one for _, one in before)
    event = _refund_event(
        paid, refund_reference, amount, sum(one for one, _ in before), restored_before
    )
    decision = _decided(event, now)
    outcome = decision.outcome or {}
    restored = 0 if outcome.get("hold") else int(outcome.get("amount") or 0)
    if restored:
        _give_back(purse, paid, decision, restored_before, restored)
    if decision.status is Status.DECIDED:
        RedemptionRefund.objects.create(
            reference=refund_reference,
            redemption=paid,
            decision_id=decision.id,
            refunded=amount,
            restored=restored,
        )
    return Restored(
        reference=refund_reference,
        decision=decision,
        bonuses=restored,
        money=amount - restored,
        replayed=False,
    )


def available(card: str, *, now: datetime) -> int:
    """Return how many bonuses (minor units) the holder of a card may spend today.

    Raises:
        NotAMember: nobody of the club holds this card.
    """
    return usable(queries.member_with(card).account_id, now=now)


@transaction.atomic
def usable(account_id: int, *, now: datetime) -> int:
    """Return how many bonuses (minor units) a member may spend today."""
    return keeping.lock([account_id])[account_id].usable(day_of(zoned(now)))


def _give_back(
    purse: Purse, paid: Redemption, decision: Decision, before: int, amount: int
) -> None:
    uses = keeping.uses_of(paid.decision_id)
    returned = give_back(uses, before, amount)
    keeping.read({purse.account_id: purse}, [one.lot_id for one in returned])
    purse.restore(returned, decision.id, Kind.RESTORED)
    keeping.write([purse])


def _event(bill: Bill, purse: Purse, now: datetime) -> Event:
    today = day_of(zoned(now))
    return Event(
        key=f"club/redeem/{bill.reference}",
        pack=PACK,
        questions=(REDEEM,),
        facts={
            "redeemed_on": today,
            "terminal_owner": bill.terminal_owner,
            "channel": bill.channel,
            "abroad": bill.abroad,
            "bill": money(bill.bill),
            "bonuses_offered": money(bill.bonuses),
            "bonuses_available": money(purse.usable(today)),
            "biller_takes_bonuses": bill.biller_takes_bonuses,
        },
        event_at=zoned(now),
        plan="club.redeeming",
        context={
            "member": purse.account_id,
            "merchant_account": _merchant_account(bill.merchant),
            "merchant": bill.merchant,
            "day": today.isoformat(),
        },
        party_id=Member.objects.get(account_id=purse.account_id).party_id,
    )


def _refund_event(
    paid: Redemption, refund_reference: str, amount: int, before: int, restored_before: int
) -> Event:
    asked: dict[str, Any] = paid.asked
    return Event(
        key=f"club/restore/{refund_reference}",
        pack=PACK,
        questions=(RESTORE,),
        facts={
            "paid_on": paid.redeemed_on,
            "purchase_paid": money(paid.bill - paid.amount),
            "purchase_bonuses": money(paid.amount),
            "refunded_before": money(before),
            "refunded": money(amount),
            "restored_before": money(restored_before),
        },
        event_at=decided.decision(paid.decision_id).event_at,
        plan="club.restoring",
        context={
            "member": paid.account_id,
            "merchant_account": _merchant_account(asked["merchant"]),
            "merchant": asked["merchant"],
            "day": paid.redeemed_on.isoformat(),
        },
        party_id=Member.objects.get(account_id=paid.account_id).party_id,
    )


def _decided(event: Event, now: datetime) -> Decision:
    (decision,) = decisions.decide(event, now=now).decisions
    return decision


def _answered(stored: Redemption, bill: Bill) -> Redeemed:
    if stored.asked != asdict(bill):
        raise ReferenceReused(reference=bill.reference)
    decision = decided.decision(stored.decision_id)
    return _redeemed(bill, decision, stored.amount, replayed=True)


def _refunded(stored: RedemptionRefund, paid: Redemption, amount: int) -> Restored:
    if stored.redemption_id != paid.reference or stored.refunded != amount:
        raise ReferenceReused(reference=stored.reference)
    return Restored(
        reference=stored.reference,
        decision=decided.decision(stored.decision_id),
        bonuses=stored.restored,
        money=amount - stored.restored,
        replayed=True,
    )


def _redeemed(bill: Bill, decision: Decision, amount: int, *, replayed: bool) -> Redeemed:
    return Redeemed(
        reference=bill.reference,
        decision=decision,
        amount=amount,
        money=bill.bill - amount,
        instead=str((decision.outcome or {}).get("instead") or ""),
        replayed=replayed,
    )


def _locked(card: str) -> Purse:
    account_id = queries.member_with(card).account_id
    return keeping.lock([account_id])[account_id]


def _merchant_account(merchant: str) -> int:
    # A name may hold what an account's key may not.
    key = f"club/merchant/{sha256(merchant.encode()).hexdigest()[:24]}/bonus"
    return decisions.open_accounts([NewAccount(key=key, unit=UNIT)])[key]


def _check(bill: Bill) -> None:
    for name in ("reference", "merchant", "card"):
        _check_text(name, getattr(bill, name))
    for name in ("bill", "bonuses"):
        if getattr(bill, name) <= 0:
            raise BadRedemption(field=name, given=str(getattr(bill, name)), expected="above zero")


def _check_text(name: str, text: str) -> None:
    if not text.strip() or len(text) > TEXT_MAX or unwritable(text):
        given = text[:TEXT_MAX].encode(errors="replace").decode()
        expected = "1 to 100 characters, none of them a control"
        raise BadRedemption(field=name, given=given, expected=expected)
