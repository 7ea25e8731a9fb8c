"""Codes of telephones by the API: asked for, scanned, taken along by a gate, guessed at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rest_builders import a_customers_api, an_api

from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.services.tickets import queries, showing
from oferta.services.tickets.codes import base45, signed
from oferta.services.tickets.guessing import PER_PERSON
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.models import Gate, Incident, Ticket
from oferta.services.tickets.papers import text_of as printed
from ticket_world import Show, a_buyer, a_show, bought

pytestmark = pytest.mark.django_db


def _tonight(rule: PhoneCode) -> tuple[Show, Gate]:
    start = clock.now() + timedelta(hours=2)
    show = a_show(general=4, starts_at=start, phone_code=rule)
    return show, Gate.objects.create(id=uuid7(), performance_id=show.id, name="North")


def _ticket(show: Show) -> Ticket:
    ticket_id = bought(show, buyer=a_buyer(), now=clock.now()).lines[0].ticket_id
    assert ticket_id is not None
    return queries.ticket(ticket_id)


def test_a_scan_says_precisely_why_nobody_is_let_in() -> None:
    """TR-125."""
    show, gate = _tonight(PhoneCode.REQUIRED)
    api, ticket = an_api(), _ticket(show)
    assert api.get(f"/tickets/performances/{show.id}").json()["phone_code"] == "required"
    now = clock.now()
    codes = {
        "screen_needed": printed(ticket),
        "old_screen": showing.text_now(ticket, now=now - timedelta(minutes=3)),
        "admitted": showing.text_now(ticket, now=now),
    }
    for answer, code in codes.items():
        scan = {"gate_id": str(gate.id), "code": code, "key": answer}
        assert api.post("/tickets/scans", scan).json()["answer"] == answer


def test_a_gate_of_another_make_checks_codes_by_the_key_it_takes_along() -> None:
    show, gate = _tonight(PhoneCode.REQUIRED)
    api, ticket = an_api(), _ticket(show)
    taken = api.get(f"/tickets/performances/{show.id}/gate-list").json()
    assert (taken["phone_code"], taken["step_seconds"], taken["steps_tolerated"]) == (
        "required",
        30,
        2,
    )
    now = clock.now()
    suffix = base45.decode(showing.text_now(ticket, now=now))[-signed.SUFFIX :]
    key = bytes.fromhex(taken["phone_key"])
    assert signed.is_fresh(suffix, signed.telephone_secret(key, ticket.serial, 1), now)
    scan = {"serial": ticket.serial, "generation": 1, "at": now.isoformat()}
    told = {"id": str(uuid7()), "scans": [scan | {"key": "a", "suffix": suffix.hex()}]}
    address = f"/tickets/gates/{gate.id}/uploads"
    assert api.post(address, told).json()["incidents"] == 0
    other = _ticket(show)
    still = {"id": str(uuid7()), "scans": [scan | {"serial": other.serial, "key": "b"}]}
    assert api.post(address, still).json()["incidents"] == 1
    assert Incident.objects.get().ticket_id == other.id
    bad = {"id": str(uuid7()), "scans": [scan | {"key": "c", "suffix": "x"}]}
    assert api.post(address, bad).status_code == 422


def test_what_is_asked_is_set_renewed_and_fixed_once_sold() -> None:
    show, _ = _tonight(PhoneCode.NONE)
    api, address = an_api(), f"/tickets/performances/{show.id}"
    asked = {"phone_code": "accepted", "source": "letter 7"}
    for _ in range(2):
        told = api.send("PUT", f"{address}/phone-code", asked).json()
        assert told == {"phone_code": "accepted", "round": 0}
    assert (
        api.post(f"{address}/gate-key", {"source": "stolen"}, Idempotency_Key="key-1").json()[
            "round"
        ]
        == 1
    )
    _ticket(show)
    refused = api.send("PUT", f"{address}/phone-code", asked | {"phone_code": "required"})
    assert (refused.status_code, refused.json()["code"]) == (409, "tickets.phone_code_fixed")
    assert api.send("PUT", f"{address}/phone-code", asked | {"source": " "}).status_code == 422
    mine = a_customers_api(a_buyer().party_id)  # type: ignore[arg-type]
    assert mine.send("PUT", f"{address}/phone-code", asked).status_code == 403


def test_a_customer_guesses_no_codes_by_the_api() -> None:
    show, _ = _tonight(PhoneCode.NONE)
    assert show.general is not None
    buyer = a_buyer()
    api = a_customers_api(buyer.party_id)  # type: ignore[arg-type]
    order = {
        "performance_id": str(show.id),
        "wanted": [{"category_id": show.general.id}],
        "name": "B",
    }
    codes = [
        api.post("/tickets/orders", order | {"id": str(uuid7()), "promo": f"P{one}"}).json()["code"]
        for one in range(PER_PERSON + 1)
    ]
    assert codes == ["tickets.bad_promo"] * PER_PERSON + ["tickets.too_many_guesses"]
    made = api.post("/tickets/orders", order | {"id": str(uuid7())}).json()
    pay = f"/tickets/orders/{made['id']}/payment"
    answers = [
        api.post(pay, {"pays": [{"means": "voucher", "instrument": f"V{one}"}]})
        for one in range(PER_PERSON + 1)
    ]
    assert answers[-1].status_code == 429
    assert all(one.status_code != 429 for one in answers[:-1])


def test_a_holders_own_app_makes_the_codes_and_nobody_elses_reads_the_secret() -> None:
    show, gate = _tonight(PhoneCode.REQUIRED)
    ticket = _ticket(show)
    assert ticket.holder_id is not None
    told = a_customers_api(ticket.holder_id).get(f"/tickets/{ticket.id}/code").json()
    now = clock.now()
    made = signed.suffix_of(bytes.fromhex(told["secret"]), now)
    code = base45.encode(bytes.fromhex(told["signed"]) + made)
    scan = {"gate_id": str(gate.id), "code": code, "key": "a"}
    assert an_api().post("/tickets/scans", scan).json()["answer"] == "admitted"
    other = a_customers_api(a_buyer().party_id)  # type: ignore[arg-type]
    assert other.get(f"/tickets/{ticket.id}/code").status_code == 404
    plain, _ = _tonight(PhoneCode.NONE)
    still = _ticket(plain)
    assert still.holder_id is not None
    told = a_customers_api(still.holder_id).get(f"/tickets/{still.id}/code").json()
    assert (told["secret"], base45.decode(told["text"]).hex()) == ("", told["signed"])
