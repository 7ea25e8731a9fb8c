"""Pages of a customer's own data: the file with all of them, and erasure."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from oferta.core.parties import erasing, exporting
from oferta.core.parties.agreement_errors import ErasureObstructed, UnknownErasure, UnknownExport
from oferta.core.parties.agreement_types import ErasureState, ExportState
from oferta.core.parties.models import Login
from oferta.core.parties.types import Customer
from oferta.core.parties.web import acting, proofs
from oferta.core.parties.web.access import for_customer
from oferta.kernel import clock
from oferta.kernel.i18n import language_of

_TONES = {
    ExportState.ASKED: "info",
    ExportState.MADE: "good",
    ExportState.EXPIRED: "",
    ExportState.FAILED: "bad",
}


@require_safe
@for_customer(link=False, owners=True)
def home(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show the files made so far, and what is asked of erasure."""
    asked = exporting.exports(customer.id)
    erasures = erasing.erasures(customer.id)
    context = {
        "customer": customer,
        "token": token,
        "exports": [
            {
                "one": one,
                "tone": _TONES[one.state],
                "key": f"own_data.state.{one.state}",
                "kilobytes": max(1, one.size // 1024),
                "ready": one.state is ExportState.MADE,
            }
            for one in asked
        ],
        "making": any(one.state is ExportState.ASKED for one in asked),
        "waiting": next((one for one in erasures if one.state is ErasureState.WAITING), None),
        "refused": next(iter(erasures), None) if _last_refused(erasures) else None,
        "days": exporting.KEPT_DAYS,
    }
    return render(request, "own_data/home.html", context)


@require_POST
@for_customer(link=False, owners=True)
def ask(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Have the file made, for who proved just now who they are."""
    del token
    if (elsewhere := proved_first(request)) is not None:
        return elsewhere
    exporting.ask(customer.id, language=language_of(request.LANGUAGE_CODE), now=clock.now())
    messages.success(request, "own_data.asked", extra_tags="word")
    return redirect("data:home")


@require_safe
@for_customer(link=False, owners=True)
def download(
    request: HttpRequest, *, customer: Customer, token: str, export_id: UUID
) -> HttpResponse:
    """Give the customer their file, piece by piece, once they proved again who they are."""
    del token
    if (elsewhere := proved_first(request)) is not None:
        return elsewhere
    who = acting.who(request, customer)
    try:
        found, pieces = exporting.download(customer.id, export_id, who=who, now=clock.now())
    except UnknownExport:
        raise Http404("export") from None
    answer = StreamingHttpResponse(pieces, content_type="application/zip")
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return cast("HttpResponse", answer)  # whoever adds headers to it needs no more


@for_customer(link=False, owners=True)
def erasure(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Say what would be erased, what stays and why, and take the request.

    For who proved just now who they are: an open session is not enough to end everything.
    """
    if (elsewhere := proved_first(request)) is not None:
        return elsewhere
    obstacles = erasing.obstacles(customer.id)
    error_key = ""
    if request.method == "POST":
        if request.POST.get("sure") != "yes":
            error_key = "erasure.say_sure"
        else:
            error_key = _asked(request, customer)
        if not error_key:
            return redirect("data:home")
    context = {
        "customer": customer,
        "token": token,
        "obstacles": [_obstacle(one) for one in obstacles],
        "possible": all(one.can_give_up for one in obstacles),
        "kept": [
            (f"erasure.kept.{one.what}", f"erasure.ground.{one.ground}") for one in erasing.kept()
        ],
        "error_key": error_key,
        "days": erasing.days(),
    }
    return render(request, "own_data/erasure.html", context, status=400 if error_key else 200)


def _asked(request: HttpRequest, customer: Customer) -> str:
    try:
        gives_up = request.POST.getlist("gives_up")
        erasing.ask(customer.id, gives_up=gives_up, now=clock.now())
    except ErasureObstructed:
        return "erasure.obstructed"
    messages.success(request, "erasure.asked", extra_tags="word")
    return ""


@require_POST
@for_customer(link=False, owners=True)
def keep(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Think better of erasure."""
    del token
    try:
        erasing.withdraw(customer.id, now=clock.now())
    except UnknownErasure:
        raise Http404("erasure") from None
    messages.success(request, "erasure.withdrawn", extra_tags="word")
    return redirect("data:home")


def proved_first(request: HttpRequest) -> HttpResponse | None:
    """Return the way to proving again who one is, and back; None if that was done just now."""
    if proofs.is_fresh(request, cast("Login", request.user)):
        return None
    back = request.path if request.method in {"GET", "HEAD"} else resolve_url("data:home")
    return redirect_to_login(back, resolve_url("security:confirm"))


def _obstacle(one: erasing.Obstacle) -> dict[str, Any]:
    return {
        "code": one.code,
        "key": f"erasure.obstacle.{one.code}",
        "can_give_up": one.can_give_up,
        "give_up_key": f"erasure.give_up.{one.code}" if one.can_give_up else "",
    }


def _last_refused(erasures: list[Any]) -> bool:
    return bool(erasures) and erasures[0].state is ErasureState.REFUSED
