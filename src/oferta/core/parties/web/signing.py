"""Sign up and sign in by a contact; recover what is lost."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import Login as SigningIn
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from oferta.core.parties import logins
from oferta.core.parties.contacts import masked, read_contact
from oferta.core.parties.login_errors import (
    BadContact,
    ContactTaken,
    NotForStaff,
    StillWaiting,
)
from oferta.core.parties.login_types import Purpose
from oferta.core.parties.models import Login
from oferta.core.parties.web import agreed, devices, proofs
from oferta.core.parties.web.claiming import claimed_in
from oferta.core.parties.web.proving import Proof, TooManyCodes
from oferta.kernel import clock
from oferta.kernel.i18n import language_of

HOME = "/my/"


class ByPasskey(LoginWebAuthnView):
    """Sign in with a passkey alone."""

    def form_invalid(self, form: object) -> HttpResponse:
        """Lead back, and say there that this passkey is not known."""
        del form
        return redirect(f"{resolve_url('account_login')}?passkey=unknown")


class SignIn(LoginView):
    """The page to sign in; a password is read here, codes and passkeys have their own addresses."""

    template_name = "sign_in/sign_in.html"

    def form_valid(self, form: object) -> HttpResponse:
        """Go on; allauth's form has just given the session its full length."""
        response: HttpResponse = super().form_valid(form)
        devices.shorten_for_staff(self.request)
        return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for a contact and send a code to it, whether or not it is known.

    The terms in force are accepted here, each by a box of its own (RM-41).
    """
    return _ask_contact(request, Purpose.SIGN_UP, "sign_in/sign_up.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    """Send a code to the contact that was typed on the sign-in page."""
    return _ask_contact(request, Purpose.SIGN_IN, "sign_in/by_code.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """Begin recovery: by a code to a proven contact, never by what one knows of a person (SV-106).

    What follows is a sign-in by code: the second factor, or a recovery code, is asked for as ever.
    """
    return _ask_contact(request, Purpose.SIGN_IN, "sign_in/recover.html")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the code and let its receiver in."""
    proof = Proof.under_way(request, Purpose.SIGN_UP, Purpose.SIGN_IN)
    if proof is None:
        return redirect("account_login")
    error = ""
    if request.method == "POST":
        if proof.right(request.POST.get("code", "")):
            return _let_in(request, proof)
        error = "incorrect_code"
        if Proof.under_way(request, proof.purpose) is None:
            return _again(request, proof)
    context = {"error": error, "to": masked(proof.to), "is_sms": proof.to.channel == "sms"}
    return render(request, "sign_in/confirm.html", context, status=422 if error else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lost_factor(request: HttpRequest) -> HttpResponse:
    """Have a lost second factor removed after a waiting time that every contact is told of.

    Only in the middle of a sign-in that proved a contact by a code.
    """
    stage = get_pending_stage(request)
    login = stage.login.user if stage is not None else None
    if stage is None or stage.key != AuthenticateStage.key or not isinstance(login, Login):
        return redirect("account_login")
    if not proofs.proved_contact(request, login):
        return redirect("sign_in:recover")
    error = ""
    if request.method == "POST":
        try:
            logins.ask_removal(login, now=clock.now())
            logins.finish_removal(login, now=clock.now())
        except StillWaiting:
            pass
        except NotForStaff:
            error = "not_for_staff"
        else:
            Authenticator.objects.filter(user=login).delete()
            response: HttpResponse = stage.exit()
            return response
    due = logins.removal_due(login.id)
    context = {"due": due, "error": error, "over": due is not None and due <= clock.now()}
    return render(request, "sign_in/lost_factor.html", context, status=422 if error else 200)


def _ask_contact(request: HttpRequest, purpose: Purpose, template: str) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_next(request) or HOME)
    error = ""
    given = request.POST.get("contact") or request.POST.get("login", "")
    offers = agreed.on_page(request) if purpose is Purpose.SIGN_UP else []
    if request.method == "POST":
        error = _start(request, purpose, given, offers)
        if not error:
            return redirect("sign_in:confirm")
    context = {"error": error, "given": given, "next": _next(request), "offers": offers}
    return render(request, template, context, status=422 if error else 200)


def _start(request: HttpRequest, purpose: Purpose, given: str, offers: list[agreed.OnPage]) -> str:
    """Send a code; return what stands in the way, "" if nothing does."""
    if not all(one.ticked for one in offers):
        return "terms_not_accepted"
    try:
        Proof.start(
            request,
            read_contact(given),
            purpose,
            next_url=_next(request),
            read=[one.read for one in offers],
        )
    except BadContact:
        return "bad_contact"
    except TooManyCodes:
        return "too_many_codes"
    return ""


def _again(request: HttpRequest, proof: Proof) -> HttpResponse:
    """Say that a new code is needed after too many wrong ones."""
    context = {"error": "code_over", "given": proof.to.address, "next": proof.state["next"]}
    return render(request, "sign_in/by_code.html", context, status=422)


def _let_in(request: HttpRequest, proof: Proof) -> HttpResponse:
    login, is_new = proof.login, False
    if login is None and proof.purpose is Purpose.SIGN_UP:
        login, is_new = _new_login(request, proof), True
        if login is not None and agreed.keep(request, login, proof.read):
            messages.success(request, "agreements.joined", extra_tags="word")
    if login is None or not login.is_active:
        return redirect("account_login")
    record_authentication(request, login, method="code", channel=proof.to.channel.value)
    next_url = proof.state["next"] or None
    signing_in = SigningIn(user=login, redirect_url=next_url, signup=is_new)
    response: HttpResponse = perform_login(request, signing_in)
    return response


def _new_login(request: HttpRequest, proof: Proof) -> Login | None:
    try:
        return logins.sign_up(
            proof.to,
            language=language_of(request.LANGUAGE_CODE),
            now=clock.now(),
            claiming=claimed_in(request),
        )
    except ContactTaken:  # signed up in another window meanwhile
        return proof.login


def _next(request: HttpRequest) -> str:
    return get_next_redirect_url(request, REDIRECT_FIELD_NAME) or ""
