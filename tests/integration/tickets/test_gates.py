"""At the door: once, whoever scans; again only where the terms say so; offline gates told after."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from oferta.kernel.ids import uuid7
from oferta.services.tickets import gates, gates_alone, issuing, queries
from oferta.services.tickets.errors import NotYourTicket, UnknownGate, UploadReused
from oferta.services.tickets.gate_types import GateAnswer, IncidentKind, OfflineScan, Scanned
from oferta.services.tickets.models import (
    Admission,
    Gate,
    Incident,
    Performance,
    PerformanceChange,
    RefusedScan,
    Ticket,
)
from oferta.services.tickets.types import Stage, TicketStatus
from ticket_world import NOW, Show, a_buyer, a_show, bought, together

TONIGHT = NOW + timedelta(days=30) - timedelta(hours=1)


def _gate(show: Show, name: str = "North") -> UUID:
    return Gate.objects.create(id=uuid7(), performance_id=show.id, name=name).id


def _ticket(show: Show) -> Ticket:
    order = bought(show, buyer=a_buyer())
    ticket_id = order.lines[0].ticket_id
    assert ticket_id is not None
    return queries.ticket(ticket_id)


def _scanned(ticket: Ticket) -> Scanned:
    return Scanned(serial=ticket.serial, generation=ticket.generation)


@pytest.mark.django_db
def test_a_signed_code_opens_the_door_once_and_a_picture_of_it_does_not() -> None:
    """TR-123: the barcode is read once."""
    show = a_show(general=2)
    ticket, gate = _ticket(show), _gate(show)
    code = gates.read(issuing.text_of(ticket), now=TONIGHT)
    assert code == _scanned(ticket)
    first = gates.scan(code, gate, "scan-1", now=TONIGHT)
    assert (first.answer, first.entry, first.holder_name) == (GateAnswer.ADMITTED, 1, "B. Buyer")
    second = gates.scan(code, _gate(show, "South"), "scan-2", now=TONIGHT + timedelta(seconds=5))
    assert (second.answer, second.gate, second.admitted_at) == (GateAnswer.USED, "North", TONIGHT)
    assert second.decided_by == ("entered-once",)
    assert RefusedScan.objects.get().ticket_id == ticket.id


@pytest.mark.django_db
def test_the_same_scan_told_again_is_the_same_admission() -> None:
    show = a_show(general=1)
    ticket, gate = _ticket(show), _gate(show)
    gates.scan(_scanned(ticket), gate, "scan-1", now=TONIGHT)
    again = gates.scan(_scanned(ticket), gate, "scan-1", now=TONIGHT + timedelta(seconds=30))
    assert (again.answer, again.replayed) == (GateAnswer.ADMITTED, True)
    assert Admission.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "HELLO", "NCFOXN%TSMAHN-H"])
def test_what_we_did_not_sign_is_no_ticket(text: str) -> None:
    show = a_show(general=1)
    code = gates.read(text, now=TONIGHT)
    assert code is None
    reply = gates.scan(code, _gate(show), "scan-1", now=TONIGHT)
    assert reply.answer is GateAnswer.UNKNOWN


@pytest.mark.django_db
def test_a_gate_that_is_none_admits_nobody() -> None:
    ticket = _ticket(a_show(general=1))
    with pytest.raises(UnknownGate):
        gates.scan(_scanned(ticket), uuid7(), "scan-1", now=TONIGHT)


@pytest.mark.django_db
def test_the_door_says_why_it_stays_shut() -> None:
    """TR-128: returned tickets; TR-124, TR-125: older codes; another house, day, or no show."""
    show, other = a_show(general=3), a_show(general=1)
    ticket, gate = _ticket(show), _gate(show)

    def said(scanned: Scanned, moment: timedelta = timedelta(0), at: UUID = gate) -> GateAnswer:
        return gates.scan(scanned, at, str(uuid7()), now=TONIGHT + moment).answer

    old = _scanned(ticket)
    renewed = issuing.renew(ticket.id, holder_id=ticket.holder_id)
    assert said(old) is GateAnswer.REPLACED
    assert said(_scanned(renewed), at=_gate(other)) is GateAnswer.ELSEWHERE
    assert said(_scanned(renewed), timedelta(days=-1)) is GateAnswer.ANOTHER_DAY
    assert said(_scanned(renewed), timedelta(days=2)) is GateAnswer.ANOTHER_DAY
    Performance.objects.filter(id=show.id).update(stage=Stage.CANCELLED)
    assert said(_scanned(renewed)) is GateAnswer.CANCELLED
    Performance.objects.filter(id=show.id).update(stage=Stage.POSTPONED)
    Ticket.objects.filter(id=ticket.id).update(status=TicketStatus.RETURNED)
    assert said(_scanned(renewed)) is GateAnswer.RETURNED
    assert not Admission.objects.exists()


@pytest.mark.django_db
def test_a_ticket_opens_the_door_on_the_new_date_of_a_postponed_performance() -> None:
    """TR-105: it stays valid, without an exchange."""
    show = a_show(general=1)
    ticket, gate = _ticket(show), _gate(show)
    Performance.objects.filter(id=show.id).update(
        stage=Stage.POSTPONED, starts_at=TONIGHT + timedelta(days=90)
    )
    assert gates.scan(_scanned(ticket), gate, "a", now=TONIGHT).answer is GateAnswer.ANOTHER_DAY
    later = TONIGHT + timedelta(days=90)
    assert gates.scan(_scanned(ticket), gate, "b", now=later).answer is GateAnswer.ADMITTED


@pytest.mark.django_db
def test_nobody_comes_in_on_the_old_day_of_a_performance_put_off_without_a_new_date() -> None:
    """TR-105; what is given in the place of a performance is open to its tickets."""
    show = a_show(general=1)
    ticket, gate = _ticket(show), _gate(show)
    change = PerformanceChange.objects.create(
        performance_id=show.id,
        changed_at=NOW,
        stage=Stage.POSTPONED,
        starts_before=show.performance.starts_at,
        source="the organiser's letter",
        effective_at=NOW,
    )
    Performance.objects.filter(id=show.id).update(stage=change.stage)
    assert gates.scan(_scanned(ticket), gate, "a", now=TONIGHT).answer is GateAnswer.ANOTHER_DAY
    Performance.objects.filter(id=show.id).update(stage=Stage.REPLACED)
    assert gates.scan(_scanned(ticket), gate, "b", now=TONIGHT).answer is GateAnswer.ADMITTED


@pytest.mark.django_db
@pytest.mark.parametrize(("announced", "left"), [(True, True), (True, False), (False, True)])
def test_coming_in_again_is_a_term(announced: bool, left: bool) -> None:
    show = a_show(general=1, reentry=announced)
    ticket, gate = _ticket(show), _gate(show)
    gates.scan(_scanned(ticket), gate, "in", now=TONIGHT)
    if left:
        assert gates.leave(_scanned(ticket), gate, now=TONIGHT + timedelta(minutes=5))
    again = gates.scan(_scanned(ticket), gate, "again", now=TONIGHT + timedelta(minutes=9))
    admitted = announced and left
    assert (again.answer is GateAnswer.ADMITTED) is admitted
    assert again.decided_by == (("entry-again",) if admitted else ("entered-once",))
    assert Admission.objects.count() == 1 + admitted


@pytest.mark.django_db
def test_a_ticket_given_away_has_a_new_code_and_the_payer_stays_the_payer() -> None:
    """TR-124: the seller's copy opens nothing; TR-127: gifts are allowed; TR-08: payer apart."""
    show = a_show(general=1)
    ticket, gate = _ticket(show), _gate(show)
    assert ticket.holder_id is not None
    friend = a_buyer().party_id
    given = issuing.give(
        ticket.id, holder_id=ticket.holder_id, to_id=friend, to_name="A. Friend", now=NOW
    )
    assert (given.holder_id, given.holder_name) == (friend, "A. Friend")
    assert given.order.party_id == ticket.holder_id
    assert gates.scan(_scanned(ticket), gate, "a", now=TONIGHT).answer is GateAnswer.REPLACED
    assert gates.scan(_scanned(given), gate, "b", now=TONIGHT).answer is GateAnswer.ADMITTED
    for whose in (ticket.holder_id, friend):
        with pytest.raises(NotYourTicket):
            issuing.give(ticket.id, holder_id=whose, to_id=None, to_name="Another", now=NOW)


