"""Which lots a refund of a card payment takes its bonus back from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oferta.core.decisions.types import Decision, Status
from oferta.services.club import keeping
from oferta.services.club.facts import REFUND_PREFIX
from oferta.services.club.models import Lot, Payment
from oferta.services.club.purse import Purse


def lots_of_refunds(keys: Iterable[str]) -> dict[str, Lot]:
    """Return the lot of the purchase behind each claw-back, by the claw-back's Decision key.

    Of several lots that one purchase had (staff put another Decision in the place of the first) it
    is the newest; a purchase that gave nothing has none.
    """
    asked = {key: key.removeprefix(REFUND_PREFIX).rsplit("/", 1) for key in keys}
    refunds = {refund for refund, _ in asked.values()}
    stored = Payment.objects.filter(key__in=refunds).exclude(purchase_key="")
    purchases = dict(stored.values_list("key", "purchase_key"))
    lots = Lot.objects.filter(purchase_key__in=set(purchases.values())).order_by("id")
    newest = {(one.purchase_key, one.question): one for one in lots}
    return {
        key: newest[found]
        for key, (refund, question) in asked.items()
        if (found := (purchases.get(refund, ""), question)) in newest
    }


def take_back(decisions: Sequence[Decision], purses: dict[int, Purse]) -> None:
    """Take out of the lots what these claw-backs moved; purses are locked and still unwritten."""
    moved = [one for one in decisions if _moves(one)]
    lots = lots_of_refunds(one.key for one in moved)
    keeping.read(purses, [lots[one.key].id for one in moved if one.key in lots])
    for one in moved:
        lot = lots.get(one.key)
        amount = int((one.outcome or {})["amount"] or 0)
        purses[one.context["member"]].take_back(lot.id if lot else None, amount, one.id)
    keeping.write(purses.values())


def _moves(decision: Decision) -> bool:
    outcome = decision.outcome
    if decision.status is not Status.DECIDED or outcome is None:
        return False
    return not outcome["hold"] and bool(outcome["amount"])
