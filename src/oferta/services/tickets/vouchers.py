"""Vouchers: money on an account of their own, paid with by whoever has the code (TR-106, TR-109).

A voucher is issued with the Decision that a buyer's refund becomes one by consent. Only a digest of
its code is kept; the code follows from the voucher's id and the site's secret, so its holder may
read it again and a copy of the database cannot. What is left after the last day goes to the
holder's balance.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.crypto import salted_hmac

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Event, Movement, NoticeDraft, Outcomes, Plan
from oferta.core.ledger import queries as ledger
from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets import accounts
from oferta.services.tickets.errors import BadPayment
from oferta.services.tickets.means import Choice, Means
from oferta.services.tickets.models import Payment, Voucher
from oferta.services.tickets.types import Charge

#: Its name among the means, and what the refund terms call the way to it.
NAME = WAY = "voucher"
PACK = "ticket-means"
ISSUE, PAYMENT, END = "voucher_issue", "voucher_payment", "voucher_end"
ISSUE_PLAN, END_PLAN = "tickets.voucher", "tickets.voucher_end"
#: What the ledger's statement calls what was left of a voucher.
ENDED = 341
#: Vouchers ended at a time.
AT_A_TIME = 200
_ZONE = ZoneInfo("Europe/Moscow")
_CODE_LENGTH, _GROUP = 16, 4
_EPOCH = date(1970, 1, 1)


def issue(party_id: UUID, amount: Money, *, now: datetime, told: Mapping[str, Any]) -> Voucher:
    """Make a voucher that has nothing on it yet, in the caller's database transaction.

    Args:
        party_id: whose it is.
        amount: what the caller's Decision is about to put on it.
        now: zoned.
        told: what its notice says beside value and last day.
    """
    id_ = uuid7()
    today = zoned(now).astimezone(_ZONE).date()
    asked = Event(
        key=f"tickets/voucher/{id_}",
        pack=PACK,
        questions=(ISSUE,),
        facts={"issued_on": today, "voucher_value": str(amount)},
        event_at=now,
        plan=ISSUE_PLAN,
        context={"tell": dict(told), "unit": amount.unit},
        party_id=party_id,
    )
    (decision,) = decisions.decide(asked, now=now).decisions
    outcome = decision.outcome or {}
    return Voucher.objects.create(
        id=id_,
        party_id=party_id,
        digest=digest(code_of(id_)),
        account_id=accounts.voucher(id_, amount.unit),
        value=int(outcome["value"] or 0),
        currency=amount.unit,
        issued_at=now,
        last_day=date.fromordinal(_EPOCH.toordinal() + int(outcome["last_day"] or 0)),
    )


def code_of(voucher_id: UUID) -> str:
    """Return the code of a voucher in groups that can be read out."""
    mac = salted_hmac("oferta.tickets.voucher", str(voucher_id), algorithm="sha256").digest()
    letters = b32encode(mac).decode()[:_CODE_LENGTH]
    return "-".join(letters[at : at + _GROUP] for at in range(0, _CODE_LENGTH, _GROUP))


def digest(code: str) -> str:
    """Return what is kept of a code, however it is written."""
    plain = "".join(one for one in code.upper() if one.isalnum())
    return sha256(plain.encode()).hexdigest()


def is_known(code: str) -> bool:
    """Tell whether a code is a voucher's, whatever is left of it."""
    return Voucher.objects.filter(digest=digest(code)).exists()


def of_party(party_id: UUID) -> list[tuple[Voucher, Money]]:
    """Return a customer's vouchers with what is left of each, those that end first first."""
    rows = list(Voucher.objects.filter(party_id=party_id).order_by("last_day", "id"))
    found = ledger.accounts([one.account_id for one in rows])
    return [(one, Money(found[one.account_id].balance, one.currency)) for one in rows]


def end_due(*, now: datetime) -> int:
    """Put what is left of vouchers past their last day on their holders' balances.

    Returns:
        How many ended.
    """
    today = zoned(now).astimezone(_ZONE).date()
    rows = Voucher.objects.filter(ended_at__isnull=True, last_day__lt=today)
    ids = list(rows.order_by("last_day", "id").values_list("id", flat=True)[:AT_A_TIME])
    for one in ids:
        _end(one, today, zoned(now))
    return len(ids)


