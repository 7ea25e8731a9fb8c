"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import path

from oferta.core.notices.web import views
from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`

app_name = "inbox"
urlpatterns = [
    path("<door:token>/notices/", views.inbox, name="list"),
    path("<door:token>/notices/read", views.read_all, name="read_all"),
    path("<door:token>/notices/<uuid:notice_id>/", views.notice, name="notice"),
]
