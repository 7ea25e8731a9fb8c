"""Members add cards themselves, with a proof that the card is theirs.

Who knows a number does not have the card: a refund, an override or a claim would follow it. So a
card is added when the bank's register says whose it is (`connect`), or when a member of staff saw
it and says where that can be found again. Whether a number is somebody else's is not told to who
asks: it is nobody's business but the holder's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from oferta.core.notices import actions as notices
from oferta.core.notices.types import NewNotice
from oferta.core.parties import audit, blocks
from oferta.core.parties import queries as parties
from oferta.core.parties.rules import check_may
from oferta.core.parties.types import SYSTEM, Actor, Permission, Who, WhoKind
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.services.club import queries
from oferta.services.club.errors import (
    BadCard,
    CardTaken,
    HasLeft,
    TooManyCardRequests,
    UnknownCardRequest,
)
from oferta.services.club.facts import day_of
from oferta.services.club.membership import cards
from oferta.services.club.models import Card, CardRequest

#: Of one member, that wait at a time.
WAITING_MAX = 5
BECAUSE_MAX = 500
#: A whole card number must not lie about here: whoever reads it could pay with it.
_DIGITS_MAX = 12
_NOT_DIGITS = re.compile(r"[\s-]")


class CardRegister(Protocol):
    """Knows whose a card is: the bank's own books."""

    def proof(self, party_id: UUID, number: str) -> str | None:
        """Return where the proof can be found again that the card is this customer's."""


class _Connected:
    register: CardRegister | None = None


def connect(register: CardRegister | None) -> None:
    """Ask this register before a person is asked; None: there is none."""
    _Connected.register = register


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request that waits for a member of staff."""

    id: UUID
    party_id: UUID
    name: str
    number: str
    product: str
    asked_at: datetime


@transaction.atomic
def ask(party_id: UUID, number: str, *, product: str = "", by: Who, now: datetime) -> CardRequest:
    """Ask to have a card added to a member; asked again while it waits, it is the same request.

    Args:
        party_id: the member.
        number: as payments name it: masked, or a token.
        product: one of `PRODUCTS`; "": payments tell themselves what the card is.
        by: who asks.
        now: zone-aware.

    Raises:
        UnknownMember, HasLeft: the customer is no member, or no longer.
        Blocked: the customer may not act.
        BadCard: no number, a whole one, or a product that there is not.
        TooManyCardRequests: others wait already.
    """
    parties.hold(party_id)
    member = queries.member_of_party(party_id)
    if member.left_on is not None:
        raise HasLeft(party_id=str(party_id), left_on=member.left_on.isoformat())
    if by.kind is WhoKind.CUSTOMER:
        blocks.ensure_may_act(party_id)
    number = number.strip()
    cards.check(number, product)
    if sum(one.isdigit() for one in _NOT_DIGITS.sub("", number)) > _DIGITS_MAX:
        raise BadCard(field="number", given="", expected="the first and the last four digits")
    waiting = CardRequest.objects.filter(member=member, state="asked")
    if (before := waiting.filter(number=number).first()) is not None:
        return before
    if waiting.count() >= WAITING_MAX:
        raise TooManyCardRequests(at_most=WAITING_MAX)
    made = CardRequest.objects.create(
        id=uuid7(), member=member, number=number, product=product, asked_at=zoned(now)
    )
    register = _Connected.register
    proof = register.proof(party_id, number) if register is not None else None
    if proof:
        _add(made, proof, None, now)
    return made


@transaction.atomic
def confirm(request_id: UUID, *, proof: str, actor: Actor, now: datetime) -> CardRequest:
    """Add the card: a member of staff saw whose it is.

    Args:
        request_id: the request.
        proof: where it can be found again what they saw.
        actor: who saw it.
        now: zone-aware.

    Raises:
        UnknownCardRequest: none that waits.
        NotPermitted, OwnAct: not theirs to answer.
        BadCard: no proof is named.
        CardTaken: the number is somebody else's.
        HasLeft: the member has left meanwhile.
    """
    found = _waiting(request_id, actor)
    _add(found, _ground(proof), actor, now)
    return found


@transaction.atomic
def refuse(request_id: UUID, *, reason: str, actor: Actor, now: datetime) -> CardRequest:
    """Add no card; the member reads why.

    Raises:
        UnknownCardRequest, NotPermitted, OwnAct: as of `confirm`.
        BadCard: no reason is given.
    """
    found = _waiting(request_id, actor)
    _answer(found, "refused", _ground(reason), actor, now)
    return found


def waiting(limit: int) -> list[Waiting]:
    """Return the requests that wait for a person, the longest first."""
    rows = CardRequest.objects.filter(state="asked").order_by("asked_at", "id")
    found = list(rows[:limit])
    names = parties.names(one.member_id for one in found)
    return [
        Waiting(
            id=one.id,
            party_id=one.member_id,
            name=names.get(one.member_id, ""),
            number=one.number,
            product=one.product,
            asked_at=one.asked_at,
        )
        for one in found
    ]


def of_member(party_id: UUID) -> list[CardRequest]:
    """Return what a member asked for, the newest first."""
    return list(CardRequest.objects.filter(member_id=party_id).order_by("-asked_at", "-id"))


def _waiting(request_id: UUID, actor: Actor) -> CardRequest:
    check_may(actor, Permission.RECORD_IDENTITY)
    whose = CardRequest.objects.filter(id=request_id).values_list("member_id", flat=True).first()
    if whose is not None:
        parties.ensure_not_own(actor, whose)
        parties.hold(whose)
    found = CardRequest.objects.select_for_update().filter(id=request_id, state="asked").first()
    if found is None:
        raise UnknownCardRequest(request_id=str(request_id))
    return found


def _ground(given: str) -> str:
    words = given.strip()
    if not 0 < len(words) <= BECAUSE_MAX or "\0" in words:
        raise BadCard(field="because", given=words[:20], expected=f"1 to {BECAUSE_MAX} characters")
    return words


def _add(found: CardRequest, proof: str, actor: Actor | None, now: datetime) -> None:
    by = SYSTEM if actor is None else Who(kind=WhoKind.STAFF, id=actor.id)
    asked = found.member_id, found.number
    # From the day on that they asked: what a card paid before was whoever's it was then.
    since = day_of(found.asked_at)
    try:
        card = cards.add(*asked, product=found.product, since=since, by=by, now=now)
    except CardTaken:
        if actor is not None:
            raise
        return  # the register and our book differ: a person looks
    _answer(found, "added", proof, actor, now, card)


def _answer(
    found: CardRequest,
    state: str,
    because: str,
    actor: Actor | None,
    now: datetime,
    card: Card | None = None,
) -> None:
    found.state, found.because, found.answered_at = state, because, zoned(now)
    found.answered_by = actor.id if actor is not None else None
    found.save(update_fields=["state", "because", "answered_at", "answered_by"])
    if actor is not None:
        audit.record(
            actor=actor,
            what=f"club.card_{state}",
            subject_kind="customer",
            subject_id=found.member_id,
            parties=[found.member_id],
            now=now,
            details={"card": str(card.id)} if card else {},
        )
    params: dict[str, Any] = {"card": found.number}
    if state == "refused":
        params["reason"] = because
    party = found.member_id
    notice = NewNotice(
        party_id=party,
        language=parties.languages([party])[party],
        kind=f"club.card_{state}",
        params=params,
    )
    notices.send([notice], sender=actor.id if actor is not None else None, now=now)
