"""Codes that change on a telephone: who gets in with what, online, alone, and what is fixed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from oferta.kernel.ids import uuid7
from oferta.services.tickets import gates, gates_alone, issuing, phone_codes, queries, showing
from oferta.services.tickets.codes import base45, signed
from oferta.services.tickets.errors import BadCatalogue, NoMoreRounds, PhoneCodeFixed
from oferta.services.tickets.gate_types import (
    GateAnswer,
    GateReply,
    IncidentKind,
    OfflineScan,
    Proof,
    Scanned,
)
from oferta.services.tickets.kinds import PHONE_ROUND_MAX, PhoneCode
from oferta.services.tickets.models import (
    Admission,
    Gate,
    Incident,
    PhoneCodeChange,
    RefusedScan,
    Ticket,
)
from oferta.services.tickets.papers import text_of as printed
from oferta.services.tickets.types import Carrier, Delivery
from ticket_world import NOW, Show, a_buyer, a_show, bought

pytestmark = pytest.mark.django_db
NONE, ACCEPTED, REQUIRED = PhoneCode.NONE, PhoneCode.ACCEPTED, PhoneCode.REQUIRED
TONIGHT = NOW + timedelta(days=30)
LATER = TONIGHT + timedelta(minutes=2)
IN, OLD, NEEDED = GateAnswer.ADMITTED, GateAnswer.OLD_SCREEN, GateAnswer.SCREEN_NEEDED


def _show(rule: PhoneCode, **rest: bool) -> tuple[Show, Gate]:
    show = a_show(general=4, phone_code=rule, starts_at=TONIGHT, **rest)  # type: ignore[arg-type]
    return show, Gate.objects.create(id=uuid7(), performance=show.performance, name="North")


def _ticket(show: Show, **rest: object) -> Ticket:
    order = bought(show, buyer=a_buyer(), **rest)
    ticket_id = order.lines[0].ticket_id
    assert ticket_id is not None
    return queries.ticket(ticket_id)


def _scan(text: str, gate: Gate, key: str = "a", *, now: object = TONIGHT) -> GateReply:
    return gates.scan(gates.read(text, now=now), gate.id, key, now=now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "screen", "screenshot", "still"),
    [(NONE, IN, IN, IN), (ACCEPTED, IN, OLD, IN), (REQUIRED, IN, OLD, NEEDED)],
)
def test_each_rule_lets_in_with_what_it_says(
    rule: PhoneCode, screen: GateAnswer, screenshot: GateAnswer, still: GateAnswer
) -> None:
    """TR-125: the live code, a picture of it two minutes later, the PDF's."""
    show, gate = _show(rule)
    ways = {
        "screen": (lambda one: showing.text_now(one, now=TONIGHT), TONIGHT, screen),
        "picture": (lambda one: showing.text_now(one, now=TONIGHT), LATER, screenshot),
        "printed": (printed, TONIGHT, still),
        "cut off": (issuing.text_of, TONIGHT, still),
    }
    for name, (text, now, wanted) in ways.items():
        ticket = _ticket(show)
        reply = _scan(text(ticket), gate, name, now=now)
        assert reply.answer is wanted, name
        assert reply.ticket_id == ticket.id
        assert Admission.objects.filter(ticket=ticket).exists() == (wanted is IN)
    reasons = set(RefusedScan.objects.values_list("reason", flat=True))
    assert reasons == {one.value for one in (screenshot, still) if one is not IN}


def test_paper_forms_and_a_number_with_a_document_always_let_in() -> None:
    show, gate = _show(REQUIRED)
    form = _ticket(show, carrier=Carrier.PAPER, delivery=Delivery.PICKUP)
    assert showing.text_now(form, now=TONIGHT) == issuing.text_of(form)
    assert _scan(issuing.text_of(form), gate).answer is IN
    ticket = _ticket(show)
    code = Scanned(serial=ticket.serial, generation=1)
    assert gates.scan(code, gate.id, "b", now=TONIGHT).answer is NEEDED
    seen = Scanned(serial=ticket.serial, generation=1, proof=Proof.NUMBER)
    assert gates.scan(seen, gate.id, "c", now=TONIGHT).answer is IN


def test_a_print_that_says_it_is_a_paper_form_is_told_from_one() -> None:
    """Prints made before had the form's mark: the ticket itself says what it is on."""
    show, gate = _show(REQUIRED)
    ticket = _ticket(show)
    Ticket.objects.filter(id=ticket.id).update(carrier=Carrier.PAPER)
    text = issuing.text_of(queries.ticket(ticket.id))
    Ticket.objects.filter(id=ticket.id).update(carrier=Carrier.ELECTRONIC)
    assert _scan(text, gate).answer is NEEDED


def test_a_scan_told_again_later_is_the_same_admission_and_a_picture_comes_in_no_second_time() -> (
    None
):
    show, gate = _show(REQUIRED, reentry=True)
    ticket = _ticket(show)
    text = showing.text_now(ticket, now=TONIGHT)
    assert _scan(text, gate, "first").answer is IN
    again = _scan(text, gate, "first", now=LATER)
    assert (again.answer, again.replayed) == (IN, True)
    assert _scan(text, gate, "second", now=LATER).answer is GateAnswer.USED
    code = gates.read(text, now=LATER)
    assert code is not None
    assert gates.leave(code, gate.id, now=LATER)
    assert _scan(text, gate, "third", now=LATER).answer is OLD
    fresh = showing.text_now(ticket, now=LATER)
    assert _scan(fresh, gate, "fourth", now=LATER).entry == 2


