"""What operators offer of deliveries, at the desk: announced from a day on, and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from oferta.core.parties import audit
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel import clock
from oferta.kernel.money import BadMoney, Money, parse_money
from oferta.services.tickets.delivering import listing, offered
from oferta.services.tickets.delivering.errors import BadDeliveryOffer, UnknownDeliveryOffer
from oferta.services.tickets.delivering.types import NewDeliveryOffer
from oferta.services.tickets.models import Operator

_WRONG = 422
_TEXT_MAX = 100
_NUMBERS = {"closes_hours": "72", "days": "3"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Permission.SETTLE)
def offers(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show what is offered; a POST announces another delivery, or ends one."""
    wrong = ""
    if request.method == "POST":
        try:
            _act(request, actor)
        except BadDeliveryOffer as error:
            wrong = error.field
        else:
            return redirect("tickets:delivery_offers")
    now = clock.now()
    context = {
        "actor": actor,
        "offers": [
            {
                "row": one,
                "fee": Money(one.fee, one.currency),
                "kind_key": f"tickets.delivery.by.{one.kind}",
                "ended": one.offered_until is not None and one.offered_until <= now,
                "ahead": one.offered_from > now,
            }
            for one in listing.every_offer()
        ],
        "operators": list(Operator.objects.order_by("key").values_list("key", "name")),
        "kinds": [(one.value, f"tickets.delivery.by.{one}") for one in offered.KINDS],
        "given": request.POST or _NUMBERS | {"country": "RU"},
        "wrong": wrong,
    }
    return render(request, "tickets/delivery/offers.html", context, status=_WRONG if wrong else 200)


def _act(request: HttpRequest, actor: Actor) -> None:
    now, given = clock.now(), request.POST
    if given.get("act") == "withdraw":
        try:
            made = offered.withdraw(UUID(given.get("offer", "")), now=now)
        except (ValueError, UnknownDeliveryOffer):
            raise Http404 from None
        what = "withdrawn"
    else:
        made = offered.announce(_new(given.dict(), now), now=now, by=actor.id)
        what = "announced"
    audit.record(
        actor=actor,
        what=f"delivery.offer_{what}",
        subject_kind="delivery_offer",
        subject_id=made.id,
        now=now,
    )
    messages.success(request, f"tickets.delivery.offer_{what}", extra_tags="word")


def _new(given: Mapping[str, object], now: datetime) -> NewDeliveryOffer:
    text = {name: str(value).strip()[:_TEXT_MAX] for name, value in given.items()}
    try:
        fee = parse_money(f"{text.get('fee', '').replace(',', '.')} {text.get('currency', 'RUB')}")
    except BadMoney:
        raise BadDeliveryOffer(
            field="fee", given=text.get("fee", ""), expected="an amount, as 350 or 350.50"
        ) from None
    return NewDeliveryOffer(
        operator=text.get("operator", ""),
        kind=text.get("kind", ""),
        country=text.get("country", "").upper(),
        city=text.get("city", ""),
        fee=fee,
        offered_from=_day(text.get("offered_from", ""), now),
        closes_hours=_whole(text, "closes_hours"),
        days=_whole(text, "days"),
    )


def _day(written: str, now: datetime) -> datetime:
    """Return the first moment of an offer; from now on where no day, or one past, is named."""
    if not written:
        return now
    try:
        return max(now, datetime.fromisoformat(written).replace(tzinfo=UTC))
    except ValueError:
        raise BadDeliveryOffer(
            field="offered_from", given=written, expected="a day, as 2026-12-01"
        ) from None


def _whole(text: dict[str, str], field: str) -> int:
    written = text.get(field, "")
    if not (written.isascii() and written.isdigit() and len(written) < len("10000")):
        raise BadDeliveryOffer(field=field, given=written, expected="a whole number")
    return int(written)
