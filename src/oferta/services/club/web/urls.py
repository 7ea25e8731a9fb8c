"""Addresses of the club's pages."""

from __future__ import annotations

from django.urls import path

from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`
from oferta.services.club.web import (
    asking,
    boards,
    calculating,
    cards,
    console,
    desk,
    member,
    redeeming,
    views,
)

app_name = "club"
urlpatterns = [
    path("club/partners/", views.partner_list, name="partners"),
    path("club/guide/", views.guide, name="guide"),
    path("<door:token>/club/", member.home, name="home"),
    path("<door:token>/club/statement/", member.bonus_statement, name="statement"),
    path("<door:token>/club/campaigns/", member.campaigns, name="campaigns"),
    path("<door:token>/club/calculator/", calculating.calculator, name="calculator"),
    path("<door:token>/club/pay/", redeeming.pay, name="pay"),
    path("<door:token>/club/why/", asking.ask, name="ask"),
    path("<door:token>/club/cards/", cards.listed, name="cards"),
    path("<door:token>/club/cards/asked", cards.ask, name="ask_card"),
    path("<door:token>/club/join", member.join, name="join"),
    path("<door:token>/club/leave", member.leave, name="leave"),
    path("<door:token>/club/partner/", console.partner_home, name="console"),
    path("<door:token>/club/partner/<slug:partner_key>/", console.partner, name="partner"),
    path(
        "<door:token>/club/partner/<slug:partner_key>/settlements/<uuid:settlement_id>/",
        console.settlement,
        name="settlement",
    ),
    path(
        "<door:token>/club/partner/<slug:partner_key>/settlements/<uuid:settlement_id>.<slug:kind>",
        console.settlement_file,
        name="settlement_file",
    ),
    path(
        "<door:token>/club/partner/<slug:partner_key>/lines/<int:line_id>/dispute",
        console.dispute_line,
        name="dispute_line",
    ),
    path("desk/club/", boards.board, name="board"),
    path("desk/club/suspicions/", desk.suspicions, name="suspicions"),
    path("desk/club/cards/", desk.card_requests, name="card_requests"),
    path("desk/club/cards/<uuid:request_id>", desk.answer_request, name="answer_request"),
    path("desk/club/members/<uuid:customer_id>/", desk.member, name="desk_member"),
    path("desk/club/members/<uuid:customer_id>/join", desk.enrol, name="desk_enrol"),
    path("desk/club/members/<uuid:customer_id>/leave", desk.leave, name="desk_leave"),
    path("desk/club/members/<uuid:customer_id>/cards", desk.card, name="desk_card"),
]
