"""No sequence of sends by one person reaches more people than the limit in 24 hours (TR-130)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oferta.core.notices import actions, models, outgoing, reach
from oferta.core.notices.mass_errors import ReachUsedUp
from oferta.core.notices.types import Guards, NewNotice
from oferta.core.parties import actions as parties
from oferta.core.parties.types import NewCustomer, Role

pytestmark = pytest.mark.django_db
START = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
MOST = 4

#: Hours since the one before, and to whom.
SENDS = st.lists(
    st.tuples(st.integers(0, 30), st.lists(st.integers(0, 9), min_size=1, max_size=5)),
    min_size=1,
    max_size=12,
)


def people() -> list[UUID]:
    new = [NewCustomer(key=f"reach-{number}") for number in range(10)]
    return list(parties.register_customers(new, now=START).values())


@given(sends=SENDS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_one_person_alone_never_reaches_more_than_the_limit(
    sends: list[tuple[int, list[int]]],
) -> None:
    outgoing.use_guards(Guards(alone_max=MOST))
    thief = parties.appoint_staff("thief", password=None, name="thief", role=Role.CLERK)
    ids = people()
    last = models.Reached.objects.filter(staff_id=thief.id).order_by("-at").first()
    now = START if last is None else last.at + timedelta(days=2)
    told: list[tuple[datetime, UUID]] = []
    try:
        for hours, to in sends:
            now += timedelta(hours=hours)
            wanted = [
                NewNotice(
                    party_id=ids[one], language="en", kind="case.rejected", params={"reason": "x"}
                )
                for one in to
            ]
            before = reach.reached(thief.id, now=now)
            try:
                actions.send(wanted, now=now, sender=thief.id)
            except ReachUsedUp:
                assert len(before | {item.party_id for item in wanted}) > MOST, "refused too early"
                continue
            told += [(now, item.party_id) for item in wanted]
            window = {party for at, party in told if at > now - timedelta(hours=24)}
            assert len(window) <= MOST
    finally:
        outgoing.use_guards(Guards())
