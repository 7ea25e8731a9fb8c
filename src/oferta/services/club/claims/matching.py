"""Which payment a member means by what they say of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision, Status
from oferta.services.club.claims import wording
from oferta.services.club.facts import PAYMENT_PREFIX, payment_key
from oferta.services.club.models import Card, Payment

#: A payment without a day or an amount in the letter is looked for as far back as this.
RECENT = timedelta(days=120)
#: Payments looked at; and those that a person is shown.
LOOKED_AT_MAX, CANDIDATES_MAX = 2_000, 5
#: Of day, amount and merchant this many must fit one payment alone, or a person is asked.
CERTAIN = 2


class Meant(NamedTuple):
    """What was found: the Decision that a claim is about, or those that it may be about."""

    decision: Decision | None
    candidates: tuple[Decision, ...]


def find(party_id: UUID, words: str, today: date) -> Meant:
    """Return the Decision that words are about if that is certain, else the likeliest ones.

    Certain is one payment alone of which two of day, amount and merchant are told. Where several
    fit as well, nothing is guessed.

    Args:
        party_id: the member.
        words: theirs.
        today: a day without a year lies before it.
    """
    told = wording.understood(words, today)
    scores: dict[str, int] = {}
    for one in _payments(party_id, told, today):
        fits = (
            one.paid_on in told.days,
            one.amount in told.amounts,
            wording.names(words, one.merchant),
        )
        if any(fits):
            scores[one.key] = sum(fits)
    best = max(scores.values(), default=0)
    likely = sorted((key for key in scores if scores[key] == best), reverse=True)
    found = questioned(party_id, likely[: CANDIDATES_MAX * 2])
    if best >= CERTAIN and len(likely) == 1 and found:
        return Meant(found[0], (found[0],))
    return Meant(None, tuple(found[:CANDIDATES_MAX]))


def questioned(party_id: UUID, keys: Iterable[str]) -> list[Decision]:
    """Return for each payment of a member the Decision that a question about it is put to.

    Of the two funders' decisions it is the Bank's, unless that one gave something and the partner's
    gave nothing.
    """
    stored = decided.decisions_by_key(payment_key(key) for key in keys)
    return [
        decided.current(_questioned(made).id)
        for made in stored.values()
        if made and made[0].party_id == party_id
    ]


def key_of(decision: Decision) -> str:
    """Return the payment that a Decision of the club's earning is about; "" if it is about none."""
    first = decided.chain(decision.id)[0]
    key = first.key
    return key.removeprefix(PAYMENT_PREFIX) if key.startswith(PAYMENT_PREFIX) else ""


def _questioned(made: Sequence[Decision]) -> Decision:
    by_question = {one.question: one for one in made}
    bank = by_question.get("bank_bonus", made[0])
    partner = by_question.get("partner_bonus")
    if partner is not None and _gave(bank) and not _gave(partner):
        return partner
    return bank


def _gave(one: Decision) -> bool:
    return one.status is Status.DECIDED and bool((one.outcome or {}).get("amount"))


def _payments(party_id: UUID, told: wording.Told, today: date) -> list[Payment]:
    cards = Card.objects.filter(member_id=party_id).values("number")
    wanted = Q(paid_on__in=told.days) | Q(amount__in=told.amounts)
    if not told.days:
        wanted |= Q(paid_on__gte=today - RECENT)
    rows = Payment.objects.filter(card__in=cards, amount__gt=0).filter(wanted)
    return list(rows.order_by("-paid_on", "-id")[:LOOKED_AT_MAX])
