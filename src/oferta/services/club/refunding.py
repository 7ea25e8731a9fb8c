"""Which lots a refund of a card payment takes its bonus back from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

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


def take_back(decisions: Iterable[Decision]) -> None:
    """Take out of the lots what these claw-backs moved, and lock their members for it."""
    moved = [one for one in decisions if _moves(one)]
    lots = {key: lot.id for key, lot in lots_of_refunds(one.key for one in moved).items()}
    purses = keeping.hold(one.context["member"] for one in moved)
    keeping.read_lots(purses, list(lots.values()))
    # What a member's other lots hold matters only where something is owed, or will be.
    keeping.fill({one: purses[one] for one in _owing(purses, moved, lots)})
    for one in moved:
        purses[one.context["member"]].take_back(lots.get(one.key), _amount(one), one.id)
    keeping.write(purses.values())


def _owing(
    purses: Mapping[int, Purse], moved: Iterable[Decision], lots: Mapping[str, int]
) -> set[int]:
    """Return who owes something, or will when these claw-backs are taken."""
    taken: Counter[tuple[int, int | None]] = Counter()
    for one in moved:
        taken[one.context["member"], lots.get(one.key)] += _amount(one)
    short = set()
    for (member, lot_id), amount in taken.items():
        lot = purses[member].lots.get(lot_id) if lot_id is not None else None
        if lot is None or lot.left < amount:
            short.add(member)
    return short | {member for member, purse in purses.items() if purse.owed}


def _amount(decision: Decision) -> int:
    return int((decision.outcome or {})["amount"] or 0)


def _moves(decision: Decision) -> bool:
    outcome = decision.outcome
    if decision.status is not Status.DECIDED or outcome is None:
        return False
    return not outcome["hold"] and bool(outcome["amount"])
