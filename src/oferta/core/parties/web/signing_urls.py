"""Addresses to sign up, sign in and recover; names without a room are allauth's own."""

from __future__ import annotations

from allauth.mfa.base.views import AuthenticateView
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from oferta.core.parties.web import claiming, doors, signing  # noqa: F401 - doors knows `<door:…>`

_ours = [
    path("sign-in/code/", signing.by_code, name="by_code"),
    path("sign-in/code/confirm/", signing.confirm, name="confirm"),
    path("sign-in/recovery/", signing.recover, name="recover"),
    path("sign-in/lost-factor/", signing.lost_factor, name="lost_factor"),
    path("<door:token>/claim/", claiming.claim, name="claim"),
]
urlpatterns = [
    path("sign-up/", signing.sign_up, name="account_signup"),
    path("sign-in/", signing.SignIn.as_view(), name="account_login"),
    path("sign-out/", LogoutView.as_view(next_page="home"), name="account_logout"),
    path(
        "sign-in/second-factor/",
        AuthenticateView.as_view(template_name="sign_in/second_factor.html"),
        name="mfa_authenticate",
    ),
    path("sign-in/passkey/", signing.ByPasskey.as_view(), name="mfa_login_webauthn"),
    path("", include((_ours, "sign_in"))),
]
