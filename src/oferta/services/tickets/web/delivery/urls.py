"""Addresses of the desk's pages of paper forms."""

from __future__ import annotations

from django.urls import URLPattern, path

from oferta.services.tickets.web.delivery import dispatch, offers

urlpatterns: list[URLPattern] = [
    path("counter/forms/", dispatch.queue, name="dispatch"),
    path("counter/forms/labels.pdf", dispatch.labels, name="dispatch_labels"),
    path("counter/forms/<uuid:shipment_id>/", dispatch.shipment, name="shipment"),
    path("desk/tickets/deliveries/", offers.offers, name="delivery_offers"),
]
