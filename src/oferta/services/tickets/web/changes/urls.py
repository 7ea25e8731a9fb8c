"""Addresses of the pages of what became of a performance, and of incidents."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
