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

    All of a member's together: what one of them takes back another may give again.

    Args:
        recounted: what they give is open already (`open_instead`).
    """
    by_member: dict[int, list[Recounted]] = {}
    for one in recounted:
        by_member.setdefault(int(one.new.context["member"]), []).append(one)
    purses = keeping.lock(by_member)
    for account_id, own in by_member.items():
        replace(purses[account_id], own)
    keeping.write(purses.values())


def replace(purse: Purse, recounted: Sequence[Recounted]) -> None:
    """Undo in one member's lots what the old Decisions did, then do what the new ones say.

    First everything is undone, so that no lot lacks for a moment what another Decision gives back
    to it; claw-backs before what they were taken from. Only what is owed at the end is filled, from
    the lots that were opened instead before any other.

    Args:
        purse: locked; the caller writes it.
        recounted: of Decisions that move lots; what they give is open already (`open_instead`).
    """
    purse.held = True
    for old, new in sorted(recounted, key=lambda one: one.new.question in FUNDERS):
        UNDO[new.question](purse, old, new)
    opened = []
    for old, new in recounted:
        if (lot_id := DO[new.question](purse, old, new)) is not None:
            opened.append(lot_id)
    purse.release(opened, recounted[-1].new.id)


def open_instead(recounted: Sequence[Recounted]) -> None:
    """Open what the new Decisions give, and let what the old ones gave wait no more.

    Once for each, before `follow`: between the two their refunds are made again.
    """
    for old, new in recounted:
        if new.question in FUNDERS:
            purchase_key = root(new).key.removeprefix(PAYMENT_PREFIX)
            keeping.open_lots([new], purchase_keys={new.id: purchase_key})
            waiting.drop(old.id)


def _undo_earning(purse: Purse, old: Decision, new: Decision) -> None:
    accrual_id = waiting.drop(old.id) or old.id
    _close(purse, keeping.opened_by([accrual_id]).get(accrual_id), new)


def _do_earning(purse: Purse, _old: Decision, new: Decision) -> int | None:
    lot = keeping.opened_by([new.id]).get(new.id)
    _read(purse, [lot.id] if lot else [])
    return lot.id if lot else None


def _undo_accrual(purse: Purse, old: Decision, new: Decision) -> None:
    _close(purse, keeping.opened_by([old.id]).get(old.id), new)


def _do_nothing(_purse: Purse, _old: Decision, _new: Decision) -> None:
    """Do nothing: the ledger posts one hold but once, so nothing comes instead of an accrual."""


def _close(purse: Purse, lot: Lot | None, new: Decision) -> None:
    if lot is not None:
        _read(purse, [lot.id])
        purse.take_back(lot.id, lot.amount, new.id, Kind.UNDONE)


def _undo(purse: Purse, old: Decision, new: Decision) -> None:
    done = keeping.moves_of(old.id)
    _read(purse, [one.lot_id for one in done if one.lot_id])
    purse.undo(done, new.id)


def _clawback(purse: Purse, _old: Decision, new: Decision) -> None:
    lot = lots_of_refunds([root(new).key]).get(root(new).key)
    _read(purse, [lot.id] if lot else [])
    if amount := _amount(new):
        purse.take_back(lot.id if lot else None, amount, new.id)


def _redeem(purse: Purse, _old: Decision, new: Decision) -> None:
    if amount := _amount(new):
        there = min(amount, purse.usable(day_of(new.decided_at)))
        purse.spend(there, new.id, day_of(new.decided_at))
        purse.take_back(None, amount - there, new.id, Kind.SPENT)


def _restore(purse: Purse, _old: Decision, new: Decision) -> None:
    refund = RedemptionRefund.objects.get(decision_id=root(new).id)
    paid = Redemption.objects.get(reference=refund.redemption_id)
    uses = keeping.uses_of(decided.current(paid.decision_id).id)
    returned = give_back(uses, 0, min(_amount(new), sum(one.amount for one in uses)))
    _read(purse, [one.lot_id for one in returned])
    purse.restore(returned, new.id)


def _expiry(purse: Purse, _old: Decision, new: Decision) -> None:
    lot_id = int(new.context["lot"])
    _read(purse, [lot_id])
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


UNDO: dict[str, Callable[[Purse, Decision, Decision], None]] = {
    **dict.fromkeys(FUNDERS, _undo_earning),
    **dict.fromkeys(("clawback", "redeem", "restore", "expiry"), _undo),
    "accrual": _undo_accrual,
}
#: Each returns the lot that it opened, if any.
DO: dict[str, Callable[[Purse, Decision, Decision], int | None]] = {
    **dict.fromkeys(FUNDERS, _do_earning),
    "clawback": _clawback,
    "redeem": _redeem,
    "restore": _restore,
    "expiry": _expiry,
    "accrual": _do_nothing,
}