def plan_issue(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Tell of a voucher; its money comes by the Decision of the payout.

    Args:
        outcomes: of `voucher_issue`.
        context: `tell`, `unit`.
    """
    said = outcomes[ISSUE]
    last_day = date.fromordinal(_EPOCH.toordinal() + int(said["last_day"] or 0))
    told = {
        **context["tell"],
        "amount": {"minor": int(said["value"] or 0), "unit": context["unit"]},
        "day": {"date": last_day.isoformat()},
    }
    return Plan(notice=NoticeDraft("tickets.voucher", told))


def plan_end(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Move what is left of a voucher to its holder's balance.

    Args:
        outcomes: of `voucher_end`.
        context: `voucher` and `wallet` (accounts), `unit`.
    """
    amount = int(outcomes[END]["to_balance"] or 0)
    if amount == 0:
        return Plan()
    move = Movement(
        question=END,
        debit=context["voucher"],
        credit=context["wallet"],
        amount=amount,
        code=ENDED,
    )
    told = {"amount": {"minor": amount, "unit": context["unit"]}}
    return Plan(movements=(move,), notice=NoticeDraft("tickets.voucher_ended", told))


class Vouchers(Means):
    """Pays with a voucher, whole or in parts."""

    def choices(self, party_id: UUID, unit: str) -> Iterable[Choice]:
        """Return the customer's own vouchers that have anything left."""
        return [
            Choice(means=NAME, instrument=str(one.id), available=left, last_day=one.last_day)
            for one, left in of_party(party_id)
            if one.currency == unit and left.minor > 0 and one.ended_at is None
        ]

    def kept(self, instrument: str, party_id: UUID | None) -> str:
        """Return the voucher's id for its code, or for its id where the payer holds it."""
        found = Voucher.objects.filter(digest=digest(instrument)).first()
        if found is None and party_id is not None:
            found = _own(instrument, party_id)
        if found is None:
            raise BadPayment(field="instrument", given="", expected="the code of a voucher")
        return str(found.id)

    def account(self, payment: Payment, party_id: UUID) -> int | None:
        """Return the voucher's own account."""
        del party_id
        return Voucher.objects.get(id=UUID(payment.instrument)).account_id

    def returns_to(self, payment: Payment, party_id: UUID) -> int | None:
        """Return the voucher's account, or its holder's balance once it has ended."""
        del party_id
        row = Voucher.objects.select_for_update().get(id=UUID(payment.instrument))
        if row.ended_at is None:
            return row.account_id
        return accounts.wallet(row.party_id, row.currency)

    def take(self, charge: Charge) -> str:
        """Make sure that the terms let the voucher pay; two at once wait for one another."""
        row = Voucher.objects.select_for_update().get(id=UUID(charge.instrument))
        left = Money(ledger.account(row.account_id).balance, row.currency)
        given = {
            "asked_on": zoned(charge.at).astimezone(_ZONE).date(),
            "asked": str(charge.amount),
            "voucher_left": str(left),
            "voucher_last_day": row.last_day,
        }
        pays = int(shelf.terms().decide(PACK, PAYMENT, given).outcome["amount"] or 0)
        if row.ended_at is not None or pays < charge.amount.minor:
            expected = f"at most {Money(pays, row.currency)}"
            raise BadPayment(field="amount", given=str(charge.amount), expected=expected)
        return f"{NAME}-{charge.payment_id}"

    def give_back(self, payment_id: UUID, payout_id: UUID, amount: Money) -> None:
        """Do nothing: the refund's Decision credits the account."""


@transaction.atomic
def _end(voucher_id: UUID, today: date, now: datetime) -> None:
    row = Voucher.objects.select_for_update().get(id=voucher_id)
    left = Money(ledger.account(row.account_id).balance, row.currency)
    if row.ended_at is None and left.minor:
        asked = Event(
            key=f"tickets/voucher-end/{row.id}",
            pack=PACK,
            questions=(END,),
            facts={
                "asked_on": today,
                "voucher_left": str(left),
                "voucher_last_day": row.last_day,
            },
            event_at=now,
            plan=END_PLAN,
            context={
                "voucher": row.account_id,
                "wallet": accounts.wallet(row.party_id, row.currency),
                "unit": row.currency,
            },
            party_id=row.party_id,
        )
        decisions.decide(asked, now=now)
    row.ended_at = now
    row.save(update_fields=["ended_at"])


def _own(instrument: str, party_id: UUID) -> Voucher | None:
    try:
        id_ = UUID(instrument)
    except ValueError:
        return None
    return Voucher.objects.filter(id=id_, party_id=party_id).first()
