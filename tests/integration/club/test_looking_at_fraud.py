"""The desk's list of what looked like fraud; and what the club tells and forgets of people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from club_builders import a_person, at
from django.db import IntegrityError, transaction
from django.test import Client

from oferta.core.cases import actions as cases
from oferta.core.cases.types import Resolution, Status
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Actor, Role, Who, WhoKind
from oferta.kernel import clock
from oferta.kernel.ids import uuid7
from oferta.services.club import own_data
from oferta.services.club.claims import claiming
from oferta.services.club.claims.letters import Letter
from oferta.services.club.membership import joining, requests
from oferta.services.club.models import Claim, Member, Suspicion
from signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


def somebody(role: Role) -> Actor:
    return parties.appoint_staff(f"s-{uuid4().hex[:6]}", password=None, name="s", role=role)


def a_member() -> UUID:
    party = a_person("anna")
    joining.join(party, now=clock.now())
    return party


def suspected(party: UUID, state: str, **told: Any) -> Suspicion:
    now = clock.now()
    return Suspicion.objects.create(
        id=uuid7(),
        kind="buy_refund",
        party_id=party,
        account_id=Member.objects.get(party_id=party).account_id,
        merchant="magnum",
        first_day=now.date(),
        last_day=now.date(),
        strength=4,
        decision_id=uuid7(),
        case_id=uuid7(),
        state=state,
        opened_at=now,
        **told,
    )


def test_the_desk_lists_suspicions_by_state_with_their_cases_and_the_reading_is_logged() -> None:
    from oferta.core.parties import audit
    from oferta.core.parties.audit import Filter

    party = a_member()
    suspected(party, "open")
    suspected(party, "cleared", reason="a family of six")
    client, clerk = Client(headers={"accept-language": "en"}), somebody(Role.CLERK)
    sign_in_staff(client, clerk.id)
    open_ = client.get("/desk/club/suspicions/").content.decode()
    assert "purchases that are refunded" in open_
    assert "a family of six" not in open_
    assert "a family of six" in client.get("/desk/club/suspicions/?show=all").content.decode()
    assert client.get("/desk/club/suspicions/?show=none").status_code == 404
    whats = [line.what for line in audit.entries(Filter(party_id=party))]
    assert "club.suspicions_read" in whats


def test_the_file_of_ones_data_tells_answered_suspicions_requests_ceilings_and_what_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    party = a_member()
    monkeypatch.setattr(own_data.clock, "now", lambda: at("2024-05-16"))
    by = Who(kind=WhoKind.CUSTOMER, id=party)
    requests.ask(party, "4400*1", by=by, now=clock.now())
    suspected(party, "open")
    suspected(party, "confirmed", reason="he owns the till")
    told = {one.name: list(one.rows) for one in own_data.export(party, "en")}
    assert [one["number"] for one in told["card_requests"]] == ["4400*1"]
    assert [one["because"] for one in told["suspicions"]] == ["he owns the till"]
    (ceiling,) = told["ceilings"]
    assert (ceiling["at_most"], ceiling["used"]) == (5_000_00, 0)
    assert {"waiting_refunds", "waiting_bonuses", "claims"} <= told.keys()


def test_a_strangers_address_is_forgotten_once_it_is_old_and_answered() -> None:
    """Nobody could see or erase it: no customer wrote. While the case is open, it is needed."""
    now = clock.now()
    old = now - claiming.STRANGERS_KEPT - timedelta(days=1)
    taken = [
        claiming.take_letter(
            Letter(
                id=f"<{n}@x>", sender=f"{n}@example.kz", subject="?", words="?", automatic=False
            ),
            now=when,
        )
        for n, when in enumerate((old, old, now))
    ]
    assert taken[0].case is not None
    rejected = Resolution(status=Status.REJECTED, reason="x", actor=somebody(Role.CLERK))
    cases.resolve(taken[0].case.id, rejected, now=old)
    assert claiming.forget_strangers(now=now) == 1
    senders = set(Claim.objects.values_list("sender", flat=True))
    assert senders == {"", "1@example.kz", "2@example.kz"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(sender="2@example.kz").update(sender="")  # too young for that
