"""What the office does about requests: takes papers in, makes a review longer, notes what happens.

Each act is kept with who did it, when and in which words, beside the audit log's line; the same act
sent twice is one act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Event
from oferta.core.parties import audit
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor
from oferta.kernel.clock import zoned
from oferta.services.tickets import queries, reserving, selling
from oferta.services.tickets.kinds import ActKind, Intake
from oferta.services.tickets.models import Act, Application, Document, Order, Payout, Refund, Ticket
from oferta.services.tickets.refunding import (
    applying,
    asking,
    booking,
    claims,
    coming,
    facts,
    paying_out,
    plans,
)
from oferta.services.tickets.refunding.errors import (
    BadIntake,
    CannotExtend,
    UnknownDocument,
    UnknownRefund,
)
from oferta.services.tickets.refunding.types import ApplicationBrief, Filing
from oferta.services.tickets.types import RefundState

SUBJECT = "refund_application"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who does something, when; the same id is the same act."""

    id: UUID
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperIntake:
    """A request that came on paper, by mail or by phone, as the office reads it."""

    channel: Intake
    #: The postmark's day, the day of the mail or call: days are counted from it (TR-75).
    sent_on: date
    #: As they stand in the request (TR-61).
    email: str = ""
    phone: str = ""
    #: How it was made sure that the payer asks, where what they gave is not the order's (TR-62).
    verified: str = ""
    #: The office saw the passport of who stood there (TR-70).
    passport_seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a member of staff found of a document."""

    document_id: UUID
    #: "genuine" or "false_information".
    authenticity: str
    illness_from: date | None = None
    illness_through: date | None = None
    names_match: bool = True
    words: str = ""


def register(filing: Filing, intake: PaperIntake, doing: Doing) -> ApplicationBrief:
    """Register a request for the buyer; the same request again is the same one.

    Days count from the day on which it was sent: who posts in time is in time.

    Args:
        filing: as written; its accepted sum is 0 unless the buyer named one.
        intake: how and when it came, and by what the payer was known.
        doing: who registers it.

    Raises:
        BadIntake: it does not show that the payer asks, or names a day that cannot be.
        OwnAct: the order is the member of staff's own.
        UnknownOrder, NothingToReturn, BadReason, ApplicationReused: as of `applying.apply`.
    """
    order = queries.order_row(filing.order_id)
    parties.ensure_not_own(doing.actor, order.party_id)
    _ensure_payer(order, intake)
    sent = _sent_at(order, intake, doing.now)
    with transaction.atomic():
        made = applying.apply(filing, now=doing.now, filed_at=sent)
        _note(
            made.id,
            ActKind.REGISTERED,
            doing,
            words=intake.verified.strip(),
            day=intake.sent_on,
            channel=intake.channel,
        )
        return made


def check(found: Check, doing: Doing) -> ApplicationBrief:
    """Note what was found of a document, and decide anew (TR-42).

    Raises:
        UnknownDocument: there is none.
        ApplicationClosed, BadDocument, OwnAct: it cannot be noted.
    """
    paper = Document.objects.filter(id=found.document_id).only("application_id").first()
    if paper is None:
        raise UnknownDocument(document=str(found.document_id))

    def act() -> ApplicationBrief:
        return coming.check(
            found.document_id,
            found.authenticity,
            by=doing.actor.id,
            now=doing.now,
            illness_from=found.illness_from,
            illness_through=found.illness_through,
            names_match=found.names_match,
        )

    return _once(paper.application_id, ActKind.CHECKED, doing, act, words=found.words)


def organiser_answers(
    application_id: UUID, answer: str, words: str, doing: Doing
) -> ApplicationBrief:
    """Note the organiser's word, and decide anew; the buyer is told whatever it is (TR-58).

    Raises:
        UnknownApplication, ApplicationClosed, BadDocument, OwnAct: it cannot be noted.
    """
    return _once(
        application_id,
        ActKind.ANSWERED,
        doing,
        lambda: coming.organiser_answers(application_id, answer, now=doing.now),
        words=words,
        reference=answer,
    )


def extend(application_id: UUID, words: str, doing: Doing) -> ApplicationBrief:
    """Make the review longer, once, and tell the buyer why and until which day (TR-88).

    Args:
        application_id: an open request whose day has not passed.
        words: why; the buyer reads them.
        doing: who does it.

    Raises:
        UnknownApplication, ApplicationClosed, OwnAct: it cannot be done.
        CannotExtend: done before, too late, no reason, or the terms give no later day.
    """
    said = words.strip()

    def act() -> ApplicationBrief:
        row = applying.locked(application_id)
        if row.extended or not said:
            raise CannotExtend(why="extended before" if row.extended else "no reason")
        if row.answer_by < zoned(doing.now).date():
            raise CannotExtend(why="past its day")
        row.extended = True
        _decide_extension(row, said, doing.now)
        row.save(update_fields=["extended", "answer_by"])
        return claims.brief(row)

    with transaction.atomic():
        made = _once(application_id, ActKind.EXTENDED, doing, act, words=said, day=date.max)
        Act.objects.filter(id=doing.id, day=date.max).update(day=made.answer_by)
        return made


def refer(application_id: UUID, reference: str, words: str, doing: Doing) -> ApplicationBrief:
    """Note the number that an authority or court gave to a case about a request (TR-147).

    Raises:
        UnknownApplication, OwnAct: it cannot be noted.
        BadIntake: there is no number.
    """
    if not reference.strip():
        raise BadIntake(field="reference", expected="the number of the case")
    return _once(
        application_id,
        ActKind.REFERRED,
        doing,
        lambda: claims.application(application_id),
        words=words,
        reference=reference.strip(),
    )


def surrender(application_id: UUID, doing: Doing) -> ApplicationBrief:
    """Note that the originals of a request's paper tickets were handed in, and send the money.

    Raises:
        UnknownApplication, OwnAct: it cannot be noted.
    """

    def act() -> ApplicationBrief:
        made = claims.application(application_id)
        Ticket.objects.filter(id__in=made.tickets, surrendered_at__isnull=True).update(
            surrendered_at=zoned(doing.now)
        )
        Refund.objects.filter(
            application_id=application_id, state=RefundState.AWAITING_CHOICE
        ).update(state=RefundState.DUE)
        return made

    made = _once(application_id, ActKind.SURRENDERED, doing, act)
    for one in made.refunds:
        paying_out.send(one.id, now=doing.now)
    return claims.application(application_id)


def by_hand(payout_id: UUID, doing: Doing, *, arrived: bool) -> ApplicationBrief | None:
    """Note that money which goes by hand was handed over, or came back.

    Returns:
        The request; None where nobody had to ask.

    Raises:
        UnknownRefund: there is no such payout, or it goes by itself.
        OwnAct: it is the member of staff's own money.
    """
    rows = Payout.objects.select_related("refund__order")
    row = rows.filter(id=payout_id, payment__isnull=True).first()
    if row is None:
        raise UnknownRefund(refund=str(payout_id))
    parties.ensure_not_own(doing.actor, row.refund.order.party_id)
    end = paying_out.arrived if arrived else paying_out.came_back
    kind = ActKind.PAID_BY_HAND if arrived else ActKind.CAME_BACK
    with transaction.atomic():
        end(payout_id, now=doing.now)
        if row.refund.application_id is None:
            _audit(kind, row.refund.order, doing, subject=row.refund_id)
            return None
        _note(row.refund.application_id, kind, doing)
        return claims.application(row.refund.application_id)


def ensure_not_own(application_id: UUID, actor: Actor) -> Order:
    """Return the order of a request, which is not the member of staff's own.

    Raises:
        UnknownApplication: there is none.
        OwnAct: it is their own.
    """
    order = queries.order_row(claims.application(application_id).order_id)
    parties.ensure_not_own(actor, order.party_id)
    return order


def _once(
    application_id: UUID,
    kind: ActKind,
    doing: Doing,
    act: Callable[[], ApplicationBrief],
    **noted: object,
) -> ApplicationBrief:
    """Do and note an act, unless it was done before under this id."""
    ensure_not_own(application_id, doing.actor)
    with transaction.atomic():
        if Act.objects.filter(id=doing.id).exists():
            return claims.application(application_id)
        made = act()
        _note(application_id, kind, doing, **noted)
        return made


def _note(application_id: UUID, kind: ActKind, doing: Doing, **noted: object) -> None:
    _, new = Act.objects.get_or_create(
        id=doing.id,
        defaults={
            "application_id": application_id,
            "kind": kind,
            "at": zoned(doing.now),
            "by": doing.actor.id,
            **noted,
        },
    )
    if new:
        order = Order.objects.get(applications=application_id)
        _audit(kind, order, doing, subject=application_id)


def _audit(kind: ActKind, order: Order, doing: Doing, *, subject: UUID) -> None:
    audit.record(
        actor=doing.actor,
        what=f"refund.{kind}",
        subject_kind=SUBJECT,
        subject_id=subject,
        parties=[order.party_id],
        now=doing.now,
    )


def _ensure_payer(order: Order, intake: PaperIntake) -> None:
    """Let a request pass that names what the order was made with, or was verified otherwise."""
    known = matches(order, email=intake.email, phone=intake.phone)
    if not known and not intake.passport_seen and not intake.verified.strip():
        raise BadIntake(field="verified", expected="how the payer was known")


def matches(order: Order, *, email: str, phone: str) -> bool:
    """Say whether somebody names the e-mail and the phone that an order was made with (TR-61).

    What the order does not have is not asked for; an order with neither is nobody's by this.
    """
    asked = [
        (_folded(order.payer_email), _folded(email)),
        (_digits(order.payer_phone), _digits(phone)),
    ]
    held = [(kept, given) for kept, given in asked if kept]
    return bool(held) and all(kept == given for kept, given in held)


def _folded(address: str) -> str:
    return address.strip().casefold()


def _digits(number: str) -> str:
    """Return a phone's digits; 8 before ten more is how +7 is dialled at home."""
    digits = "".join(one for one in number if one.isdigit())
    home = 11
    return f"7{digits[1:]}" if len(digits) == home and digits[0] == "8" else digits


