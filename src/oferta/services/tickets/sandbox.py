"""A payment provider to try things with: what it does is said by the token that it is given.

It remembers charges as a provider outside would, in a table of its own that nothing else reads, and
answers the same however often it is asked. No card number ever comes here (TR-134).
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from oferta.kernel import asking
from oferta.kernel.money import Money
from oferta.services.tickets.means import Answer, NoReply, Reply
from oferta.services.tickets.models import SandboxCharge
from oferta.services.tickets.types import Charge

#: Tokens: what the provider does. Anything else is a card that works.
DECLINE = "decline"
#: The money is set aside, but the answer is lost on the way.
TIMEOUT = "timeout"
#: Nothing arrives at the provider, and no answer comes.
LOST = "lost"

#: Asked again, it answers what it answered first.
_REMEMBER = """
INSERT INTO tickets_sandboxcharge AS charge (payment_id, amount, currency, state, refunded, refunds)
VALUES (%s, %s, %s, %s, 0, '{}')
ON CONFLICT (payment_id) DO UPDATE SET state = charge.state
RETURNING charge.state
"""
_CAPTURE = """
UPDATE tickets_sandboxcharge SET state = 'captured'
WHERE payment_id = %s AND amount = %s AND state = 'authorised'
RETURNING state
"""


class Sandbox:
    """Takes no money."""

    def authorise(self, charge: Charge) -> Reply:
        """Set the amount aside, unless the token says otherwise."""
        if charge.instrument == LOST:
            raise NoReply
        state = Answer.DECLINED if charge.instrument == DECLINE else Answer.AUTHORISED
        ((remembered,),) = asking.rows(
            _REMEMBER, [charge.payment_id, charge.amount.minor, charge.amount.unit, state.value]
        )
        if charge.instrument == TIMEOUT:
            raise NoReply
        return _reply(charge.payment_id, Answer(remembered))

    def capture(self, payment_id: UUID, amount: Money) -> Reply:
        """Take what was set aside."""
        changed = asking.rows(_CAPTURE, [payment_id, amount.minor])
        return _reply(payment_id, Answer.CAPTURED) if changed else self.look(payment_id)

    def void(self, payment_id: UUID) -> Reply:
        """Let it go."""
        SandboxCharge.objects.filter(
            payment_id=payment_id, state__in=[Answer.AUTHORISED, Answer.CAPTURED]
        ).update(state=Answer.VOIDED)
        return self.look(payment_id)

    @transaction.atomic
    def give_back(self, payment_id: UUID, refund_id: UUID, amount: Money) -> Reply:
        """Give a part back; the same refund again changes nothing."""
        charge = SandboxCharge.objects.select_for_update().get(payment_id=payment_id)
        known = str(refund_id)
        if known not in charge.refunds and charge.refunded + amount.minor > charge.amount:
            return Reply(answer=Answer.DECLINED, reason="above_charge")
        if known not in charge.refunds:
            charge.refunds = [*charge.refunds, known]
            charge.refunded += amount.minor
            charge.save(update_fields=["refunds", "refunded"])
        return _reply(payment_id, Answer(charge.state))

    def look(self, payment_id: UUID) -> Reply:
        """Tell how far a charge has come."""
        found = SandboxCharge.objects.filter(payment_id=payment_id).first()
        if found is None:
            return Reply(answer=Answer.UNKNOWN)
        return _reply(payment_id, Answer(found.state))


def _reply(payment_id: UUID, answer: Answer) -> Reply:
    declined = answer is Answer.DECLINED
    return Reply(
        answer=answer,
        reference="" if declined else f"sandbox-{payment_id}",
        reason="insufficient_funds" if declined else "",
    )
