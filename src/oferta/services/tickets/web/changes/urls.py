"""Addresses of the pages of what became of a performance, and of incidents."""

from __future__ import annotations

from django.urls import URLPattern, path

from oferta.services.tickets.web.changes import corrections, desk, mine, office, public
from oferta.services.tickets.web.shop import door as _door  # noqa: F401 - it knows `<buyer:…>`

urlpatterns: list[URLPattern] = [
    path("tickets/<uuid:performance_id>/history/", public.history, name="history"),
    path("tickets/incidents/", public.incident_list, name="incidents"),
    path("<buyer:token>/tickets/orders/<uuid:order_id>/change/", mine.choose, name="my_change"),
    path("desk/performances/", desk.listed, name="changes"),
    path("desk/performances/<uuid:performance_id>/", desk.change, name="change"),
    path("desk/performances/changes/<uuid:prepared_id>/", desk.proposal, name="proposal"),
    path("desk/corrections/", corrections.listed, name="corrections"),
    path("desk/corrections/<uuid:correction_id>/", corrections.correction, name="correction"),
    path("desk/corrections/of/<uuid:sold_line_id>/", corrections.correct, name="correct"),
    path("desk/regimes/", office.regime_list, name="regimes"),
    path("desk/office-incidents/", office.incident_desk, name="office_incidents"),
]
