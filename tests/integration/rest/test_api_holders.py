"""What a holder does with a ticket by the API, and who waits for one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from rest_builders import a_customers_api, an_api

from oferta.core.notices import queries as notices
from oferta.kernel import clock
from oferta.services.tickets import gates_alone, issuing, queries
from oferta.services.tickets.models import Ticket
from ticket_world import Show, a_buyer, a_show, bought


def _a_ticket(show: Show) -> Ticket:
    order = bought(show, buyer=a_buyer(), now=clock.now())
    ticket_id = order.lines[0].ticket_id
    assert ticket_id is not None
    return queries.ticket(ticket_id)


def _show(general: int = 1) -> Show:
    return a_show(general=general, starts_at=clock.now() + timedelta(days=20))


@pytest.mark.django_db
def test_a_leaked_code_is_renewed_once_for_a_key_and_stands_on_the_gates_list() -> None:
    """TR-125: the holder reports it; whoever has the picture is refused, also offline."""
    show = _show()
    ticket = _a_ticket(show)
    assert ticket.holder_id is not None
    api = a_customers_api(ticket.holder_id)
    made = api.post(f"/tickets/{ticket.id}/new-code", {}, Idempotency_Key="leak-1")
    again = api.post(f"/tickets/{ticket.id}/new-code", {}, Idempotency_Key="leak-1")
    assert (made.status_code, made.json()["generation"]) == (200, 2)
    assert again.json() == made.json()
    assert gates_alone.list_for(show.id, now=clock.now()).revoked == {ticket.serial: 2}
    kinds = [one.kind for one in notices.inbox(ticket.holder_id)]
    assert "tickets.code_renewed" in kinds
    other = a_customers_api(a_buyer().party_id)  # type: ignore[arg-type]
    assert other.post(f"/tickets/{ticket.id}/new-code", {}, Idempotency_Key="x").status_code == 404


@pytest.mark.django_db
def test_a_gift_goes_to_a_contact_and_both_are_told() -> None:
    """TR-124: the giver's copy is void; TR-127: the payer keeps the right to the money."""
    show = _show()
    ticket = _a_ticket(show)
    assert ticket.holder_id is not None
    api = a_customers_api(ticket.holder_id)
    gift = {"name": "A. Friend", "email": "friend@example.test", "language": "kk"}
    path = f"/tickets/{ticket.id}/gift"
    assert (
        api.post(path, {"name": "Nobody"}, Idempotency_Key="g-0").json()["code"]
        == "tickets.bad_basket"
    )
    made = api.post(path, gift, Idempotency_Key="g-1")
    assert (made.status_code, made.json()["holder_name"]) == (200, "A. Friend")
    now = queries.ticket(ticket.id)
    assert now.holder_id not in (None, ticket.holder_id)
    assert now.order.party_id == ticket.holder_id
    assert [one.kind for one in notices.inbox(now.holder_id)] == ["tickets.ticket_given"]  # type: ignore[arg-type]
    assert "tickets.ticket_gone" in [one.kind for one in notices.inbox(ticket.holder_id)]
    assert api.post(path, gift, Idempotency_Key="g-2").status_code == 404
    assert issuing.text_of(now) != issuing.text_of(ticket)


@pytest.mark.django_db
def test_the_waiting_list_works_by_the_api() -> None:
    show = _show()
    ticket = _a_ticket(show)
    assert ticket.holder_id is not None
    seller, waiter = a_customers_api(ticket.holder_id), a_buyer().party_id
    assert waiter is not None
    api, wait = a_customers_api(waiter), f"/tickets/performances/{show.id}/wait"
    assert api.send("PUT", wait, {}).json()["waits"] is True
    assert api.send("PUT", wait, {"party_id": str(uuid4())}).status_code == 404
    returns = seller.get(f"/tickets/{ticket.id}/offer").json()
    assert (returns["amount"]["minor"], returns["decided_by"]) == (100_000, ["place-taken-over"])
    assert seller.send("PUT", f"/tickets/{ticket.id}/offer").json()["offered_at"] is not None
    offered = api.get(wait).json()
    assert UUID(offered["order_id"])
    clash = seller.send("DELETE", f"/tickets/{ticket.id}/offer")
    assert (clash.status_code, clash.json()["code"]) == (409, "tickets.cannot_offer")
    assert api.send("DELETE", wait).json()["waits"] is False
    assert seller.send("DELETE", f"/tickets/{ticket.id}/offer").json()["offered_at"] is None
    assert an_api().get(wait).status_code == 422
