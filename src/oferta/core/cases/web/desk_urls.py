"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from oferta.core.cases.web import desk

app_name = "desk"
urlpatterns = [
    path("desk/", desk.home, name="home"),
    path("desk/cases/<uuid:case_id>/", desk.case, name="case"),
    path("desk/cases/<uuid:case_id>/assign", desk.assign, name="assign"),
    path("desk/cases/<uuid:case_id>/resolve", desk.resolve, name="resolve"),
    path("desk/cases/<uuid:case_id>/approve", desk.approve, name="approve"),
    path("desk/cases/<uuid:case_id>/withdraw", desk.withdraw, name="withdraw"),
    path("desk/stopped/<uuid:decision_id>/open", desk.open_stopped, name="open_stopped"),
    path("desk/notices/<uuid:batch_id>/release", desk.release, name="release"),
]
