"""Addresses of a person's own security; names without a room are allauth's own."""

from __future__ import annotations

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import RedirectView

from oferta.core.parties.web import doors, not_me, security  # noqa: F401 - doors knows `<door:…>`
from oferta.core.parties.web.proofs import fresh_page

_ours = [
    path("my/security/", security.home, name="home"),
    path("my/security/confirm/", security.confirm, name="confirm"),
    path("my/security/password/", security.password, name="password"),
    path("my/security/contacts/add/", security.add_contact, name="add_contact"),
    path("my/security/contacts/remove/", security.remove_contact, name="remove_contact"),
    path(
        "my/security/factors/<int:factor_id>/remove/", security.remove_factor, name="remove_factor"
    ),
    path("my/security/factors/keep/", security.keep_factor, name="keep_factor"),
    path("my/security/sessions/<int:session_id>/end/", security.end_session, name="end_session"),
    path("my/security/sessions/end-others/", security.end_others, name="end_others"),
    path(
        "my/security/devices/<int:device_id>/forget/", security.forget_device, name="forget_device"
    ),
    path("<door:token>/security/not-me/", not_me.not_me, name="not_me"),
]
urlpatterns = [
    path(
        "my/security/factors/", RedirectView.as_view(pattern_name="security:home"), name="mfa_index"
    ),
    path(
        "my/security/factors/app/", fresh_page(security.AddTotp.as_view()), name="mfa_activate_totp"
    ),
    path(
        "my/security/factors/passkey/",
        fresh_page(security.AddPasskey.as_view()),
        name="mfa_add_webauthn",
    ),
    path(
        "my/security/confirm/passkey/",
        login_required(security.ConfirmByPasskey.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "my/security/recovery-codes/",
        fresh_page(ViewRecoveryCodesView.as_view(template_name="security/recovery_codes.html")),
        name="mfa_view_recovery_codes",
    ),
    path(
        "my/security/recovery-codes/new/",
        fresh_page(GenerateRecoveryCodesView.as_view(template_name="security/new_codes.html")),
        name="mfa_generate_recovery_codes",
    ),
    path("", include((_ours, "security"))),
]
