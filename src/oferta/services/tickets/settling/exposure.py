"""What of a performance's ticket money may still go back to buyers, by the refund terms themselves.

No rule of refunds is repeated here: for every kind of ticket the terms are asked what they would
return in the best case for its buyer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from oferta.services.tickets.models import Application, ApplicationTicket, Performance
from oferta.services.tickets.refunding import asking, claims, facts, reading
from oferta.services.tickets.refunding.facts import Claim, Sold
from oferta.services.tickets.types import Stage

_NO_TICKET = UUID(int=0)
#: The document that proves each reason best.
_PROOFS = {facts.ILLNESS: "sick_note_photo", facts.RELATIVE_DEATH: "death_certificate"}


def may_come_back(performance: Performance, *, now: datetime) -> int:
    """Return the most of the tickets' price that buyers could still get, in minor units.

    Before a performance is held all of it may: it could be cancelled. After it, what a new request
    could still get, and what open requests could get if all that they wait for came now.

    Args:
        performance: with its hall and venue read.
        now: zoned.
    """
    valid = reading.valid_of(performance)
    if performance.stage != Stage.HELD:
        return sum(one.sold.paid for one in valid)
    open_ = _open(performance)
    kinds = Counter(
        (replace(one.sold, ticket_id=_NO_TICKET), open_.get(one.sold.ticket_id)) for one in valid
    )
    rows = {one.id: one for one in Application.objects.filter(id__in=set(open_.values()))}
    return sum(
        number * max(_returns(sold, claim) for claim in _claims(sold, rows, under, now))
        for (sold, under), number in kinds.items()
    )


def _open(performance: Performance) -> dict[UUID, UUID]:
    """Return the open request that each ticket is under."""
    rows = ApplicationTicket.objects.filter(
        ticket__performance=performance, application__closed_at__isnull=True
    )
    return dict(rows.values_list("ticket_id", "application_id"))


def _claims(
    sold: Sold, rows: dict[UUID, Application], under: UUID | None, now: datetime
) -> Iterator[Claim]:
    """Yield what a buyer could claim at best: by the request that is open, and by a new one."""
    if under is not None:
        own = claims.claim_of(rows[under], now=now)
        yield _best(own, sold, now)
    for reason in (facts.OWN_WISH, facts.ILLNESS, facts.RELATIVE_DEATH):
        yield _best(Claim(reason=reason, requested_at=now, decided_at=now), sold, now)


def _best(claim: Claim, sold: Sold, now: datetime) -> Claim:
    """Return a claim as if all that it may wait for had come."""
    day = sold.starts_at.astimezone(sold.zone).date()
    given = claim.document != "none"
    return replace(
        claim,
        document=claim.document if given else _PROOFS.get(claim.reason, "another"),
        document_received_at=claim.document_received_at or now,
        document_check="genuine",
        illness_from=claim.illness_from or day,
        illness_through=max(claim.illness_through or day, day),
        names_match=True,
        organiser_answer="agreed",
    )


def _returns(sold: Sold, claim: Claim) -> int:
    given = facts.facts_of(sold, claim)
    said = asking.decide(sold.pack, facts.REFUND, given, kept=sold.edition).outcome
    return int(said["ticket_money"] or 0)
