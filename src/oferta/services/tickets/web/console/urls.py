"""Addresses of the pages of the organiser: sales, what is owed, settlement."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
