"""Evaluation of transfers strictly in order, on a copy of what they touch. No database, no clock.

Every test of a transfer comes before its first effect, so only a linked chain needs undoing, and
that is done row by row: `_undo` is the inverse of booking.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oferta.core.ledger.types import (
    TOTAL_MAX,
    BookedTransfer,
    Hold,
    Kind,
    Limit,
    Result,
    ResultCode,
    Transfer,
)
from oferta.core.ledger.wording import same_content, wrong_by_itself

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

_SINGLE, _PENDING, _POST, _VOID = Kind
_OK = ResultCode.OK
_DEBITS, _CREDITS = Limit.DEBITS, Limit.CREDITS


@dataclass(slots=True)
class AccountState:
    """The part of an account that decides; totals in minor units."""

    unit: str
    limit: int
    floor: int
    closed: bool
    debits_posted: int = 0
    credits_posted: int = 0
    debits_pending: int = 0
    credits_pending: int = 0
    #: Where the store found it; evaluation does not look.
    place: str = ""


@dataclass(slots=True)
class Book:
    """What a request touches, read under lock, and what it adds.

    Complete for the ids that the request names: what is not here does not exist.
    """

    now: datetime
    accounts: dict[int, AccountState] = field(default_factory=dict)
    #: Transfers in the journal, those to be reversed included.
    known: dict[UUID, BookedTransfer] = field(default_factory=dict)
    #: Ids refused before, with the code and the content's fingerprint.
    refused: dict[UUID, tuple[ResultCode, bytes]] = field(default_factory=dict)
    #: Pending transfers, resolved ones of this request included.
    holds: dict[UUID, Hold] = field(default_factory=dict)
    #: How pending transfers were resolved: post or void.
    resolved: dict[UUID, int] = field(default_factory=dict)
    #: Transfers that have been reversed.
    reversed: set[UUID] = field(default_factory=set)
    #: What this request adds to the journal, in order.
    rows: list[BookedTransfer] = field(default_factory=list)
    new_refusals: dict[UUID, tuple[ResultCode, bytes]] = field(default_factory=dict)
    #: Numbers for the rows, at least as many; evaluation does not look.
    numbers: Iterable[int] = ()


def evaluate(book: Book, transfers: Sequence[Transfer]) -> list[Result]:
    """Answer each transfer in order and leave in `book` what must be written.

    A chain (transfers with `linked`, and the one after them) is booked whole or not at all. A
    chain that is booked already answers `EXISTS` for each of its transfers.
    """
    results: list[Result] = []
    place, count = 0, len(transfers)
    while place < count:
        transfer = transfers[place]
        if not transfer.linked:
            results.append(_answer(book, transfer))
            place += 1
            continue
        end = place
        while end < count and transfers[end].linked:
            end += 1
        chain = transfers[place : end + 1]
        if end == count:
            results += [Result(one.id, ResultCode.CHAIN_OPEN) for one in chain]
        else:
            results += _answer_chain(book, chain)
        place = end + 1
    return results


def fingerprint(transfer: Transfer) -> bytes:
    """Return 16 bytes that tell this content from another under the same id."""
    expires = transfer.expires_at.timestamp() if transfer.expires_at is not None else None
    numbers = (transfer.kind + 0, transfer.debit, transfer.credit, transfer.amount, transfer.code)
    said = (
        *numbers,
        transfer.event_at.timestamp(),
        expires,
        str(transfer.decision_id),
        str(transfer.pending_id),
        str(transfer.reverses),
    )
    return hashlib.blake2b(repr(said).encode(), digest_size=16).digest()


def _answer_chain(book: Book, chain: Sequence[Transfer]) -> list[Result]:
    settled = [_settled(book, one) for one in chain]
    if all(one.id in book.known for one in chain):
        return [result for result in settled if result is not None]
    for failed, known in enumerate(settled):
        if known is not None:  # found before any is tried, so a retry names the same culprit
            return _broken(chain, failed, known)
    mark = len(book.rows)
    results: list[Result] = []
    for failed, one in enumerate(chain):
        result = _answer(book, one)
        if result.code is not _OK:
            while len(book.rows) > mark:
                _undo(book, book.rows.pop())
            return _broken(chain, failed, result)
        results.append(result)
    return results


def _broken(chain: Sequence[Transfer], failed: int, culprit: Result) -> list[Result]:
    return [
        culprit if place == failed else Result(one.id, ResultCode.LINKED_FAILED)
        for place, one in enumerate(chain)
    ]


def _answer(book: Book, transfer: Transfer) -> Result:
    settled = _settled(book, transfer)
    if settled is not None:
        return settled
    row = _resolution(book, transfer) if transfer.kind >= _POST else _movement(book, transfer)
    if isinstance(row, ResultCode):
        book.refused[transfer.id] = refusal = (row, fingerprint(transfer))
        book.new_refusals[transfer.id] = refusal
        return Result(transfer.id, row)
    book.rows.append(row)
    book.known[row.id] = row
    return Result(row.id, _OK, row.debit_balance, row.credit_balance)


def _settled(book: Book, transfer: Transfer) -> Result | None:
    """Return the answer that the request itself or its past gives, whatever the balances."""
    wrong = wrong_by_itself(transfer)
    if wrong is not None:
        return Result(transfer.id, wrong)
    booked = book.known.get(transfer.id)
    if booked is not None:
        if not same_content(transfer, booked):
            return Result(transfer.id, ResultCode.DIFFERS)
        balances = booked.debit_balance, booked.credit_balance
        return Result(transfer.id, ResultCode.EXISTS, *balances)
    if book.refused and transfer.id in book.refused:
        code, print_ = book.refused[transfer.id]
        same = print_ == fingerprint(transfer)
        return Result(transfer.id, code if same else ResultCode.DIFFERS)
    return None


def _movement(book: Book, transfer: Transfer) -> BookedTransfer | ResultCode:
    """Book a single or a pending transfer, or say why not."""
    debit_id, credit_id, amount = transfer.debit, transfer.credit, transfer.amount
    if transfer.reverses is not None:
        original = _reversible(book, transfer, transfer.reverses)
        if isinstance(original, ResultCode):
            return original
        debit_id, credit_id, amount = original.credit, original.debit, original.amount
    debit, credit = book.accounts.get(debit_id), book.accounts.get(credit_id)
    if debit is None or credit is None or amount is None:
        return ResultCode.ACCOUNT_NOT_FOUND
    refused = _forbidden(debit, credit, amount)
    if refused is not None:
        return refused
    if transfer.kind == _SINGLE:
        debit.debits_posted += amount
        credit.credits_posted += amount
        if transfer.reverses is not None:
            book.reversed.add(transfer.reverses)
    else:
        debit.debits_pending += amount
        credit.credits_pending += amount
        book.holds[transfer.id] = Hold(
            transfer.id, debit_id, credit_id, amount, transfer.expires_at, transfer.decision_id
        )
    return BookedTransfer(
        transfer.id,
        transfer.kind,
        debit_id,
        credit_id,
        amount,
        None,
        None,
        transfer.reverses,
        transfer.code,
        transfer.event_at,
        transfer.decision_id,
        transfer.expires_at,
        debit.credits_posted - debit.debits_posted,
        credit.credits_posted - credit.debits_posted,
    )


def _forbidden(debit: AccountState, credit: AccountState, amount: int) -> ResultCode | None:
    if debit.unit != credit.unit:
        return ResultCode.UNIT_MISMATCH
    if debit.closed or credit.closed:
        return ResultCode.ACCOUNT_CLOSED
    debits = debit.debits_posted + debit.debits_pending + amount
    credited = credit.credits_posted + credit.credits_pending + amount
    if debits > TOTAL_MAX or credited > TOTAL_MAX:
        return ResultCode.TOTAL_TOO_LARGE
    if debit.limit == _DEBITS and debits > debit.credits_posted - debit.floor:
        return ResultCode.DEBITS_EXCEED_CREDITS
    if credit.limit == _CREDITS and credited > credit.debits_posted - credit.floor:
        return ResultCode.CREDITS_EXCEED_DEBITS
    return None


def _reversible(book: Book, transfer: Transfer, reverses: UUID) -> BookedTransfer | ResultCode:
    original = book.known.get(reverses)
    if original is None or original.kind not in (_SINGLE, _POST):
        return ResultCode.REVERSED_NOT_FOUND
    if (
        transfer.debit not in (0, original.credit)
        or transfer.credit not in (0, original.debit)
        or transfer.amount not in (None, original.amount)
    ):
        return ResultCode.REVERSAL_DIFFERS
    return ResultCode.ALREADY_REVERSED if reverses in book.reversed else original


def _resolution(book: Book, transfer: Transfer) -> BookedTransfer | ResultCode:
    """Post or void a hold, or say why not."""
    pending_id = transfer.pending_id
    before = book.resolved.get(pending_id) if pending_id is not None else None
    if before is not None:
        return ResultCode.HOLD_POSTED if before == _POST else ResultCode.HOLD_VOIDED
    hold = book.holds.get(pending_id) if pending_id is not None else None
    if hold is None:
        return ResultCode.HOLD_NOT_FOUND
    refused = _unresolvable(book.now, transfer, hold)
    if refused is not None:
        return refused
    moved = 0
    if transfer.kind == _POST:
        moved = hold.amount if transfer.amount is None else transfer.amount
    debit, credit = book.accounts[hold.debit], book.accounts[hold.credit]
    _shift(debit, credit, posted=moved, pending=-hold.amount)
    book.resolved[hold.id] = transfer.kind
    return BookedTransfer(
        transfer.id,
        transfer.kind,
        hold.debit,
        hold.credit,
        moved,
        hold.amount,
        hold.id,
        None,
        transfer.code,
        transfer.event_at,
        transfer.decision_id,
        None,
        debit.credits_posted - debit.debits_posted,
        credit.credits_posted - credit.debits_posted,
    )


def _unresolvable(now: datetime, transfer: Transfer, hold: Hold) -> ResultCode | None:
    posts = transfer.kind == _POST
    if posts and hold.expires_at is not None and hold.expires_at <= now:
        return ResultCode.HOLD_EXPIRED
    if transfer.debit not in (0, hold.debit) or transfer.credit not in (0, hold.credit):
        return ResultCode.HOLD_DIFFERS
    if posts:
        over = transfer.amount is not None and transfer.amount > hold.amount
        return ResultCode.OVER_HOLD if over else None
    return None if transfer.amount in (None, hold.amount) else ResultCode.HOLD_DIFFERS


def _shift(debit: AccountState, credit: AccountState, *, posted: int, pending: int) -> None:
    debit.debits_posted += posted
    credit.credits_posted += posted
    debit.debits_pending += pending
    credit.credits_pending += pending


def _undo(book: Book, row: BookedTransfer) -> None:
    del book.known[row.id]
    debit, credit = book.accounts[row.debit], book.accounts[row.credit]
    if row.kind == _SINGLE:
        _shift(debit, credit, posted=-row.amount, pending=0)
        if row.reverses is not None:
            book.reversed.discard(row.reverses)
    elif row.kind == _PENDING:
        _shift(debit, credit, posted=0, pending=-row.amount)
        del book.holds[row.id]
    else:
        _shift(debit, credit, posted=-row.amount, pending=row.held or 0)
        if row.pending_id is not None:
            del book.resolved[row.pending_id]
