"""Payments that are given up: what was set aside is let go, and nothing confirms them any more.

A provider may answer after its payment was given up and another one has paid. So a payment is
marked before its provider is told, and the sale looks at the marks with the rows locked: an order
is paid by one attempt, however late another one answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from oferta.kernel import asking
from oferta.services.tickets import means
from oferta.services.tickets.errors import PaymentDeclined
from oferta.services.tickets.means import NoReply
from oferta.services.tickets.models import Payment
from oferta.services.tickets.types import PaymentState

OPEN = (PaymentState.STARTED, PaymentState.AUTHORISED)
#: Of a payment that has paid its order.
OURS = (PaymentState.CONFIRMED, PaymentState.CAPTURED)
#: Reason of an open payment that pays nothing any more, whatever its provider answers later.
LETTING_GO = "let_go"
#: Nobody gives a payment up between this look at it and what follows from it.
_STATES = """
SELECT id, state, reason FROM tickets_payment WHERE id = ANY(%(payments)s::uuid[])
ORDER BY id FOR UPDATE
"""


def ensure_open(payments: Sequence[Payment]) -> None:
    """Let payments pass that nobody gave up, and nobody does until the caller commits.

    Raises:
        PaymentDeclined: one was given up before its provider answered.
    """
    if not payments:
        return
    found = asking.rows(_STATES, {"payments": [one.id for one in payments]})
    if any(state not in OPEN or reason == LETTING_GO for _, state, reason in found):
        raise PaymentDeclined(means=payments[0].means, reason="too_late")


def declined(payment: Payment, reason: str, now: datetime) -> None:
    """Note that a payment is over, unless it was confirmed in this very moment."""
    rows = Payment.objects.filter(id=payment.id, state__in=OPEN)
    rows.update(state=PaymentState.DECLINED, reason=reason, changed_at=now)
    payment.state, payment.reason = PaymentState.DECLINED, reason


def let_go(payments: Sequence[Payment], now: datetime) -> bool:
    """Let go what is set aside, but for what has paid its order meanwhile.

    From the mark on nothing of it can be confirmed; a provider that does not answer is asked again
    by `settle`.

    Returns:
        Whether all of it is let go.
    """
    rows = Payment.objects.filter(id__in=[one.id for one in payments])
    rows.filter(state__in=OPEN).update(reason=LETTING_GO)
    done = True
    for one in rows.exclude(state__in=OURS).order_by("id"):
        if means.is_outside(one.means):
            try:
                means.provider(one.means).void(one.id)
            except NoReply:
                done = False
                continue
        rows.filter(id=one.id).exclude(state__in=OURS).update(
            state=PaymentState.VOIDED, changed_at=now
        )
    return done
