"""Endpoints of webhooks: where to send what, with which secret, and what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field, StrictBool, StrictStr

from oferta.kernel import clock
from oferta.kernel.i18n import Language
from oferta.kernel.rest.access import Needs, caller_of, idempotent
from oferta.kernel.rest.paging import After, Limit, Page, number_after, page
from oferta.kernel.rest.schemas import Given, Moment, Told, Whole, answers, one_of
from oferta.project.webhooks import actions, queries
from oferta.project.webhooks.errors import UnknownDelivery, UnknownEndpoint
from oferta.project.webhooks.types import Delivery, Endpoint, Kind, NewEndpoint, State

router = Router()
_MANAGE = Needs("webhooks:manage")
_Kind = Annotated[Kind, one_of(Kind)]
_State = Annotated[State, one_of(State)]
_Text = Annotated[StrictStr, Field(max_length=500)]
_DeliveryId = Annotated[int, Path(..., ge=1, lt=2**63)]
_InState = Annotated[_State | None, Query(None, description="Only those that stand so.")]
OVERLAP_HOURS_MAX = 24 * 30


class EndpointGiven(Given):
    """Where to send what."""

    url: _Text = Field(description="Begins with https://.")
    kinds: Annotated[list[_Kind], Field(min_length=1, max_length=len(Kind))]
    note: _Text = ""
    contact: _Text = Field("", description="E-mail address that is told if it is turned off.")
    language: Language = Field("en", description="In which it is told.")
    enabled: StrictBool = True

    def wanted(self, owner: str) -> NewEndpoint:
        """Return it as the room takes it."""
        return NewEndpoint(
            owner=owner,
            url=self.url,
            kinds=frozenset(self.kinds),
            note=self.note,
            contact=self.contact,
            language=self.language,
        )


class EndpointTold(Told):
    """An endpoint as it stands."""

    id: UUID
    url: str
    kinds: list[str]
    note: str
    contact: str
    language: Language
    created_at: datetime
    enabled: bool
    disabled_at: datetime | None
    disabled_because: str = Field(description="`by_hand`, `failing` (for days) or `gone` (410).")
    failing_since: datetime | None


class EndpointsTold(Told):
    """Every endpoint of the token's owner."""

    items: list[EndpointTold]


class SecretTold(Told):
    """What signs the messages to an endpoint."""

    secrets: list[str] = Field(description="The newest first; each signs every message.")


class RotationGiven(Given):
    """How long the old secret signs beside the new one."""

    overlap_hours: Annotated[Whole, Field(ge=0, le=OVERLAP_HOURS_MAX)] = 24


class DeliveryTold(Told):
    """A message on its way to an endpoint."""

    id: int
    message_id: str = Field(description="`webhook-id`: the same through retries and replays.")
    kind: str
    state: _State
    attempts: int
    due_at: datetime = Field(description="Of the next attempt, while it waits.")
    created_at: datetime
    replay: bool


class AttemptTold(Told):
    """One try."""

    at: datetime
    milliseconds: int
    status: int = Field(description="Of HTTP; 0 if there was no answer.")
    error: str
    request: str = Field(description="Address and headers.")
    response: str = Field(description="Status, headers and the start of the body.")


class DeliveryWhole(DeliveryTold):
    """A delivery with every try."""

    log: list[AttemptTold]


class ReplayGiven(Given):
    """From when on to send again."""

    since: Moment


class Replayed(Told):
    """How many messages are sent again."""

    deliveries: int


class Sent(Told):
    """A message is on its way."""

    endpoint_id: UUID


@router.get("/webhooks/endpoints", auth=_MANAGE, response=answers(EndpointsTold))
def list_endpoints(request: HttpRequest) -> EndpointsTold:
    """List the endpoints of the token's owner."""
    found = queries.endpoints(caller_of(request).owner)
    return EndpointsTold(items=[_told(item) for item in found])


@router.post(
    "/webhooks/endpoints", auth=_MANAGE, response=answers(EndpointTold, 409, status=201, body=True)
)
@idempotent(201)
def add_endpoint(request: HttpRequest, given: EndpointGiven) -> EndpointTold:
    """Send messages to an address from now on; its secret is read at `…/secret`."""
    made = actions.add_endpoint(given.wanted(caller_of(request).owner), now=clock.now())
    return _told(_set_enabled(made, given.enabled))


@router.get(
    "/webhooks/endpoints/{uuid:endpoint_id}", auth=_MANAGE, response=answers(EndpointTold, 404)
)
def get_endpoint(request: HttpRequest, endpoint_id: UUID) -> EndpointTold:
    """Read an endpoint."""
    return _told(_own(request, endpoint_id))


@router.put(
    "/webhooks/endpoints/{uuid:endpoint_id}",
    auth=_MANAGE,
    response=answers(EndpointTold, 404, body=True),
)
def change_endpoint(request: HttpRequest, endpoint_id: UUID, given: EndpointGiven) -> EndpointTold:
    """Change an endpoint; turned on again, it is sent what waited for it."""
    made = actions.change_endpoint(endpoint_id, given.wanted(caller_of(request).owner))
    return _told(_set_enabled(made, given.enabled))


