"""Addresses of the pages of who works at the door and at the box office."""

from __future__ import annotations

from django.urls import URLPattern, path

from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`
from oferta.services.tickets.web.gate import asked, counter, door, holder, incidents

urlpatterns: list[URLPattern] = [
    path("gate/", door.gate_list, name="gates"),
    path("gate/worker.js", door.worker, name="gate_worker"),
    path("gate/incidents/", incidents.incident_list, name="gate_incidents"),
    path("gate/<uuid:gate_id>/", door.gate, name="gate"),
    path("gate/<uuid:gate_id>/list.json", door.gate_list_file, name="gate_file"),
    path("gate/<uuid:gate_id>/upload", door.upload, name="gate_upload"),
    path("desk/performances/<uuid:performance_id>/codes/", asked.page, name="phone_code"),
    path("<door:token>/tickets/<uuid:ticket_id>/hold/", holder.hold, name="hold"),
    path("counter/", counter.counter, name="counter"),
    path("counter/shift/", counter.shift, name="shift"),
    path("counter/sell/<uuid:performance_id>/", counter.sale, name="counter_sale"),
    path("counter/orders/<uuid:order_id>/", counter.order, name="counter_order"),
    path("counter/orders/<uuid:order_id>/cash", counter.hand_out, name="hand_out"),
    path("counter/tickets/<uuid:ticket_id>/form.pdf", counter.form, name="form"),
    path("counter/tickets/<uuid:ticket_id>/originals", counter.take_in, name="take_in"),
]
