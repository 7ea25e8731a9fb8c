"""Addresses of the list of staff."""

from __future__ import annotations

from django.urls import path

from oferta.core.parties.web import staffing_pages

app_name = "staffing"
urlpatterns = [
    path("desk/staff/", staffing_pages.members, name="list"),
    path("desk/staff/<uuid:staff_id>/dismiss", staffing_pages.dismiss, name="dismiss"),
    path("desk/appointments/<uuid:appointment_id>/approve", staffing_pages.approve, name="approve"),
    path("desk/appointments/<uuid:appointment_id>/decline", staffing_pages.decline, name="decline"),
]
