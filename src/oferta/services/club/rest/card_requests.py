"""Cards that members ask to have added, by the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field, StrictStr

from oferta.core.parties.types import Who, WhoKind
from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, caller_of, idempotent
from oferta.kernel.rest.schemas import Given, Told, answers
from oferta.services.club import queries
from oferta.services.club.membership import requests
from oferta.services.club.models import CardRequest

router = Router()
_READ, _ASK = Needs("club:read", own=True), Needs("club:write", own=True)


class CardAsked(Given):
    """A card that a member says is theirs."""

    number: Annotated[StrictStr, Field(min_length=1, max_length=40)] = Field(
        description="As payments name it, masked. A whole number is refused."
    )
    product: Annotated[StrictStr, Field(max_length=20, pattern=r"^[a-z_]*$")] = ""


class CardRequestTold(Told):
    """A request and what came of it."""

    id: UUID
    number: str
    product: str
    asked_at: datetime
    state: Literal["asked", "added", "refused"]
    answered_at: datetime | None
    because: str = Field(description="Of a refusal: why. Of an added card: where the proof is.")


class CardRequestsTold(Told):
    """What a member asked for, the newest first."""

    items: list[CardRequestTold]


@router.get(
    "/club/members/{uuid:party_id}/card-requests",
    auth=_READ,
    response=answers(CardRequestsTold, 404),
)
def list_card_requests(request: HttpRequest, party_id: UUID) -> CardRequestsTold:
    """Read which cards a member asked to have added."""
    caller_of(request).ensure_sees(party_id)
    queries.member_of_party(party_id)
    return CardRequestsTold(items=[_told(one) for one in requests.of_member(party_id)])


@router.post(
    "/club/members/{uuid:party_id}/card-requests",
    auth=_ASK,
    response=answers(CardRequestTold, 404, 409, status=201, body=True),
)
@idempotent(201)
def ask_for_card(request: HttpRequest, party_id: UUID, given: CardAsked) -> CardRequestTold:
    """Ask to have a card added; it counts once there is proof whose it is."""
    caller = caller_of(request)
    caller.ensure_sees(party_id)
    own = caller.party_id is not None
    by = Who(kind=WhoKind.CUSTOMER if own else WhoKind.TOKEN, id=caller.party_id or caller.id)
    return _told(
        requests.ask(party_id, given.number, product=given.product, by=by, now=clock.now())
    )


def _told(one: CardRequest) -> CardRequestTold:
    return CardRequestTold(**{name: getattr(one, name) for name in CardRequestTold.model_fields})
