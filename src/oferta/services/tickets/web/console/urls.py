"""Addresses of the organiser's pages, of settlement at the desk, and of a customer's balance."""

from __future__ import annotations

from django.urls import URLPattern, path

from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`
from oferta.services.tickets.web.console import desk, organiser, purse, settlement

_OWN = "<door:token>/organiser/<slug:organiser_key>/"

urlpatterns: list[URLPattern] = [
    path("<door:token>/tickets/balance/", purse.purse, name="purse"),
    path("<door:token>/organiser/", organiser.home, name="console"),
    path(_OWN, organiser.organiser, name="organiser"),
    path(f"{_OWN}refunds/<uuid:unpaid_id>", organiser.refund_paid, name="organiser_paid"),
    path(
        f"{_OWN}performances/<uuid:show_id>/",
        organiser.performance,
        name="organiser_performance",
    ),
    path(f"{_OWN}settlements/<uuid:settled_id>/", settlement.settlement, name="settlement"),
    path(
        f"{_OWN}settlements/<uuid:settled_id>.csv",
        settlement.settlement_file,
        name="settlement_file",
    ),
    path(
        f"{_OWN}lines/<int:settled_line>/dispute",
        settlement.dispute_line,
        name="settlement_dispute",
    ),
    path("desk/tickets/settlement/", desk.overview, name="settling"),
    path(
        "desk/tickets/settlement/<slug:organiser_key>/", desk.organiser, name="settling_organiser"
    ),
    path(
        "desk/tickets/settlement/<slug:organiser_key>/performances/<uuid:show_id>/",
        desk.performance,
        name="settling_performance",
    ),
    path(
        "desk/tickets/settlement/payments/<uuid:payment_id>.<slug:kind>",
        desk.payment_file,
        name="transfer_file",
    ),
    path(
        "desk/tickets/settlement/payments/<uuid:payment_id>",
        desk.payment_ended,
        name="transfer_ended",
    ),
]
