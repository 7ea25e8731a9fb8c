"""Addresses of the club's pages."""

from __future__ import annotations

from django.urls import path

from oferta.services.club.web import boards, views

app_name = "club"
urlpatterns = [
    path("club/partners/", views.partner_list, name="partners"),
    path("desk/club/", boards.board, name="board"),
]
