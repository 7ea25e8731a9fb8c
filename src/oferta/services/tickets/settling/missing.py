"""A buyer has nothing, though the organiser said that it paid: its proof, or our money, by a day.

The organiser's word moved what we owed the buyer to the organiser (TR-120). A buyer who says that
nothing came is asked for nothing more: the organiser is to show its proof within `DAYS`. If it does
not, nobody has to do anything: we pay, and it owes us (TR-121). Whoever works cases may pay at
once, or note the proof; the buyer is told which, and may dispute it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor
from oferta.kernel.clock import zoned
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import LANGUAGES
from oferta.services.tickets import selling
from oferta.services.tickets.kinds import MissingState
from oferta.services.tickets.models import MissingRefund, OrganiserRefund, Refund
from oferta.services.tickets.settling import organisers
from oferta.services.tickets.settling.errors import NotMissing
from oferta.services.tickets.types import RefundState

#: An organiser shows its proof within so many days, the one after the report being the first.
DAYS = 3
WORDS_MAX = 1_000
AT_A_TIME = 200
#: What the buyer is told: we look into it, we pay, it is proved; and the organiser: show it.
LOOKED_INTO, OURS, PROVED, ASKED = (
    "tickets.missing_filed",
    "tickets.missing_ours",
    "tickets.missing_proved",
    "tickets.missing_asked",
)


def may_be_missing(refund: Refund) -> bool:
    """Tell whether an organiser's word is all that says that a refund was paid."""
    return refund.state == RefundState.PAID and refund.means == organisers.BY_ORGANISER


@transaction.atomic
def report(refund_id: UUID, *, words: str = "", now: datetime) -> MissingRefund:
    """Take a buyer's word that nothing came; said again, the answer is the same.

    Args:
        refund_id: of a refund that the organiser says it paid.
        words: the buyer's own, if they want to say more.
        now: zoned.

    Raises:
        NotMissing: nobody said that it was paid, or we paid it ourselves.
    """
    moment = zoned(now)
    rows = Refund.objects.select_for_update(of=("self",)).select_related(
        "order__performance__hall__venue", "order__performance__organiser"
    )
    refund = rows.filter(id=refund_id).first()
    known = MissingRefund.objects.filter(refund_id=refund_id).first()
    if known is not None:
        return known
    if refund is None or not may_be_missing(refund):
        raise NotMissing(refund=str(refund_id), state=refund.state if refund else "")
    zone = ZoneInfo(refund.order.performance.hall.venue.time_zone)
    made = MissingRefund.objects.create(
        refund=refund,
        words=words.strip()[:WORDS_MAX],
        told_at=moment,
        answer_by=moment.astimezone(zone).date() + timedelta(days=DAYS),
        owner=refund.owner,
    )
    said = _said(made)
    _tell(refund.order.party_id, LOOKED_INTO, said, now=moment)
    firm = refund.order.performance.organiser.party_id
    if firm is not None:
        _tell(firm, ASKED, said, now=moment)
    return made


@transaction.atomic
def came(number: int, *, now: datetime) -> MissingRefund:
    """Note that the buyer has found the money after all.

    Raises:
        NotMissing: it is answered.
    """
    return _ended(_open(number), MissingState.CAME, now=now)


@transaction.atomic
def pay(number: int, *, actor: Actor, now: datetime) -> MissingRefund:
    """Pay the buyer ourselves and claim it from the organiser, before its day is over.

    Raises:
        NotMissing: it is answered.
        OwnAct: the money is the actor's own.
        SettlementRefused: the ledger refused.
    """
    row = _open(number)
    parties.ensure_not_own(actor, row.refund.order.party_id)
    return _paid(row, actor.id, now)


@transaction.atomic
def prove(number: int, *, actor: Actor, words: str, now: datetime) -> MissingRefund:
    """Note what the organiser showed as its proof; the buyer is told it and may dispute it.

    Args:
        number: of the report.
        actor: who looked at it.
        words: what was shown, as the bank's confirmation and its number.
        now: zoned.

    Raises:
        NotMissing: it is answered, or nothing is said of the proof.
        OwnAct: the money is the actor's own.
    """
    row = _open(number)
    parties.ensure_not_own(actor, row.refund.order.party_id)
    if not words.strip():
        raise NotMissing(refund=str(row.refund_id), state="no_proof")
    row.finding = words.strip()[:WORDS_MAX]
    made = _ended(row, MissingState.PROVED, by=actor.id, now=now)
    _tell(row.refund.order.party_id, PROVED, _said(made) | {"proof": row.finding}, now=now)
    return made


def pay_unproved(*, now: datetime) -> int:
    """Pay what no organiser proved by its day; each in a database transaction of its own.

    Returns:
        How many.
    """
    late = MissingRefund.objects.filter(
        state=MissingState.OPEN, answer_by__lt=zoned(now).date()
    ).order_by("answer_by", "number")
    done = 0
    for number in list(late.values_list("number", flat=True)[:AT_A_TIME]):
        try:
            with transaction.atomic():
                _paid(_open(number), None, now)
        except OfertaError:  # one that cannot be paid does not stop the others; a person sees it
            continue
        done += 1
    return done


def listed(*, all_of_them: bool = False) -> QuerySet[MissingRefund]:
    """Return the reports that wait for an answer by their day; or all, the latest first."""
    rows = MissingRefund.objects.select_related(
        "refund__order__performance__organiser",
        "refund__order__operator",
        "refund__organiser_refund",
    )
    if all_of_them:
        return rows.order_by("-number")
    return rows.filter(state=MissingState.OPEN).order_by("answer_by", "number")


def _open(number: int) -> MissingRefund:
    """Return a report that nobody else answers until the caller commits."""
    rows = MissingRefund.objects.select_for_update(of=("self",)).select_related(
        "refund__order__performance__hall__venue", "refund__order__performance__organiser"
    )
    row = rows.filter(number=number, state=MissingState.OPEN).first()
    if row is None:
        raise NotMissing(refund=str(number), state="answered")
    return row


def _paid(row: MissingRefund, by: UUID | None, now: datetime) -> MissingRefund:
    organisers.not_received(row.refund_id, now=now)
    made = _ended(row, MissingState.OURS, by=by, now=now)
    _tell(row.refund.order.party_id, OURS, _said(made), now=now)
    return made


def _ended(
    row: MissingRefund, state: MissingState, *, by: UUID | None = None, now: datetime
) -> MissingRefund:
    row.state, row.ended_at, row.ended_by = state, zoned(now), by
    row.save(update_fields=["state", "ended_at", "ended_by", "finding"])
    return row


def _said(row: MissingRefund) -> dict[str, Any]:
    refund = row.refund
    titles = refund.order.performance.titles
    spoken = selling.title_of(titles)
    told = OrganiserRefund.objects.get(refund=refund)
    return {
        "number": str(row.number),
        "performance": {one: titles.get(one) or spoken for one in LANGUAGES},
        "code": refund.order.code,
        "amount": {"minor": refund.amount, "unit": refund.currency},
        "reference": told.reference,
        "day": {"date": row.answer_by.isoformat()},
    }


def _tell(party_id: UUID, kind: str, said: Mapping[str, Any], *, now: datetime) -> None:
    language = parties.languages([party_id])[party_id]
    notices.send([NewNotice(party_id, language, kind, said)], now=zoned(now))
