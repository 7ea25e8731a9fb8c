"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import path

from oferta.core.notices.web import views

app_name = "inbox"
urlpatterns = [path("c/<str:token>/", views.inbox, name="list")]
