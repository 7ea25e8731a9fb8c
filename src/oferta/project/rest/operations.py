"""Addresses of the operations of the API."""

from __future__ import annotations

from django.urls import path

from oferta.project.rest.api import api

urlpatterns = [path("", api.urls)]
