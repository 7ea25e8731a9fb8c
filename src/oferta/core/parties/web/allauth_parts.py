# ruff: noqa: ARG002 - what allauth hands over is not all needed
"""Where allauth asks the project: who a login is, which stages a sign-in has, what is told to whom.

Names and arguments here are allauth's (it says user where we say login).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from oferta.core.parties import known_devices, logins
from oferta.core.parties.contacts import read_contact
from oferta.core.parties.login_errors import BadContact
from oferta.core.parties.login_types import Change
from oferta.core.parties.models import Login, Staff
from oferta.core.parties.web import devices, proofs
from oferta.core.parties.web.origin import client_address
from oferta.kernel import asking, clock

#: Wrong passwords: for a login and a device that it knows, and for a login from all unknown ones
#: together. Never for a network address alone, which many share: who knows the login's device, a
#: code or a passkey gets in while somebody else guesses.
PASSWORD_LIMIT = {"oferta_password": "5/5m/key,30/d/key"}

#: allauth's letters about factors to what we tell.
_TOLD: Mapping[str, Change] = {
    "mfa/email/totp_activated": Change.FACTOR_ADDED,
    "mfa/email/webauthn_added": Change.FACTOR_ADDED,
    "mfa/email/recovery_codes_generated": Change.RECOVERY_CODES,
    "mfa/email/totp_deactivated": Change.FACTOR_REMOVED,
    "mfa/email/webauthn_removed": Change.FACTOR_REMOVED,
}


class Backend(AuthenticationBackend):
    """Knows a password for a sign-in name or a proven contact."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Login | None:
        """Return the login if the password is right; a wrong name takes as long as a wrong one."""
        password = credentials.get("password", "")
        found = _named(str(credentials.get("username", "")))
        if found is None:
            Login().set_password(password)  # as long as checking would have taken
            return None
        right = found.check_password(password) and found.is_active
        return found if right else None

    def get_user(self, user_id: UUID) -> Login | None:
        """Return the login of a session, if it may still sign in; each page asks."""
        found = asking.found(Login, "id = %s", [user_id])
        return found[0] if found and self.user_can_authenticate(found[0]) else None


def _named(name: str) -> Login | None:
    found = Login.objects.filter(username=name.strip()).first()
    if found is not None:
        return found
    try:
        return logins.login_of(read_contact(name))
    except BadContact:
        return None


