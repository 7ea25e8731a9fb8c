"""A person's own security: factors, contacts, sessions, devices, and "this was not me"."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import ReauthenticateForm as FactorForm
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib.auth import REDIRECT_FIELD_NAME, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oferta.core.parties import known_devices, logins, queries
from oferta.core.parties.agents import known_as
from oferta.core.parties.contacts import masked, read_contact
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.login_errors import BadContact, ContactTaken, LastContact
from oferta.core.parties.login_types import Address, Change, Purpose
from oferta.core.parties.models import Login
from oferta.core.parties.types import Channel, Customer
from oferta.core.parties.web import devices, proofs
from oferta.core.parties.web.doors import SESSION
from oferta.core.parties.web.proofs import for_login, freshly
from oferta.core.parties.web.proving import Proof, TooManyCodes
from oferta.kernel import clock

HOME = "security:home"


@require_safe
@for_login
def home(request: HttpRequest, *, login: Login) -> HttpResponse:
    """Show everything that gets this person in, and where they are in now."""
    return _home(request, login)


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
@for_login
def confirm(request: HttpRequest, *, login: Login) -> HttpResponse:
    """Ask again for the strongest proof there is, before something that matters."""
    next_url = get_next_redirect_url(request, REDIRECT_FIELD_NAME) or ""
    error = ""
    if request.method == "POST":
        error = _proved_again(request, login)
        if not error:
            return redirect(next_url or HOME)
    contacts = logins.contacts_of(login.id)
    context = {
        "error": error if error != "sent" else "",
        "next": next_url,
        "has_factor": proofs.has_factor(login),
        "has_passkey": _passkeys(login).exists(),
        "has_password": login.has_usable_password(),
        "contacts": [(index, masked(item)) for index, item in enumerate(contacts)],
        "sent": Proof.under_way(request, Purpose.CONFIRM) is not None,
    }
    wrong = bool(context["error"])
    return render(request, "security/confirm.html", context, status=422 if wrong else 200)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@freshly
def password(request: HttpRequest, *, login: Login) -> HttpResponse:
    """Set a password; every other session ends."""
    errors: list[str] = []
    if request.method == "POST":
        given = request.POST.get("password", "")
        try:
            validate_password(given, login)
        except ValidationError as refused:
            errors = [item.code or "invalid" for item in refused.error_list]
        else:
            login.set_password(given)
            login.save(update_fields=["password"])
            update_session_auth_hash(request, login)
            devices.keep_signed_in(request, login)
            logins.tell(login, Change.PASSWORD, now=clock.now())
            return redirect(HOME)
    context = {"errors": errors, "contacts": logins.contacts_of(login.id), "login": login}
    return render(request, "security/password.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@freshly
def add_contact(request: HttpRequest, *, login: Login) -> HttpResponse:
    """Send a code to another contact, then put the contact on the login."""
    proof = Proof.under_way(request, Purpose.ADD)
    error = ""
    if request.method == "POST" and "code" in request.POST and proof is not None:
        error = _added(request, login, proof)
        if not error:
            return redirect(HOME)
    elif request.method == "POST":
        error = _sent_to(request, request.POST.get("contact", ""))
        proof = Proof.under_way(request, Purpose.ADD)
    context = {"error": error, "to": masked(proof.to) if proof else "", "given": request.POST}
    return render(request, "security/add_contact.html", context, status=422 if error else 200)


@require_POST
@freshly
def remove_contact(request: HttpRequest, *, login: Login) -> HttpResponse:
    """Take a contact off the login."""
    channel, _, address = request.POST.get("contact", "").partition(":")
    if channel not in set(Channel):
        raise Http404("contact")
    try:
        logins.remove_contact(
            login, Address(channel=Channel(channel), address=address), now=clock.now()
        )
    except LastContact:
        return _home(request, login, error="last_contact")
    return redirect(HOME)


class AddTotp(ActivateTOTPView):
    """Set up an authenticator app; the code that proves it counts as a proof of this session."""

    template_name = "security/totp.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leave an app that is set up as it is."""
        kinds = [Authenticator.Type.TOTP]
        if Authenticator.objects.filter(user=request.user.pk, type__in=kinds).exists():
            return redirect(HOME)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Keep the factor, and that the session proved it."""
        response: HttpResponse = super().form_valid(form)
        proofs.note(self.request, self.request.user, "mfa", type="totp")
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page the picture to scan as an address that our policy allows."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        form = found["form"]
        adapter = get_adapter()
        svg = adapter.build_totp_svg(adapter.build_totp_url(self.request.user, form.secret))
        return found | {"picture": f"data:image/svg+xml,{quote(svg)}", "secret": form.secret}


class AddPasskey(AddWebAuthnView):
    """Set up a passkey; it counts as a proof of this session."""

    template_name = "security/passkey.html"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Keep the passkey, and that the session proved it."""
        response: HttpResponse = super().form_valid(form)
        proofs.note(self.request, self.request.user, "mfa", type="webauthn")
        return response


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    """Prove again who one is, by a passkey."""

    template_name = "security/confirm_passkey.html"

    def _check_reauthentication_method_available(self, request: HttpRequest) -> None:
        """Be there for everybody: who has no passkey cannot answer."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Lead back to the other proofs."""
        del form
        return redirect("security:confirm")

    def get_default_success_url(self) -> str:
        """Lead to the page of security."""
        return resolve_url(HOME)


