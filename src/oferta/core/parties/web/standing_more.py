"""At the desk: evidence withdrawn, a student's status, who acts for an organisation."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from oferta.core.parties import identity, named
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.identity_errors import (
    BadAge,
    BadEvidence,
    NotAnOrganisation,
    UnknownEvidence,
)
from oferta.core.parties.identity_types import Checked, MemberRole
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.core.parties.web.standing_pages import (
    REASON_LENGTH_MAX,
    end_of,
    ensure_not_own,
    found_customer,
    note,
    shown_page,
)
from oferta.kernel import clock


@require_POST
@for_staff(Permission.RECORD_IDENTITY)
def withdraw(
    request: HttpRequest, *, actor: Actor, customer_id: UUID, evidence_id: UUID
) -> HttpResponse:
    """Let a proof count no more from now on."""
    del request
    found = found_customer(customer_id)
    ensure_not_own(actor, found)
    try:
        identity.withdraw_evidence(evidence_id, of=customer_id, now=clock.now())
    except UnknownEvidence as error:
        raise Http404(error.code) from None
    note(actor, "identity.withdrawn", found, evidence=str(evidence_id))
    return redirect("standing:page", customer_id)


@require_POST
@for_staff(Permission.RECORD_IDENTITY)
def student(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Grant a student's status by a paper that was seen (SV-33)."""
    found = found_customer(customer_id)
    ensure_not_own(actor, found)
    born, until = _day(request.POST.get("born", "")), end_of(request.POST.get("until", ""))
    reference = request.POST.get("reference", "").strip()[:REASON_LENGTH_MAX]
    if born is None or until is None or not reference:
        return shown_page(request, actor, found, "standing.error.student")
    checked = Checked(kind="student", tier=1, reference=reference, checked_by=actor.name)
    try:
        identity.grant_student(
            customer_id, born=born, checked=checked, until=until, now=clock.now()
        )
    except BadAge:
        return shown_page(request, actor, found, "standing.error.age")
    except BadEvidence:
        return shown_page(request, actor, found, "standing.error.expires_at")
    note(actor, "status.granted", found, kind=identity.STUDENT)
    return redirect("standing:page", customer_id)


@require_POST
@for_staff(Permission.RECORD_IDENTITY)
def withdraw_status(
    request: HttpRequest, *, actor: Actor, customer_id: UUID, status_id: UUID
) -> HttpResponse:
    """Let a status hold no more from now on."""
    del request
    found = found_customer(customer_id)
    ensure_not_own(actor, found)
    try:
        identity.withdraw_credential(status_id, of=customer_id, now=clock.now())
    except UnknownEvidence as error:
        raise Http404(error.code) from None
    note(actor, "status.withdrawn", found, status=str(status_id))
    return redirect("standing:page", customer_id)


@require_POST
@for_staff(Permission.RECORD_IDENTITY)
def member(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Let a person act for an organisation in a role; "" as the role: no longer."""
    found = found_customer(customer_id)
    given = request.POST.get("role", "")
    if given and given not in {role.value for role in MemberRole}:
        return shown_page(request, actor, found, "standing.error.member")
    person = named.customer(request.POST.get("person", ""))
    if person is None:
        return shown_page(request, actor, found, "standing.error.person")
    ensure_not_own(actor, found_customer(person))
    role = MemberRole(given) if given else None
    try:
        identity.set_member(customer_id, person, role, now=clock.now(), staff_id=actor.id)
    except (NotAnOrganisation, UnknownCustomer):
        return shown_page(request, actor, found, "standing.error.member")
    note(actor, "member.set", found, person=str(person), role=given)
    return redirect("standing:page", customer_id)


def _day(given: str) -> date | None:
    try:
        return parse_date(given)
    except ValueError:
        return None
