"""The ticket office by its API: what is on sale, an order, the door; and a rush of sixteen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from rest_builders import Api, a_customers_api, an_api

from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.services.tickets import issuing, queries
from oferta.services.tickets.models import Gate, Place, Ticket
from ticket_world import Show, a_buyer, a_show, together

BUYERS, RUNS, PLACES = 16, 20, 3


def _tonight(**places: int) -> Show:
    return a_show(starts_at=clock.now() + timedelta(hours=2), **places)  # type: ignore[arg-type]


def _order(show: Show, **changes: Any) -> dict[str, Any]:
    category = show.general or show.seats
    assert category is not None
    return {
        "id": str(uuid7()),
        "performance_id": str(show.id),
        "wanted": [{"category_id": category.id}],
        "name": "A. Guest",
        "email": "guest@example.test",
    } | changes


CARD = {"pays": [{"means": "card"}]}


@pytest.mark.django_db
def test_a_ticket_is_found_ordered_paid_and_scanned_once() -> None:
    show, api = _tonight(rows=1), an_api()
    (listed,) = api.get("/tickets/performances").json()["items"]
    assert (listed["id"], listed["refund_terms"]["pack"]) == (str(show.id), "ticket-refunds")
    path = f"/tickets/performances/{show.id}"
    (category,) = api.get(f"{path}/categories").json()["categories"]
    assert (category["left"], category["decided_by"]) == (10, ["nominal-price"])
    seats = api.get(f"{path}/seats").json()["seats"]
    wanted = [{"category_id": category["id"], "places": [seats[3]["id"]]}]
    order = api.post("/tickets/orders", _order(show, wanted=wanted)).json()
    assert (order["status"], order["lines"][0]["number"]) == ("reserved", "4")
    assert order["total"] == {"minor": 108_000, "unit": "RUB"}
    paid = api.post(f"/tickets/orders/{order['id']}/payment", CARD).json()
    ticket = queries.ticket(UUID(paid["lines"][0]["ticket_id"]))

    gate = Gate.objects.create(id=uuid7(), performance_id=show.id, name="North")
    scan = {"gate_id": str(gate.id), "code": issuing.text_of(ticket), "key": "s-1"}
    assert api.post("/tickets/scans", scan).json()["answer"] == "admitted"
    assert api.post("/tickets/scans", scan).json()["replayed"] is True
    again = api.post("/tickets/scans", scan | {"key": "s-2"}).json()
    assert (again["answer"], again["gate"]) == ("used", "North")
    left = api.post("/tickets/exits", {key: scan[key] for key in ("gate_id", "code")}).json()
    assert left == {"left": True}
    taken = api.get(f"{path}/gate-list").json()
    assert taken["admitted"] == [ticket.serial]
    upload = {
        "id": str(uuid7()),
        "scans": [
            {
                "serial": ticket.serial,
                "generation": 1,
                "key": "off-1",
                "at": clock.now().isoformat(),
            }
        ],
    }
    told = api.post(f"/tickets/gates/{gate.id}/uploads", upload).json()
    assert (told["admitted"], told["incidents"]) == (0, 1)


@pytest.mark.django_db
def test_what_is_refused_has_a_code_and_a_status() -> None:
    show, api = _tonight(general=1), an_api()
    order = api.post("/tickets/orders", _order(show)).json()
    for answer, status, code in (
        (api.post("/tickets/orders", _order(show)), 409, "tickets.sold_out"),
        (
            api.post("/tickets/orders", _order(show, id=order["id"], name="Another")),
            409,
            "tickets.order_reused",
        ),
        (
            api.post("/tickets/orders", _order(show, performance_id=str(uuid4()))),
            404,
            "tickets.unknown_performance",
        ),
        (
            api.post("/tickets/orders", _order(show, party_id=str(uuid4()))),
            404,
            "parties.unknown_customer",
        ),
        (
            api.post(
                f"/tickets/orders/{order['id']}/payment",
                {"pays": [{"means": "card", "instrument": "decline"}]},
            ),
            402,
            "tickets.payment_declined",
        ),
        (
            api.post(f"/tickets/orders/{order['id']}/payment", {"pays": [{"means": "cash"}]}),
            422,
            "tickets.bad_payment",
        ),
        (api.get(f"/tickets/orders/{uuid4()}"), 404, "tickets.unknown_order"),
        (api.get("/tickets/performances?after=bm90aGluZw"), 400, "rest.bad_cursor"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    gone = api.post(f"/tickets/orders/{order['id']}/abandon", {}).json()
    assert gone["status"] == "abandoned"


@pytest.mark.django_db
def test_a_customer_buys_for_themselves_and_sees_nobody_elses_order() -> None:
    show = _tonight(general=4)
    anna, ben = a_buyer().party_id, a_buyer().party_id
    assert anna is not None
    assert ben is not None
    own = a_customers_api(anna)
    order = own.post("/tickets/orders", _order(show)).json()
    assert order["party_id"] == str(anna)
    assert own.post(f"/tickets/orders/{order['id']}/payment", CARD).json()["status"] == "paid"
    path = f"/tickets/orders/{order['id']}"
    other = a_customers_api(ben)
    assert other.get(path).status_code == 404
    assert other.post(f"{path}/payment", CARD).status_code == 404
    assert other.post(f"{path}/abandon", {}).status_code == 404
    assert other.post("/tickets/orders", _order(show, party_id=str(anna))).status_code == 404
    # No fee at the box office, and nobody there to take cash: not for customers.
    assert own.post("/tickets/orders", _order(show, channel="box_office")).status_code in (400, 422)
    gate = Gate.objects.create(id=uuid7(), performance_id=show.id, name="North")
    scan = {"gate_id": str(gate.id), "code": "HELLO", "key": "s-1"}
    assert own.post("/tickets/scans", scan).status_code == 403


def test_sixteen_buyers_by_the_api_never_oversell(fresh_db: str) -> None:
    api = an_api(per_minute=100_000)

    def buys(show: Show) -> Callable[[], bool]:
        def buy() -> bool:
            own = Api(api.text, type(api.client)(raise_request_exception=False))
            order = own.post("/tickets/orders", _order(show))
            if order.status_code == 409:
                return False
            paid = own.post(f"/tickets/orders/{order.json()['id']}/payment", CARD)
            assert paid.status_code == 200, paid.content
            return True

        return buy

    for _ in range(RUNS):
        show = _tonight(general=PLACES)
        together([buys(show) for _ in range(BUYERS)])
        tickets = Ticket.objects.filter(performance_id=show.id)
        assert tickets.count() == PLACES
        assert tickets.values("place_id").distinct().count() == PLACES
        assert Place.objects.filter(performance_id=show.id, status="sold").count() == PLACES
