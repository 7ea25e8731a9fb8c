"""Staff hear of a case that nobody answered in time, once."""

from __future__ import annotations

from datetime import timedelta

import loop_builders as build
import pytest
from desk_builders import staff
from procrastinate.contrib.django.models import ProcrastinateJob

from oferta.core.cases import actions, handling
from oferta.core.notices import rendering
from oferta.core.parties import actions as parties
from oferta.core.parties import logins, models
from oferta.core.parties.login_types import Address
from oferta.core.parties.types import Actor, Channel, NewCustomer, Role
from oferta.kernel.i18n import LANGUAGES

pytestmark = pytest.mark.django_db


def reached_at(actor: Actor, address: str) -> None:
    login = models.Login.objects.get(staff__id=actor.id)
    logins.add_contact(login, Address(channel=Channel.EMAIL, address=address), now=build.NOW)


def told() -> list[tuple[str, str, int]]:
    jobs = ProcrastinateJob.objects.filter(task_name="notices.deliver_direct").order_by("id")
    args = [job.args for job in jobs if job.args["kind"] == "case.overdue_staff"]
    return sorted((one["address"], one["params"]["cases"], one["params"]["number"]) for one in args)


def test_who_hands_cases_over_and_who_has_one_are_told_once() -> None:
    """BC-88."""
    party = parties.register_customers([NewCustomer(key="a", language="en")], now=build.NOW)["a"]
    decision = build.a_decision(party)
    case = actions.dispute(decision.id, party_id=party, words="No.", now=build.NOW)
    clerk, leader, other = staff(Role.CLERK), staff(Role.APPROVER), staff(Role.CLERK)
    for actor, address in ((clerk, "clerk@x.kz"), (leader, "lead@x.kz"), (other, "other@x.kz")):
        reached_at(actor, address)
    actions.assign(case.id, actor=clerk, now=build.NOW)
    handling.escalate_overdue(now=case.due_at - timedelta(minutes=1))
    assert told() == []
    for late in (1, 30):
        handling.escalate_overdue(now=case.due_at + timedelta(minutes=late))
    name = f"№ {case.number}"
    assert told() == [("clerk@x.kz", name, 1), ("lead@x.kz", name, 1)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_message_names_the_cases_in_each_language(language: str) -> None:
    params = {"number": 2, "cases": "№ 1, № 2"}
    words = rendering.render("case.overdue_staff", params, (), language)  # type: ignore[arg-type]
    assert "№ 1, № 2" in words.body
    assert "2" in words.subject