@require_POST
@freshly
def remove_factor(request: HttpRequest, *, login: Login, factor_id: int) -> HttpResponse:
    """Remove a factor at once: its owner proved one a moment ago."""
    delete_and_cleanup(request, get_object_or_404(Authenticator, id=factor_id, user=login))
    logins.tell(login, Change.FACTOR_REMOVED, now=clock.now())
    return redirect(HOME)


@require_POST
@for_login
def keep_factor(request: HttpRequest, *, login: Login) -> HttpResponse:
    """Stop the removal of a second factor that somebody asked for."""
    del request
    logins.cancel_removal(login, now=clock.now())
    return redirect(HOME)


@require_POST
@for_login
def end_session(request: HttpRequest, *, login: Login, session_id: int) -> HttpResponse:
    """End one session."""
    found = get_object_or_404(UserSession, id=session_id, user=login)
    found.end()
    if found.session_key == request.session.session_key:
        request.session.flush()
        return redirect("account_login")
    return redirect(HOME)


@require_POST
@for_login
def end_others(request: HttpRequest, *, login: Login) -> HttpResponse:
    """End every session but this one."""
    logins.end_sessions(login)
    devices.keep_signed_in(request, login)
    return redirect(HOME)


@require_POST
@for_login
def forget_device(request: HttpRequest, *, login: Login, device_id: int) -> HttpResponse:
    """Forget a device."""
    del request
    known_devices.forget_device(login.id, device_id)
    return redirect(HOME)


def _home(request: HttpRequest, login: Login, error: str = "") -> HttpResponse:
    customer = _greeted(request, login)
    contacts = logins.contacts_of(login.id)
    codes = Authenticator.objects.filter(user=login, type=Authenticator.Type.RECOVERY_CODES)
    context = {
        "login": login,
        "error": error,
        "contacts": [(f"{item.channel}:{item.address}", item) for item in contacts],
        "totp": Authenticator.objects.filter(user=login, type=Authenticator.Type.TOTP).first(),
        "passkeys": [(item, item.wrap().name) for item in _passkeys(login)],
        "codes_left": [len(item.wrap().get_unused_codes()) for item in codes],
        "sessions": [
            (item, known_as(item.user_agent)) for item in UserSession.objects.purge_and_list(login)
        ],
        "session_key": request.session.session_key,
        "devices": [(item, known_as(item.agent)) for item in known_devices.devices_of(login.id)],
        "removal_due": logins.removal_due(login.id),
        "is_customer": customer is not None,
        "shell": "plain.html" if customer is None else "customer.html",
        "token": SESSION,
    }
    return render(request, "security/home.html", context, status=422 if error else 200)


def _greeted(request: HttpRequest, login: Login) -> Customer | None:
    """Return the customer whose login it is, if any; the frame of the page greets them."""
    try:
        found = queries.customer_of_login(login.id)
    except UnknownCustomer:
        return None
    request.customer = found  # type: ignore[attr-defined]
    return found


def _passkeys(login: Login) -> Any:
    return Authenticator.objects.filter(user=login, type=Authenticator.Type.WEBAUTHN)


def _proved_again(request: HttpRequest, login: Login) -> str:
    """Take a proof; return what is wrong with it, "sent" if a code went out, "" if it is right."""
    given = request.POST
    if proofs.has_factor(login):
        form = FactorForm(user=login, data=given)
        if form.is_valid():
            form.save()
            return ""
        return _code_of(form)
    proof = Proof.under_way(request, Purpose.CONFIRM)
    if "password" in given:
        form = PasswordForm(user=login, data=given)
        error = "" if form.is_valid() else _code_of(form)
        method = "password"
    elif "code" in given and proof is not None:
        right = proof.right(given["code"]) and proof.to in logins.contacts_of(login.id)
        error = "" if right else "incorrect_code"
        method = "code"
    else:
        return _send_to_own(request, login)
    if not error:
        proofs.note(request, login, method)
    return error


def _send_to_own(request: HttpRequest, login: Login) -> str:
    contacts = dict(enumerate(logins.contacts_of(login.id)))
    chosen = request.POST.get("contact", "0")
    to = contacts.get(int(chosen) if chosen.isdecimal() else 0)
    if to is None:
        return "no_contact"
    try:
        Proof.start(request, to, Purpose.CONFIRM)
    except TooManyCodes:
        return "too_many_codes"
    return "sent"


def _code_of(form: forms.Form) -> str:
    codes = [item.code for items in form.errors.as_data().values() for item in items]
    return str(codes[0] or "invalid")


def _sent_to(request: HttpRequest, text: str) -> str:
    try:
        Proof.start(request, read_contact(text), Purpose.ADD)
    except BadContact:
        return "bad_contact"
    except TooManyCodes:
        return "too_many_codes"
    return ""


def _added(request: HttpRequest, login: Login, proof: Proof) -> str:
    if not proof.right(request.POST.get("code", "")):
        return "incorrect_code"
    try:
        logins.add_contact(login, proof.to, now=clock.now())
    except ContactTaken:
        return "contact_taken"
    return ""
