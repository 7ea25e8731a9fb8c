"""Addresses of the pages of who buys: what is on, the hall, the order, one's tickets."""

from __future__ import annotations

from django.urls import URLPattern, path

from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`
from oferta.services.tickets.web.shop import door as _door  # noqa: F401 - it knows `<buyer:…>`
from oferta.services.tickets.web.shop import mine, order, performance, views, waiting_page

urlpatterns: list[URLPattern] = [
    path("tickets/", views.listing, name="listing"),
    path("tickets/<uuid:performance_id>/", performance.page, name="performance"),
    path("tickets/worker.js", mine.worker, name="ticket_worker"),
    path("<door:token>/tickets/", mine.listed, name="mine"),
    path("<buyer:token>/tickets/orders/<uuid:order_id>/", order.page, name="order"),
    path("<buyer:token>/tickets/orders/<uuid:order_id>/pay", order.pay, name="pay"),
    path("<buyer:token>/tickets/orders/<uuid:order_id>/abandon", order.abandon, name="abandon"),
    path("<buyer:token>/tickets/<uuid:ticket_id>/", mine.ticket, name="ticket"),
    path("<buyer:token>/tickets/<uuid:ticket_id>/code", mine.code, name="ticket_code"),
    path("<buyer:token>/tickets/<uuid:ticket_id>.pdf", mine.paper, name="ticket_paper"),
    path("<buyer:token>/tickets/<uuid:ticket_id>.pkpass", mine.wallet_pass, name="ticket_pass"),
    path("<door:token>/tickets/waiting/<uuid:performance_id>/", waiting_page.page, name="waiting"),
]
