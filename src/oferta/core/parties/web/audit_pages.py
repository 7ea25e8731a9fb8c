"""The auditor's page: the audit log by person, by subject, by day. Reading it is logged."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone
from django.views.decorators.http import require_safe

from oferta.core.parties import audit, queries, staffing
from oferta.core.parties.audit import Filter
from oferta.core.parties.types import Actor, AuditEntry, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock

PAGE = 50
#: Addresses of the pages about things, by the kind of thing.
_PAGES = {
    "customer": "desk:customer",
    "case": "desk:case",
    "decision": "desk:decision",
    "transfer": "desk:transfer",
}
WHAT_LENGTH_MAX = 64


@require_safe
@for_staff(Permission.READ_AUDIT)
def log(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the audit log, newest first."""
    given = {name: request.GET.get(name, "").strip() for name in ("who", "of", "what", "day")}
    wanted, wrong = _filter(given)
    audit.record(
        actor=actor,
        what="audit.read",
        parties=[wanted.party_id] if wanted.party_id else (),
        now=clock.now(),
        details={name: value for name, value in given.items() if value and name not in wrong},
    )
    found = audit.entries(wanted, before=_before(request), limit=PAGE + 1) if not wrong else []
    page = found[:PAGE]
    context = {
        "actor": actor,
        "lines": _lines(page),
        "given": given,
        "wrong": wrong,
        "members": staffing.members(),
        "more": page[-1] if len(found) > PAGE else None,
    }
    return render(request, "parties/audit.html", context, status=422 if wrong else 200)


def _filter(given: dict[str, str]) -> tuple[Filter, set[str]]:
    """Read the form; the second part names the fields that cannot be read."""
    wrong: set[str] = set()
    who, of = _uuid(given["who"], "who", wrong), None
    subject = given["of"]
    if subject:
        of = _party(subject)
    since = _day(given["day"], wrong)
    if len(given["what"]) > WHAT_LENGTH_MAX:
        wrong.add("what")
    return Filter(
        who_id=who,
        party_id=of,
        subject_id=subject if subject and of is None else "",
        what=given["what"],
        since=since,
        until=None if since is None else since + timedelta(days=1),
    ), wrong


def _uuid(text: str, name: str, wrong: set[str]) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        wrong.add(name)
        return None


def _party(text: str) -> UUID | None:
    """Return the customer of this id or key; None if the text names something else."""
    try:
        id_ = UUID(text)
    except ValueError:
        return queries.ids_by_key([text.replace("\0", "")]).get(text)
    return id_ if queries.names([id_]) else None


def _day(text: str, wrong: set[str]) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        wrong.add("day")
        return None
    return datetime(day.year, day.month, day.day, tzinfo=get_current_timezone())


def _before(request: HttpRequest) -> tuple[datetime, UUID] | None:
    given = request.GET.get("before", "")
    if not given:
        return None
    moment, _, id_ = given.partition("_")
    try:
        return datetime.fromisoformat(moment), UUID(id_)
    except ValueError:
        raise Http404("before") from None


def _lines(found: list[AuditEntry]) -> list[dict[str, Any]]:
    names = queries.names({party for line in found for party in line.parties})
    return [
        {
            "entry": line,
            "who_key": f"audit.who.{line.who}",
            "what_key": audit.words_of(line.what),
            "page": _PAGES.get(line.subject_kind, ""),
            "parties": [(party, names.get(party, "")) for party in line.parties],
            "details": sorted((name, str(value)) for name, value in line.details.items() if value),
        }
        for line in found
    ]
