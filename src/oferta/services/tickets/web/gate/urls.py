"""Addresses of the pages of who works at the door and at the box office."""

from __future__ import annotations

from django.urls import URLPattern, path

from oferta.services.tickets.web.gate import door, incidents

urlpatterns: list[URLPattern] = [
    path("gate/", door.gate_list, name="gates"),
    path("gate/worker.js", door.worker, name="gate_worker"),
    path("gate/incidents/", incidents.incident_list, name="gate_incidents"),
    path("gate/<uuid:gate_id>/", door.gate, name="gate"),
    path("gate/<uuid:gate_id>/list.json", door.gate_list_file, name="gate_file"),
    path("gate/<uuid:gate_id>/upload", door.upload, name="gate_upload"),
]
