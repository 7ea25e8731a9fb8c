"""Addresses of a customer's standing, for the desk."""

from __future__ import annotations

from django.urls import path

from oferta.core.parties.web import standing_more, standing_pages

app_name = "standing"
urlpatterns = [
    path("desk/customers/<uuid:customer_id>/standing/", standing_pages.page, name="page"),
    path(
        "desk/customers/<uuid:customer_id>/standing/evidence",
        standing_pages.evidence,
        name="evidence",
    ),
    path(
        "desk/customers/<uuid:customer_id>/standing/evidence/<uuid:evidence_id>/withdraw",
        standing_more.withdraw,
        name="withdraw",
    ),
    path(
        "desk/customers/<uuid:customer_id>/standing/student",
        standing_more.student,
        name="student",
    ),
    path(
        "desk/customers/<uuid:customer_id>/standing/statuses/<uuid:status_id>/withdraw",
        standing_more.withdraw_status,
        name="withdraw_status",
    ),
    path("desk/customers/<uuid:customer_id>/standing/member", standing_more.member, name="member"),
    path("desk/customers/<uuid:customer_id>/standing/block", standing_pages.block, name="block"),
    path("desk/customers/<uuid:customer_id>/standing/lift", standing_pages.lift, name="lift"),
]
