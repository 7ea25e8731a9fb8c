"""At the desk: how far a customer's identity is known, and whether they may act."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.timezone import get_current_timezone
from django.views.decorators.http import require_POST, require_safe

from oferta.core.parties import audit, blocks, identity, queries
from oferta.core.parties.errors import BadCustomer, OwnAct, UnknownCustomer
from oferta.core.parties.identity_errors import BadEvidence
from oferta.core.parties.identity_types import SEEN, Checked, MemberRole
from oferta.core.parties.types import Actor, Customer, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language, language_of

REASON_LENGTH_MAX = 500


@require_safe
@for_staff(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Show the evidence, the tier that follows, statuses and blocks."""
    found = found_customer(customer_id)
    note(actor, "customer.read", found)
    return shown_page(request, actor, found)


@require_POST
@for_staff(Permission.RECORD_IDENTITY)
def evidence(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Keep what a member of staff saw: a document, a register's answer, the person."""
    found = found_customer(customer_id)
    ensure_not_own(actor, found)
    kind = request.POST.get("kind", "")
    try:
        identity.add_evidence(
            customer_id,
            Checked(
                kind=kind,
                tier=SEEN.get(kind, 0),
                reference=request.POST.get("reference", "")[:REASON_LENGTH_MAX],
                checked_by=actor.name,
                expires_at=end_of(request.POST.get("expires", "")),
            ),
            now=clock.now(),
        )
    except BadEvidence as error:
        return shown_page(request, actor, found, f"standing.error.{error.field}")
    note(actor, "identity.recorded", found, kind=kind)
    return redirect("standing:page", customer_id)


@require_POST
@for_staff(Permission.BLOCK)
def block(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Keep the customer from acting, by a published clause."""
    found = found_customer(customer_id)
    pack, _, rest = request.POST.get("clause", "").partition("/")
    edition, _, clause = rest.partition("/")
    reason = request.POST.get("reason", "")[:REASON_LENGTH_MAX]
    try:
        blocks.block(
            customer_id,
            reason=reason,
            clause=(pack, edition, clause),
            actor=actor,
            now=clock.now(),
        )
    except BadCustomer as error:
        return shown_page(request, actor, found, f"standing.error.{error.field}")
    except OfertaError as refused:
        return shown_page(request, actor, found, _reach_used_up(refused))
    return redirect("standing:page", customer_id)


@require_POST
@for_staff(Permission.LIFT_BLOCK)
def lift(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Let the customer act again."""
    found = found_customer(customer_id)
    reason = request.POST.get("reason", "")[:REASON_LENGTH_MAX].strip()
    if not reason:
        return shown_page(request, actor, found, "standing.error.reason")
    ensure_not_own(actor, found)
    try:
        blocks.lift(customer_id, reason=reason, actor=actor, now=clock.now())
    except OfertaError as refused:
        return shown_page(request, actor, found, _reach_used_up(refused))
    return redirect("standing:page", customer_id)


def ensure_not_own(actor: Actor, found: Customer) -> None:
    """Refuse who would decide about themselves."""
    try:
        queries.ensure_not_own(actor, found.id)
    except OwnAct as error:
        raise PermissionDenied(error.code) from None


def _reach_used_up(error: OfertaError) -> str:
    """Return the words for a block of which one person alone may tell nobody more today."""
    if error.code != "notices.reach_used_up":  # of a room above this one
        raise error
    return f"messages.error.{error.code}"


def shown_page(
    request: HttpRequest, actor: Actor, found: Customer, error_key: str = ""
) -> HttpResponse:
    """Show a customer's standing, with what was wrong if something was."""
    language = language_of(request.LANGUAGE_CODE)
    standing = blocks.in_force(found.id)
    context = {
        "shown": found,
        "evidence": [
            (item, f"standing.kind.{item.kind}") for item in identity.evidence_of(found.id)
        ],
        "statuses": identity.credentials_of(found.id),
        "organisation": identity.is_organisation(found.id),
        "members": _members(found.id),
        "roles": [(role.value, f"acting.role.{role}") for role in MemberRole],
        "standing": standing,
        "kinds": [(kind, f"standing.kind.{kind}") for kind in SEEN],
        "clauses": _clauses(language) if standing is None else [],
        "may_record": actor.may(Permission.RECORD_IDENTITY),
        "may_block": actor.may(Permission.BLOCK) and standing is None,
        "may_lift": actor.may(Permission.LIFT_BLOCK) and standing is not None,
        "error_key": error_key,
        "given": request.POST,
    }
    return render(request, "parties/standing.html", context, status=422 if error_key else 200)


def _members(customer_id: UUID) -> list[tuple[UUID, str, str]]:
    found = identity.members_of(customer_id)
    names = queries.names(one.person_id for one in found)
    return [(one.person_id, names[one.person_id], f"acting.role.{one.role}") for one in found]


def _clauses(language: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the clauses of the latest edition of each pack, by the pack's title."""
    return [
        (
            pack.title[language],
            [
                (f"{name}/{edition.id}/{clause}", edition.text[language][clause].title)
                for edition in pack.editions[-1:]
                for clause in edition.clauses
            ],
        )
        for name, pack in shelf.terms().packs.items()
    ]


def end_of(day: str) -> datetime | None:
    """Return the last moment of a day as a form writes it; None: it is no day."""
    try:
        found = parse_date(day)
    except ValueError:
        found = None
    if found is None:
        return None
    return datetime.combine(found, time.max, tzinfo=get_current_timezone())


def found_customer(customer_id: UUID) -> Customer:
    """Return a customer; one that is not there is a page that is not there."""
    try:
        return queries.customer(customer_id)
    except UnknownCustomer as error:
        raise Http404(error.code) from None


def note(actor: Actor, what: str, found: Customer, **details: Any) -> None:
    """Keep in the audit log what was read or done."""
    audit.record(
        actor=actor,
        what=what,
        subject_kind="customer",
        subject_id=found.id,
        parties=[found.id],
        now=clock.now(),
        details=details,
    )
