"""The desk keeps evidence of who a customer is, blocks and lifts; each act is in the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from desk_builders import at_the_desk

from oferta.core.notices import queries as notices
from oferta.core.notices import rendering
from oferta.core.parties import actions, blocks, identity, queries
from oferta.core.parties.models import AuditEntry
from oferta.core.parties.types import NewCustomer, Role
from oferta.core.terms import shelf
from oferta.kernel.i18n import LANGUAGES

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 16, 12, tzinfo=UTC)


@pytest.fixture
def anna() -> UUID:
    return actions.register_customers([NewCustomer(key="anna", language="en")], now=NOW)["anna"]


def a_clause() -> str:
    name, pack = next(iter(shelf.terms().packs.items()))
    edition = pack.editions[-1]
    return f"{name}/{edition.id}/{next(iter(edition.clauses))}"


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("at", "id").values_list("what", flat=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_customers_standing_speaks_each_language(anna: UUID, language: str) -> None:
    client, _ = at_the_desk(Role.CLERK, language=language)
    page = client.get(f"/desk/customers/{anna}/standing/")
    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()


def test_a_clerk_keeps_evidence_and_the_tier_follows(anna: UUID) -> None:
    client, actor = at_the_desk(Role.CLERK)
    at = f"/desk/customers/{anna}/standing/"
    wrong = client.post(f"{at}evidence", {"kind": "document", "reference": " "})
    assert wrong.status_code == 422
    old = {"kind": "document", "reference": "scan 17", "expires": "2001-01-01"}
    assert client.post(f"{at}evidence", old).status_code == 422
    unknown = {"kind": "hearsay", "reference": "a neighbour"}
    assert client.post(f"{at}evidence", unknown).status_code == 422
    client.post(f"{at}evidence", {"kind": "document", "reference": "scan 17"})
    assert queries.customer(anna).identity_tier == 2
    (kept,) = identity.evidence_of(anna)
    assert (kept.reference, kept.checked_by) == ("scan 17", actor.name)
    assert acts().count("identity.recorded") == 1
    assert "scan 17" in client.get(at).content.decode()


def test_a_clerk_blocks_by_a_published_clause_and_an_approver_lifts(anna: UUID) -> None:
    clerk, _ = at_the_desk(Role.CLERK)
    at = f"/desk/customers/{anna}/standing/"
    for clause in ("", "corner-club/2024-01-01/no-such-clause", "no/such/pack"):
        form = {"clause": clause, "reason": "Two cards"}
        assert clerk.post(f"{at}block", form).status_code == 422
    assert clerk.post(f"{at}block", {"clause": a_clause(), "reason": ""}).status_code == 422
    clerk.post(f"{at}block", {"clause": a_clause(), "reason": "Two cards"})
    assert blocks.in_force(anna) is not None
    (told,) = notices.inbox(anna)
    words = rendering.render(told.kind, told.params, told.cites, "en")
    assert "Two cards" in words.body
    assert clerk.post(f"{at}lift", {"reason": "A mistake"}).status_code == 403
    approver, _ = at_the_desk(Role.APPROVER)
    assert approver.post(f"{at}lift", {"reason": " "}).status_code == 422
    approver.post(f"{at}lift", {"reason": "A mistake"})
    assert blocks.in_force(anna) is None
    assert [what for what in acts() if what.startswith("customer.")] == [
        "customer.blocked",
        "customer.unblocked",
    ]


def test_nobody_elses_page_is_made(anna: UUID) -> None:
    client, _ = at_the_desk(Role.CLERK)
    assert client.get(f"/desk/customers/{UUID(int=5)}/standing/").status_code == 404
