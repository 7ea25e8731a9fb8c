"""A blocked customer reads, exports and appeals, and does nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from oferta.core.cases import actions as work
from oferta.core.cases import queries as cases
from oferta.core.cases.types import Kind, Resolution, Status
from oferta.core.notices import queries as notices
from oferta.core.parties import actions, blocks, queries
from oferta.core.parties.errors import BadCustomer, NotPermitted
from oferta.core.parties.login_errors import Blocked
from oferta.core.parties.types import Actor, NewCustomer, Role
from oferta.core.parties.web.access import for_customer
from signing_in import sign_in_customer

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 16, 12, tzinfo=UTC)
CLAUSE = ("bonus-club", "2024-04-16", "bank-rate")


@pytest.fixture
def anna() -> UUID:
    return actions.register_customers([NewCustomer(key="anna", language="en")], now=NOW)["anna"]


@pytest.fixture
def clerk() -> Actor:
    return actions.appoint_staff("clerk", password=None, name="Clerk", role=Role.CLERK)


@pytest.fixture
def approver() -> Actor:
    return actions.appoint_staff("approver", password=None, name="App", role=Role.APPROVER)


def test_a_block_has_a_reason_a_clause_a_case_and_a_notice(anna: UUID, clerk: Actor) -> None:
    made = blocks.block(anna, reason="Two cards, one person", clause=CLAUSE, actor=clerk, now=NOW)
    assert blocks.block(anna, reason="Again", clause=CLAUSE, actor=clerk, now=NOW) == made
    (case,) = cases.cases_of_party(anna)
    assert (case.kind, case.is_open) == (Kind.BLOCK, True)
    (notice,) = notices.inbox(anna)
    assert (notice.kind, notice.cites) == ("party.blocked", (CLAUSE,))
    with pytest.raises(Blocked) as refused:
        blocks.ensure_may_act(anna)
    assert refused.value.code == "parties.blocked"
    assert refused.value.clause == "bank-rate"


def test_no_block_without_a_reason(anna: UUID, clerk: Actor) -> None:
    with pytest.raises(BadCustomer):
        blocks.block(anna, reason=" ", clause=CLAUSE, actor=clerk, now=NOW)


@pytest.mark.parametrize(("answer", "may_act"), [(Status.UPHELD, True), (Status.REJECTED, False)])
def test_an_appeal_that_is_upheld_lifts_the_block(
    anna: UUID, clerk: Actor, approver: Actor, answer: Status, may_act: bool
) -> None:
    blocks.block(anna, reason="Two cards", clause=CLAUSE, actor=clerk, now=NOW)
    client = Client()
    sign_in_customer(client, anna)
    (case,) = cases.cases_of_party(anna)
    told = client.post(f"/my/cases/{case.id}/", {"evidence": "They are my sister's"}, follow=True)
    assert "my sister" in told.content.decode(), "a blocked person can appeal"
    by_clerk = Resolution(status=Status.UPHELD, reason="We looked again", actor=clerk)
    with pytest.raises(NotPermitted):
        work.resolve(case.id, by_clerk, now=NOW)
    resolution = Resolution(status=answer, reason="We looked again", actor=approver)
    work.resolve(case.id, resolution, now=NOW)
    assert (blocks.in_force(anna) is None) is may_act
    kinds = {item.kind for item in notices.inbox(anna)}
    assert ("party.unblocked" in kinds) is may_act
    assert "case.answered" in kinds


def acting(*, acts: bool) -> Any:
    @for_customer(acts=acts)
    def page(request: HttpRequest, *, customer: Any, token: str) -> HttpResponse:
        return HttpResponse("done")

    return page


def test_pages_that_act_refuse_a_blocked_customer_and_pages_that_show_do_not(
    anna: UUID, clerk: Actor, approver: Actor
) -> None:
    blocks.block(anna, reason="Two cards", clause=CLAUSE, actor=clerk, now=NOW)
    request = RequestFactory().get("/")
    token = queries.link_token(anna)
    assert acting(acts=False)(request, token=token).content == b"done"
    refused = acting(acts=True)(request, token=token)
    assert refused.status_code == 403
    assert "Two cards" in refused.content.decode()
    blocks.lift(anna, reason="A mistake", actor=approver, now=NOW)
    assert acting(acts=True)(request, token=token).content == b"done"
