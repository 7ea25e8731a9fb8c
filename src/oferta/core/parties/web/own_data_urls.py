"""Addresses of a customer's own data."""

from __future__ import annotations

from django.urls import path

from oferta.core.parties.web import own_data

app_name = "data"
urlpatterns = [
    path("my/data/", own_data.home, name="home"),
    path("my/data/ask", own_data.ask, name="ask"),
    path("my/data/<uuid:export_id>.zip", own_data.download, name="download"),
    path("my/data/erasure", own_data.erasure, name="erasure"),
    path("my/data/erasure/stop", own_data.keep, name="keep"),
]
