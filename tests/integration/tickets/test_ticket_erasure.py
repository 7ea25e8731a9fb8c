"""What a buyer wrote, sent and named in a request goes with them; what was paid stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from delivery_world import HOME, brought
from erased import places
from oferta.core.ledger import queries as book
from oferta.core.parties import erasing
from oferta.core.parties.agreement_types import ErasureState
from oferta.kernel.ids import uuid7
from oferta.services.tickets import own_data, paying
from oferta.services.tickets.models import Document, Payout, Refund
from oferta.services.tickets.refunding import applying, coming, paying_out
from oferta.services.tickets.refunding.types import Filing, Paper
from oferta.services.tickets.types import OrderBrief, Pay, PayoutState, RefundState
from ticket_world import NOW, a_buyer, a_show, bought, reserved, tickets_of

pytestmark = pytest.mark.django_db

WORDS, BANK, FILE = "my fever of Tuesday", "KZ55 1234 0000", "fever-of-tuesday.png"
PNG = b"\x89PNG\r\n\x1a\nfever"


def _ill() -> OrderBrief:
    """Buy, fall ill, ask for the money back and send a note."""
    order = paying.pay(
        reserved(a_show(general=1), buyer=a_buyer()).id, [Pay(means="card")], now=NOW
    )
    asked = Filing(
        id=uuid7(),
        order_id=order.id,
        tickets=tuple(tickets_of([order])),
        reason="illness",
        words=WORDS,
        bank_details=BANK,
    )
    applying.apply(asked, now=NOW)
    day = NOW.date() + timedelta(days=30)
    note = Paper(
        id=uuid7(),
        kind="sick_note_photo",
        name=FILE,
        media_type="image/png",
        content=PNG,
        illness_from=day,
        illness_through=day,
    )
    coming.attach(asked.id, note, now=NOW)
    coming.check(note.id, "genuine", by=uuid7(), now=NOW)
    return order


def _paid() -> None:
    """Send what is due, and have it arrive."""
    paying_out.send_due(now=NOW)
    for one in Payout.objects.filter(state=PayoutState.STARTED):
        paying_out.arrived(one.id, now=NOW)


def _rows(order: OrderBrief, name: str) -> list[dict[str, object]]:
    return next(list(one.rows) for one in own_data.export(order.party_id, "en") if one.name == name)


def test_the_export_holds_requests_papers_and_refunds() -> None:
    order = _ill()
    assert [(one["words"], one["bank"]) for one in _rows(order, "refund_requests")] == [
        (WORDS, BANK)
    ]
    assert [one["name"] for one in _rows(order, "refund_papers")] == [FILE]
    assert [one["state"] for one in _rows(order, "refunds")] == [RefundState.DUE]


def test_who_waits_for_money_is_not_erased_before_it_is_there() -> None:
    order = _ill()
    assert [one.code for one in own_data.ERASER.obstacles(order.party_id)] == ["refund"]
    _paid()
    assert Refund.objects.get().state == RefundState.PAID
    assert list(own_data.ERASER.obstacles(order.party_id)) == []


def test_an_erased_buyer_leaves_no_words_no_account_and_no_paper() -> None:
    order = _ill()
    _paid()
    assert places(WORDS) and places(BANK) and places(FILE)  # noqa: PT018 - each of them stood there
    asked = erasing.ask(order.party_id, gives_up=["balance", "dispute"], now=NOW)
    done = erasing.erase(asked.id, now=asked.due_at)
    assert done is not None
    assert done.state is ErasureState.DONE, done.report
    assert [places(one) for one in (WORDS, BANK, FILE)] == [[], [], []]
    assert bytes(Document.objects.get().content) == b""
    assert Document.objects.get().illness_from is None
    assert Refund.objects.get().amount
    assert book.verify().ok


def test_the_address_of_a_form_is_exported_and_goes_with_its_buyer() -> None:
    show = a_show(general=1)
    order = bought(show, buyer=a_buyer(), **brought(show))
    (told,) = _rows(order, "paper_deliveries")
    assert (told["name"], told["phone"], told["words"]) == (HOME.recipient, HOME.phone, HOME.note)
    assert HOME.street in str(told["address"])
    (stands,) = own_data.ERASER.obstacles(order.party_id)
    assert (stands.code, stands.can_give_up) == ("delivery", True)
    given_up = ["balance", "dispute", "delivery"]
    asked = erasing.ask(order.party_id, gives_up=given_up, now=NOW)
    done = erasing.erase(asked.id, now=asked.due_at)
    assert done is not None
    assert done.state is ErasureState.DONE, done.report
    assert [places(one) for one in (HOME.street, HOME.recipient, HOME.note)] == [[], [], []]
    assert _rows(order, "paper_deliveries")[0]["address"] == ""
