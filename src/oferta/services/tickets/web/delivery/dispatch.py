"""The box office's list of paper forms: what is to be handed out or sent, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from oferta.core.parties import audit
from oferta.core.parties.errors import OwnAct
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of
from oferta.services.tickets.delivering import listing, shipping
from oferta.services.tickets.delivering.errors import (
    BadTrackingNumber,
    UnknownShipment,
    WrongStep,
)
from oferta.services.tickets.delivering.types import ShipmentState, ShipmentStepKind
from oferta.services.tickets.models import Shipment
from oferta.services.tickets.types import Delivery, TicketStatus
from oferta.services.tickets.web import parts
from oferta.services.tickets.web.shop.delivery import chip, steps

SHOWN = 200
VIEWS = (
    ShipmentState.WAITING,
    ShipmentState.SENT,
    ShipmentState.CAME_BACK,
    ShipmentState.DELIVERED,
)
KINDS = ("", Delivery.COURIER, Delivery.POST, Delivery.PICKUP)
_ACTS: Mapping[str, Callable[..., Shipment]] = {
    ShipmentStepKind.DELIVERED: shipping.delivered,
    ShipmentStepKind.CAME_BACK: shipping.came_back,
    ShipmentStepKind.REISSUED: shipping.reissue,
}


@require_safe
@for_staff(Permission.TAKE_PAYMENTS)
def queue(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show forms in one state, what must be there first at the top; whose they are is noted."""
    found, wanted, kind, code = _found(request)
    _note(actor, "delivery.listed", found)
    now, language = clock.now(), language_of(request.LANGUAGE_CODE)
    context = {
        "actor": actor,
        "views": [(one, f"tickets.delivery.show.{one}") for one in VIEWS],
        "kinds": [(one, f"tickets.delivery.kind.{one or 'all'}") for one in KINDS],
        "wanted": wanted,
        "kind": kind,
        "code": code,
        "forms": [_brief(one, language) | {"late": _late(one, now)} for one in found],
        "labels": any(hasattr(one, "address") for one in found),
    }
    return render(request, "tickets/delivery/dispatch.html", context)


@require_safe
@for_staff(Permission.TAKE_PAYMENTS)
def labels(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Return the addresses of the forms that are listed, to print and stick on."""
    # A large library that hardly a process needs: read when the first label is printed.
    from oferta.services.tickets.codes import labels as printed  # noqa: PLC0415

    found = [one for one in _found(request)[0] if hasattr(one, "address")]
    if not found:
        raise Http404
    _note(actor, "delivery.labels_printed", found)
    made = printed.pdf(
        [_label(one) for one in found],
        title=found[0].order.code,
        language=language_of(request.LANGUAGE_CODE),
    )
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="labels.pdf"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.TAKE_PAYMENTS)
def shipment(request: HttpRequest, *, actor: Actor, shipment_id: UUID) -> HttpResponse:
    """Show the forms of an order and note what became of them; that it was read is noted."""
    try:
        row = listing.one(shipment_id)
    except UnknownShipment as error:
        raise Http404(error.code) from None
    if request.method == "POST":
        return _act(request, actor, row)
    _note(actor, "delivery.read", [row])
    return _shown(request, actor, row)


def _act(request: HttpRequest, actor: Actor, row: Shipment) -> HttpResponse:
    act, now = request.POST.get("act", ""), clock.now()
    try:
        if act == ShipmentStepKind.SENT:
            shipping.sent(row.id, request.POST.get("number", ""), by=actor, now=now)
        elif act in _ACTS:
            _ACTS[act](row.id, by=actor, now=now)
        else:
            raise Http404
    except OwnAct as error:
        raise PermissionDenied(error.code) from None
    except BadTrackingNumber:
        return _shown(request, actor, row, wrong="tickets.delivery.no_number")
    except WrongStep:
        messages.error(request, "tickets.delivery.elsewhere", extra_tags="word")
    else:
        messages.success(request, f"tickets.delivery.step.{act}", extra_tags="word")
    audit.record(
        actor=actor,
        what=f"delivery.{act}",
        subject_kind="order",
        subject_id=row.order_id,
        parties=[row.order.party_id],
        now=now,
    )
    return redirect("tickets:shipment", row.id)


def _shown(request: HttpRequest, actor: Actor, row: Shipment, *, wrong: str = "") -> HttpResponse:
    language = language_of(request.LANGUAGE_CODE)
    tickets = row.order.tickets.filter(status=TicketStatus.VALID).select_related(
        "place__seat", "place__category"
    )
    context = {
        "actor": actor,
        **_brief(row, language),
        "wrong": wrong,
        "given": request.POST.get("number", ""),
        "steps": steps(row),
        "may": [one.value for one in shipping.may_become(row)],
        "tickets": [
            (one, parts.seat_place(one.place.seat, one.place.category.name))
            for one in tickets.order_by("serial")
        ],
    }
    return render(request, "tickets/delivery/shipment.html", context, status=422 if wrong else 200)


def _found(request: HttpRequest) -> tuple[list[Shipment], str, str, str]:
    wanted, kind = request.GET.get("show", ""), request.GET.get("kind", "")
    wanted = wanted if wanted in tuple(VIEWS) else ShipmentState.WAITING.value
    kind = kind if kind in KINDS else ""
    code = request.GET.get("code", "").strip()[:20]
    return list(listing.listed(wanted, kind=kind, code=code, limit=SHOWN)), wanted, kind, code


def _brief(row: Shipment, language: Language) -> dict[str, Any]:
    performance = row.order.performance
    return {
        "row": row,
        "order": row.order,
        "titled": parts.title(performance.titles, language),
        "zone": performance.hall.venue.time_zone,
        "starts_at": performance.starts_at,
        "kind_key": f"tickets.delivery.kind.{row.kind}",
        "chip": chip(row),
        "address": getattr(row, "address", None),
        "number_of": getattr(row, "tickets", 0),
    }


def _late(row: Shipment, now: Any) -> bool:
    over = row.state in (ShipmentState.WAITING, ShipmentState.SENT)
    return over and row.arrives_by is not None and row.arrives_by < now.date()


def _label(row: Shipment) -> list[str]:
    to = row.address
    city = ", ".join(part for part in (to.postcode, to.city, to.country) if part)
    lines = [to.recipient, to.street, city, to.phone, to.note, row.order.code]
    return [line for line in lines if line]


def _note(actor: Actor, what: str, found: list[Shipment]) -> None:
    whose = [one.order.party_id for one in found]
    audit.record(actor=actor, what=what, parties=whose, now=clock.now())
