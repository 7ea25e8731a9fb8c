"""The address of the audit log."""

from __future__ import annotations

from django.urls import path

from oferta.core.parties.web import audit_pages

app_name = "audit"
urlpatterns = [path("desk/audit/", audit_pages.log, name="log")]
