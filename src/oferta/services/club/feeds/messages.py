"""Card messages to payments and back to answers: pure, and for any bytes at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import iso8583

from oferta.services.club.feeds import spec
from oferta.services.club.paying import Paid, Taken

#: A message is sent at most so far ahead of our clock; else it was sent the year before.
AHEAD_MAX = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that was understood."""

    fields: Mapping[str, str]
    #: None: it asks nothing of the club, as an echo.
    paid: Paid | None = None
    #: The terminal's code, for the directory; "" without a payment.
    terminal: str = ""


@dataclass(frozen=True, slots=True)
class Bad:
    """Bytes that are no message, or a message that says what cannot be."""

    #: What could be read of it.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: For the log; it repeats nothing of the message, for that may hold a card's number.
    why: str = ""
    code: str = spec.FORMAT_ERROR


class _Wrong(Exception):
    def __init__(self, why: str, code: str = spec.FORMAT_ERROR) -> None:
        super().__init__(why)
        self.code = code


def read(frame: bytes, *, now: datetime) -> Asked | Bad:
    """Read a message; whatever the bytes are, the answer is one of the two.

    Args:
        frame: without its length.
        now: tells the year, which a message leaves out.
    """
    fields: dict[str, str] = {}
    try:
        fields = decoded(frame)
        return _asked(fields, now)
    except _Wrong as wrong:
        return Bad(fields, str(wrong), wrong.code)


def answer(fields: Mapping[str, str], code: str) -> bytes:
    """Return the answer to a message, or to what could be read of one.

    Args:
        fields: of the message.
        code: a response code of `spec`.
    """
    said = {name: fields[name] for name in spec.ECHOED if name in fields}
    said["t"] = spec.ANSWERED_BY.get(fields.get("t", ""), "0810")
    said[spec.ANSWER] = code
    encoded, _ = iso8583.encode(said, spec.SPEC)
    return bytes(encoded)


def code_of(taken: Taken) -> str:
    """Return the response code of what became of a payment."""
    if taken.error is None:
        return spec.ACCEPTED
    return {
        "club.not_a_member": spec.NO_SUCH_CARD,
        "club.payment_reused": spec.SENT_OTHERWISE,
        "decisions.key_reused": spec.SENT_OTHERWISE,
    }.get(taken.error.code, spec.INVALID)


def masked(pan: str) -> str:
    """Return a card's number as it may be kept: the first six and the last four digits."""
    return f"{pan[:6]}******{pan[-4:]}"


def decoded(frame: bytes) -> dict[str, str]:
    """Return the fields of a message."""
    try:
        fields, _ = iso8583.decode(frame, spec.SPEC)
    except iso8583.DecodeError as error:
        raise _Wrong(f"field {error.field}: cannot be read") from None
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise _Wrong(f"cannot be read: {type(error).__name__}") from None
    return dict(fields)


def _asked(fields: dict[str, str], now: datetime) -> Asked:
    kind = fields["t"]
    if kind not in spec.ANSWERED_BY:
        raise _Wrong("message type is not known")
    for name in spec.NEEDED[kind]:
        if not fields.get(name, "").strip():
            raise _Wrong(f"field {name} is missing")
    sent_at = _moment(fields[spec.SENT], now)
    if kind in spec.NETWORK_MANAGEMENT:
        return Asked(fields)
    if fields[spec.CURRENCY] != spec.TENGE:
        raise _Wrong("currency is not the club's", spec.INVALID)
    return Asked(fields, _paid(fields, sent_at, now), _said(fields, spec.TERMINAL))


def _paid(fields: dict[str, str], sent_at: datetime, now: datetime) -> Paid:
    pan, amount = fields[spec.PAN], _number(fields, spec.AMOUNT)
    if not (pan.isascii() and pan.isdigit() and 12 <= len(pan) <= 19):  # noqa: PLR2004 - ISO 7812
        raise _Wrong("field 2 is no card")
    if amount == 0:
        raise _Wrong("field 4 is nothing", spec.BAD_AMOUNT)
    told: dict[str, Any] = {
        "card": masked(pan),
        "paid_at": sent_at,
        "merchant": _said(fields, spec.MERCHANT)[:25].strip().lower() or "unnamed",
    }
    own = _identity(fields, fields[spec.STAN], sent_at)
    if fields["t"] in spec.REVERSAL:
        original = fields[spec.ORIGINAL]
        if not (original.isascii() and original.isdigit()):
            raise _Wrong("field 90 is not as it should be")
        of = _identity(fields, original[4:10], _moment(original[10:20], now))
        return Paid(id=f"{of}/reversed", amount=-amount, refund_of=of, **told)
    kind = fields[spec.PROCESSING][:2]
    if kind == spec.REFUND:
        return Paid(id=own, amount=-amount, **told)
    if kind not in spec.CATEGORIES:
        raise _Wrong("processing code is not known", spec.INVALID)
    return Paid(id=own, amount=amount, facts=_facts(fields, kind), **told)


def _facts(fields: dict[str, str], kind: str) -> dict[str, object]:
    method, channel = spec.ENTRIES.get(fields.get(spec.ENTRY_MODE, "")[:2], ("other", "pos"))
    wallet = spec.WALLETS.get(_said(fields, spec.WALLET)[:2])
    mcc = fields.get(spec.MCC)
    if mcc is not None and not (mcc.isascii() and mcc.isdigit()):
        raise _Wrong("field 18 is no number")
    return {
        "terminal_owner": "other",
        "method": wallet or method,
        "channel": channel,
        "abroad": fields.get(spec.COUNTRY, spec.KAZAKHSTAN) != spec.KAZAKHSTAN,
        "mcc": None if mcc is None else int(mcc),
        "category": spec.CATEGORIES[kind],
        "card_kind": "debit",
        "special_account": "none",
        "instalment": False,
        "bonuses_paid": "0 KZT",
        "oked_listed": False,
        "partner_rate": None,
    }


def _identity(fields: dict[str, str], stan: str, sent_at: datetime) -> str:
    """Return the payment's name: the same however often, and as whichever kind, it is sent."""
    parts = (
        "iso",
        _said(fields, spec.ACQUIRER),
        _said(fields, spec.TERMINAL),
        f"{sent_at:%Y%m%d%H%M%S}",
        stan,
        _said(fields, spec.RRN),
    )
    return "/".join(parts)


def _moment(text: str, now: datetime) -> datetime:
    """Return the moment (UTC) that MMDDhhmmss means: the latest that is not ahead of our clock."""
    if not (text.isascii() and text.isdigit()):
        raise _Wrong("a moment is no number")
    today = now.astimezone(UTC)
    for year in (today.year + 1, today.year, today.year - 1, *range(today.year - 4, today.year)):
        try:
            found = datetime.strptime(f"{year}{text}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue
        if found <= today + AHEAD_MAX:
            return found
    raise _Wrong("a moment that never was")


def _number(fields: dict[str, str], name: str) -> int:
    text = fields[name]
    if not (text.isascii() and text.isdigit()):
        raise _Wrong(f"field {name} is no number")
    return int(text)


def _said(fields: dict[str, str], name: str) -> str:
    return fields.get(name, "").strip()
