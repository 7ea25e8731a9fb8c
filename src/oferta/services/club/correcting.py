"""What another Decision in the place of one does to lots: it undoes the old and does the new."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision, Recounted, Status
from oferta.services.club import keeping
from oferta.services.club.campaigns import waiting
from oferta.services.club.facts import PAYMENT_PREFIX, day_of
from oferta.services.club.lots import give_back
from oferta.services.club.models import Lot, Redemption, RedemptionRefund
from oferta.services.club.purse import Kind, Purse
from oferta.services.club.refunding import lots_of_refunds
from oferta.services.club.rules import FUNDERS


def follow(recounted: Sequence[Recounted]) -> None:
    """Do in the lots what Decisions say that were made again because something came late.

    All of a member's together: what one of them takes back another may give again, and only what is
    owed at the end is filled from other lots.
    """
    by_member: dict[int, list[Recounted]] = {}
    for one in recounted:
        by_member.setdefault(int(one.new.context["member"]), []).append(one)
    purses = keeping.lock(by_member)
    for account_id, own in by_member.items():
        purse = purses[account_id]
        purse.held = True
        for old, new in own:
            DOERS[new.question](purse, old, new)
        touched = [one.lot_id for one in purse.moves if one.lot_id is not None]
        purse.release(dict.fromkeys(touched), own[-1].new.id)
    keeping.write(purses.values())


def _earning(purse: Purse, old: Decision, new: Decision) -> None:
    purchase_key = root(new).key.removeprefix(PAYMENT_PREFIX)
    keeping.open_lots([new], purchase_keys={new.id: purchase_key})
    accrual_id = waiting.drop(old.id) or old.id
    taken = keeping.opened_by([accrual_id]).get(accrual_id)
    _read(purse, [taken.id] if taken else [])
    if taken is not None:
        purse.take_back(taken.id, taken.amount, new.id, Kind.UNDONE)


def _accrual(purse: Purse, old: Decision, new: Decision) -> None:
    """Take back what was accrued: the ledger posts one hold but once, so nothing comes instead."""
    taken = keeping.opened_by([old.id]).get(old.id)
    _read(purse, [taken.id] if taken else [])
    if taken is not None:
        purse.take_back(taken.id, taken.amount, new.id, Kind.UNDONE)


def _clawback(purse: Purse, old: Decision, new: Decision) -> None:
    lot = lots_of_refunds([root(new).key]).get(root(new).key)
    done = keeping.moves_of(old.id)
    _read(purse, [one.lot_id for one in done if one.lot_id] + ([lot.id] if lot else []))
    purse.undo(done, new.id)
    if amount := _amount(new):
        purse.take_back(lot.id if lot else None, amount, new.id)


def _redeem(purse: Purse, old: Decision, new: Decision) -> None:
    done = keeping.moves_of(old.id)
    _read(purse, [one.lot_id for one in done if one.lot_id])
    purse.undo(done, new.id)
    if amount := _amount(new):
        there = min(amount, purse.usable(day_of(new.decided_at)))
        purse.spend(there, new.id, day_of(new.decided_at))
        purse.take_back(None, amount - there, new.id, Kind.SPENT)


def _restore(purse: Purse, old: Decision, new: Decision) -> None:
    refund = RedemptionRefund.objects.get(decision_id=root(new).id)
    done = keeping.moves_of(old.id)
    paid = Redemption.objects.get(reference=refund.redemption_id)
    uses = keeping.uses_of(decided.current(paid.decision_id).id)
    returned = give_back(uses, 0, min(_amount(new), sum(one.amount for one in uses)))
    _read(purse, [one.lot_id for one in done if one.lot_id] + [one.lot_id for one in returned])
    purse.undo(done, new.id)
    purse.restore(returned, new.id)


def _expiry(purse: Purse, old: Decision, new: Decision) -> None:
    done = keeping.moves_of(old.id)
    lot_id = int(new.context["lot"])
    _read(purse, [lot_id])
    purse.undo(done, new.id)
    if amount := _amount(new):
        purse.expire(lot_id, new.id, amount)
    else:  # a member of staff said that it does not expire
        Lot.objects.filter(id=lot_id).update(last_day=None)


def root(decision: Decision) -> Decision:
    """Return the first Decision of a chain of overrides: its key names the event."""
    while decision.overrides is not None:
        decision = decided.decision(decision.overrides)
    return decision


def _amount(decision: Decision) -> int:
    outcome = decision.outcome
    if decision.status is not Status.DECIDED or outcome is None or outcome.get("hold"):
        return 0
    return int(outcome["amount"] or 0)


def _read(purse: Purse, lot_ids: list[int]) -> None:
    keeping.read({purse.account_id: purse}, lot_ids)


DOERS: dict[str, Callable[[Purse, Decision, Decision], None]] = {
    **dict.fromkeys(FUNDERS, _earning),
    "clawback": _clawback,
    "redeem": _redeem,
    "restore": _restore,
    "expiry": _expiry,
    "accrual": _accrual,
}
