"""From messages that were read to answers: the terminals' facts, one take-in for all of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from oferta.services.club import partners
from oferta.services.club.facts import day_of
from oferta.services.club.feeds import messages, spec
from oferta.services.club.feeds.messages import Asked, Bad
from oferta.services.club.paying import Paid, take_payments

log = logging.getLogger(__name__)


def answers(frames: Sequence[bytes], *, now: datetime) -> list[bytes]:
    """Take in the payments of messages and return the answer to each, in order.

    What is answered with 00 is committed. Whatever the bytes are, each gets an answer.

    Args:
        frames: messages without their lengths, up to about a thousand.
        now: zone-aware.
    """
    read = [messages.read(one, now=now) for one in frames]
    for one in read:
        if isinstance(one, Bad):
            log.warning("a card message was refused: %s", one.why)
    asked = [(place, one) for place, one in enumerate(read) if _pays(one)]
    codes = {place: one.code for place, one in enumerate(read) if isinstance(one, Bad)}
    paid = _with_terminals([one for _, one in asked if isinstance(one, Asked)])
    taken = take_payments(paid, now=now) if paid else []
    codes |= {place: messages.code_of(one) for (place, _), one in zip(asked, taken, strict=True)}
    return [
        messages.answer(one.fields, codes.get(place, spec.ACCEPTED))
        for place, one in enumerate(read)
    ]


def _pays(one: Asked | Bad) -> bool:
    return isinstance(one, Asked) and one.paid is not None


def _with_terminals(asked: Sequence[Asked]) -> list[Paid]:
    """Return the payments, each with what the club's directory says of its terminal."""
    by_day: dict[object, dict[str, dict[str, object]]] = {}
    made = []
    for one in asked:
        if one.paid is None:
            raise AssertionError  # only payments come here
        day = day_of(one.paid.paid_at)
        if day not in by_day:
            codes = {other.terminal for other in asked}
            by_day[day] = partners.facts_at(codes, day)
        made.append(_with_terminal(one.paid, by_day[day].get(one.terminal)))
    return made


def _with_terminal(paid: Paid, known: dict[str, object] | None) -> Paid:
    if known is None:
        return paid
    told = dict(known)
    merchant, partner = str(told.pop("merchant")), str(told.pop("partner", ""))
    if paid.amount < 0:
        return replace(paid, merchant=merchant)
    if paid.facts.get("category") != "purchase":
        told.pop("category")  # what is done counts before where it is done
    return replace(paid, merchant=merchant, partner=partner, facts={**paid.facts, **told})