class LoginAdapter(DefaultAccountAdapter):
    """Sign-in as Oferta has it."""

    #: Codes, which the templates turn into words of the page's language.
    error_messages: ClassVar[dict[str, str]] = {
        name: name for name in DefaultAccountAdapter.error_messages
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse allauth's own way to sign up; ours proves a contact first."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a password after too many wrong ones, counted by login and device."""
        usage = ratelimit.consume(
            request,
            app="oferta",
            action="oferta_password",
            config=PASSWORD_LIMIT,
            key=_guessing_at(request, str(credentials.get("username", ""))),
        )
        if usage is None:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = usage

    def pre_login(self, request: HttpRequest, user: Login, **rest: Any) -> HttpResponse | None:
        """Send who owns a frozen login to recovery, whatever else they proved."""
        if user.frozen_at is not None and not proofs.proved_contact(request, user):
            return redirect("sign_in:recover")
        response: HttpResponse | None = super().pre_login(request, user, **rest)
        return response

    def login(self, request: HttpRequest, user: Login) -> None:
        """Sign in, unless the login was frozen while its second factor was being asked for.

        Staff sign in for a working day.
        """
        if user.frozen_at is not None and not proofs.proved_contact(request, user):
            raise ImmediateHttpResponse(redirect("sign_in:recover"))
        super().login(request, user)
        devices.shorten_for_staff(request)

    def post_login(self, request: HttpRequest, user: Login, **rest: Any) -> HttpResponse:
        """Note the device; a login that was frozen is recovered now, and asked for a password."""
        device = devices.read(request) or devices.new()
        if proofs.proved_factor(request, user):  # it is not lost, whoever said so
            logins.cancel_removal(user, now=clock.now())
        if user.frozen_at is not None:
            logins.recover(user, now=clock.now())
            devices.keep_signed_in(request, user)
            rest["redirect_url"] = resolve_url("security:home")
        response: HttpResponse = super().post_login(request, user, **rest)
        known_devices.note_device(user, device, devices.agent(request), now=clock.now())
        devices.write(response, device)
        devices.speak_on(request, response, user)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead staff to the desk and customers to their pages."""
        is_staff = Staff.objects.filter(login__username=request.user.get_username()).exists()
        is_customer = hasattr(request.user, "customer")
        return resolve_url("desk:home" if is_staff and not is_customer else "/my/")

    def get_login_stages(self) -> list[str]:
        """Ask for the second factor; contacts are proved before allauth comes in."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_reauthentication_methods(self, user: Login) -> list[dict[str, str]]:
        """Lead every wish for another proof to our page, which knows codes too."""
        url = resolve_url("security:confirm")
        return [{"id": "reauthenticate", "description": "", "url": url}]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the network address, as the nearest proxy saw it if one is trusted."""
        return client_address(request) or "127.0.0.1"

    def is_safe_url(self, url: str) -> bool:
        """Return whether an address to go on to is one of this site: a path, nothing else."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def respond_user_inactive(self, request: HttpRequest, user: Login) -> HttpResponse:
        """Lead back to signing in, as a wrong password does."""
        return redirect("account_login")

    def add_message(self, request: HttpRequest, *args: Any, **rest: Any) -> None:
        """Say nothing in allauth's words: our pages show what changed."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing in allauth's words."""

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Login,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell every contact of a change of factors, through the outbox and in their language."""
        what = _TOLD.get(template_prefix)
        if what is not None:
            logins.tell(user, what, now=clock.now())


class FactorAdapter(DefaultMFAAdapter):
    """Second factors as Oferta keeps them: secrets encrypted, errors as codes."""

    error_messages: ClassVar[dict[str, str]] = {
        name: name for name in DefaultMFAAdapter.error_messages
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the table."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret from the table."""
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """Return what an authenticator app shows above the code."""
        return "Oferta"

    def get_totp_label(self, user: Login) -> str:
        """Return what an authenticator app shows beside the code."""
        contacts = logins.contacts_of(user.id)
        return contacts[0].address if contacts else user.username

    def _get_user_identifier(self, user: Login) -> str:
        return self.get_totp_label(user)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name this site to a passkey."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Oferta"}

    def get_public_key_credential_user_entity(self, user: Login) -> dict[str, Any]:
        """Name the person to a passkey by what they sign in with."""
        name = self.get_totp_label(user)
        known = super().get_public_key_credential_user_entity(user)
        return {**known, "display_name": name, "name": name}

    def generate_authenticator_name(self, user: Login, type: Any) -> str:  # noqa: A002 - theirs
        """Return a number for a passkey that was given no name."""
        number = Authenticator.objects.filter(user=user, type=type).count()
        return f"#{number + 1}"


def _guessing_at(request: HttpRequest, name: str) -> str:
    """Return what a wrong password counts against."""
    found = _named(name)
    device = devices.read(request)
    if found is not None and device and known_devices.knows_device(found.id, device):
        return f"{found.id}:{known_devices.digest_of(device)}"
    return f"{found.id if found else _written_one_way(name)}:unknown"


def _written_one_way(name: str) -> str:
    """Return the name of nobody so that its spellings count together, as those of a login do."""
    try:
        return read_contact(name).address
    except BadContact:
        return name.strip().lower()


def _fernet() -> MultiFernet:
    secrets = [str(item) for item in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    digest = hashlib.sha256(b"oferta.parties.factor:" + secret.encode()).digest()
    return base64.urlsafe_b64encode(digest)