def _sent_at(order: Order, intake: PaperIntake, now: datetime) -> datetime:
    """Return the moment that days count from: the start of the day it was sent, where the venue is.

    Raises:
        BadIntake: it was sent in the future, or before the order was paid.
    """
    zone = ZoneInfo(order.performance.hall.venue.time_zone)
    today, paid = now.astimezone(zone).date(), (order.paid_at or order.ordered_at).astimezone(zone)
    if not paid.date() <= intake.sent_on <= today:
        raise BadIntake(field="sent_on", expected=f"{paid.date()} through {today}")
    start = datetime.combine(intake.sent_on, time.min, zone)
    return min(max(start, paid), now).astimezone(UTC)


def _decide_extension(row: Application, words: str, now: datetime) -> None:
    """Ask the terms for the later day, and tell the buyer; in the caller's transaction."""
    order = reserving.locked(row.order_id)
    (sold, *_) = applying.returnable(order, applying.still_asked(row), row)
    claim = claims.claim_of(row, now=zoned(now))
    later = booking.answer_by(sold, claim)
    if later <= row.answer_by:
        raise CannotExtend(why="no later day")
    given = facts.facts_of(sold, claim)
    asked = Event(
        key=f"tickets/extension/{row.id}",
        pack=sold.pack,
        edition=sold.edition,
        questions=(facts.ANSWER_DEADLINE,),
        facts=asking.facts(sold.pack, facts.ANSWER_DEADLINE, given),
        event_at=row.filed_at,
        plan=plans.EXTENSION_PLAN,
        context={
            "performance": selling.title_of(order.performance.titles),
            "tell": {
                "number": str(row.number),
                "code": order.code,
                "performance": selling.title_of(order.performance.titles),
                "day": later.isoformat(),
                "words": words,
            },
        },
        party_id=row.party_id,
    )
    (answer,) = decisions.decide_many([asked], now=now)
    booking.agreed(order, answer)
    row.answer_by = later
