"""Refunds, papers and cancellations by the API: the buyer's way, the desk's, the operator's."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pypdfium2 as pdfium
import pytest
import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from rest_builders import Api, a_customers_api, an_api

from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.project import wiring
from oferta.project.rest.types import Scope
from oferta.project.web import words
from oferta.services.tickets import issuing, papers, queries
from oferta.services.tickets.codes import apple
from oferta.services.tickets.codes.errors import BadPassCertificate
from oferta.services.tickets.models import Gate, Refund
from oferta.services.tickets.types import OrderBrief, RefundState, Wanted
from ticket_world import Show, a_buyer, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db
PDF = base64.b64encode(b"%PDF-1.7 a sick note").decode()


def an_order(days: float = 30, count: int = 2) -> tuple[Show, OrderBrief, Api]:
    """Return a paid order for seats, and its buyer's own way in."""
    show, buyer = a_show(rows=1, starts_at=clock.now() + timedelta(days=days)), a_buyer()
    assert show.seats is not None
    assert buyer.party_id is not None
    wanted = Wanted(category_id=show.seats.id, count=count)
    return show, bought(show, wanted, buyer=buyer, now=clock.now()), a_customers_api(buyer.party_id)


def an_application(order: OrderBrief, reason: str = "own_wish", **changes: Any) -> dict[str, Any]:
    tickets = [str(one) for one in tickets_of([order])]
    return {
        "id": str(uuid7()),
        "order_id": str(order.id),
        "tickets": tickets[:1],
        "reason": reason,
        "accepted": 0,
    } | changes


def a_clerk() -> Api:
    clerk = parties.appoint_staff(f"c-{uuid4().hex[:6]}", password=None, name="C", role=Role.CLERK)
    return an_api(frozenset({Scope.CASES_RESOLVE}), staff_id=clerk.id)


def test_a_buyer_sees_the_quote_applies_with_its_sum_and_reads_what_became_of_it() -> None:
    """TR-82, TR-88, TR-153."""
    _, order, own = an_order()
    path = f"/tickets/orders/{order.id}"
    quote = own.post(f"{path}/refund-quote", {"reason": "own_wish"}).json()
    assert len(quote["tickets"]) == 2
    assert quote["total"]["minor"] == sum(one["total"]["minor"] for one in quote["tickets"]) > 0
    assert all(one["decided_by"] for one in quote["tickets"])
    assert quote["explanations"][0]["decided_by"] == quote["tickets"][0]["decided_by"]
    assert quote["calendar"][0]["standing"] == "filing"
    assert quote["ladder"][0]["total"] == quote["total"]
    assert quote["ladder"][-1]["total"]["minor"] < quote["total"]["minor"]
    assert quote["answer_by"] <= quote["pays_by"]

    each = quote["tickets"][0]["total"]["minor"]
    too_much = an_application(order, accepted=each + 1)
    refused = own.post("/tickets/refund-applications", too_much)
    assert (refused.status_code, refused.json()["code"]) == (409, "tickets.quote_changed")
    wanted = an_application(order, accepted=each)
    filed = own.post("/tickets/refund-applications", wanted).json()
    (refund,) = filed["refunds"]
    assert (filed["state"], refund["amount"]["minor"]) == ("granted", each)
    assert refund["due_on"] == quote["pays_by"]
    assert own.post("/tickets/refund-applications", wanted).json() == filed
    assert own.get(f"/tickets/refund-applications/{filed['id']}").json()["number"] > 0
    listed = own.get(f"{path}/refund-applications").json()["applications"]
    assert [one["id"] for one in listed] == [filed["id"]]
    left = own.post(f"{path}/refund-quote", {"reason": "own_wish"}).json()
    assert len(left["tickets"]) == 1
    other = own.post("/tickets/refund-applications", wanted | {"words": "Another."})
    assert (other.status_code, other.json()["code"]) == (409, "tickets.application_reused")


