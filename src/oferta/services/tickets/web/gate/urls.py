"""Addresses of the pages of who works at the door and at the box office."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
