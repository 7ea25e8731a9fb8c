"""Who works here: the list of staff, and appointments that take two persons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from oferta.core.parties import staffing
from oferta.core.parties.errors import BadAppointment, NotStaff
from oferta.core.parties.types import Actor, Permission, Role
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError

#: Refusals that the page says in words of their own.
_SAID = frozenset({"own_act", "roles_exclude", "bad_appointment", "no_appointment"})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.APPROVE_APPOINTMENTS)
def members(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List staff and what waits; take a proposal, for somebody new or (`?of=`) for one of them."""
    error: OfertaError | None = None
    if request.method == "POST":
        try:
            _propose(request, actor)
        except OfertaError as refused:
            error = refused
        else:
            messages.success(request, "staffing.proposed", extra_tags="word")
            return redirect("staffing:list")
    context = {
        "actor": actor,
        "members": [_told(one, one.roles) for one in staffing.members()],
        "waiting": [
            _told(one, one.roles) | {"own": one.by_id == actor.id} for one in staffing.waiting()
        ],
        "roles": [(role.value, f"staff.role.{role}") for role in Role],
        "may_propose": actor.may(Permission.APPOINT_STAFF),
        **_given(request),
        "error": error,
        "error_key": _key(error) if error else "",
    }
    return render(request, "parties/staffing.html", context, status=422 if error else 200)


@require_POST
@for_staff(Permission.APPROVE_APPOINTMENTS)
def approve(request: HttpRequest, *, actor: Actor, appointment_id: UUID) -> HttpResponse:
    """Put an appointment into force, as its second person."""
    return _do(request, lambda: staffing.approve(appointment_id, actor=actor, now=clock.now()))


@require_POST
@for_staff(Permission.APPROVE_APPOINTMENTS)
def decline(request: HttpRequest, *, actor: Actor, appointment_id: UUID) -> HttpResponse:
    """Drop a proposed appointment."""
    return _do(request, lambda: staffing.decline(appointment_id, actor=actor, now=clock.now()))


@require_POST
@for_staff(Permission.APPOINT_STAFF)
def dismiss(request: HttpRequest, *, actor: Actor, staff_id: UUID) -> HttpResponse:
    """Take all roles from a member of staff at once."""
    reason = request.POST.get("reason", "")
    return _do(
        request,
        lambda: staffing.dismiss(staff_id, reason=reason, actor=actor, now=clock.now()),
    )


def _given(request: HttpRequest) -> dict[str, Any]:
    """Return what the form holds: what was sent, or the roles of the one that is to change."""
    if request.method == "POST" or "of" not in request.GET:
        return {"given": request.POST, "given_roles": request.POST.getlist("roles")}
    try:
        of = staffing.member(UUID(request.GET["of"]))
    except (ValueError, NotStaff):
        raise Http404("staff") from None
    given = {"login": of.login, "name": of.name}
    return {"given": given, "given_roles": [role.value for role in of.roles]}


def _propose(request: HttpRequest, actor: Actor) -> None:
    given = request.POST.getlist("roles")
    if not set(given) <= {role.value for role in Role}:
        raise BadAppointment(field="roles", given=",".join(given)[:50], expected="known roles")
    staffing.propose(
        request.POST.get("login", "").replace("\0", "").strip(),
        name=request.POST.get("name", ""),
        roles=[Role(item) for item in given],
        reason=request.POST.get("reason", ""),
        actor=actor,
        now=clock.now(),
    )


def _do(request: HttpRequest, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except OfertaError as error:
        messages.error(request, _key(error), extra_tags="word")
    return redirect("staffing:list")


def _told(item: object, roles: tuple[Role, ...]) -> dict[str, Any]:
    return {"one": item, "role_keys": [f"staff.role.{role}" for role in roles]}


def _key(error: OfertaError) -> str:
    name = error.code.rpartition(".")[2]
    return f"staffing.refused.{name if name in _SAID else 'other'}"
