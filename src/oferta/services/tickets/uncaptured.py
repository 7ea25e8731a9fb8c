"""Money that was set aside for a sale, and that its provider does not give when it is asked for.

The tickets are good: the sale stands, and its buyer did nothing wrong. A person looks at it once:
they ask the buyer to pay, or take the sale back by an override of its Decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from oferta.core.cases import actions as cases
from oferta.core.decisions import queries as decisions
from oferta.services.tickets.means import Answer
from oferta.services.tickets.models import OrderLine, Payment

#: What the case's log says is asked, and why such a payment is not asked for again.
REFUSED = "capture_refused"
#: What a provider says that will never give the money.
NEVER = (Answer.DECLINED, Answer.VOIDED, Answer.UNKNOWN)


def put_before_a_person(payments: Sequence[Payment], *, now: datetime) -> None:
    """Open a review of the sale behind each payment; one that is open stays the one."""
    orders = [one.order_id for one in payments]
    first = OrderLine.objects.filter(order_id__in=orders, decision_id__isnull=False)
    sold = dict(first.order_by("-id").values_list("order_id", "decision_id"))
    made = [decisions.decision(one) for one in sold.values() if one is not None]
    cases.open_reviews(made, asking=REFUSED, now=now)
    Payment.objects.filter(id__in=[one.id for one in payments]).update(reason=REFUSED)
