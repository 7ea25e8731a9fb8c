"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import path

from oferta.core.notices.web import views
from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`

app_name = "inbox"
urlpatterns = [path("<door:token>/", views.inbox, name="list")]
