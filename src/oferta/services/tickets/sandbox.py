"""A payment provider to try things with: what it does is said by the token that it is given.

It remembers charges as a provider outside would, in a table of its own that nothing else reads, and
answers the same however often it is asked. No card number ever comes here (TR-134).
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

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


class Sandbox:
    """Takes no money."""

    def authorise(self, charge: Charge) -> Reply:
        """Set the amount aside, unless the token says otherwise."""
        if charge.instrument == LOST:
            raise NoReply
        state = Answer.DECLINED if charge.instrument == DECLINE else Answer.AUTHORISED
        made, _ = SandboxCharge.objects.get_or_create(
            payment_id=charge.payment_id,
            defaults={
                "amount": charge.amount.minor,
                "currency": charge.amount.unit,
                "state": state,
            },
        )
        if charge.instrument == TIMEOUT:
            raise NoReply
        return _reply(made)

    def capture(self, payment_id: UUID, amount: Money) -> Reply:
        """Take what was set aside."""
        SandboxCharge.objects.filter(
            payment_id=payment_id, amount=amount.minor, state=Answer.AUTHORISED
        ).update(state=Answer.CAPTURED)
        return self.look(payment_id)

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
        if known not in charge.refunds:
            charge.refunds = [*charge.refunds, known]
            charge.refunded += amount.minor
            charge.save(update_fields=["refunds", "refunded"])
        return _reply(charge)

    def look(self, payment_id: UUID) -> Reply:
        """Tell how far a charge has come."""
        found = SandboxCharge.objects.filter(payment_id=payment_id).first()
        return _reply(found) if found else Reply(answer=Answer.UNKNOWN)


def _reply(charge: SandboxCharge) -> Reply:
    declined = charge.state == Answer.DECLINED
    return Reply(
        answer=Answer(charge.state),
        reference="" if declined else f"sandbox-{charge.payment_id}",
        reason="insufficient_funds" if declined else "",
    )
