"""Delivery by the API: announced by the operator's systems, ordered, followed, lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from rest_builders import a_customers_api, an_api

from delivery_world import DAY
from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from ticket_world import a_buyer, a_show

pytestmark = pytest.mark.django_db
CARD = {"pays": [{"means": "card"}]}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    now: Callable[[], datetime] = lambda: DAY  # noqa: E731 - a clock
    monkeypatch.setattr(clock, "now", now)


def test_a_form_is_offered_ordered_sent_and_lost_by_the_api() -> None:
    show, api = a_show(general=2), an_api()
    offer = {
        "id": str(uuid7()),
        "operator": "kassir",
        "kind": "courier",
        "country": "RU",
        "city": "Moscow",
        "minor": 41_250,
        "offered_from": DAY.isoformat(),
    }
    made = api.post("/tickets/deliveries", offer)
    assert made.status_code == 200
    assert api.post("/tickets/deliveries", {**offer, "minor": 1}).json() == made.json()
    assert (
        api.post("/tickets/deliveries", {**offer, "id": str(uuid7()), "operator": "x"}).json()[
            "code"
        ]
        == "tickets.bad_delivery_offer"
    )
    (way,) = api.get(f"/tickets/performances/{show.id}/deliveries").json()["deliveries"]
    assert way["fee"] == {"minor": 41_250, "unit": "RUB"}
    assert show.general is not None
    basket: dict[str, Any] = {
        "id": str(uuid7()),
        "performance_id": str(show.id),
        "wanted": [{"category_id": show.general.id}],
        "name": "A. Guest",
        "email": "guest@example.test",
        "carrier": "paper",
        "delivery": "courier",
        "delivery_offer": way["id"],
        "address": {"recipient": "A", "phone": "+7 900 000 00 00", "street": "1", "city": "Tver"},
    }
    elsewhere = api.post("/tickets/orders", basket)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "tickets.bad_address")
    basket["address"]["city"] = "moscow"
    order = api.post("/tickets/orders", basket).json()
    assert order["delivery_fee"] == {"minor": 41_250, "unit": "RUB"}
    api.post(f"/tickets/orders/{order['id']}/payment", CARD)
    path = f"/tickets/orders/{order['id']}/delivery"
    assert api.get(path).json()["state"] == "waiting"
    assert api.post(f"{path}/steps", {"step": "sent"}).status_code == 422
    assert api.post(f"{path}/steps", {"step": "delivered"}).status_code == 409
    sent = api.post(f"{path}/steps", {"step": "sent", "number": "RA1"}).json()
    assert (sent["state"], sent["number"]) == ("sent", "RA1")
    assert api.post(f"{path}/steps", {"step": "reissued"}).json()["attempt"] == 2
    other = a_customers_api(a_buyer().party_id)
    assert other.get(path).status_code == 404
    assert other.post(f"{path}/steps", {"step": "sent", "number": "1"}).status_code == 403
    ended = api.post(f"/tickets/deliveries/{offer['id']}/withdrawal", None).json()
    assert ended["offered_until"] is not None
    assert api.post(f"/tickets/deliveries/{uuid4()}/withdrawal", None).status_code == 404
    assert api.get(f"/tickets/performances/{show.id}/deliveries").json()["deliveries"] == []
