"""Addresses of a customer's cases."""

from __future__ import annotations

from django.urls import path

from oferta.core.cases.web import customer

app_name = "cases"
urlpatterns = [
    path("c/<str:token>/decisions/<uuid:decision_id>/dispute", customer.dispute, name="dispute"),
    path("c/<str:token>/cases/", customer.cases, name="list"),
    path("c/<str:token>/cases/<uuid:case_id>/", customer.case, name="case"),
]
