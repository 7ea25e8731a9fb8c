"""Addresses of the published terms; they are cited, so they stay."""

from __future__ import annotations

from django.urls import path

from oferta.project.web.terms import trying_views, views

app_name = "terms"
urlpatterns = [
    path("terms/", views.packs, name="packs"),
    path("terms/<slug:pack>/", views.in_force, name="pack"),
    path("terms/<slug:pack>/compare", views.compare, name="compare"),
    path("terms/<slug:pack>/editions/<slug:edition>/", views.edition, name="edition"),
    path("terms/<slug:pack>/editions/<slug:edition>/examples", views.examples, name="examples"),
    path("terms/<slug:pack>/try/<slug:question>/", trying_views.try_it, name="try"),
]
