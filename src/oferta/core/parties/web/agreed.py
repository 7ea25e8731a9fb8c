"""Terms accepted on the way: on the page to sign up, and before doing something new."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from oferta.core.parties import agreements, joining, queries
from oferta.core.parties.agreement_types import Circumstances
from oferta.core.parties.models import Login
from oferta.core.parties.types import Customer
from oferta.kernel import clock
from oferta.kernel.i18n import Language, language_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPage:
    """Terms with a box to tick."""

    pack: str
    edition: str
    title: str
    publisher: str
    #: Whether this very edition was ticked; one that came meanwhile was not read.
    ticked: bool

    @property
    def field(self) -> str:
        """Return the name of its box."""
        return f"accept-{self.pack}"

    @property
    def read(self) -> tuple[str, str]:
        """Return what accepting it is kept as."""
        return (self.pack, self.edition)


def on_page(request: HttpRequest) -> list[OnPage]:
    """Return the terms that somebody who signs up accepts."""
    language = page_language(request)
    return [
        OnPage(
            pack=one.pack.name,
            edition=one.edition.id,
            title=one.pack.title[language],
            publisher=one.pack.publisher,
            ticked=request.POST.get(f"accept-{one.pack.name}") == one.edition.id,
        )
        for one in joining.offered(today=today())
    ]


def keep(request: HttpRequest, login: Login, read: Sequence[tuple[str, str]]) -> bool:
    """Keep what a newcomer accepted; return whether it was anything."""
    customer = queries.customer_of_login(login.id)
    shown = circumstances(request, page=resolve_url("account_signup"))
    return bool(joining.accept(customer.id, read, shown=shown, now=clock.now()))


def asked_first(request: HttpRequest, customer: Customer, pack: str) -> HttpResponse | None:
    """Return the way to the page that asks about terms, which leads back here; None: no need."""
    if not joining.must_answer(customer.id, pack, today=today()):
        return None
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else _page_of_form(request)
    where = resolve_url("agreements:edition", pack)
    return redirect(f"{where}?{urlencode({'next': back})}")


def _page_of_form(request: HttpRequest) -> str:
    """Return the page of ours on which a form stands: where it was sent to may only take forms."""
    told = request.headers.get("Referer", "")
    ours = {request.get_host()}
    if not url_has_allowed_host_and_scheme(told, ours, require_https=request.is_secure()):
        return request.path
    page = urlsplit(told)
    return f"{page.path}?{page.query}" if page.query else page.path


def circumstances(request: HttpRequest, *, page: str = "") -> Circumstances:
    """Return the language, page and session in which something is agreed to."""
    key = request.session.session_key or ""
    return Circumstances(
        language=page_language(request),
        page=(page or request.path)[:200],
        session=hashlib.sha256(key.encode()).hexdigest()[:16] if key else "",
    )


def page_language(request: HttpRequest) -> Language:
    """Return the language in which the page is shown."""
    return language_of(request.LANGUAGE_CODE or settings.LANGUAGE_CODE)


def today() -> int:
    """Return the coded day of now where the operator is."""
    return agreements.coded_day(timezone.localtime(clock.now()))
