"""Papers about a request: the form, the receipt of its registration, the letters of the buyer.

They are set in the buyer's language from what is on file, so that nobody writes out what we know.
A letter is kept as it was first printed; the form and the receipt say what is on file now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from oferta.core.terms import shelf
from oferta.core.terms.types import Kind, Type
from oferta.core.terms.writing import show
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.kernel.ids import uuid7
from oferta.kernel.money import Money
from oferta.services.tickets.codes.sheet import Sheet
from oferta.services.tickets.kinds import LetterKind
from oferta.services.tickets.models import Application, Letter, Operator, Order, Refund
from oferta.services.tickets.refunding.errors import NoSuchLetter
from oferta.services.tickets.types import ApplicationState, RefundState

#: Days that a letter leaves to answer: those of the law for a consumer's demand.
ANSWER_DAYS = 10
_EPOCH = date(1970, 1, 1)
_PROOF_OFFERED = "offers_part"


class _Words:
    say: Callable[[str, Language | None], str] | None = None


def use_words(say: Callable[[str, Language | None], str]) -> None:
    """Say how the words of a key are found."""
    _Words.say = staticmethod(say)


def word(key: str, language: Language, **values: object) -> str:
    """Return the words of a paper."""
    if _Words.say is None:
        raise RuntimeError("letters.use_words was not called")
    return _Words.say(f"tickets.letter.{key}", language).format(**values)


def form(order: Order | None, language: Language, *, operator: Operator | None = None) -> Sheet:
    """Return the application form: blank, or filled with what we know of an order (TR-68, TR-69).

    Args:
        order: with its performance; None: blank.
        language: of its words.
        operator: to whom a blank one is addressed; None leaves a line for it.
    """
    seller = order.operator if order else operator
    said = _of_order(order, language) if order else _blank(language)
    reasons = _reasons(order.refund_pack if order else "ticket-refunds", language)
    return Sheet(
        title=word("form.title", language),
        to=_seller(seller) if seller else ("",),
        lines=(
            *said,
            (word("tickets", language), ""),
            (word("reason", language), ""),
            (word("details", language), ""),
        ),
        body=(
            word("form.reasons", language, reasons="; ".join(reasons)),
            word("form.documents", language),
            word("form.registered", language),
        ),
        signed=_signed(language),
    )


def receipt(row: Application, language: Language) -> Sheet:
    """Return that a request was registered: its number, its time, the day of its answer (TR-77).

    Args:
        row: with its order.
        language: of its words.
    """
    filed = row.filed_at.astimezone(_zone(row.order))
    return Sheet(
        title=word("receipt.title", language, number=row.number),
        lines=(
            (word("number", language), str(row.number)),
            (word("filed", language), f"{shown_day(filed.date(), language)}, {filed:%H:%M}"),
            *_of_order(row.order, language),
            (word("tickets", language), ", ".join(_places(row))),
            (word("reason", language), _reason(row, language)),
            (word("accepted", language), _money(row.accepted, row.order, language)),
            (word("answer_by", language), shown_day(row.answer_by, language)),
            (word("owner", language), row.order.operator.legal_name),
        ),
        body=(word("receipt.body", language),),
        foot=word("receipt.digest", language, digest=digest_of(row)),
    )


def due(row: Application, *, now: datetime) -> list[LetterKind]:
    """Return the letters that there is ground for, in the order in which they are sent.

    The complaint comes last: when money or an answer is late, or a demand stayed without an answer
    on its day (TR-140 to TR-142, TR-148).
    """
    day = zoned(now).date()
    refunds = list(row.refunds.all())
    late = is_late(row, refunds, day)
    found = []
    if row.state != ApplicationState.WITHDRAWN:
        found.append(LetterKind.ORGANISER)
    if late or row.state == ApplicationState.REFUSED:
        found.append(LetterKind.DEMAND)
    if row.organiser_answer == _PROOF_OFFERED or _kept(row, refunds):
        found.append(LetterKind.COSTS)
    asked = row.letters.filter(answer_by__lt=day)
    if late or asked.filter(kind__in=[LetterKind.DEMAND, LetterKind.COSTS]).exists():
        found.append(LetterKind.COMPLAINT)
    return found


def is_late(row: Application, refunds: Sequence[Refund], day: date) -> bool:
    """Say whether an answer or money should have been there before a day."""
    answer = row.closed_at is None and row.answer_by < day
    return answer or any(one.due_on < day and one.state != RefundState.PAID for one in refunds)


def write(row: Application, kind: LetterKind, *, language: Language, now: datetime) -> Letter:
    """Return a letter, kept as it was first printed.

    Args:
        row: with its order.
        kind: one that there is ground for.
        language: of its words.
        now: zoned; whoever gets it has ten days from then.

    Raises:
        NoSuchLetter: there is no ground for it yet.
    """
    known = row.letters.filter(kind=kind).first()
    if known is not None:
        return known
    if kind not in due(row, now=now):
        raise NoSuchLetter(letter=kind)
    # A large library that hardly a process needs: read when the first letter is printed.
    from oferta.services.tickets.codes import sheets  # noqa: PLC0415 - late on purpose

    answer_by = zoned(now).date() + timedelta(days=ANSWER_DAYS)
    content = sheets.pdf([letter(row, kind, language, answer_by)], language=language)
    made, _ = Letter.objects.get_or_create(
        application=row,
        kind=kind,
        defaults={
            "id": uuid7(),
            "language": language,
            "made_at": zoned(now),
            "answer_by": answer_by,
            "content": content,
            "digest": sha256(content).hexdigest(),
        },
    )
    return made


def letter(row: Application, kind: LetterKind, language: Language, answer_by: date) -> Sheet:
    """Return a letter of the buyer's about a request (TR-73, TR-74, TR-140, TR-141)."""
    organiser = row.order.performance.organiser
    to = {
        LetterKind.ORGANISER: (organiser.name, organiser.address),
        LetterKind.COSTS: (organiser.name, organiser.address),
        LetterKind.DEMAND: _seller(row.order.operator),
        LetterKind.COMPLAINT: (word("authority", language),),
    }[kind]
    values = {
        "number": row.number,
        "day": shown_day(answer_by, language),
        "filed": shown_day(row.filed_at, language),
        "owed": _money(_owed(row), row.order, language),
        "seller": row.order.operator.legal_name,
        "organiser": organiser.name,
    }
    return Sheet(
        title=word(f"{kind}.title", language),
        to=tuple(part for part in to if part),
        lines=(
            *_of_order(row.order, language),
            (word("number", language), str(row.number)),
            (word("filed", language), shown_day(row.filed_at, language)),
            (word("reason", language), _reason(row, language)),
            (word("tickets", language), ", ".join(_places(row))),
        ),
        body=tuple(word(f"{kind}.body{part}", language, **values) for part in ("", "_more")),
        signed=_signed(language),
    )


