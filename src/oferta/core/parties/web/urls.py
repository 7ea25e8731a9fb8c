"""Addresses for signing in to the desk."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

app_name = "staff"
urlpatterns = [
    path(
        "desk/sign-in",
        LoginView.as_view(template_name="parties/sign_in.html", next_page="desk:home"),
        name="sign_in",
    ),
    path("desk/sign-out", LogoutView.as_view(next_page="staff:sign_in"), name="sign_out"),
]
