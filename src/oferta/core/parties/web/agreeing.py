"""Pages of what a customer agreed to: editions, receipts, consents, and the public keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from oferta.core.parties import agreements, consents, joining, keyring, receipts
from oferta.core.parties.agreement_errors import NotAsked
from oferta.core.parties.agreement_types import Agreement, Circumstances, How, Standing
from oferta.core.parties.errors import BadLink, UnknownCustomer
from oferta.core.parties.purposes import purpose, purposes
from oferta.core.parties.types import Channel, Customer
from oferta.core.parties.web.access import for_customer
from oferta.core.parties.web.agreed import circumstances, page_language, today
from oferta.core.terms import shelf
from oferta.core.terms.diffing import Status, diff, grouped
from oferta.core.terms.wording import upper_first
from oferta.core.terms.writing import show_day
from oferta.kernel import clock
from oferta.kernel.i18n import OWN_NAMES, Language

_TONES = {Standing.BOUND: "good", Standing.ASKED: "warn", Standing.DECLINED: "bad"}


@require_safe
@for_customer(link=False)
def listed(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show how the customer stands to each pack of terms, and every receipt."""
    language = page_language(request)
    context = {
        "customer": customer,
        "token": token,
        "standings": [
            _standing(one, language) for one in agreements.standings(customer.id, today=today())
        ],
        "agreements": [_agreed(one, language) for one in agreements.agreements_of(customer.id)],
    }
    return render(request, "agreements/list.html", context)


@for_customer(link=False)
def edition(request: HttpRequest, *, customer: Customer, token: str, pack: str) -> HttpResponse:
    """Show what a newer edition changes, clause by clause, and take the customer's answer."""
    stands = agreements.standing(customer.id, pack, today=today())
    if stands is None:
        return _begin(request, customer, pack)
    if request.method == "POST":
        return _answered(request, customer, stands)
    agreements.note(  # that it was read: the weakest evidence, kept as such (RM-41, RM-46)
        customer.id, pack, How.VIEW, shown=circumstances(request), today=today(), now=clock.now()
    )
    language = page_language(request)
    found = diff(stands.pack, stands.accepted, stands.newest, language)
    context = {
        "customer": customer,
        "token": token,
        "row": _standing(stands, language),
        "before": stands.accepted.id,
        "after": stands.newest.id,
        "note": stands.newest.note[language],
        "falls": [upper_first(stands.pack.questions[one].label[language]) for one in stands.falls],
        "next": get_next_redirect_url(request) or "",
        "groups": [
            {
                "status": group[0].status,
                "status_key": f"published.status.{group[0].status}",
                "kind_key": f"published.kind.{group[0].kind}",
                "titles": [one.title for one in group],
                "changes": group[0].changes,
                "plain": group[0].status is not Status.CHANGED,
            }
            for group in grouped(found.items)
        ],
    }
    return render(request, "agreements/edition.html", context)


def _begin(request: HttpRequest, customer: Customer, pack: str) -> HttpResponse:
    """Show who accepted no edition yet the one in force, and take their click."""
    offered = joining.offer_of(pack, today=today())
    if offered is None:
        raise Http404("agreements")
    if request.method == "POST":
        if request.POST.get("edition") == offered.edition.id:
            read = [(pack, offered.edition.id)]
            joining.accept(customer.id, read, shown=circumstances(request), now=clock.now())
            messages.success(request, "agreements.accepted_now", extra_tags="word")
            return redirect(get_next_redirect_url(request) or "agreements:list")
        messages.warning(request, "agreements.page_changed", extra_tags="word")
    language = page_language(request)
    context = {
        "customer": customer,
        "token": "my",
        "pack": pack,
        "title": offered.pack.title[language],
        "publisher": offered.pack.publisher,
        "edition": offered.edition.id,
        "since": show_day(offered.edition.start, language),
        "next": get_next_redirect_url(request) or "",
    }
    return render(request, "agreements/begin.html", context)


def _answered(request: HttpRequest, customer: Customer, stands: agreements.Open) -> HttpResponse:
    now = clock.now()
    pack, asked = stands.pack.name, stands.newest
    # What was on the page when the button was pressed, not what came into force since.
    if request.POST.get("edition") != asked.id or stands.standing is Standing.BOUND:
        messages.warning(request, "agreements.page_changed", extra_tags="word")
        return redirect("agreements:edition", pack)
    if request.POST.get("answer") == "accept":
        shown = circumstances(request)
        agreements.accept(customer.id, asked, pack=pack, how=How.CLICK, shown=shown, now=now)
        messages.success(request, "agreements.accepted_now", extra_tags="word")
        return redirect(get_next_redirect_url(request) or "agreements:list")
    if request.POST.get("answer") == "decline":
        try:
            agreements.decline(customer.id, asked, pack=pack, now=now)
        except NotAsked:
            raise Http404("agreements") from None
        messages.info(request, "agreements.declined_now", extra_tags="word")
    return redirect("agreements:list")


