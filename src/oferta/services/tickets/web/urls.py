"""Addresses of the ticket office's pages, room by room."""

from __future__ import annotations

from oferta.services.tickets.web.changes import urls as changes
from oferta.services.tickets.web.claims import urls as claims
from oferta.services.tickets.web.console import urls as console
from oferta.services.tickets.web.delivery import urls as delivery
from oferta.services.tickets.web.gate import urls as gate
from oferta.services.tickets.web.shop import urls as shop

app_name = "tickets"
urlpatterns = [
    *shop.urlpatterns,
    *claims.urlpatterns,
    *gate.urlpatterns,
    *delivery.urlpatterns,
    *changes.urlpatterns,
    *console.urlpatterns,
]
