"""Addresses of a customer's cases."""

from __future__ import annotations

from django.urls import path

from oferta.core.cases.web import customer
from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`

app_name = "cases"
urlpatterns = [
    path("<door:token>/decisions/<uuid:decision_id>/dispute", customer.dispute, name="dispute"),
    path("<door:token>/cases/", customer.cases, name="list"),
    path("<door:token>/cases/<uuid:case_id>/", customer.case, name="case"),
]
