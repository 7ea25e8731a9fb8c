"""Addresses of mass messages, answers to false ones, and "did we send this?"."""

from __future__ import annotations

from django.urls import path

from oferta.core.notices.web import check_page, mass_pages

app_name = "messages"
urlpatterns = [
    path("did-we-send-this", check_page.check, name="check"),
    path("desk/messages/", mass_pages.listed, name="list"),
    path("desk/messages/new", mass_pages.new, name="new"),
    path("desk/messages/<uuid:mass_id>/", mass_pages.show, name="show"),
    path("desk/messages/<uuid:mass_id>/submit", mass_pages.submit, name="submit"),
    path("desk/messages/<uuid:mass_id>/approve", mass_pages.approve, name="approve"),
    path("desk/messages/<uuid:mass_id>/stop", mass_pages.stop, name="stop"),
    path("desk/messages/false/new", mass_pages.new_false, name="new_false"),
    path("desk/messages/false/<uuid:false_id>/publish", mass_pages.publish_false, name="publish"),
    path(
        "desk/messages/false/<uuid:false_id>/withdraw", mass_pages.withdraw_false, name="withdraw"
    ),
]