def test_a_document_is_added_by_its_buyer_and_checked_by_staff() -> None:
    """TR-42, TR-48."""
    show, order, own = an_order()
    filed = own.post("/tickets/refund-applications", an_application(order, "illness")).json()
    assert filed["state"] == "awaiting_document"
    path = f"/tickets/refund-applications/{filed['id']}"
    day = show.performance.starts_at.date().isoformat()
    note = {
        "id": str(uuid7()),
        "kind": "sick_note_photo",
        "name": "note.pdf",
        "media_type": "application/pdf",
        "content": PDF,
        "illness_from": day,
        "illness_through": day,
    }
    for wrong, code in (
        (note | {"content": "no base64!"}, "rest.bad_fields"),
        (note | {"content": base64.b64encode(b"MZ").decode()}, "tickets.bad_document"),
        (note | {"kind": "poem"}, "tickets.bad_document"),
    ):
        answer = own.post(f"{path}/documents", wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    added = own.post(f"{path}/documents", note)
    assert (added.status_code, added.json()["id"]) == (200, filed["id"])
    assert own.post(f"{path}/documents", note).json()["state"] == added.json()["state"]

    desk = a_clerk()
    (seen,) = desk.get(f"{path}/evidence").json()["documents"]
    assert (seen["id"], seen["content"]) == (note["id"], PDF)
    check = f"/tickets/refund-documents/{note['id']}/check"
    assert own.post(check, {"authenticity": "genuine"}).status_code == 403
    assert own.get(f"{path}/evidence").status_code == 403
    done = desk.post(check, {"authenticity": "genuine"}).json()
    assert (done["state"], len(done["refunds"])) == ("granted", 1)
    again = desk.post(check, {"authenticity": "genuine"})
    assert (again.status_code, again.json()["code"]) == (409, "tickets.application_closed")
    assert (
        desk.post(f"/tickets/refund-documents/{uuid4()}/check", {"authenticity": "genuine"}).json()[
            "code"
        ]
        == "tickets.unknown_document"
    )


def test_a_document_keeps_its_id_to_itself() -> None:
    _, order, own = an_order()
    first, second = (
        own.post(
            "/tickets/refund-applications",
            an_application(order, "illness", tickets=[str(ticket)]),
        ).json()
        for ticket in tickets_of([order])
    )
    note = {
        "id": str(uuid7()),
        "kind": "sick_note_photo",
        "name": "n",
        "media_type": "application/pdf",
        "content": PDF,
    }
    paths = [f"/tickets/refund-applications/{one['id']}/documents" for one in (first, second)]
    assert own.post(paths[0], note).status_code == 200
    assert own.post(paths[1], note).json()["code"] == "tickets.bad_document"


def test_the_organisers_word_decides_what_waited_for_it() -> None:
    """TR-58."""
    _, order, own = an_order(days=1)
    filed = own.post("/tickets/refund-applications", an_application(order, "other")).json()
    assert filed["state"] == "with_organiser"
    path = f"/tickets/refund-applications/{filed['id']}/organiser-answer"
    desk = a_clerk()
    assert desk.post(path, {"answer": "perhaps"}).json()["code"] == "tickets.bad_document"
    assert desk.post(path, {"answer": "agreed"}).json()["state"] == "granted"
    assert own.post(path, {"answer": "agreed"}).status_code == 403


def test_a_request_is_withdrawn_and_its_ticket_can_be_given_back_again() -> None:
    _, order, own = an_order()
    wanted = an_application(order, "illness")
    filed = own.post("/tickets/refund-applications", wanted).json()
    second = own.post("/tickets/refund-applications", wanted | {"id": str(uuid7())})
    assert (second.status_code, second.json()["code"]) == (409, "tickets.nothing_to_return")
    path = f"/tickets/refund-applications/{filed['id']}"
    assert own.post(f"{path}/explanation", {"words": "Married."}).status_code == 200
    assert own.post(f"{path}/withdraw", {}).json()["state"] == "withdrawn"
    assert own.post(f"{path}/withdraw", {}).status_code == 409
    third = own.post("/tickets/refund-applications", wanted | {"id": str(uuid7())})
    assert third.status_code == 200


def test_who_waits_for_a_choice_says_where_the_money_goes() -> None:
    """TR-95, TR-100."""
    _, order, own = an_order()
    filed = own.post("/tickets/refund-applications", an_application(order)).json()
    refund = filed["refunds"][0]["id"]
    path = f"/tickets/refunds/{refund}/bank-details"
    early = own.post(path, {"bank_details": "KZ12"})
    assert (early.status_code, early.json()["code"]) == (409, "tickets.cannot_pay_out")
    Refund.objects.filter(id=refund).update(state=RefundState.AWAITING_CHOICE, account_closed=True)
    chosen = own.post(path, {"bank_details": "KZ12 3456"}).json()
    assert (chosen["id"], chosen["state"], chosen["means"]) == (refund, "sent", "transfer")


def test_nobody_sees_or_moves_another_buyers_refund() -> None:
    _, order, own = an_order()
    filed = own.post("/tickets/refund-applications", an_application(order)).json()
    note = {"id": str(uuid7()), "kind": "x", "name": "n", "media_type": "a/b", "content": PDF}
    _, _, other = an_order()
    application = f"/tickets/refund-applications/{filed['id']}"
    orders = f"/tickets/orders/{order.id}"
    for answer, code in (
        (other.post(f"{orders}/refund-quote", {"reason": "own_wish"}), "tickets.unknown_order"),
        (other.get(f"{orders}/refund-applications"), "tickets.unknown_order"),
        (
            other.post("/tickets/refund-applications", an_application(order)),
            "tickets.unknown_order",
        ),
        (other.get(application), "tickets.unknown_application"),
        (other.post(f"{application}/withdraw", {}), "tickets.unknown_application"),
        (other.post(f"{application}/explanation", {"words": "x"}), "tickets.unknown_application"),
        (other.post(f"{application}/documents", note), "tickets.unknown_application"),
        (
            other.post(
                f"/tickets/refunds/{filed['refunds'][0]['id']}/bank-details",
                {"bank_details": "mine"},
            ),
            "tickets.unknown_refund",
        ),
        (other.get(f"/tickets/{tickets_of([order])[1]}/paper"), "tickets.unknown_ticket"),
        (other.get(f"/tickets/{tickets_of([order])[1]}/apple-pass"), "tickets.unknown_ticket"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_the_operators_system_cancels_a_performance_and_nobody_else_does() -> None:
    """TR-07, TR-104."""
    show, order, own = an_order()
    path = f"/tickets/performances/{show.id}/cancellation"
    source = {"source": "the organiser's letter"}
    for caller in (own, a_clerk()):
        assert caller.post(path, source).status_code == 403
    api = an_api()
    assert api.post(path, source).json() == {"performance_id": str(show.id), "returned": 2}
    assert api.post(path, source).json()["returned"] == 0
    unknown = api.post(f"/tickets/performances/{uuid4()}/cancellation", source)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "tickets.unknown_performance")
    gone = own.get(f"/tickets/{tickets_of([order])[0]}/paper")
    assert (gone.status_code, gone.json()["code"]) == (409, "tickets.not_your_ticket")


@pytest.mark.parametrize("language", ["kk", "zh-Hant"])
def test_a_ticket_comes_as_a_pdf_whose_code_opens_the_door(language: str) -> None:
    show, order, own = an_order(days=0.1)
    ticket = tickets_of([order])[0]
    answer = own.get(f"/tickets/{ticket}/paper?language={language}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    page = pdfium.PdfDocument(answer.content)[0]
    said = page.get_textpage().get_text_range()
    assert order.code in said
    assert words.say("tickets.paper.holder", language) in said  # type: ignore[arg-type]
    (code,) = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    gate = Gate.objects.create(id=uuid7(), performance_id=show.id, name="North")
    scan = {"gate_id": str(gate.id), "code": code.text, "key": "s-1"}
    assert an_api().post("/tickets/scans", scan).json()["answer"] == "admitted"


def test_who_gave_a_ticket_away_does_not_get_its_new_code() -> None:
    """TR-124."""
    _, order, own = an_order()
    ticket, friend = tickets_of([order])[0], a_buyer().party_id
    assert friend is not None
    issuing.give(ticket, holder_id=order.party_id, to_id=friend, to_name="F", now=clock.now())
    assert own.get(f"/tickets/{ticket}/paper").status_code == 404
    assert a_customers_api(friend).get(f"/tickets/{ticket}/paper").status_code == 200


def test_a_wallet_pass_is_there_once_the_operator_has_a_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, order, own = an_order()
    path = f"/tickets/{tickets_of([order])[0]}/apple-pass"
    without = own.get(path)
    assert (without.status_code, without.json()["code"]) == (404, "tickets.no_passes")
    file = tmp_path / "pass.pem"
    file.write_bytes(_certificate())
    monkeypatch.setattr(papers._Connected, "issuer", staticmethod(lambda: apple.read_issuer(file)))
    made = own.get(f"{path}?language=ru")
    assert made["Content-Type"] == "application/vnd.apple.pkpass"
    held = zipfile.ZipFile(io.BytesIO(made.content))
    shown = json.loads(held.read("pass.json"))
    assert (shown["passTypeIdentifier"], shown["teamIdentifier"]) == ("pass.test.t", "TEAM1")
    assert shown["barcodes"][0]["message"]
    assert {"signature", "icon.png", "icon@2x.png"} <= set(held.namelist())
    assert wiring.pass_issuer(wiring.read_config()) is None


def test_a_pass_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "pass.pem"
    whole = _certificate()
    for raw in (b"nothing", whole[: whole.index(b"-----BEGIN PRIVATE")]):
        file.write_bytes(raw)
        with pytest.raises(BadPassCertificate):
            apple.read_issuer(file)


def test_a_printed_code_says_that_it_is_one() -> None:
    _, order, _ = an_order()
    ticket = queries.ticket(UUID(str(tickets_of([order])[0])))
    assert issuing.text_of(ticket) != papers.text_of(ticket)


def _certificate() -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    said = (
        (NameOID.USER_ID, "pass.test.t"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "TEAM1"),
        (NameOID.ORGANIZATION_NAME, "Test"),
    )
    name = x509.Name([x509.NameAttribute(oid, text) for oid, text in said])
    built = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=clock.now(),
        not_valid_after=clock.now() + timedelta(days=1),
    ).sign(key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return built.public_bytes(Encoding.PEM) + pem


def test_a_document_of_ten_megabytes_is_taken_and_other_bodies_stay_small() -> None:
    """TR-48, TR-67."""
    _, order, own = an_order()
    filed = own.post("/tickets/refund-applications", an_application(order, "illness")).json()
    path = f"/tickets/refund-applications/{filed['id']}/documents"
    file = b"%PDF-1.7" + bytes(9_990_000)
    note = {
        "id": str(uuid7()),
        "kind": "sick_note_photo",
        "name": "note.pdf",
        "media_type": "application/pdf",
        "content": base64.b64encode(file).decode(),
    }
    taken = own.post(path, note)
    assert taken.status_code == 200, taken.content
    assert (taken.status_code, taken.json()["id"]) == (200, filed["id"])
    for wrong in (
        note | {"content": "A" * 14_000_000},
        note | {"content": "A" * 3_000_000, "name": [{}] * 200},  # a file, not a million values
    ):
        refused = own.post(path, wrong)
        assert (refused.status_code, refused.json()["code"]) == (413, "rest.too_large")
    elsewhere = own.post("/tickets/refund-applications", note)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (413, "rest.too_large")
