"""Addresses of the API and of its reference."""

from __future__ import annotations

from django.urls import path, re_path

from oferta.project.rest.api import api
from oferta.project.rest.web import desk, views

app_name = "rest"
urlpatterns = [
    path("api/openapi.json", views.openapi, name="openapi"),
    path("api/docs", views.reference, name="docs"),
    path("api/docs/errors", views.errors, name="errors"),
    path("desk/api/", desk.tokens, name="tokens"),
    path("desk/api/<str:prefix>/revoke", desk.revoke, name="revoke"),
    path("api/v1/", api.urls),
    re_path(r"^api/v1/.*$", views.nothing, name="nothing"),
]
