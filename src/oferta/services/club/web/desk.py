"""The club at the desk: a member's membership and cards, cards to add, what looks like fraud."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from oferta.core.cases import queries as cases
from oferta.core.cases.web.pages import read
from oferta.core.parties import audit
from oferta.core.parties import queries as parties
from oferta.core.parties.errors import OwnAct, UnknownCustomer
from oferta.core.parties.types import Actor, Customer, Permission, Who, WhoKind
from oferta.core.parties.web.staff_access import for_staff
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language, language_of
from oferta.services.club.errors import (
    BadCard,
    CardTaken,
    HasLeft,
    NotAdmitted,
    UnknownCard,
    UnknownCardRequest,
    UnknownMember,
)
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.fraud import looking
from oferta.services.club.fraud.watching import PACK as WATCH
from oferta.services.club.membership import cards, joining, requests
from oferta.services.club.models import PRODUCTS, Card, MembershipChange
from oferta.services.club.pages import holding
from oferta.services.club.web.cards import product_name, shown

CHANGES_SHOWN, REQUESTS_SHOWN = 30, 100
_OF_CARD = ("act", "number", "new", "product")
#: What a refusal is called on the page; any other error is none of these acts'.
_REFUSED: dict[type[OfertaError], str] = {
    BadCard: "club.desk.error.bad",
    CardTaken: "club.desk.error.taken",
    HasLeft: "club.desk.error.left",
    NotAdmitted: "club.desk.error.not_admitted",
    UnknownCard: "club.desk.error.unknown_card",
    UnknownCardRequest: "club.desk.error.answered",
    UnknownMember: "club.desk.error.no_member",
}
_TONES = {"open": "warn", "confirmed": "bad", "cleared": "good"}


@require_safe
@for_staff(Permission.SEE_CUSTOMERS)
def member(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Show a customer's membership: since when, what happened, and every card."""
    found = _customer(customer_id)
    read(actor, "club.member_read", "customer", found.id, [found.id])
    language = language_of(request.LANGUAGE_CODE)
    rows = Card.objects.filter(member_id=found.id).order_by("until", "-id")
    changes = MembershipChange.objects.filter(member_id=found.id).select_related("card")
    context = {
        "actor": actor,
        "shown": found,
        "member": holding.member(found.id),
        "in_use": [shown(one, language) for one in rows if one.until is None],
        "gone": [shown(one, language) for one in rows if one.until is not None],
        "changes": [
            (one, f"club.change.{one.kind}", f"club.by.{one.by}")
            for one in changes.order_by("-id")[:CHANGES_SHOWN]
        ],
        "products": _products(language),
        "may_change": actor.may(Permission.RECORD_IDENTITY),
        "pack": PACK,
    }
    return render(request, "club/desk_member.html", context)


