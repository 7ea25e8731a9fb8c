"""Addresses of the pages of refunds, and of the office's room for them."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
