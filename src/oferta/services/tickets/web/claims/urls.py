"""Addresses of the pages of refunds, and of the office's room for them."""

from __future__ import annotations

from django.urls import URLPattern, path

from oferta.core.parties.web import doors  # noqa: F401 - it knows `<door:…>`
from oferta.services.tickets.web.claims import (
    choosing,
    missing,
    missing_desk,
    office,
    public,
    quote,
    tracker,
)

_ORDER = "<door:token>/orders/<uuid:order_id>/refund/"
_REQUEST = "<door:token>/refunds/<uuid:application_id>/"
_DESK = "desk/refunds/<uuid:application_id>/"

urlpatterns: list[URLPattern] = [
    path("tickets/refund-form.pdf", public.form, name="refund_form"),
    path("tickets/find-refund/", public.find, name="find_refund"),
    path(_ORDER, quote.refund, name="refund"),
    path(f"{_ORDER}apply", quote.apply, name="apply"),
    path(f"{_ORDER}form.pdf", public.form_of, name="refund_form_of"),
    path("<door:token>/refunds/", tracker.refunds, name="refunds"),
    path(_REQUEST, tracker.application, name="application"),
    path(f"{_REQUEST}documents", tracker.attach, name="attach"),
    path(f"{_REQUEST}explanation", tracker.explain, name="explain"),
    path(f"{_REQUEST}withdraw", tracker.withdraw, name="withdraw"),
    path(f"{_REQUEST}letters/<slug:letter>", tracker.write, name="write"),
    path(f"{_REQUEST}papers/<slug:paper>", tracker.handed_out, name="refund_paper"),
    path("<door:token>/refunds/money/<uuid:refund_id>/", choosing.choose, name="choose"),
    path("<door:token>/refunds/money/<uuid:refund_id>/send", choosing.send, name="send"),
    path("<door:token>/refunds/money/<uuid:refund_id>/consent", choosing.consent, name="consent"),
    path("<door:token>/refunds/money/<uuid:doubted_id>/missing", missing.page, name="missing"),
    path("desk/refunds/missing/", missing_desk.queue, name="office_missing"),
    path(
        "desk/refunds/missing/<int:missing_number>", missing_desk.answer, name="office_missing_end"
    ),
    path("desk/refunds/", office.queue, name="office"),
    path("desk/refunds/register/", office.register, name="office_register"),
    path(_DESK, office.application, name="office_application"),
    path(f"{_DESK}answer", office.answer, name="office_answer"),
    path(f"{_DESK}extend", office.extend, name="office_extend"),
    path(f"{_DESK}refer", office.refer, name="office_refer"),
    path(f"{_DESK}originals", office.surrender, name="office_surrender"),
    path(f"{_DESK}papers/<slug:paper>", office.handed_out, name="office_paper"),
    path("desk/refunds/documents/<uuid:document_id>", office.document, name="office_document"),
    path("desk/refunds/documents/<uuid:document_id>/check", office.check, name="office_check"),
    path("desk/refunds/payouts/<uuid:payout_id>", office.by_hand, name="office_by_hand"),
]
