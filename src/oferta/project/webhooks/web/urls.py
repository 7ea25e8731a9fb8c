"""Addresses of the desk's pages of webhooks."""

from __future__ import annotations

from django.urls import path

from oferta.project.webhooks.web import desk

app_name = "webhooks"
urlpatterns = [
    path("desk/webhooks/", desk.endpoints, name="endpoints"),
    path("desk/webhooks/new", desk.add, name="add"),
    path("desk/webhooks/<uuid:endpoint_id>/", desk.endpoint, name="endpoint"),
    path("desk/webhooks/<uuid:endpoint_id>/switch", desk.switch, name="switch"),
    path("desk/webhooks/<uuid:endpoint_id>/secret", desk.rotate, name="rotate"),
    path("desk/webhooks/deliveries/<int:delivery_id>/", desk.delivery, name="delivery"),
    path("desk/webhooks/deliveries/<int:delivery_id>/replay", desk.replay, name="replay"),
]