@require_safe
@for_customer(link=False)
def receipt(
    request: HttpRequest, *, customer: Customer, token: str, agreement_id: UUID
) -> HttpResponse:
    """Give the customer the receipt of one agreement as a file."""
    del request, token
    found = agreements.agreement(customer.id, agreement_id)
    if found is None:
        raise Http404("receipt")
    answer = HttpResponse(found.receipt, content_type="application/json")
    name = f"receipt-{found.pack}-{found.edition}-{found.how.value}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _standing(one: agreements.Open, language: Language) -> dict[str, Any]:
    return {
        "pack": one.pack.name,
        "title": one.pack.title[language],
        "publisher": one.pack.publisher,
        "accepted": one.accepted.id,
        "newest": one.newest.id,
        "since": show_day(one.newest.start, language),
        "asks": one.standing is not Standing.BOUND,
        "declined": one.standing is Standing.DECLINED,
        "newer": one.newest.id != one.accepted.id,
        "tone": _TONES[one.standing],
        "key": f"agreements.standing.{one.standing}",
    }


def _agreed(one: Agreement, language: Language) -> dict[str, Any]:
    pack = shelf.terms().packs.get(one.pack)
    return {
        "one": one,
        "title": one.pack if pack is None else pack.title[language],
        "how_key": f"agreements.how.{one.how}",
        "language": OWN_NAMES[one.language],
    }


# --- consents -------------------------------------------------------------------------------------


@for_customer(link=False, owners=True)
def consent(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show each purpose with what the customer says to it, and keep what they say now."""
    language = page_language(request)
    if request.method == "POST":
        return _consented(request, customer)
    given = consents.consents(customer.id)
    context = {
        "customer": customer,
        "token": token,
        "any": bool(given),
        "purposes": [
            {
                "name": name,
                "title": item.versions[item.newest].title[language],
                "words": item.versions[item.newest].words[language],
                "version": item.newest,
                "channels": [
                    {
                        "name": channel.value,
                        "key": f"messages.channel.{channel.value}",
                        "given": (name, channel) in given,
                    }
                    for channel in Channel
                ],
            }
            for name, item in purposes().items()
        ],
        "history": [
            {
                "one": one,
                "title": purpose(one.purpose).versions[one.version].title[language],
                "key": "consents.gave" if one.given else "consents.withdrew",
                "channel_key": f"messages.channel.{one.channel.value}",
            }
            for one in consents.history(customer.id)
            if one.purpose in purposes()
        ],
    }
    return render(request, "agreements/consents.html", context)


def _consented(request: HttpRequest, customer: Customer) -> HttpResponse:
    shown, now = circumstances(request), clock.now()
    if "withdraw" in request.POST:
        consents.withdraw_all(customer.id, shown=shown, now=now)
        messages.success(request, "consents.withdrawn", extra_tags="word")
        return redirect("agreements:consents")
    for name, item in purposes().items():
        if request.POST.get(f"{name}-version") != str(item.newest):
            messages.warning(request, "agreements.page_changed", extra_tags="word")
            return redirect("agreements:consents")
    for name in purposes():
        for channel in Channel:
            wanted = f"{name}-{channel.value}" in request.POST
            consents.set_consent(customer.id, name, channel, given=wanted, shown=shown, now=now)
    messages.success(request, "consents.saved", extra_tags="word")
    return redirect("agreements:consents")


@csrf_exempt  # mail programs press this button themselves (RFC 8058); it does nothing but withdraw
def stop(request: HttpRequest, withdrawal: str) -> HttpResponse:
    """Withdraw consent to what an advertisement was sent for; the link needs no signing in."""
    try:
        party, name = consents.withdrawal_of(withdrawal)
        item = purpose(name)
    except (BadLink, UnknownCustomer):
        raise Http404("stop") from None
    language = page_language(request)
    done = request.method == "POST"
    if done:
        shown = Circumstances(language=language, page="/stop/")
        consents.withdraw_all(party, shown=shown, now=clock.now(), only=name)
    context = {"title": item.versions[item.newest].title[language], "done": done}
    answer = render(request, "agreements/stop.html", context)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


# --- keys -----------------------------------------------------------------------------------------


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Show the public keys of receipts, and how to prove one."""
    public = keyring.keys().public
    context = {"ids": list(public), "signing": next(iter(public))}
    return render(request, "agreements/keys.html", context)


@require_safe
def keys_json(_request: HttpRequest) -> JsonResponse:
    """Give the public keys as a JSON key set."""
    return JsonResponse(receipts.jwks(keyring.keys().public))


@require_safe
def keys_pem(_request: HttpRequest) -> HttpResponse:
    """Give the public keys as a PEM file."""
    answer = HttpResponse(
        receipts.public_pem(keyring.keys().public), content_type="application/x-pem-file"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="receipt-keys.pem"'
    return answer
