"""A member's lots while they are locked: what is done to them, then written at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from oferta.services.club import lots
from oferta.services.club.lots import Lot, Use


class Kind(StrEnum):
    """Why a lot, or what a member owes, changed."""

    SPENT = "spent"
    RESTORED = "restored"
    CLAWED_BACK = "clawed_back"
    #: A later bonus filled what was owed.
    REPAID = "repaid"
    EXPIRED = "expired"
    #: An overriding Decision took back what the old one did.
    UNDONE = "undone"


class Move(NamedTuple):
    """A change of a lot (or, without one, of what is owed), in minor units."""

    lot_id: int | None
    decision_id: UUID
    kind: Kind
    amount: int


@dataclass(slots=True)
class Purse:
    """One member's lots and debt, under lock; `moves` are still to be written."""

    account_id: int
    #: Minor units: taken back though it was spent.
    owed: int
    lots: dict[int, Lot]
    #: What each lot gave toward the debt and did not get back, in the order of repayment.
    repaid: list[Use] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    #: Nothing is filled from the lots until `release`: what is owed may be given in a moment.
    held: bool = False

    def release(self, lot_ids: Iterable[int], decision_id: UUID) -> None:
        """Fill what is owed from these lots before any other, as the last step of several."""
        self.held = False
        for lot_id in lot_ids:
            lot = self.lots.get(lot_id)
            part = min(lot.left, self.owed) if lot else 0
            if part > 0:
                self._fill([Use(lot_id, part)], decision_id)
        self.settle(decision_id)

    def usable(self, on: date) -> int:
        """Return what may be spent on a day."""
        return lots.usable(self.lots.values(), self.owed, on)

    def spend(self, amount: int, decision_id: UUID, on: date) -> None:
        """Use lots in order; what is owed is filled first.

        Args:
            amount: at most `usable(on)`.
        """
        self.settle(decision_id)
        fresh = [one for one in self.lots.values() if one.last_day is None or one.last_day >= on]
        uses, missing = lots.spend(fresh, amount)
        if missing:
            message = f"spending {missing} more than there is"
            raise ValueError(message)
        self._take(uses, decision_id, Kind.SPENT)

    def restore(self, uses: Iterable[Use], decision_id: UUID, kind: Kind = Kind.RESTORED) -> None:
        """Give back to lots what they gave; what is owed is filled from it."""
        for use in uses:
            self._change(use.lot_id, use.amount, decision_id, kind)
        self.settle(decision_id)

    def take_back(
        self, lot_id: int | None, amount: int, decision_id: UUID, kind: Kind = Kind.CLAWED_BACK
    ) -> None:
        """Take back from a lot; what it has no more is owed, and other lots fill it at once."""
        lot = self.lots.get(lot_id) if lot_id is not None else None
        there = min(lot.left, amount) if lot else 0
        if lot is not None and there:
            self._change(lot.id, -there, decision_id, kind)
        if amount > there:
            self._owe(amount - there, decision_id, kind)
        self.settle(decision_id)

    def expire(self, lot_id: int, decision_id: UUID, amount: int) -> None:
        """Take what is left of a lot that is past its last day."""
        self._change(lot_id, -amount, decision_id, Kind.EXPIRED)

    def undo(self, done: Iterable[Move], decision_id: UUID) -> None:
        """Do the opposite of what an overridden Decision did."""
        for move in done:
            if move.lot_id is None:
                self._owe(-move.amount, decision_id, Kind.UNDONE)
            else:
                self._change(move.lot_id, -move.amount, decision_id, Kind.UNDONE)
        self.settle(decision_id)

    def settle(self, decision_id: UUID) -> None:
        """Fill what is owed from the lots; give back to them what was filled too much."""
        if self.owed > 0 and not self.held:
            uses, _ = lots.spend(self.lots.values(), self.owed)
            self._fill(uses, decision_id)
        elif self.owed < 0:
            uses = lots.give_back(self.repaid, 0, -self.owed)
            for use in uses:
                self._change(use.lot_id, use.amount, decision_id, Kind.REPAID)
            returned = sum(one.amount for one in uses)
            self.repaid = _first(self.repaid, sum(one.amount for one in self.repaid) - returned)
            self._owe(returned, decision_id, Kind.REPAID)

    def _fill(self, uses: list[Use], decision_id: UUID) -> None:
        self.repaid += uses
        self._take(uses, decision_id, Kind.REPAID)
        self._owe(-sum(one.amount for one in uses), decision_id, Kind.REPAID)

    def _take(self, uses: Iterable[Use], decision_id: UUID, kind: Kind) -> None:
        for use in uses:
            self._change(use.lot_id, -use.amount, decision_id, kind)

    def _change(self, lot_id: int, amount: int, decision_id: UUID, kind: Kind) -> None:
        self.moves.append(Move(lot_id, decision_id, kind, amount))
        lot = self.lots[lot_id]
        self.lots[lot_id] = lot._replace(left=lot.left + amount)

    def _owe(self, amount: int, decision_id: UUID, kind: Kind) -> None:
        if amount:
            self.moves.append(Move(None, decision_id, kind, amount))
            self.owed += amount


def _first(uses: Iterable[Use], amount: int) -> list[Use]:
    """Return the uses, in order, that make up the first `amount`."""
    kept = []
    for use in uses:
        part = min(use.amount, amount)
        if part > 0:
            kept.append(Use(use.lot_id, part))
            amount -= part
    return kept
