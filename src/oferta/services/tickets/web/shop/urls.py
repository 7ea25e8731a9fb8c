"""Addresses of the pages of who buys: what is on, the hall, the order, one's tickets."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