@router.get(
    "/webhooks/endpoints/{uuid:endpoint_id}/secret",
    auth=_MANAGE,
    response=answers(SecretTold, 404, 422),
)
def get_secret(request: HttpRequest, endpoint_id: UUID) -> SecretTold:
    """Read the secrets that sign messages to an endpoint now."""
    return _secret(_own(request, endpoint_id).id)


@router.post(
    "/webhooks/endpoints/{uuid:endpoint_id}/secret-rotations",
    auth=_MANAGE,
    response=answers(EndpointTold, 404, 409, status=201, body=True),
)
@idempotent(201)
def rotate_secret(request: HttpRequest, endpoint_id: UUID, given: RotationGiven) -> EndpointTold:
    """Sign with a new secret, and for a while with the old one too; read it at `…/secret`."""
    found = _own(request, endpoint_id)
    overlap = timedelta(hours=given.overlap_hours)
    actions.rotate_secret(found.id, overlap=overlap, now=clock.now())
    return _told(found)


@router.post(
    "/webhooks/endpoints/{uuid:endpoint_id}/tests",
    auth=_MANAGE,
    response=answers(Sent, 404, 409, 422, status=201),
)
@idempotent(201)
def send_test(request: HttpRequest, endpoint_id: UUID) -> Sent:
    """Send a test message, to see whether the endpoint takes it."""
    actions.send_test(_own(request, endpoint_id).id, now=clock.now())
    return Sent(endpoint_id=endpoint_id)


@router.post(
    "/webhooks/endpoints/{uuid:endpoint_id}/replays",
    auth=_MANAGE,
    response=answers(Replayed, 404, 409, status=201, body=True),
)
@idempotent(201)
def replay_since(request: HttpRequest, endpoint_id: UUID, given: ReplayGiven) -> Replayed:
    """Send again everything that was meant for an endpoint since a moment."""
    found = _own(request, endpoint_id)
    return Replayed(deliveries=actions.replay_since(found.id, given.since, now=clock.now()))


@router.get(
    "/webhooks/endpoints/{uuid:endpoint_id}/deliveries",
    auth=_MANAGE,
    response=answers(Page[DeliveryTold], 404),
)
def list_deliveries(
    request: HttpRequest, endpoint_id: UUID, after: After, limit: Limit, state: _InState
) -> Page[DeliveryTold]:
    """List the deliveries to an endpoint, newest first."""
    found = queries.deliveries(
        _own(request, endpoint_id).id, state=state, before=number_after(after), limit=limit + 1
    )
    items, following = page(found, limit, lambda item: item.id)
    return Page(items=[DeliveryTold(**_delivery(item)) for item in items], next=following)


@router.get(
    "/webhooks/deliveries/{int:delivery_id}", auth=_MANAGE, response=answers(DeliveryWhole, 404)
)
def get_delivery(request: HttpRequest, delivery_id: _DeliveryId) -> DeliveryWhole:
    """Read a delivery with every try."""
    found = _own_delivery(request, delivery_id)
    log = [
        AttemptTold(**{name: getattr(one, name) for name in AttemptTold.model_fields})
        for one in queries.attempts(found.id)
    ]
    return DeliveryWhole(**_delivery(found), log=log)


@router.post(
    "/webhooks/deliveries/{int:delivery_id}/replays",
    auth=_MANAGE,
    response=answers(Sent, 404, 409, 422, status=201),
)
@idempotent(201)
def replay_delivery(request: HttpRequest, delivery_id: _DeliveryId) -> Sent:
    """Send a message again, under the same `webhook-id`."""
    found = _own_delivery(request, delivery_id)
    actions.replay_delivery(found.id, now=clock.now())
    return Sent(endpoint_id=found.endpoint_id)


def _own(request: HttpRequest, endpoint_id: UUID) -> Endpoint:
    return queries.endpoint(endpoint_id, owner=caller_of(request).owner)


def _own_delivery(request: HttpRequest, delivery_id: int) -> Delivery:
    found = queries.delivery(delivery_id)
    try:
        _own(request, found.endpoint_id)
    except UnknownEndpoint:
        raise UnknownDelivery(delivery_id=str(delivery_id)) from None
    return found


def _set_enabled(item: Endpoint, enabled: bool) -> Endpoint:
    if enabled == item.enabled:
        return item
    return actions.turn_on(item.id) if enabled else actions.turn_off(item.id, now=clock.now())


def _secret(endpoint_id: UUID) -> SecretTold:
    return SecretTold(secrets=queries.secrets(endpoint_id, clock.now()))


def _told(item: Endpoint) -> EndpointTold:
    return EndpointTold(**{name: getattr(item, name) for name in EndpointTold.model_fields})


def _delivery(item: Delivery) -> dict[str, Any]:
    told = {name: getattr(item, name) for name in DeliveryTold.model_fields}
    return told | {"message_id": f"msg_{item.message_id.hex}"}
