"""What an organiser's own people see: their performances and money; no buyer is named.

Least privilege: a person sees the organisers of the organisations that they act for now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Sum

from oferta.core.cases import queries as cases
from oferta.core.cases.types import Case
from oferta.core.ledger import queries as ledger
from oferta.core.parties import identity
from oferta.core.parties.identity_types import MemberRole
from oferta.kernel.money import Money
from oferta.services.tickets.errors import UnknownPerformance
from oferta.services.tickets.models import (
    Organiser,
    OrganiserContract,
    OrganiserPayment,
    Performance,
    PerformanceLine,
    PerformanceLineDispute,
    PerformanceSettlement,
    PriceCategory,
    Refund,
)
from oferta.services.tickets.settling.errors import UnknownOrganiser, UnknownOrganiserPayment
from oferta.services.tickets.types import RefundState, Stage

PAGE = 50
_ACTING = (MemberRole.OWNER, MemberRole.AGENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """An organiser and whether its person may do anything, or only read."""

    organiser: Organiser
    may_act: bool


class Shown(NamedTuple):
    """A performance in the list, with how many places are taken."""

    performance: Performance
    taken: int
    places: int
    held: Money


class Owed(NamedTuple):
    """What stands between us and an organiser in one unit."""

    due: Money
    claims: Money


class Line(NamedTuple):
    """A line of a settlement, and the case of its dispute, if it was disputed."""

    line: PerformanceLine
    amount: Money
    case: Case | None


def organisers_of(customer_id: UUID) -> list[Own]:
    """Return the organisers whose console a customer sees, by name.

    Those of the organisations that the person acts for; or, where the organisation itself is asked
    for by who acts for it now, its own.
    """
    roles: dict[UUID, MemberRole] = identity.organisations_of(customer_id)
    roles.setdefault(customer_id, MemberRole.AGENT)  # whoever acts for it was let in by their role
    rows = Organiser.objects.filter(party_id__in=roles).order_by("name", "key")
    return [
        Own(organiser=one, may_act=roles[one.party_id] in _ACTING) for one in rows if one.party_id
    ]


def own(customer_id: UUID, key: str) -> Own | None:
    """Return an organiser if its console is this customer's to see."""
    return next((one for one in organisers_of(customer_id) if one.organiser.key == key), None)


def performances(organiser: str, *, page: int) -> tuple[list[Shown], bool]:
    """Return a page of an organiser's performances, the latest first, and whether there is more."""
    rows = Performance.objects.filter(organiser_id=organiser).exclude(stage=Stage.DRAFT)
    found = list(
        rows.select_related("hall__venue").order_by("-starts_at", "id")[
            page * PAGE : (page + 1) * PAGE + 1
        ]
    )
    taken = {
        one["performance_id"]: (one["taken"], one["whole"])
        for one in PriceCategory.objects.filter(performance__in=found)
        .values("performance_id")
        .annotate(taken=Sum("sold"), whole=Sum("capacity"))
    }
    faces = ledger.accounts([one.face_account_id for one in found if one.face_account_id])
    shown = [
        Shown(
            one,
            *taken.get(one.id, (0, 0)),
            Money(faces[one.face_account_id].balance if one.face_account_id else 0, one.currency),
        )
        for one in found[:PAGE]
    ]
    return shown, len(found) > PAGE


def performance(organiser: str, performance_id: UUID) -> Performance | None:
    """Return a performance if it is the organiser's."""
    rows = Performance.objects.filter(organiser_id=organiser).exclude(stage=Stage.DRAFT)
    return rows.select_related("hall__venue", "organiser").filter(id=performance_id).first()


def organiser(key: str) -> Organiser:
    """Return an organiser on file.

    Raises:
        UnknownOrganiser: there is none.
    """
    found = Organiser.objects.filter(key=key).first()
    if found is None:
        raise UnknownOrganiser(organiser=key)
    return found


def offered(performance_id: UUID) -> Performance:
    """Return a performance that is no draft any more, with its hall, venue and organiser.

    Raises:
        UnknownPerformance: there is none.
    """
    rows = Performance.objects.exclude(stage=Stage.DRAFT)
    found = rows.select_related("hall__venue", "organiser").filter(id=performance_id).first()
    if found is None:
        raise UnknownPerformance(performance=str(performance_id))
    return found


