"""The office, changes of performances and settlement by the API: the same rules as on the pages."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from rest_builders import Api, a_customer, an_api

from oferta.core.decisions import actions as decisions
from oferta.core.parties import actions as parties
from oferta.core.parties import models
from oferta.core.parties.models import AuditEntry
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.project.rest.types import Scope
from oferta.services.tickets.models import Performance, Refund
from oferta.services.tickets.refunding import cancelling, paying_out, proposing
from oferta.services.tickets.settling import transfers
from oferta.services.tickets.settling.transfers import Payer
from oferta.services.tickets.types import OrderBrief, RefundState, Stage, Wanted
from settling_world import settled
from signing_in import sign_in_staff
from ticket_world import Show, a_buyer, a_show, bought, tickets_of

pytestmark = pytest.mark.django_db
WORD = {"stage": "cancelled", "source": "the organiser's letter"}


def staff(role: Role) -> Api:
    one = parties.appoint_staff(f"s-{uuid4().hex[:6]}", password=None, name="S", role=role)
    return an_api(frozenset(Scope), staff_id=one.id)


def a_member(role: Role) -> UUID:
    made = parties.appoint_staff(f"s-{uuid4().hex[:6]}", password=None, name="S", role=role)
    return made.id


def sold(days: float = 30, count: int = 2) -> tuple[Show, OrderBrief]:
    show = a_show(rows=1, starts_at=clock.now() + timedelta(days=days))
    assert show.seats is not None
    return show, bought(show, Wanted(category_id=show.seats.id, count=count), now=clock.now())


def an_act(**rest: Any) -> dict[str, Any]:
    return {"act_id": str(uuid7())} | rest


def test_a_change_is_looked_at_prepared_and_done_and_its_progress_read() -> None:
    """TR-07, TR-104, TR-116."""
    show, order = sold()
    decisions.set_authority("ticket-refunds", second_person_above=10**9)
    clerk, path = staff(Role.CLERK), f"/tickets/performances/{show.id}"
    seen = clerk.post(f"{path}/change-preview", WORD | {"language": "kk"}).json()
    assert (seen["orders"], seen["tickets"], seen["people"]) == (1, 2, 1)
    assert seen["amount"]["minor"] > 0
    assert order.code in seen["body"]
    assert not seen["needs_second"]
    assert Performance.objects.get(id=show.id).stage == Stage.ON_SALE

    keyless = clerk.post(f"{path}/changes", WORD)
    assert (keyless.status_code, keyless.json()["code"]) == (400, "rest.key_missing")
    made = clerk.post(f"{path}/changes", WORD, Idempotency_Key="c")
    assert (made.status_code, made.json()["amount"]) == (201, seen["amount"])
    assert clerk.post(f"{path}/changes", WORD, Idempotency_Key="c").json() == made.json()
    assert an_api().get(f"{path}/changes").json()["waiting"]["id"] == made.json()["id"]

    change = f"/tickets/performance-changes/{made.json()['id']}"
    done = clerk.post(f"{change}/do", None, Idempotency_Key="d")
    assert (done.status_code, done.json()["done"]) == (200, True)
    assert clerk.post(f"{change}/do", None, Idempotency_Key="d").json() == done.json()
    again = clerk.post(f"{change}/do", None, Idempotency_Key="e")
    assert (again.status_code, again.json()["code"]) == (409, "tickets.proposal_elsewhere")
    before = an_api().get(f"{path}/changes").json()
    assert (before["stage"], before["valid_tickets"], before["waiting"]) == ("cancelled", 2, None)
    proposing.follow(Performance.objects.get(id=show.id).changes.latest("id").id, now=clock.now())
    after = an_api().get(f"{path}/changes").json()
    assert (after["valid_tickets"], after["refunds"]) == (0, 2)
    assert sum(Refund.objects.values_list("amount", flat=True)) == seen["amount"]["minor"]


def test_above_its_makers_reach_a_change_is_done_by_another_who_may_approve() -> None:
    """TR-131."""
    show, _ = sold()
    decisions.set_authority("ticket-refunds", second_person_above=0)
    clerk, path = staff(Role.CLERK), f"/tickets/performances/{show.id}"
    wanted = {"stage": "postponed", "source": "the hall"}
    assert clerk.post(f"{path}/change-preview", wanted).json()["needs_second"]
    made = clerk.post(f"{path}/changes", wanted, Idempotency_Key="1").json()
    change = f"/tickets/performance-changes/{made['id']}"
    for other in (clerk, staff(Role.CLERK)):
        refused = other.post(f"{change}/do", None, Idempotency_Key="2")
        assert (refused.status_code, refused.json()["code"]) == (
            403,
            "tickets.second_person_missing",
        )
    assert an_api().post(f"{change}/do", None, Idempotency_Key="3").status_code == 403
    approver = staff(Role.APPROVER)
    assert approver.post(f"{change}/do", None, Idempotency_Key="4").json()["approved_by"]
    told = an_api().get(f"{path}/changes").json()
    assert (told["stage"], bool(told["hold_by"])) == ("postponed", True)


def test_a_change_that_cannot_be_is_refused_and_one_taken_back_is_over() -> None:
    show, _ = sold()
    clerk, path = staff(Role.CLERK), f"/tickets/performances/{show.id}"
    for wrong, code in (
        ({"stage": "held", "source": "the gate"}, "tickets.bad_change"),
        ({"stage": "replaced", "source": "x"}, "tickets.bad_change"),
        ({"stage": "on_sale", "source": "x"}, "rest.bad_fields"),
    ):
        answer = clerk.post(f"{path}/change-preview", wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    instead = {"stage": "replaced", "source": "x", "instead": {"ru": "Другой спектакль"}}
    made = clerk.post(f"{path}/changes", instead, Idempotency_Key="1").json()
    change = f"/tickets/performance-changes/{made['id']}"
    assert clerk.post(f"{change}/withdraw", None, Idempotency_Key="2").json()["done"] is False
    assert clerk.get(change).json()["ended_at"]
    assert clerk.get(f"/tickets/performance-changes/{uuid4()}").status_code == 404
    assert staff(Role.GATE).get(change).status_code == 403


def test_the_office_registers_asks_for_longer_refers_and_hands_out_the_file() -> None:
    """TR-62, TR-75, TR-88, TR-147."""
    _, order = sold(days=1)
    clerk = staff(Role.CLERK)
    paper = an_act(
        id=str(uuid7()),
        order_id=str(order.id),
        tickets=[str(one) for one in tickets_of([order])][:1],
        reason="other",
        channel="post",
        sent_on=clock.now().date().isoformat(),
    )
    unknown = clerk.post("/tickets/registered-refund-applications", paper)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "tickets.bad_intake")
    paper["passport_seen"] = True
    filed = clerk.post("/tickets/registered-refund-applications", paper).json()
    assert clerk.post("/tickets/registered-refund-applications", paper).json() == filed
    path = f"/tickets/refund-applications/{filed['id']}"
    (waits,) = clerk.get("/tickets/refund-queue").json()["applications"]
    assert (waits["id"], waits["late"]) == (filed["id"], False)

    longer = an_act(words="We wait for the organiser.")
    later = clerk.post(f"{path}/extension", longer).json()
    assert later["answer_by"] > filed["answer_by"]
    assert clerk.post(f"{path}/extension", longer).json() == later
    once = clerk.post(f"{path}/extension", an_act(words="And again."))
    assert (once.status_code, once.json()["code"]) == (409, "tickets.cannot_extend")
    referred = an_act(reference="17-2026", words="The authority asked.")
    assert clerk.post(f"{path}/referral", referred).status_code == 200
    assert clerk.post(f"{path}/originals", an_act()).status_code == 200
    answered = clerk.post(f"{path}/organiser-answer", an_act(answer="agreed", words="Yes."))
    assert answered.json()["state"] == "granted"

    told = clerk.get(f"{path}/office").json()
    kinds = [one["kind"] for one in told["acts"]]
    assert kinds == ["registered", "extended", "referred", "surrendered", "answered"]
    assert all(one["staff_id"] for one in told["acts"])
    file = clerk.get(f"{path}/papers/file?language=zh-Hant")
    assert "manifest.json" in zipfile.ZipFile(BytesIO(file.content)).namelist()
    assert clerk.get(f"{path}/papers/complaint").json()["code"] == "tickets.no_such_letter"
    assert AuditEntry.objects.filter(what="rest.read", parties__contains=[order.party_id]).exists()


def test_money_that_goes_by_hand_arrives_once_or_comes_back() -> None:
    """TR-94, TR-95."""
    _, order = sold()
    clerk = staff(Role.CLERK)
    paper = an_act(
        id=str(uuid7()),
        order_id=str(order.id),
        tickets=[str(tickets_of([order])[0])],
        reason="own_wish",
        channel="office",
        sent_on=clock.now().date().isoformat(),
        passport_seen=True,
        bank_details="KZ12 3456",
    )
    filed = clerk.post("/tickets/registered-refund-applications", paper).json()
    refund = Refund.objects.get(id=filed["refunds"][0]["id"])
    Refund.objects.filter(id=refund.id).update(
        state=RefundState.AWAITING_CHOICE, account_closed=True
    )
    paying_out.choose(refund.id, "KZ12 3456", now=clock.now())
    office = f"/tickets/refund-applications/{filed['id']}/office"
    (waits,) = clerk.get(office).json()["by_hand"]
    end = f"/tickets/payouts/{waits['id']}/end"
    assert clerk.post(end, an_act(arrived=True)).json()["state"] == "paid"
    assert clerk.get(office).json()["by_hand"] == []
    lost = clerk.post(f"/tickets/payouts/{uuid4()}/end", an_act(arrived=True))
    assert (lost.status_code, lost.json()["code"]) == (404, "tickets.unknown_payout")


def test_money_of_a_cancelled_one_that_nobody_asked_for_is_noted_by_page_and_api() -> None:
    """TR-94, TR-104."""
    show, order = sold(count=2)
    cancelling.cancel(show.id, source="letter", now=clock.now())
    Refund.objects.update(state=RefundState.AWAITING_CHOICE, account_closed=True)
    for one in Refund.objects.all():
        paying_out.choose(one.id, "KZ12 3456", now=clock.now())
    clerk = staff(Role.CLERK)
    waits = clerk.get("/tickets/refund-queue?show=money").json()["refunds"]
    first, second = (one for refund in waits for one in refund["by_hand"])
    end = clerk.post(f"/tickets/payouts/{first}/end", an_act(arrived=True))
    assert end.json()["state"] == "paid"
    desk = Client()
    sign_in_staff(desk, a_member(Role.CLERK))
    path = reverse("tickets:office_by_hand", args=[second])
    assert path in desk.get("/desk/refunds/?show=money").content.decode()
    answer = desk.post(path, {"id": str(uuid7()), "came": "there"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/refunds/?show=money")
    assert {one.state for one in Refund.objects.filter(order_id=order.id)} == {"paid"}


def test_nobody_works_on_their_own_order_nor_without_the_permission() -> None:
    _, order = sold()
    act = an_act(words="x")
    path = f"/tickets/refund-applications/{uuid4()}/extension"
    assert staff(Role.GATE).post(path, act).status_code == 403
    assert staff(Role.CLERK).post(path, act).json()["code"] == "tickets.unknown_application"
    one = parties.appoint_staff(f"s-{uuid4().hex[:6]}", password=None, name="S", role=Role.CLERK)
    login = models.Staff.objects.get(id=one.id).login
    models.Customer.objects.filter(id=order.party_id).update(login=login)
    own = an_api(frozenset({Scope.CASES_RESOLVE}), staff_id=one.id)
    paper = an_act(
        id=str(uuid7()),
        order_id=str(order.id),
        tickets=[str(tickets_of([order])[0])],
        reason="own_wish",
        channel="office",
        sent_on=clock.now().date().isoformat(),
        passport_seen=True,
    )
    refused = own.post("/tickets/registered-refund-applications", paper)
    assert (refused.status_code, refused.json()["code"]) == (403, "parties.own_act")


def test_finance_reads_what_is_free_and_pays_an_organiser(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    world = settled(a_customer(), a_buyer(), now)
    finance, reader = staff(Role.FINANCE), staff(Role.TERMS_OWNER)
    path = f"/tickets/performances/{world['show_id']}"
    told = reader.get(f"{path}/settlement").json()
    assert told["difference"]["minor"] == 0
    assert told["free"]["decided_by"]
    assert told["settlements"][0]["id"] == str(world["settled_id"])
    organiser = f"/tickets/organisers/{world['organiser_key']}"
    money = reader.get(f"{organiser}/money").json()
    assert money["contract"]["bank"] == "SABRRUMM"
    (payment,) = money["payments"]
    assert (payment["state"], payment["amount"]["minor"] > 0) == ("ordered", True)

    day = (now - timedelta(days=30)).date().isoformat(), (now + timedelta(days=1)).date()
    period = reader.get(f"{organiser}/report?since={day[0]}&until={day[1]}").json()
    of_show = next(
        one for one in period["performances"] if one["performance_id"] == str(world["show_id"])
    )
    assert (of_show["sold"], of_show["returned"]) == (told["sold"], told["returned"])
    assert period["payments"] == money["payments"]
    early = reader.get(f"{organiser}/report?since=2020-01-01&until=2020-02-01").json()
    assert (early["performances"], early["payments"]) == ([], [])
    too_long = reader.get(f"{organiser}/report?since=2020-01-01&until=2021-01-01")
    assert (too_long.status_code, too_long.json()["code"]) == (422, "tickets.bad_catalogue")

    file = f"/tickets/organiser-payments/{world['payment_id']}/file"
    assert reader.get(file).status_code == 403
    none = finance.get(file)
    assert (none.status_code, none.json()["code"]) == (409, "tickets.no_payer")
    monkeypatch.setattr(
        transfers._Current, "payer", Payer(name="Касса", account="40702810900000000009")
    )
    assert b"<Nm>Kassa</Nm>" in finance.get(file).content
    assert b"philharmonia" in finance.get(f"{file}?kind=csv").content.lower()
    end = f"/tickets/organiser-payments/{world['payment_id']}/end"
    ended = finance.post(end, {"became": "came_back"}, Idempotency_Key="1").json()
    assert ended["state"] == "came_back"
    pays = f"{organiser}/payments"
    assert reader.post(pays, {"unit": "RUB"}, Idempotency_Key="2").status_code == 403
    due = reader.get(f"{organiser}/money").json()["owed"][0]["due"]
    assert due["minor"] >= payment["amount"]["minor"]
    again = finance.post(pays, {"unit": "RUB"}, Idempotency_Key="3")
    assert (again.status_code, again.json()["amount"]) == (201, due)
    assert finance.post(pays, {"unit": "RUB"}, Idempotency_Key="3").json() == again.json()
    empty = finance.post(pays, {"unit": "RUB"}, Idempotency_Key="4")
    assert (empty.status_code, empty.json()["code"]) == (409, "tickets.nothing_to_settle")
    settle = finance.post(f"{path}/settlements", None, Idempotency_Key="5")
    assert settle.status_code in (201, 409)
    assert reader.get("/tickets/organisers/nobody/money").status_code == 404
    assert AuditEntry.objects.filter(what="settlement.ordered").exists()
