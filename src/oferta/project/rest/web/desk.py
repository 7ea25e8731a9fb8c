"""The desk's page of tokens: who may call, how far, since when; make one, revoke one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from oferta.core.parties import audit
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.project.rest import actions, queries
from oferta.project.rest.errors import BadToken, UnknownToken
from oferta.project.rest.types import DESK_SCOPES, NewToken

DAYS_MAX = 3_650


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.MANAGE_TOKENS)
def tokens(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List the tokens; make one and show its text, once."""
    now, text, error = clock.now(), "", None
    if request.method == "POST":
        try:
            made, text = actions.create_token(
                _wanted(request.POST, now), created_by=actor.name, now=now
            )
        except OfertaError as refused:
            error = refused
        else:
            _log(actor, "token.created", made.prefix, now, {"scopes": list(made.scopes)})
    return render(request, "rest/tokens.html", _context(request, actor, now, text, error))


@require_POST
@for_staff(Permission.MANAGE_TOKENS)
def revoke(request: HttpRequest, *, actor: Actor, prefix: str) -> HttpResponse:
    """Let a token open nothing from now on."""
    del request
    now = clock.now()
    try:
        actions.revoke_token(prefix, now=now)
    except UnknownToken:
        return redirect("rest:tokens")
    _log(actor, "token.revoked", prefix, now, {})
    return redirect("rest:tokens")


def _context(
    request: HttpRequest, actor: Actor, now: datetime, text: str, error: OfertaError | None
) -> dict[str, Any]:
    return {
        "actor": actor,
        "text": text,
        "error": error,
        "given": request.POST if error else {},
        "given_scopes": request.POST.getlist("scopes") if error else [],
        "scopes": sorted(DESK_SCOPES),
        "tokens": [(item, item.works(now)) for item in queries.tokens()],
    }


def _wanted(posted: QueryDict, now: datetime) -> NewToken:
    days = posted.get("days", "")
    known = days.isascii() and days.isdecimal() and 0 < int(days) <= DAYS_MAX
    scopes = frozenset(posted.getlist("scopes"))
    if not scopes <= DESK_SCOPES:
        given, expected = ", ".join(sorted(scopes)), ", ".join(sorted(DESK_SCOPES))
        raise BadToken(field="scopes", given=given[:200], expected=expected)
    return NewToken(
        name=posted.get("name", ""),
        owner=posted.get("owner", ""),
        scopes=scopes,
        expires_at=now + timedelta(days=int(days)) if known else None,
    )


def _log(actor: Actor, what: str, prefix: str, now: datetime, details: dict[str, Any]) -> None:
    audit.record(
        actor=actor,
        what=what,
        subject_kind="token",
        subject_id=prefix,
        now=now,
        details=details,
    )
