"""Asking an organiser's contract: each answer is a Decision that moves what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision, Event, Status
from oferta.services.tickets.models import OrganiserContract
from oferta.services.tickets.settling.errors import NoContract, SettlementRefused

#: The contract of an organiser with whom nothing else is agreed.
PACK = "organiser-contract"
_EPOCH = date(1970, 1, 1)


def contract_of(organiser: str) -> OrganiserContract:
    """Return what is agreed with an organiser.

    Raises:
        NoContract: nothing is.
    """
    found = OrganiserContract.objects.filter(organiser_id=organiser).first()
    if found is None:
        raise NoContract(organiser=organiser)
    return found


def pack_of(organiser: str) -> str:
    """Return the pack of terms that holds for an organiser, agreed or not."""
    found = OrganiserContract.objects.filter(organiser_id=organiser).first()
    return found.pack if found else PACK


def occurrence(  # noqa: PLR0913 - an event's own fields
    key: str,
    organiser: str,
    question: str,
    given: Mapping[str, Any],
    *,
    plan: str,
    context: Mapping[str, Any],
    now: datetime,
    party_id: UUID | None = None,
) -> Event:
    """Return a question to an organiser's contract."""
    return Event(
        key=key,
        pack=pack_of(organiser),
        questions=(question,),
        facts=given,
        event_at=now,
        plan=plan,
        context={"organiser": organiser, **context},
        party_id=party_id,
    )


def decided(asked: Event, *, now: datetime) -> Decision:
    """Have one question decided.

    Raises:
        SettlementRefused: the ledger refused, or a person must look at it.
    """
    answer = decisions.decide(asked, now=now)
    (decision,) = answer.decisions
    if answer.status is not Status.DECIDED:
        raise SettlementRefused(subject=asked.key, reason=decision.error)
    return decision


def day(coded: object) -> date:
    """Return a date of the terms."""
    assert isinstance(coded, int)  # noqa: S101 - a date's code
    return date.fromordinal(_EPOCH.toordinal() + coded)