@pytest.mark.django_db
def test_gates_without_a_connection_are_told_what_to_refuse_and_tell_whom_they_let_in() -> None:
    show = a_show(general=4)
    tickets = [_ticket(show) for _ in range(4)]
    north, south = _gate(show), _gate(show, "South")
    revoked = issuing.renew(tickets[3].id)
    gates.scan(_scanned(tickets[0]), north, "online", now=TONIGHT)
    taken = gates_alone.list_for(show.id, now=TONIGHT)
    assert taken.revoked == {revoked.serial: 2}
    assert taken.admitted == (tickets[0].serial,)

    scans = [
        OfflineScan(serial=one.serial, generation=1, key=f"off-{place}", at=TONIGHT)
        for place, one in enumerate(tickets)
    ]
    told = gates_alone.upload(uuid7(), south, scans, now=TONIGHT + timedelta(hours=2))
    assert (told.scans, told.admitted, told.incidents) == (4, 2, 2)
    double = Incident.objects.get(kind=IncidentKind.DOUBLE_SCAN)
    assert (double.ticket_id, double.first_gate_id, double.second_gate_id) == (
        tickets[0].id,
        north,
        south,
    )
    leaked = Incident.objects.get(kind=IncidentKind.REVOKED_ADMITTED)
    assert leaked.ticket_id == tickets[3].id


@pytest.mark.django_db
def test_an_upload_told_again_changes_nothing() -> None:
    show = a_show(general=2)
    gate, ticket, upload_id = _gate(show), _ticket(show), uuid7()
    scans = [OfflineScan(serial=ticket.serial, generation=1, key="off", at=TONIGHT)]
    first = gates_alone.upload(upload_id, gate, scans, now=TONIGHT)
    again = gates_alone.upload(upload_id, gate, scans, now=TONIGHT)
    assert (first.replayed, again.replayed, again.admitted) == (False, True, 1)
    assert Admission.objects.count() == 1
    with pytest.raises(UploadReused):
        gates_alone.upload(upload_id, gate, [], now=TONIGHT)
    # The same scan in another upload is the same admission, not a second person.
    assert gates_alone.upload(uuid7(), gate, scans, now=TONIGHT).incidents == 0


def test_of_thirty_two_scans_by_sixteen_scanners_one_admits(fresh_db: str) -> None:
    show = a_show(general=1)
    ticket, doors = _ticket(show), [_gate(show), _gate(show, "South")]

    def scanner(number: int) -> list[GateAnswer]:
        return [
            gates.scan(_scanned(ticket), door, f"{number}-{door}", now=TONIGHT).answer
            for door in doors
        ]

    answers = [
        one
        for each in together([lambda n=n: scanner(n) for n in range(16)])  # type: ignore[misc]
        for one in each  # type: ignore[attr-defined]
    ]
    assert answers.count(GateAnswer.ADMITTED) == 1
    assert answers.count(GateAnswer.USED) == 31
    assert Admission.objects.count() == 1