def payment(payment_id: UUID) -> OrganiserPayment:
    """Return a payment to an organiser.

    Raises:
        UnknownOrganiserPayment: there is none.
    """
    found = OrganiserPayment.objects.filter(id=payment_id).first()
    if found is None:
        raise UnknownOrganiserPayment(payment=str(payment_id))
    return found


def owed(organiser: str) -> list[Owed]:
    """Return what is due to an organiser and what it owes, by unit."""
    prefix = f"tickets/organiser/{organiser}/"
    found: dict[str, dict[str, int]] = {}
    for one in ledger.accounts_by_prefix(prefix):
        kind, unit = one.key.removeprefix(prefix).split("/")
        found.setdefault(unit, {})[kind] = one.balance
    return [
        Owed(Money(each.get("due", 0), unit), Money(-each.get("claims", 0), unit))
        for unit, each in sorted(found.items())
    ]


def contract(organiser: str) -> OrganiserContract | None:
    """Return what is agreed with an organiser, if anything is."""
    return OrganiserContract.objects.filter(organiser_id=organiser).first()


def payments(organiser: str) -> list[OrganiserPayment]:
    """Return the newest payments to an organiser."""
    return list(OrganiserPayment.objects.filter(organiser_id=organiser).order_by("-id")[:PAGE])


def settlements(performance_: Performance) -> list[PerformanceSettlement]:
    """Return a performance's settlements, the newest first."""
    return list(performance_.settlements.order_by("-last_seq")[:PAGE])


def settlement(organiser: str, settlement_id: UUID) -> PerformanceSettlement | None:
    """Return a settlement if it is the organiser's."""
    rows = PerformanceSettlement.objects.select_related("performance__hall__venue")
    return rows.filter(id=settlement_id, performance__organiser_id=organiser).first()


def lines(
    made: PerformanceSettlement, *, codes: tuple[int, ...] = (), page: int
) -> tuple[list[Line], int, Money]:
    """Return a page of a settlement's lines, how many fit, and what they come to."""
    rows = PerformanceLine.objects.filter(settlement=made)
    if codes:
        rows = rows.filter(code__in=codes)
    told = rows.aggregate(number=Count("id"), amount=Sum("amount"))
    shown = rows.order_by("id").select_related("dispute")[page * PAGE : (page + 1) * PAGE]
    unit = made.performance.currency
    found = [Line(one, Money(one.amount, unit), _case(one)) for one in shown]
    return found, int(told["number"]), Money(int(told["amount"] or 0), unit)


def line_of(organiser: str, line_id: int) -> PerformanceLine | None:
    """Return a settled line if it is the organiser's."""
    rows = PerformanceLine.objects.select_related("settlement__performance")
    found = rows.filter(id=line_id, settlement__performance__organiser_id=organiser)
    return found.first()


def disputes(organiser: str) -> list[Line]:
    """Return the lines that an organiser disputed, the newest first."""
    rows = PerformanceLineDispute.objects.filter(
        line__settlement__performance__organiser_id=organiser
    )
    found = rows.select_related("line__settlement__performance").order_by("-disputed_at")[:PAGE]
    return [
        Line(
            one.line,
            Money(one.line.amount, one.line.settlement.performance.currency),
            cases.case(one.case_id),
        )
        for one in found
    ]


def left_to_pay(organiser: str) -> list[Refund]:
    """Return the refunds that an organiser said it pays itself, those due first."""
    rows = Refund.objects.filter(
        state=RefundState.WITH_ORGANISER, order__performance__organiser_id=organiser
    )
    return list(
        rows.select_related("order__performance").order_by("organiser_pays_by", "id")[:PAGE]
    )


def every_organiser() -> list[tuple[Organiser, list[Owed]]]:
    """Return the organisers with which anything was ever settled or sold, by name."""
    rows = Organiser.objects.filter(performances__face_account_id__isnull=False).distinct()
    return [(one, owed(one.key)) for one in rows.order_by("name", "key")]


def _case(line: PerformanceLine) -> Case | None:
    found: PerformanceLineDispute | None = getattr(line, "dispute", None)
    return None if found is None else cases.case(found.case_id)
