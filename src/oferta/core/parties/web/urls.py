"""Addresses by which staff come and go; the pages are everybody's (`signing_urls`)."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import RedirectView

app_name = "staff"
urlpatterns = [
    path("desk/sign-in", RedirectView.as_view(url="/sign-in/?next=/desk/"), name="sign_in"),
    path("desk/sign-out", LogoutView.as_view(next_page="account_login"), name="sign_out"),
]
