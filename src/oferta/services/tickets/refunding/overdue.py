"""What is past its day goes before a person, once, and shows at the desk until it is done.

A refund that is not there on its day, and a request without an answer on its day, each open a
review of the Decision behind them (TR-92, TR-150). Whoever owes it stays the same: nobody is sent
on to somebody else (TR-121).
"""

from __future__ import annotations

import logging
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from oferta.core.cases import actions as cases
from oferta.core.decisions import queries as decisions
from oferta.kernel.clock import zoned
from oferta.kernel.errors import OfertaError
from oferta.services.tickets.models import Application, Refund, Ticket
from oferta.services.tickets.refunding import cancelling
from oferta.services.tickets.types import RefundState, Stage, TicketStatus

logger = logging.getLogger(__name__)

REFUND, ANSWER = "refund_overdue", "answer_overdue"
AT_A_TIME = 500


def refunds(day: date) -> QuerySet[Refund]:
    """Return the refunds that should have been there before a day, the oldest first."""
    return Refund.objects.filter(due_on__lt=day).exclude(state=RefundState.PAID).order_by("due_on")


def requests(day: date) -> QuerySet[Application]:
    """Return the requests that should have been answered before a day, the oldest first."""
    rows = Application.objects.filter(answer_by__lt=day, closed_at__isnull=True)
    return rows.order_by("answer_by")


@transaction.atomic
def escalate(*, now: datetime) -> int:
    """Put what is past its day before a person; what was put before one stays with them.

    Returns:
        How many are new.
    """
    moment = zoned(now)
    late = list(refunds(moment.date()).filter(escalated_at__isnull=True)[:AT_A_TIME])
    behind = [decisions.decision(one.decision_id) for one in late]
    cases.open_reviews(behind, asking=REFUND, now=moment)
    Refund.objects.filter(id__in=[one.id for one in late]).update(escalated_at=moment)
    waiting = list(requests(moment.date()).filter(escalated_at__isnull=True)[:AT_A_TIME])
    latest = [
        decisions.decision(one.decision_id)
        for request in waiting
        for one in request.tickets.exclude(decision_id__isnull=True)[:1]
        if one.decision_id is not None
    ]
    cases.open_reviews(latest, asking=ANSWER, now=moment)
    Application.objects.filter(id__in=[one.id for one in waiting]).update(escalated_at=moment)
    return len(late) + len(waiting)


def finish_cancelled(*, now: datetime) -> int:
    """Return tickets of cancelled performances that a run which died left, or a late payment made.

    Returns:
        How many were returned.
    """
    left = Ticket.objects.filter(performance__stage=Stage.CANCELLED, status=TicketStatus.VALID)
    ids = left.values_list("performance_id", flat=True).distinct()
    done = 0
    for one in ids:
        try:
            done += cancelling.refund_all(one, now=zoned(now))
        except OfertaError:  # one that cannot go on does not keep the others
            logger.exception("The cancellation of %s cannot be finished", one)
    return done
