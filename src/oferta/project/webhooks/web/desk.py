"""The desk's pages of webhooks: endpoints and their state, the log, replay, on and off."""

from __future__ import annotations

import json
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oferta.core.parties import audit
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.project.webhooks import actions, queries
from oferta.project.webhooks.errors import (
    BadEndpoint,
    EndpointDisabled,
    UnknownDelivery,
    UnknownEndpoint,
)
from oferta.project.webhooks.types import ASKED_FOR, OVERLAP, Delivery, Endpoint, NewEndpoint

PAGE = 50
OWNER_LENGTH_MAX = 100


@require_safe
@for_staff(Permission.MANAGE_TOKENS)
def endpoints(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List every endpoint."""
    found = [(item, _state_key(item)) for item in queries.endpoints()]
    return render(request, "webhooks/endpoints.html", {"actor": actor, "endpoints": found})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.MANAGE_TOKENS)
def add(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Take a new address, and show the secret that signs messages to it, this once."""
    language = language_of(request.LANGUAGE_CODE)
    error_key = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                made = actions.add_endpoint(_wanted(request, language), now=clock.now())
                _log(actor, "webhook.added", made.id)
        except BadEndpoint as error:
            error_key = f"webhooks.error.{error.field}"
        else:
            (secret,) = queries.secrets(made.id, clock.now())
            return render(request, "webhooks/added.html", {"endpoint": made, "secret": secret})
    context = {
        "actor": actor,
        "kinds": [(kind.value, f"webhooks.kind.{kind}") for kind in ASKED_FOR],
        "given": request.POST,
        "given_kinds": request.POST.getlist("kinds"),
        "error_key": error_key,
    }
    return render(request, "webhooks/add.html", context, status=422 if error_key else 200)


def _wanted(request: HttpRequest, language: Language) -> NewEndpoint:
    owner = request.POST.get("owner", "").strip()
    if not 0 < len(owner) <= OWNER_LENGTH_MAX or "\0" in owner:
        raise BadEndpoint(field="owner", given=owner[:20], expected="whose system")
    return NewEndpoint(
        owner=owner,
        url=request.POST.get("url", "").strip(),
        kinds=frozenset(request.POST.getlist("kinds")),
        note=request.POST.get("note", ""),
        contact=request.POST.get("contact", "").strip(),
        language=language,
    )


@require_safe
@for_staff(Permission.MANAGE_TOKENS)
def endpoint(request: HttpRequest, *, actor: Actor, endpoint_id: UUID) -> HttpResponse:
    """Show an endpoint and its latest deliveries."""
    item = _found(endpoint_id)
    context = {
        "actor": actor,
        "endpoint": item,
        "state_key": _state_key(item),
        "old_until": queries.old_secret_until(item.id, clock.now()),
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


@require_POST
@for_staff(Permission.MANAGE_TOKENS)
def rotate(request: HttpRequest, *, actor: Actor, endpoint_id: UUID) -> HttpResponse:
    """Make a new secret and show it this once; the old one signs beside it for a day."""
    item, now = _found(endpoint_id), clock.now()
    with transaction.atomic():
        secret = actions.rotate_secret(item.id, now=now)
        _log(actor, "webhook.rotated", item.id)
    context = {"endpoint": item, "secret": secret, "old_until": now + OVERLAP}
    return render(request, "webhooks/added.html", context)


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
