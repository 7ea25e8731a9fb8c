"""The refund terms as they are shown before anybody pays: what would come back, on which day.

Each line is asked of the edition that a buyer of this moment would keep. Nothing here is worked out
beside the terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from oferta.core.terms import shelf
from oferta.core.terms.explain import explain
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.services.tickets import listing
from oferta.services.tickets.listing import Left
from oferta.services.tickets.models import Performance
from oferta.services.tickets.refunding import asking, quoting
from oferta.services.tickets.refunding import facts as case
from oferta.services.tickets.refunding.facts import Claim, Sold
from oferta.services.tickets.types import TermsKept

_ANY_TICKET = UUID(int=0)
_CARD = "card"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that a line rests on."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """Days on which a request gives the same."""

    first_day: date
    #: The last day before another line begins.
    last_day: date
    #: Category, and all that comes back for a ticket of it; "" where there is but one.
    amounts: tuple[tuple[str, Money], ...]
    clauses: tuple[Clause, ...]

    @property
    def nothing(self) -> bool:
        """Whether nothing comes back on these days."""
        return not any(one.minor for _, one in self.amounts)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the terms say to who buys now."""

    terms: TermsKept
    #: Of one's own wish, day by day.
    ladder: tuple[Line, ...]
    #: With a sick note of the day of the performance; if it is cancelled.
    ill: Line
    cancelled: Line
    #: Longest time until the money is sent, of a request filed now.
    pays_by: date | None
    #: What is paid beside the price of a ticket, and stays with the operator.
    keeps_fee: bool


def promise(
    performance: Performance, categories: Sequence[Left], language: Language, *, now: datetime
) -> Promise | None:
    """Return what comes back for a ticket of each category, if it is bought and returned.

    Args:
        performance: with its hall and venue read.
        categories: of it, with their prices now.
        language: of the clauses' titles.
        now: zoned.

    Returns:
        None where the performance has begun: nobody buys then.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    if not categories or performance.starts_at <= now:
        return None
    kept = listing.refund_terms(performance, now=now)
    sold = Sold(
        ticket_id=_ANY_TICKET,
        place="",
        operator=performance.operator_id,
        pack=kept.pack,
        edition=kept.edition,
        unit=performance.currency,
        starts_at=performance.starts_at,
        new_starts_at=None,
        time_zone=performance.hall.venue.time_zone,
        bought_at=hour,
        on_promotion=False,
        used=False,
        nominal=0,
        paid=0,
        service_fee=0,
        delivery=0,
        carrier="electronic",
        paid_by=_CARD,
        surrendered=False,
        high_alert=False,
        regime_ended_on=None,
        organiser_accepts_before=performance.refunds_accepted_before,
    )
    prices = tuple(
        (one.name, one.price.nominal, one.price.price, one.price.service_fee) for one in categories
    )
    return _promised(sold, kept, prices, language)


@lru_cache(maxsize=512)  # the same for every reader of an hour
def _promised(
    sold: Sold, kept: TermsKept, prices: tuple[tuple[str, int, int, int], ...], language: Language
) -> Promise:
    tickets = [
        (
            name if len(prices) > 1 else "",
            replace(sold, nominal=nominal, paid=price, service_fee=fee),
        )
        for name, nominal, price, fee in prices
    ]
    moment = sold.bought_at
    own = Claim(reason=case.OWN_WISH, requested_at=moment, decided_at=moment)
    dearest = max((one for _, one in tickets), key=lambda one: one.paid)
    quote = quoting.quote([dearest], own, language=language)
    day = sold.starts_at.astimezone(sold.zone).date()
    note = replace(
        own,
        reason=case.ILLNESS,
        document="sick_note_photo",
        document_received_at=moment,
        document_check="genuine",
        illness_from=day,
        illness_through=day,
    )
    off = [(name, replace(one, change=case.CANCELLED)) for name, one in tickets]
    starts = [step.first_day for step in quote.ladder]
    ends = [one - timedelta(days=1) for one in starts[1:]] + [day]
    ladder = tuple(
        _line(tickets, step.claim, first, last, language)
        for step, first, last in zip(quote.ladder, starts, ends, strict=True)
    )
    return Promise(
        terms=kept,
        ladder=ladder,
        ill=_line(tickets, note, starts[0], day, language),
        cancelled=_line(off, replace(own, reason=case.CANCELLED), starts[0], day, language),
        pays_by=quote.pays_by,
        keeps_fee=any(one.kept_fee for one in quote.tickets),
    )


def _line(
    tickets: Sequence[tuple[str, Sold]], claim: Claim, first: date, last: date, language: Language
) -> Line:
    amounts = tuple(
        (name, Money(quoting.total_of([one], claim)[0], one.unit)) for name, one in tickets
    )
    return Line(first, last, amounts, _clauses(tickets[0][1], claim, language))


def _clauses(sold: Sold, claim: Claim, language: Language) -> tuple[Clause, ...]:
    decided = asking.decide(sold.pack, case.REFUND, case.facts_of(sold, claim), kept=sold.edition)
    why = explain(shelf.terms().pack(sold.pack), decided, language, changes=0)
    titles = {one.id: one.title for one in why.clauses}
    return tuple(Clause(one, titles.get(one, one)) for one in decided.decided_by)
