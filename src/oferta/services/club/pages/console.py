"""What a partner's own people see: what the partner gave and what was settled; no member is named.

Least privilege: a person sees the partners of the organisations that they act for now, and of
those the days, shops and amounts. Whose a payment was, the console never reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from oferta.core.cases import queries as cases
from oferta.core.cases.types import Case
from oferta.core.decisions.caps import Spread, spread
from oferta.core.ledger import queries as ledger
from oferta.core.parties import identity
from oferta.core.parties.identity_types import MemberRole
from oferta.kernel.money import Money
from oferta.services.club.boards import totals
from oferta.services.club.campaigns.registry import TWIN
from oferta.services.club.facts import PACK
from oferta.services.club.models import (
    Campaign,
    LineDispute,
    Lot,
    Partner,
    Payment,
    Settlement,
    SettlementLine,
)
from oferta.services.club.rules import UNIT

PAGE = 50
_DISPUTING = (MemberRole.OWNER, MemberRole.AGENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A partner and what its person may do."""

    partner: Partner
    may_dispute: bool
    #: Of the ledger; None: it gave nothing yet.
    account_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines; a field left out: all."""

    first: date | None = None
    last: date | None = None
    code: int | None = None
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """A bonus that the partner gave for a payment."""

    day: date
    shop: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCampaign:
    """A campaign of the partner, and what it came to."""

    row: Campaign
    #: For a member in a period.
    cap: Money
    #: So far, and what waits for a person beside it.
    given: Money
    held: Money
    #: Its ceiling in the period of today; None: it does not run today.
    spread: Spread | None

    @property
    def used(self) -> Money:
        """What members used of their ceilings in the period."""
        return Money(self.spread.used if self.spread else 0, UNIT)

    @property
    def left(self) -> Money:
        """What those members have left of them together."""
        spread = self.spread
        return Money(spread.holders * spread.at_most - spread.used if spread else 0, UNIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLine:
    """A line of a settlement, and the case of its dispute, if it was disputed."""

    line: SettlementLine
    amount: Money
    case: Case | None


def partners_of(customer_id: UUID) -> list[Own]:
    """Return the partners whose console a customer sees, by name.

    Those of the organisations that the person acts for; or, where the organisation itself is asked
    for by who acts for it now, its own.
    """
    roles: dict[UUID, MemberRole] = identity.organisations_of(customer_id)
    roles.setdefault(customer_id, MemberRole.AGENT)  # whoever acts for it was let in by their role
    rows = Partner.objects.filter(organisation_id__in=roles).order_by("name", "key")
    found = [(one, roles[one.organisation_id]) for one in rows if one.organisation_id]
    accounts = ledger.accounts_by_key(_account_key(one.key) for one, _ in found)
    return [
        Own(
            partner=one,
            may_dispute=role in _DISPUTING,
            account_id=accounts[key].id if (key := _account_key(one.key)) in accounts else None,
        )
        for one, role in found
    ]


def own(customer_id: UUID, key: str) -> Own | None:
    """Return a partner if its console is this customer's to see."""
    return next((one for one in partners_of(customer_id) if one.partner.key == key), None)


def balance(one: Own) -> Money:
    """Return what the partner gave and did not get back, all told."""
    if one.account_id is None:
        return Money(0, UNIT)
    return Money(-ledger.account(one.account_id).balance, UNIT)


def accruals(one: Own, wanted: Wanted, *, page: int) -> tuple[list[Accrual], bool]:
    """Return a page of what the partner gave, the newest first, and whether there is more."""
    rows = list(
        _lots(one, wanted).order_by("-earned_on", "-id")[page * PAGE : (page + 1) * PAGE + 1]
    )
    shops = _shops(lot.purchase_key for lot in rows)
    found = [
        Accrual(
            day=lot.earned_on, shop=shops.get(lot.purchase_key, ""), amount=Money(lot.amount, UNIT)
        )
        for lot in rows[:PAGE]
    ]
    return found, len(rows) > PAGE


def sums(one: Own, wanted: Wanted) -> tuple[int, Money]:
    """Return how many bonuses the partner gave, and what they come to."""
    told = _lots(one, wanted).aggregate(number=Count("id"), amount=Sum("amount"))
    return int(told["number"]), Money(int(told["amount"] or 0), UNIT)


