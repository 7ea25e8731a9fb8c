"""Addresses of agreements, consents and the keys of receipts."""

from __future__ import annotations

from django.urls import path

from oferta.core.parties.web import agreeing

app_name = "agreements"
urlpatterns = [
    path("my/terms/", agreeing.listed, name="list"),
    path("my/terms/<slug:pack>/", agreeing.edition, name="edition"),
    path("my/terms/receipts/<uuid:agreement_id>", agreeing.receipt, name="receipt"),
    path("my/consents/", agreeing.consent, name="consents"),
    path("stop/<str:withdrawal>", agreeing.stop, name="stop"),
    path("keys", agreeing.keys, name="keys"),
    path("keys.json", agreeing.keys_json, name="keys_json"),
    path("keys.pem", agreeing.keys_pem, name="keys_pem"),
]
