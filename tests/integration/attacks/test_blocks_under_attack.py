"""Blocks are no way to write to everybody, none to help oneself, and they stop money at once."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from desk_roles import a_member_of_staff
from django.test import Client

from oferta.core.notices import queries as notices
from oferta.core.notices import reach
from oferta.core.parties import actions, blocks, identity, models
from oferta.core.parties.errors import OwnAct
from oferta.core.parties.login_errors import Blocked
from oferta.core.parties.types import Actor, NewCustomer, Role
from oferta.project.rest import actions as tokens
from oferta.project.rest.types import NewToken, Scope
from oferta.services.club import enrolment, redeeming
from oferta.services.club.redeeming import Bill

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 16, 12, tzinfo=UTC)
CLAUSE = ("bonus-club", "2024-04-16", "bank-rate")


def people(*keys: str) -> list[UUID]:
    wanted = [NewCustomer(key=key, language="en") for key in keys]
    ids = actions.register_customers(wanted, now=NOW)
    return [ids[key] for key in keys]


def of_login_of(actor: Actor, customer_id: UUID) -> None:
    login = models.Staff.objects.get(id=actor.id).login
    models.Customer.objects.filter(id=customer_id).update(login=login)


def test_reasons_of_blocks_reach_no_more_people_than_one_person_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TR-130 to TR-138: one stolen account reaches at most so many, however it writes."""
    monkeypatch.setattr("oferta.kernel.clock.now", lambda: NOW)
    desk, moderator = a_member_of_staff(Role.MODERATOR)
    many = people(*(f"c{number}" for number in range(101)))
    reach.claim(moderator.id, many[:99], now=NOW)
    form = {"reason": "Your money is at risk: call", "clause": "/".join(CLAUSE)}
    paths = [f"/desk/customers/{one}/standing/block" for one in many[99:]]
    assert [desk.post(path, form).status_code for path in paths] == [302, 422]
    assert blocks.in_force(many[100]) is None
    assert notices.inbox(many[100]) == []


def test_staff_change_nothing_in_the_standing_of_the_customer_that_they_are() -> None:
    (own,) = people("own")
    clerk, _ = a_member_of_staff(Role.CLERK)
    desk, approver = a_member_of_staff(Role.CLERK, Role.APPROVER)
    blocks.block(own, reason="Forged", clause=CLAUSE, actor=_any_clerk(), now=NOW)
    of_login_of(approver, own)
    path = f"/desk/customers/{own}/standing"
    assert desk.post(f"{path}/lift", {"reason": "A mistake"}).status_code == 403
    assert desk.post(f"{path}/evidence", {"kind": "meeting", "reference": "I"}).status_code == 403
    with pytest.raises(OwnAct):
        blocks.lift(own, reason="A mistake", actor=approver, now=NOW)
    assert blocks.in_force(own) is not None
    assert identity.evidence_of(own) == []
    assert clerk.post(f"{path}/evidence", {"kind": "meeting", "reference": "I"}).status_code == 302


def test_a_blocked_member_pays_nothing_with_bonuses_whoever_asks() -> None:
    (anna,) = people("anna")
    enrolment.enrol(anna, "*0001")
    blocks.block(anna, reason="Forged", clause=CLAUSE, actor=_any_clerk(), now=NOW)
    bill = Bill(reference="t1", card="*0001", merchant="shop", bill=1000_00, bonuses=100)
    with pytest.raises(Blocked):
        redeeming.redeem(bill, now=NOW)
    _, text = tokens.create_token(
        NewToken(name="till", owner="shop", scopes=frozenset({Scope.CLUB_WRITE})),
        created_by="test",
        now=NOW,
    )
    money = {"bill": {"minor": 100000, "unit": "KZT"}, "bonuses": {"minor": 100, "unit": "BONUS"}}
    given = {"reference": "t2", "card": "*0001", "merchant": "shop"} | money
    answer = Client(headers={"authorization": f"Bearer {text}"}).post(
        "/api/v1/club/redemptions", given, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "parties.blocked"), answer.content


def _any_clerk() -> Actor:
    return a_member_of_staff(Role.CLERK)[1]