def test_what_is_asked_may_grow_until_a_ticket_is_sold_and_then_only_shrink() -> None:
    show, _ = _show(NONE)
    staff = uuid7()
    phone_codes.ask(show.id, REQUIRED, source="their  order", now=NOW, staff_id=staff)
    line = PhoneCodeChange.objects.get()
    assert (line.before, line.after, line.source) == (NONE, REQUIRED, "their order")
    assert line.staff_id == staff
    phone_codes.ask(show.id, ACCEPTED, source="their order", now=NOW)
    phone_codes.ask(show.id, ACCEPTED, source="told again", now=NOW)
    assert PhoneCodeChange.objects.count() == 2
    _ticket(show)
    with pytest.raises(PhoneCodeFixed):
        phone_codes.ask(show.id, REQUIRED, source="x", now=NOW)
    phone_codes.ask(show.id, NONE, source="too many complain", now=NOW)
    with pytest.raises(PhoneCodeFixed):
        phone_codes.ask(show.id, ACCEPTED, source="x", now=NOW)
    with pytest.raises(BadCatalogue):
        phone_codes.renew_key(show.id, source=" ", now=NOW)


def test_sold_on_paper_alone_more_may_be_asked_and_history_is_not_rewritten() -> None:
    show, _ = _show(ACCEPTED)
    assert PhoneCodeChange.objects.get().source == "as it was offered"
    _ticket(show, carrier=Carrier.PAPER, delivery=Delivery.PICKUP)
    phone_codes.ask(show.id, REQUIRED, source="x", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_phonecodechange SET source = 'nobody'")


def test_a_renewed_key_makes_what_a_lost_gate_knows_worthless() -> None:
    show, gate = _show(REQUIRED)
    ticket = _ticket(show)
    stolen = gates_alone.list_for(show.id, now=TONIGHT).phone_key
    picture = issuing.text_of(ticket)
    secret = signed.telephone_secret(stolen, ticket.serial, ticket.generation)
    forged = signed.rotated(picture, secret, TONIGHT)
    assert showing.text_now(ticket, now=TONIGHT) == forged  # a thief with a picture gets so far
    phone_codes.renew_key(show.id, source="stolen", now=TONIGHT)
    assert _scan(forged, gate).answer is OLD
    renewed = showing.text_now(queries.ticket(ticket.id), now=TONIGHT)
    assert _scan(renewed, gate).answer is IN
    for _ in range(PHONE_ROUND_MAX - 1):
        phone_codes.renew_key(show.id, source="again", now=TONIGHT)
    with pytest.raises(NoMoreRounds):
        phone_codes.renew_key(show.id, source="again", now=TONIGHT)


def test_a_gate_takes_the_key_of_its_own_performance_in_its_days_only() -> None:
    show, _ = _show(ACCEPTED)
    other, _ = _show(ACCEPTED)
    taken = gates_alone.list_for(show.id, now=TONIGHT)
    assert taken.phone_code is ACCEPTED
    assert len(taken.phone_key) == 32
    assert taken.phone_key != gates_alone.list_for(other.id, now=TONIGHT).phone_key
    for moment in (TONIGHT - timedelta(days=3), TONIGHT + timedelta(days=2)):
        assert gates_alone.list_for(show.id, now=moment).phone_key == b""
    plain, _ = _show(NONE)
    assert gates_alone.list_for(plain.id, now=TONIGHT).phone_key == b""
    assert taken.phone_key.hex() not in repr(taken)


def test_what_a_gate_without_a_connection_tells_is_checked_afterwards() -> None:
    """TR-123: whoever came in stays in; a gate that let a print in is an incident."""
    show, gate = _show(REQUIRED)
    proven, printed_one, old, form = (
        *(_ticket(show) for _ in range(3)),
        _ticket(show, carrier=Carrier.PAPER, delivery=Delivery.PICKUP),
    )

    def told(ticket: Ticket, suffix: bytes) -> OfflineScan:
        key = str(ticket.serial)
        return OfflineScan(serial=ticket.serial, generation=1, key=key, at=TONIGHT, suffix=suffix)

    def suffix(ticket: Ticket, ago: timedelta = timedelta(0)) -> bytes:
        return base45.decode(showing.text_now(ticket, now=TONIGHT - ago))[-signed.SUFFIX :]

    scans = [
        told(proven, suffix(proven, timedelta(seconds=59))),
        told(printed_one, b""),
        told(old, suffix(old, timedelta(minutes=5))),
        told(form, b""),
    ]
    made = gates_alone.upload(uuid7(), gate.id, scans, now=LATER)
    assert (made.admitted, made.incidents) == (2, 2)
    assert Admission.objects.count() == 4
    found = Incident.objects.filter(kind=IncidentKind.UNPROVEN_SCREEN)
    assert {one.ticket_id for one in found} == {printed_one.id, old.id}
    # Told again in another upload: the same incidents.
    gates_alone.upload(uuid7(), gate.id, scans, now=LATER)
    assert Incident.objects.count() == 2


def test_two_scans_of_one_name_are_two_people() -> None:
    show, gate = _show(NONE)
    scans = [
        OfflineScan(serial=_ticket(show).serial, generation=1, key="same", at=TONIGHT)
        for _ in range(2)
    ]
    made = gates_alone.upload(uuid7(), gate.id, scans, now=TONIGHT)
    assert (made.admitted, made.incidents) == (2, 0)
    assert Admission.objects.count() == 2
