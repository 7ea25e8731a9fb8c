"""The desk's pages of webhooks: endpoints and their state, the log, replay, on and off."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.parties import audit
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.project.webhooks import actions, queries
from oferta.project.webhooks.errors import EndpointDisabled, UnknownDelivery, UnknownEndpoint
from oferta.project.webhooks.types import Delivery, Endpoint

PAGE = 50


@require_safe
@for_staff(Permission.MANAGE_TOKENS)
def endpoints(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List every endpoint."""
    found = [(item, _state_key(item)) for item in queries.endpoints()]
    return render(request, "webhooks/endpoints.html", {"actor": actor, "endpoints": found})


@require_safe
@for_staff(Permission.MANAGE_TOKENS)
def endpoint(request: HttpRequest, *, actor: Actor, endpoint_id: UUID) -> HttpResponse:
    """Show an endpoint and its latest deliveries."""
    item = _found(endpoint_id)
    context = {
        "actor": actor,
        "endpoint": item,
        "state_key": _state_key(item),
        "deliveries": [
            (one, _delivery_key(one)) for one in queries.deliveries(item.id, limit=PAGE)
        ],
    }
    return render(request, "webhooks/endpoint.html", context)


@require_safe
@for_staff(Permission.MANAGE_TOKENS)
def delivery(request: HttpRequest, *, actor: Actor, delivery_id: int) -> HttpResponse:
    """Show every try of a delivery."""
    try:
        item = queries.delivery(delivery_id)
    except UnknownDelivery as error:
        raise Http404(error.code) from None
    attempts = [
        (one, json.dumps(json.loads(one.request), indent=1)) for one in queries.attempts(item.id)
    ]
    context = {
        "actor": actor,
        "delivery": item,
        "state_key": _delivery_key(item),
        "attempts": attempts,
    }
    return render(request, "webhooks/delivery.html", context)


@require_POST
@for_staff(Permission.MANAGE_TOKENS)
def replay(request: HttpRequest, *, actor: Actor, delivery_id: int) -> HttpResponse:
    """Send a message again."""
    del request
    try:
        item = queries.delivery(delivery_id)
        actions.replay_delivery(item.id, now=clock.now())
    except UnknownDelivery as error:
        raise Http404(error.code) from None
    except EndpointDisabled as error:
        return redirect("webhooks:endpoint", error.endpoint_id)
    _log(actor, "webhook.replayed", item.endpoint_id)
    return redirect("webhooks:endpoint", item.endpoint_id)


@require_POST
@for_staff(Permission.MANAGE_TOKENS)
def switch(request: HttpRequest, *, actor: Actor, endpoint_id: UUID) -> HttpResponse:
    """Turn an endpoint off, or on again."""
    del request
    item = _found(endpoint_id)
    if item.enabled:
        actions.turn_off(item.id, now=clock.now())
    else:
        actions.turn_on(item.id)
    _log(actor, "webhook.turned_off" if item.enabled else "webhook.turned_on", item.id)
    return redirect("webhooks:endpoint", item.id)


def _found(endpoint_id: UUID) -> Endpoint:
    try:
        return queries.endpoint(endpoint_id)
    except UnknownEndpoint as error:
        raise Http404(error.code) from None


def _state_key(item: Endpoint) -> str:
    if not item.enabled:
        return f"webhooks.state.{item.disabled_because}"
    return "webhooks.state.troubled" if item.failing_since else "webhooks.state.works"


def _delivery_key(item: Delivery) -> str:
    return f"webhooks.delivery.{item.state}"


def _log(actor: Actor, what: str, endpoint_id: UUID) -> None:
    audit.record(
        actor=actor,
        what=what,
        subject_kind="webhook",
        subject_id=endpoint_id,
        now=clock.now(),
    )
