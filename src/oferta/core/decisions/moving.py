"""Movements to the ledger's transfers: the only place where money is moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oferta.core.decisions.types import Decision, Movement
from oferta.core.ledger import actions as ledger
from oferta.core.ledger import queries as book
from oferta.core.ledger.types import BookedTransfer, Kind, Result, ResultCode, Transfer
from oferta.kernel.ids import uuid7

_KINDS: Mapping[str, Kind] = {kind.name.lower(): kind for kind in Kind}
#: Kinds that move money; a reversal takes back nothing else.
_MOVED = (Kind.SINGLE, Kind.POST)


@dataclass(slots=True, eq=False)
class Group:
    """Transfers that move together or not at all, and what the ledger said: "" or its code."""

    transfers: list[Transfer]
    #: Never set of an empty group: nothing was asked of the ledger.
    refusal: str = ""

    def ids_of(self, decision_id: UUID) -> tuple[UUID, ...]:
        """Return what it moved behind one Decision; nothing if it was refused."""
        if self.refusal:
            return ()
        if len(self.transfers) == 1:  # as nearly always
            (only,) = self.transfers
            return (only.id,) if only.decision_id == decision_id else ()
        return tuple(item.id for item in self.transfers if item.decision_id == decision_id)


def group(
    movements: Sequence[Movement], decision_ids: Mapping[str, UUID], event_at: datetime
) -> Group:
    """Turn one event's movements into linked transfers, each naming its question's Decision."""
    last = len(movements) - 1
    return Group(
        [
            Transfer(
                uuid7(),
                decision_ids[question],
                event_at,
                debit,
                credit,
                amount,
                _KINDS[kind],
                pending_id,
                place < last,
                code,
                expires_at,
            )
            for place, (question, debit, credit, amount, code, kind, pending_id, expires_at)
            in enumerate(movements)
        ]
    )  # fmt: skip


def post(groups: Iterable[Group], *, now: datetime) -> None:
    """Post all groups in order and note on each what the ledger refused."""
    wanted = [item for item in groups if item.transfers]
    if not wanted:
        return
    results = ledger.post([transfer for item in wanted for transfer in item.transfers], now=now)
    place = 0
    for item in wanted:
        own = results[place : place + len(item.transfers)]
        place += len(item.transfers)
        item.refusal = _refusal(own)


def moved_by(decision: Decision) -> list[BookedTransfer]:
    """Return the transfers that a Decision made for itself, not those that took back another's.

    What a later Decision posted of a hold of its own stands beside the hold: it moves by both.
    """
    if not decision.transfer_ids:
        return []
    booked = book.transfers(decision.transfer_ids)
    own = [booked[id_] for id_ in decision.transfer_ids if booked[id_].reverses is None]
    pending = [item.id for item in own if item.kind == Kind.PENDING]
    return own + (list(book.posted(pending).values()) if pending else [])


def as_movements(booked: Iterable[BookedTransfer], question: str) -> list[Movement]:
    """Return the transfers that moved money as movements."""
    return [
        Movement(
            question=question,
            debit=item.debit,
            credit=item.credit,
            amount=item.amount,
            code=item.code,
        )
        for item in booked
        if item.kind in _MOVED
    ]


def replace_transfers(
    booked: Sequence[BookedTransfer],
    movements: Sequence[Movement],
    new: Decision,
    *,
    now: datetime,
) -> Group:
    """Take back what an old Decision moved and move what the new one asks for, linked.

    Both count as of the event. Which goes first can matter to an account that may not be
    overdrawn, so each order is tried: the new first, the old first, and piece by piece. By the
    last one more is paid to who has spent the old, from what is just enough.

    Returns:
        What was moved, or with a `refusal`, what could not be.
    """
    tried = Group([])
    for order in (_new_first, _old_first, _piecemeal):
        chain = order(booked, movements, new)
        linked = [item._replace(linked=True) for item in chain[:-1]]
        tried = Group(linked + [item._replace(linked=False) for item in chain[-1:]])
        post([tried], now=now)
        if not tried.refusal:
            break
    return tried


def _made(movements: Sequence[Movement], new: Decision) -> list[Transfer]:
    return group(movements, {new.question: new.id}, new.event_at).transfers


def _new_first(
    booked: Sequence[BookedTransfer], movements: Sequence[Movement], new: Decision
) -> list[Transfer]:
    return [*_made(movements, new), *_taken_back(booked, new)]


def _old_first(
    booked: Sequence[BookedTransfer], movements: Sequence[Movement], new: Decision
) -> list[Transfer]:
    return [*_taken_back(booked, new), *_made(movements, new)]


def _piecemeal(
    booked: Sequence[BookedTransfer], movements: Sequence[Movement], new: Decision
) -> list[Transfer]:
    """Move what the new adds first, then each old transfer back and at once what stays of it."""
    left = {item.id: item.amount for item in booked if item.kind in _MOVED}
    stays: dict[UUID | None, list[Movement]] = {}
    added = []
    for wanted in movements:
        amount = wanted.amount
        if amount is None or wanted.kind != "single":
            added.append(wanted)
            continue
        for item in booked:
            if (item.debit, item.credit) == (wanted.debit, wanted.credit):
                piece = min(amount, left.get(item.id, 0))
                if piece:
                    stays.setdefault(item.id, []).append(wanted._replace(amount=piece))
                    left[item.id] -= piece
                    amount -= piece
        if amount:
            added.append(wanted._replace(amount=amount))
    back = [
        piece
        for item in _taken_back(booked, new)
        for piece in (item, *_made(stays.get(item.reverses, ()), new))
    ]
    return [*_made(added, new), *back]


def _taken_back(booked: Sequence[BookedTransfer], new: Decision) -> list[Transfer]:
    """Return a reversal of each transfer that moved money and a void of each that still holds."""
    holding = book.open_holds([item.id for item in booked if item.kind == Kind.PENDING])
    back = [
        Transfer(
            id=uuid7(),
            decision_id=new.id,
            event_at=new.event_at,
            code=item.code,
            reverses=item.id,
        )
        for item in booked
        if item.kind in _MOVED
    ]
    return back + [
        Transfer(
            id=uuid7(),
            decision_id=new.id,
            event_at=new.event_at,
            kind=Kind.VOID,
            code=item.code,
            pending_id=item.id,
        )
        for item in booked
        if item.id in holding
    ]


def _refusal(results: Sequence[Result]) -> str:
    """Return the code of the transfer that broke the chain; "" if all stand in the book."""
    for result in results:
        if result.code is not ResultCode.OK and result.code is not ResultCode.LINKED_FAILED:
            return result.code.text
    return ""