@require_POST
@for_staff(Permission.RECORD_IDENTITY)
def enrol(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Let a customer join, or come back: the terms decide (BC-03)."""

    def act() -> None:
        joining.join(customer_id, by=_by(actor), now=clock.now())

    return _done(request, actor, customer_id, "enrolled", act)


@require_POST
@for_staff(Permission.RECORD_IDENTITY)
def leave(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Let a member leave, who asked for it."""

    def act() -> None:
        joining.leave(customer_id, by=_by(actor), now=clock.now())

    return _done(request, actor, customer_id, "let_leave", act)


@require_POST
@for_staff(Permission.RECORD_IDENTITY)
def card(request: HttpRequest, *, actor: Actor, customer_id: UUID) -> HttpResponse:
    """Add a card that was seen, put one in another's place, close one, or note that one is lost."""
    given = {name: request.POST.get(name, "").strip() for name in _OF_CARD}
    by, now = _by(actor), clock.now()
    today, number = day_of(now), given["number"]
    acts: dict[str, Callable[[], object]] = {
        "add": lambda: cards.add(
            customer_id,
            number,
            product=request.POST.get("product", ""),
            since=today,
            by=by,
            now=now,
        ),
        "lose": lambda: cards.lose(customer_id, number, on=today, by=by, now=now),
        "close": lambda: cards.close(customer_id, number, on=today, by=by, now=now),
        "replace": lambda: cards.replace(
            customer_id, number, given["new"], on=today, by=by, now=now
        ),
    }
    if given["act"] not in acts:
        raise Http404("act")
    return _done(request, actor, customer_id, f"card_{given['act']}", acts[given["act"]])


@require_safe
@for_staff(Permission.RECORD_IDENTITY)
def card_requests(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List the cards that members ask to have added, the longest waiting first."""
    found = requests.waiting(REQUESTS_SHOWN)
    read(actor, "club.card_requests_read", "", "", {one.party_id for one in found})
    language = language_of(request.LANGUAGE_CODE)
    rows = [(one, product_name(one.product, language)) for one in found]
    return render(request, "club/desk_cards.html", {"actor": actor, "rows": rows})


@require_POST
@for_staff(Permission.RECORD_IDENTITY)
def answer_request(request: HttpRequest, *, actor: Actor, request_id: UUID) -> HttpResponse:
    """Add the card by a proof that was seen, or say why not."""
    because, now = request.POST.get("because", ""), clock.now()
    try:
        if request.POST.get("answer") == "refuse":
            requests.refuse(request_id, reason=because, actor=actor, now=now)
        else:
            requests.confirm(request_id, proof=because, actor=actor, now=now)
    except OfertaError as error:
        _say(request, error)
    else:
        messages.success(request, "club.desk.answered", extra_tags="word")
    return redirect("club:card_requests")


@require_safe
@for_staff(Permission.SEE_CASES, Permission.SEE_CUSTOMERS)
def suspicions(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List what looked like fraud, with its case and what came of it."""
    chosen = request.GET.get("show", "open")
    if chosen not in looking.SHOWN:
        raise Http404("filter")
    found = looking.listed(chosen)
    read(actor, "club.suspicions_read", "", "", {one.party_id for one in found})
    labels = shelf.terms().pack(WATCH).facts["pattern"].value_labels
    language = language_of(request.LANGUAGE_CODE)
    names = parties.names(one.party_id for one in found)
    numbers = cases.numbers(one.case_id for one in found)
    context = {
        "actor": actor,
        "filters": [
            (name, f"club.suspicions.{name}", number) for name, number in looking.counts().items()
        ],
        "chosen": chosen,
        "pack": WATCH,
        "rows": [
            {
                "one": one,
                "kind": labels[one.kind][language],
                "name": names.get(one.party_id, ""),
                "number": numbers.get(one.case_id),
                "state_key": f"club.suspicions.{one.state}",
                "tone": _TONES[one.state],
            }
            for one in found
        ],
    }
    return render(request, "club/desk_suspicions.html", context)


def _done(
    request: HttpRequest, actor: Actor, customer_id: UUID, what: str, act: Callable[[], object]
) -> HttpResponse:
    found = _customer(customer_id)
    try:
        parties.ensure_not_own(actor, found.id)
        act()
    except OwnAct as error:
        raise PermissionDenied(error.code) from None
    except OfertaError as error:
        _say(request, error)
    else:
        audit.record(
            actor=actor,
            what=f"club.{what}",
            subject_kind="customer",
            subject_id=found.id,
            parties=[found.id],
            now=clock.now(),
        )
        messages.success(request, "club.desk.done", extra_tags="word")
    return redirect("club:desk_member", customer_id)


def _say(request: HttpRequest, error: OfertaError) -> None:
    if isinstance(error, OwnAct):
        raise PermissionDenied(error.code) from None
    if type(error) not in _REFUSED:
        raise error
    messages.error(request, _REFUSED[type(error)], extra_tags="word")


def _products(language: Language) -> list[tuple[str, str]]:
    return [(name, product_name(name, language)) for name in PRODUCTS]


def _by(actor: Actor) -> Who:
    return Who(
        kind=WhoKind.STAFF,
        id=actor.id,
        name=actor.name,
        session=actor.session,
        address=actor.address,
    )


def _customer(customer_id: UUID) -> Customer:
    try:
        return parties.customer(customer_id)
    except UnknownCustomer as error:
        raise Http404(error.code) from None
