"""What a request says: whether it can be meant at all, and whether it says the same as before."""

from __future__ import annotations

from oferta.core.ledger.types import CODE_MAX, TOTAL_MAX, BookedTransfer, Kind, ResultCode, Transfer

_SINGLE, _PENDING, _POST, _VOID = Kind


def wrong_by_itself(transfer: Transfer) -> ResultCode | None:
    """Return what is wrong with a transfer whatever the book holds."""
    if is_malformed(transfer):
        return ResultCode.MALFORMED
    amount = transfer.amount
    if amount is not None and amount <= 0:
        return ResultCode.AMOUNT_NOT_POSITIVE
    if amount is not None and amount > TOTAL_MAX:
        return ResultCode.AMOUNT_TOO_LARGE
    if transfer.debit == transfer.credit and transfer.debit:
        return ResultCode.SAME_ACCOUNT
    return None


def is_malformed(transfer: Transfer) -> bool:
    """Tell whether a field is missing, out of range or foreign to the transfer's kind."""
    if transfer.event_at.tzinfo is None or not 0 <= transfer.code <= CODE_MAX:
        return True
    if transfer.amount is not None and type(transfer.amount) is not int:
        return True
    if transfer.kind >= _POST:
        foreign = transfer.expires_at is not None or transfer.reverses is not None
        return foreign or transfer.pending_id is None
    return transfer.pending_id is not None or _malformed_movement(transfer)


def same_content(transfer: Transfer, booked: BookedTransfer) -> bool:
    """Tell whether `transfer` asks for what was booked under its id."""
    if (
        transfer.kind,
        transfer.decision_id,
        transfer.event_at,
        transfer.code,
        transfer.pending_id,
        transfer.reverses,
        transfer.expires_at,
    ) != (
        booked.kind,
        booked.decision_id,
        booked.event_at,
        booked.code,
        booked.pending_id,
        booked.reverses,
        booked.expires_at,
    ):
        return False
    whole = booked.amount if booked.held is None else booked.held
    amount = whole if booked.kind == _VOID else booked.amount
    return (
        transfer.debit in (0, booked.debit)
        and transfer.credit in (0, booked.credit)
        and (whole if transfer.amount is None else transfer.amount) == amount
    )


def _malformed_movement(transfer: Transfer) -> bool:
    if transfer.reverses is not None:
        return transfer.kind != _SINGLE or transfer.expires_at is not None
    expires = transfer.expires_at
    if expires is not None and (transfer.kind != _PENDING or expires.tzinfo is None):
        return True
    return transfer.amount is None or not (transfer.debit and transfer.credit)
