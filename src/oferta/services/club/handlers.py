"""What the club does when another Decision takes the place of one: rows and sums follow."""

from __future__ import annotations

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import DecisionOverridden, Recounted
from oferta.services.club import keeping
from oferta.services.club.boards import totals
from oferta.services.club.correcting import UNDO, open_instead, replace
from oferta.services.club.facts import PACK
from oferta.services.club.membership import joining, tiers


def on_overridden(event: DecisionOverridden) -> None:
    """Undo in the lots what the old Decision did, and do what the new one says."""
    old, new = decided.decision(event.old_id), decided.decision(event.new_id)
    if new.pack != PACK:
        return
    totals.replaced(old, new)
    if new.question == tiers.QUESTION:
        tiers.corrected(old, new)
    if new.question in joining.QUESTIONS:
        joining.corrected(old, new)
    if new.question not in UNDO or new.actor_id is None:
        return  # what nobody stands behind, the club did itself: see `follow`
    if "member" not in new.context:
        return  # asked of the terms by another system: no purse of the club's, nothing moved
    account_id = new.context["member"]
    purse = keeping.lock([account_id])[account_id]
    both = [Recounted(old=old, new=new)]
    open_instead(both)
    replace(purse, both)
    keeping.write([purse])