def campaigns(one: Own, today: date) -> list[OfCampaign]:
    """Return the partner's started campaigns, the newest first, with what each gave."""
    rows = Campaign.objects.filter(partner=one.partner, state="started").order_by("-starts", "key")
    found = []
    with totals.reading() as read:
        for row in rows[:PAGE]:
            assert row.starts is not None  # noqa: S101 - a constraint of the table
            assert row.ends is not None  # noqa: S101 - likewise
            own = [
                tally for tally in read.clauses(row.starts, row.ends)
                if {row.clause, f"{row.clause}{TWIN}"} & set(tally.clauses)
            ]  # fmt: skip
            found.append(
                OfCampaign(
                    row=row,
                    cap=Money(row.cap or 0, UNIT),
                    given=Money(sum(tally.amount for tally in own if not tally.held), UNIT),
                    held=Money(sum(tally.amount for tally in own if tally.held), UNIT),
                    spread=spread(PACK, row.limit, today)
                    if row.starts <= today <= row.ends
                    else None,
                )
            )
    return found


def settlements(one: Own) -> list[Settlement]:
    """Return the partner's settlements, the newest first."""
    rows = Settlement.objects.filter(account_id=one.account_id or 0)
    return list(rows.order_by("-last_seq")[:PAGE])


def settlement(one: Own, settlement_id: UUID) -> Settlement | None:
    """Return a settlement if it is the partner's."""
    rows = Settlement.objects.filter(id=settlement_id, account_id=one.account_id or 0)
    return rows.first()


def settled_lines(
    made: Settlement, wanted: Wanted, *, page: int
) -> tuple[list[SettledLine], int, Money]:
    """Return a page of a settlement's lines, how many fit, and what they come to."""
    rows = SettlementLine.objects.filter(settlement=made).filter(_fitting(wanted))
    told = rows.aggregate(number=Count("id"), amount=Sum("amount"))
    shown = list(
        rows.order_by("day", "id").select_related("dispute")[page * PAGE : (page + 1) * PAGE]
    )
    lines = [
        SettledLine(line=line, amount=Money(line.amount, UNIT), case=_case(line)) for line in shown
    ]
    return lines, int(told["number"]), Money(int(told["amount"] or 0), UNIT)


def line_of(one: Own, line_id: int) -> SettlementLine | None:
    """Return a settled line if it is the partner's."""
    rows = SettlementLine.objects.filter(id=line_id, settlement__account_id=one.account_id or 0)
    return rows.select_related("settlement").first()


def disputes(one: Own) -> list[SettledLine]:
    """Return the lines that the partner disputed, the newest first."""
    rows = LineDispute.objects.filter(line__settlement__account_id=one.account_id or 0)
    found = rows.order_by("-disputed_at").select_related("line")[:PAGE]
    return [
        SettledLine(
            line=row.line, amount=Money(row.line.amount, UNIT), case=cases.case(row.case_id)
        )
        for row in found
    ]


def _lots(one: Own, wanted: Wanted) -> QuerySet[Lot]:
    rows = Lot.objects.filter(question="partner_bonus", funder_id=one.account_id or 0)
    if wanted.first is not None:
        rows = rows.filter(earned_on__gte=wanted.first)
    return rows if wanted.last is None else rows.filter(earned_on__lte=wanted.last)


def _fitting(wanted: Wanted) -> Q:
    given = {"day__gte": wanted.first, "day__lte": wanted.last, "code": wanted.code}
    found = Q(**{name: value for name, value in given.items() if value is not None})
    return found & Q(dispute__isnull=False) if wanted.disputed else found


def _case(line: SettlementLine) -> Case | None:
    dispute: LineDispute | None = getattr(line, "dispute", None)
    return None if dispute is None else cases.case(dispute.case_id)


def _shops(keys: Iterable[str]) -> dict[str, str]:
    rows = Payment.objects.filter(key__in=list(keys))
    return dict(rows.values_list("key", "merchant"))


def _account_key(partner: str) -> str:
    return f"club/partner/{partner}/bonus"
