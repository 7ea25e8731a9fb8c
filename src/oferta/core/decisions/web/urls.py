"""Addresses of decisions."""

from __future__ import annotations

from django.urls import path

from oferta.core.decisions.web import views
from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`

app_name = "decisions"
urlpatterns = [
    path("<door:token>/decisions/<uuid:decision_id>/", views.decision, name="decision"),
]
