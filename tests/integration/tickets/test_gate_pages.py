"""The gate's addresses: the list it takes along, what it tells afterwards, incidents, a rush."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from django.urls import reverse

from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.services.tickets import doors, issuing, queries
from oferta.services.tickets.codes import base45, signed
from oferta.services.tickets.models import Admission, Gate, Incident, Ticket
from signing_in import sign_in_staff
from ticket_world import a_buyer, a_show, bought, together

sys.path.append(str(Path(__file__).parents[1] / "rest"))

from rest_builders import an_api


def _gate_and_ticket(**show: Any) -> tuple[Gate, Ticket]:
    made = a_show(general=2, starts_at=clock.now() + timedelta(hours=1), **show)
    order = bought(made, buyer=a_buyer(), now=clock.now())
    ticket_id = order.lines[0].ticket_id
    assert ticket_id is not None
    return doors.open_gate(made.id, "North"), queries.ticket(ticket_id)


def _at_work(client: Client, *roles: Role) -> UUID:
    actor = parties.appoint_staff("door", password=None, name="Door", roles=list(roles))
    sign_in_staff(client, actor.id)
    return actor.id


@pytest.mark.django_db
def test_the_list_has_the_keys_that_check_a_code_and_the_codes_that_open_nothing(
    client: Client,
) -> None:
    """TR-125: a renewed ticket's old code stands on the list with the least that opens."""
    gate, ticket = _gate_and_ticket()
    issuing.renew(ticket.id)
    _at_work(client, Role.GATE)
    taken = client.get(reverse("tickets:gate_file", args=[gate.id])).json()
    assert taken["revoked"] == [[str(ticket.serial), 2]]
    raw = base45.decode(issuing.text_of(queries.ticket(ticket.id)))
    (key,) = [one for one in taken["keys"] if one["hint"] == raw[1:3].hex()]
    known = Ed25519PublicKey.from_public_bytes(base64.b64decode(key["raw"]))
    known.verify(raw[28:92], signed.HEADING + raw[:28])


@pytest.mark.django_db
def test_a_gate_tells_afterwards_and_a_double_is_closed_with_words(client: Client) -> None:
    """TR-123: two on one ticket are an incident for a person, who says what it was."""
    gate, ticket = _gate_and_ticket()
    staff = _at_work(client, Role.GATE)
    address = reverse("tickets:gate_upload", args=[gate.id])
    now = clock.now().isoformat()

    def told(*keys: str) -> Any:
        scans = [{"serial": str(ticket.serial), "generation": 1, "key": k, "at": now} for k in keys]
        body = {"id": str(uuid7()), "scans": scans}
        return client.post(address, orjson.dumps(body), content_type="application/json")

    assert told("one", "two").json() == {"scans": 2, "admitted": 1, "incidents": 1}
    for wrong in (b"", b"[]", b'{"id": "x", "scans": []}', b'{"id": 1, "scans": [{"key": ""}]}'):
        answer = client.post(address, wrong, content_type="application/json")
        assert answer.status_code == 422
    page = reverse("tickets:gate_incidents")
    incident = Incident.objects.get()
    form = {"incident": str(incident.id), "finding": ""}
    assert client.post(page, form).status_code == 422
    assert client.post(page, form | {"finding": "a copy was sold twice"}).status_code == 302
    incident.refresh_from_db()
    assert (incident.closed_by, incident.finding) == (staff, "a copy was sold twice")
    assert not client.get(page).context["rows"]
    assert len(client.get(page, {"all": "1"}).context["rows"]) == 1


@pytest.mark.django_db
def test_a_gate_is_added_once_and_who_came_in_is_counted(client: Client) -> None:
    gate, ticket = _gate_and_ticket()
    _at_work(client, Role.GATE)
    form = {"performance": str(gate.performance_id), "name": " North "}
    assert client.post(reverse("tickets:gates"), form)["Location"].endswith(f"/{gate.id}/")
    assert client.post(reverse("tickets:gates"), form | {"name": " "}).status_code == 422
    page = reverse("tickets:gate", args=[gate.id])
    answer = client.post(page, {"code": issuing.text_of(ticket), "key": "k"})
    assert (answer.context["count"].admitted, answer.context["count"].inside) == (1, 1)
    assert answer.headers["Permissions-Policy"].startswith("camera=(self)")
    assert (
        client.get(reverse("tickets:gates")).headers["Permissions-Policy"].startswith("camera=()")
    )
    client.post(page, {"code": issuing.text_of(ticket), "way": "out"})
    assert client.get(page).context["count"].inside == 0


def test_of_thirty_two_scans_over_http_one_admits(fresh_db: str) -> None:
    """TR-123: sixteen telephones, two scans each, by the API."""
    gate, ticket = _gate_and_ticket()
    text = issuing.text_of(ticket)

    def scanner(number: int) -> Callable[[], list[str]]:
        api = an_api()
        scans = [
            {"gate_id": str(gate.id), "code": text, "key": f"{number}-{turn}"} for turn in range(2)
        ]
        return lambda: [api.post("/tickets/scans", one).json()["answer"] for one in scans]

    answers = [one for each in together([scanner(n) for n in range(16)]) for one in each]  # type: ignore[attr-defined]
    assert (answers.count("admitted"), answers.count("used")) == (1, 31)
    assert Admission.objects.count() == 1
