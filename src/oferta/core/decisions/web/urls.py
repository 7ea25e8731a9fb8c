"""Addresses of decisions."""

from __future__ import annotations

from django.urls import path

from oferta.core.decisions.web import views

app_name = "decisions"
urlpatterns = [
    path("c/<str:token>/decisions/<uuid:decision_id>/", views.decision, name="decision"),
]
