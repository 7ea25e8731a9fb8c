"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from oferta.core.cases.web import desk, desk_cases, desk_customers, desk_decisions

app_name = "desk"
urlpatterns = [
    path("desk/", desk.home, name="home"),
    path("desk/find", desk.find, name="find"),
    path("desk/customers/<uuid:customer_id>/", desk_customers.customer, name="customer"),
    path("desk/customers/<uuid:customer_id>/reveal", desk_customers.reveal, name="reveal"),
    path("desk/decisions/<uuid:decision_id>/", desk_decisions.decision, name="decision"),
    path("desk/transfers/<uuid:transfer_id>/", desk_decisions.transfer, name="transfer"),
    path("desk/cases/<uuid:case_id>/", desk_cases.case, name="case"),
    path("desk/cases/<uuid:case_id>/assign", desk_cases.assign, name="assign"),
    path("desk/cases/<uuid:case_id>/hand-over", desk_cases.hand_over, name="hand_over"),
    path("desk/cases/<uuid:case_id>/evidence", desk_cases.add_evidence, name="evidence"),
    path("desk/cases/<uuid:case_id>/resolve", desk_cases.resolve, name="resolve"),
    path("desk/cases/<uuid:case_id>/tie", desk_cases.tie, name="tie"),
    path("desk/cases/<uuid:case_id>/approve", desk_cases.approve, name="approve"),
    path("desk/cases/<uuid:case_id>/withdraw", desk_cases.withdraw, name="withdraw"),
    path("desk/stopped/<uuid:decision_id>/open", desk.open_stopped, name="open_stopped"),
    path("desk/notices/<uuid:batch_id>/release", desk.release, name="release"),
]