def digest_of(row: Application) -> str:
    """Return the SHA-256 of what was asked, that tells this request from any other."""
    said = f"{row.id} {row.number} {row.filed_at.isoformat()} {row.asked}"
    return sha256(said.encode()).hexdigest()


def shown_day(value: date | datetime, language: Language) -> str:
    """Return a day as a language writes it."""
    day = value.date() if isinstance(value, datetime) else value
    return show((day - _EPOCH).days, Type(Kind.DATE), language)


def shown_money(amount: Money, language: Language) -> str:
    """Return an amount as a language writes it."""
    return show(amount.minor, Type(Kind.MONEY, unit=amount.unit), language)


def said_by(titles: Mapping[str, str], language: Language) -> str:
    """Return a performance's title in a language, or in one that it has."""
    near = (language, "ru", "en", *LANGUAGES)
    return next((titles[one] for one in near if titles.get(one)), next(iter(titles.values())))


def _signed(language: Language) -> tuple[str, ...]:
    """Return what is written by hand: the day, the signature, the name spelled out (TR-68)."""
    return tuple(word(key, language) for key in ("day", "signature", "name"))


def _of_order(order: Order, language: Language) -> tuple[tuple[str, str], ...]:
    performance = order.performance
    starts = performance.starts_at.astimezone(_zone(order))
    title = said_by(performance.titles, language)
    return (
        (word("payer", language), order.payer_name),
        (word("email", language), order.payer_email),
        (word("phone", language), order.payer_phone),
        (word("order", language), order.code),
        (word("performance", language), title),
        (word("starts", language), f"{shown_day(starts.date(), language)}, {starts:%H:%M}"),
    )


def _blank(language: Language) -> tuple[tuple[str, str], ...]:
    keys = ("payer", "email", "phone", "order", "performance", "starts")
    return tuple((word(key, language), "") for key in keys)


def _seller(operator: Operator) -> tuple[str, ...]:
    return tuple(part for part in (operator.legal_name, operator.email, operator.phone) if part)


def _zone(order: Order) -> ZoneInfo:
    return ZoneInfo(order.performance.hall.venue.time_zone)


def _reasons(pack: str, language: Language) -> list[str]:
    labels = shelf.terms().pack(pack).facts["reason"].value_labels
    return [said[language] for said in labels.values()]


def _reason(row: Application, language: Language) -> str:
    facts = shelf.terms().pack(row.order.refund_pack).facts
    labels: Mapping[str, Any] = facts["reason"].value_labels
    said = labels[row.reason][language] if row.reason in labels else row.reason
    return f"{said}. {row.words}" if row.words else str(said)


def _places(row: Application) -> list[str]:
    """Return the tickets by their numbers and, where they have one, their seats."""
    rows = row.tickets.select_related("ticket__place__seat").order_by("ticket__serial")
    told = []
    for one in rows:
        seat = one.ticket.place.seat
        where = f" ({seat.sector} {seat.row} / {seat.number})" if seat else ""
        told.append(f"№ {one.ticket.serial}{where}")
    return told


def _owed(row: Application) -> int:
    """Return what is owed and not there yet, else what the buyer asked for; minor units."""
    open_ = [one.amount for one in row.refunds.all() if one.state != RefundState.PAID]
    return sum(open_) or row.accepted


def _kept(row: Application, refunds: Sequence[Refund]) -> bool:
    """Say whether something of the price stayed with the organiser."""
    lines = row.tickets.select_related("ticket__line")
    paid = {one.ticket_id: one.ticket.line.price for one in lines}
    return any(one.ticket_money < paid.get(one.ticket_id, 0) for one in refunds)


def _money(minor: int, order: Order, language: Language) -> str:
    return shown_money(Money(minor, order.currency), language)


def step(what: str, language: Language) -> str:
    """Return what happened in words: those of the tracker's steps (`story.Step.what`)."""
    if _Words.say is None:
        raise RuntimeError("letters.use_words was not called")
    return _Words.say(f"tickets.story.{what}", language)
