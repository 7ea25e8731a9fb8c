"""Addresses of the customer's own pages; each room adds its own under the same door."""

from __future__ import annotations

from django.urls import path

from oferta.core.decisions.web import statement
from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`
from oferta.project.web.my import views

app_name = "my"
urlpatterns = [
    path("<door:token>/", views.home, name="home"),
    path("<door:token>/statement/", statement.page, name="statement"),
    path("<door:token>/statement.csv", statement.download, name="statement_file"),
    path("my/profile/", views.profile, name="profile"),
    path("my/profile/details/", views.details, name="details"),
]
