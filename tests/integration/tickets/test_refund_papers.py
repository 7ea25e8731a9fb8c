"""Papers about refunds: forms, receipts, letters, the file for the authority."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from refund_buyers import (
    PDF,
    a_buyer_of,
    a_clerk,
    a_note,
    before,
    filed,
    text_of,
)

from oferta.core.notices import queries as notices
from oferta.core.parties import keyring, queries, receipts
from oferta.kernel.ids import uuid7
from oferta.services.tickets.models import Order
from oferta.services.tickets.refunding import coming, letters, overdue
from signing_in import sign_in_customer
from ticket_world import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("kk", "Билет үшін ақша қайтару"),
        ("ru", "Заявление о возврате денег"),
        ("en", "Application for a refund"),
        ("zh-hant", "門票退款申請表"),
        ("zh-hans", "门票退款申请表"),
    ],
)
def test_the_form_is_there_blank_and_filled_in_every_language(
    at: Callable[[datetime], None], language: str, title: str
) -> None:
    # TR-68, TR-69, TR-76
    at(before(7))
    buyer = a_buyer_of(1)
    buyer.client.cookies["oferta_language"] = language
    blank = buyer.client.get(reverse("tickets:refund_form")).content
    filled = text_of(buyer.client.get(buyer.path("refund_form_of", buyer.order.id)).content)
    assert pypdfium2.PdfDocument(blank).get_metadata_value("Title").startswith(title)
    assert buyer.order.code in filled
    assert buyer.order.code not in text_of(blank)
    if not language.startswith("zh"):  # a reader without the font reads no Chinese back
        assert title in text_of(blank).replace("\r\n", " ")


def test_registration_has_a_receipt_with_number_time_and_day_of_answer(
    at: Callable[[datetime], None],
) -> None:
    # TR-77, TR-139
    at(before(7))
    buyer = a_buyer_of(1)
    row = filed(buyer, "illness", now=before(7))
    page = buyer.client.get(buyer.path("refund_paper", row.id, "receipt"))
    said = text_of(page.content)
    assert f"No. {row.number} is registered" in said
    assert "13 December 2026, 12:00" in said  # the venue's clocks
    assert letters.digest_of(row) in said.replace("\r\n", "")


def test_letters_are_offered_when_there_is_ground_and_kept_as_printed(
    at: Callable[[datetime], None],
) -> None:
    # TR-34, TR-73, TR-74, TR-141, TR-142, TR-148: the complaint after a demand without an answer
    at(before(7))
    buyer = a_buyer_of(1)
    row = filed(buyer, now=before(7))  # half comes back
    path = buyer.path("application", row.id)
    page = buyer.client.get(path).content.decode()
    assert "Only a part came back" in page
    assert "complain" not in page
    assert buyer.client.post(buyer.path("write", row.id, "complaint")).status_code == 404
    for kind in ("costs", "organiser"):
        assert buyer.client.post(buyer.path("write", row.id, kind)).status_code == 302
    letter = row.letters.get(kind="costs")
    assert letter.answer_by == (before(7) + timedelta(days=10)).date()
    at(before(-4))
    kept = buyer.client.get(buyer.path("refund_paper", row.id, "costs")).content
    assert sha256(kept).hexdigest() == letter.digest
    assert "Demand of proof of costs" in text_of(kept)
    assert "Philharmonia" in text_of(kept)
    assert buyer.client.post(buyer.path("write", row.id, "complaint")).status_code == 302
    assert "consumer protection authority" in text_of(
        bytes(row.letters.get(kind="complaint").content)
    )


def test_late_money_offers_the_demand_and_the_complaint_at_once(
    at: Callable[[datetime], None],
) -> None:
    # TR-140, TR-148, TR-154
    buyer = a_buyer_of(1)
    row = filed(buyer, now=before(12))
    late = datetime.combine(row.refunds.get().due_on, NOW.timetz()) + timedelta(days=1)
    overdue.escalate(now=late)
    at(late)
    sign_in_customer(buyer.client, buyer.party)
    page = buyer.client.get(buyer.path("application", row.id)).content.decode()
    assert "you can complain to the consumer authority" in page
    assert "put before a supervisor" in page
    assert buyer.client.post(buyer.path("write", row.id, "demand")).status_code == 302
    assert "1,000 RUB" in text_of(bytes(row.letters.get(kind="demand").content))


def test_the_file_for_the_authority_holds_all_evidence_and_cannot_be_changed_unseen(
    at: Callable[[datetime], None],
) -> None:
    # TR-140, TR-142, TR-143, TR-147, TR-148
    at(before(7))
    buyer = a_buyer_of(1)
    row = filed(buyer, "illness", now=before(7))
    note = a_note()
    coming.attach(row.id, note, now=before(7))
    coming.check(note.id, "genuine", by=uuid7(), now=before(7))
    client, _ = a_clerk()
    client.post(reverse("tickets:office_refer", args=[row.id]), {"reference": "77-0815"})
    buyer.client.post(buyer.path("write", row.id, "organiser"))
    made = buyer.client.get(buyer.path("refund_paper", row.id, "file"))
    packed = zipfile.ZipFile(io.BytesIO(made.content))
    held = {name: packed.read(name) for name in packed.namelist()}
    edition = buyer.order.refund_terms.edition
    assert set(held) == {
        "case.pdf",
        "decisions.json",
        "notices.json",
        f"terms/{edition}.en.txt",
        f"terms/{edition}.ru.txt",
        "documents/1.pdf",
        "letters/organiser.pdf",
        "manifest.json",
        "SHA256SUMS",
    }
    said = receipts.verify(held["manifest.json"], keyring.keys().public)
    sums = dict(reversed(line.split("  ")) for line in held["SHA256SUMS"].decode().splitlines())
    for name, content in held.items():
        if name != "SHA256SUMS":
            assert sums[name] == sha256(content).hexdigest()
        if name in said["files"]:
            assert said["files"][name] == sha256(content).hexdigest()
    assert len(said["files"]) == len(held) - 2
    decided = json.loads(held["decisions.json"])
    assert [one["outcome"]["total"] for one in decided] == [0, 0, 100_000]
    assert all(one["facts"] and one["edition_digest"] for one in decided)
    told = text_of(held["case.pdf"]).replace("\r\n", " ")
    for part in (str(row.number), "Illness of the visitor", "1,000 RUB", "77-0815"):
        assert part in told
    assert held["documents/1.pdf"] == PDF
    assert json.loads(held["notices.json"])[-1]["kind"] == "tickets.refund_paid"


def test_who_names_the_orders_mail_and_phone_gets_a_link_there_and_nobody_else_learns_anything(
    at: Callable[[datetime], None],
) -> None:
    # TR-61
    at(before(7))
    buyer = a_buyer_of(1)
    order = Order.objects.get(id=buyer.order.id)
    client, path = Client(headers={"accept-language": "en"}), reverse("tickets:find_refund")
    right = {"code": order.code, "email": order.payer_email}
    pages = [
        client.post(path, form).content
        for form in ({"code": order.code, "email": "x@example.test"}, {"code": "x"}, right, right)
    ]
    assert len({re.sub(rb'value="[^"]+"', b"", page) for page in pages}) == 1
    sent = [one for one in notices.inbox(buyer.party) if one.kind == "tickets.refund_link"]
    assert len(sent) == 1
    assert queries.link_token(buyer.party) in sent[0].params["address"]
