"""One customer at the desk: who they are, what they have, everything that happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.cases import queries, timeline
from oferta.core.cases.web.pages import read, row_of, uuid_given
from oferta.core.decisions import purses
from oferta.core.parties import audit, blocks, identity
from oferta.core.parties import queries as parties
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.rules import masked
from oferta.core.parties.types import Actor, Customer, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.i18n import OWN_NAMES, language_of

#: Open cases shown above the timeline.
CASES_MAX = 20
REASON_LENGTH_MAX = 500


@require_safe
@for_staff(Permission.SEE_CUSTOMERS)
def customer(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Show a customer, with contacts masked."""
    return _page(request, actor, _found(customer_id))


@require_POST
@for_staff(Permission.REVEAL_CONTACTS)
def reveal(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Show a customer's contacts in full, this once, for a reason that the audit log keeps."""
    found = _found(customer_id)
    reason = request.POST.get("reason", "").strip()
    if not 0 < len(reason) <= REASON_LENGTH_MAX or "\0" in reason:
        return _page(request, actor, found, error_key="desk.reveal_needs_reason")
    audit.record(
        actor=actor,
        what="customer.revealed",
        subject_kind="customer",
        subject_id=found.id,
        parties=[found.id],
        reason=reason,
        now=clock.now(),
        details={"channels": sorted(found.contacts)},
    )
    return _page(request, actor, found, revealed=True)


def _credentials(customer_id: UUID) -> list[dict[str, Any]]:
    """Return the statuses of a customer that were not withdrawn, and whether they hold now."""
    now = clock.now()
    return [
        {
            "key": "desk.credential.student" if one.kind == "student" else "desk.credential.other",
            "until": one.holds_until,
            "ended": one.holds_until < now,
        }
        for one in identity.credentials_of(customer_id)
        if one.withdrawn_at is None
    ]


def _found(customer_id: UUID) -> Customer:
    try:
        return parties.customer(customer_id)
    except UnknownCustomer as error:
        raise Http404(error.code) from None


def _page(
    request: HttpRequest,
    actor: Actor,
    found: Customer,
    *,
    revealed: bool = False,
    error_key: str = "",
) -> HttpResponse:
    read(actor, "customer.read", "customer", found.id, [found.id])
    language = language_of(request.LANGUAGE_CODE)
    sees_cases = actor.may(Permission.SEE_CASES)
    sees_past = sees_cases and actor.may(Permission.SEE_DECISIONS)
    moments, older = (
        timeline.of_customer(found.id, language, before=uuid_given(request, "before"))
        if sees_past
        else ([], None)
    )
    open_cases = queries.cases_of_party(found.id, CASES_MAX) if sees_cases else []
    context = {
        "actor": actor,
        "shown": found,
        "speaks": OWN_NAMES[found.language],
        "contacts": [
            (f"desk.channel.{channel}", address if revealed else masked(address))
            for channel, address in sorted(found.contacts.items())
        ],
        "revealed": revealed,
        "blocked": blocks.in_force(found.id),
        "credentials": _credentials(found.id),
        "error_key": error_key,
        "may_reveal": actor.may(Permission.REVEAL_CONTACTS) and bool(found.contacts),
        "purses": purses.of_party(found.id) if actor.may(Permission.SEE_BALANCES) else None,
        "cases": [
            row_of(item) | {"overdue": item.due_at < clock.now()}
            for item in open_cases
            if item.is_open
        ],
        "moments": moments,
        "sees_past": sees_past,
        "older": older,
    }
    return render(request, "cases/desk_customer.html", context, status=422 if error_key else 200)
