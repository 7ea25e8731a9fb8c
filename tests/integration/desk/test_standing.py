"""The desk keeps evidence of who a customer is, blocks and lifts; each act is in the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from desk_builders import at_the_desk

from oferta.core.notices import queries as notices
from oferta.core.notices import rendering
from oferta.core.parties import actions, blocks, identity, queries
from oferta.core.parties.identity_types import MemberRole, PartyKind
from oferta.core.parties.models import AuditEntry
from oferta.core.parties.types import Channel, NewCustomer, Role
from oferta.core.terms import shelf
from oferta.kernel import clock
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


def test_a_clerk_withdraws_evidence_and_the_tier_falls(anna: UUID) -> None:
    client, _ = at_the_desk(Role.CLERK)
    at = f"/desk/customers/{anna}/standing/"
    client.post(f"{at}evidence", {"kind": "document", "reference": "scan 17"})
    (kept,) = identity.evidence_of(anna)
    other = actions.register_customers([NewCustomer(key="boris", language="en")], now=NOW)["boris"]
    wrong = f"/desk/customers/{other}/standing/evidence/{kept.id}/withdraw"
    assert client.post(wrong).status_code == 404, "another customer's"
    assert client.post(f"{at}evidence/{kept.id}/withdraw").status_code == 302
    assert queries.customer(anna).identity_tier == 0
    assert client.post(f"{at}evidence/{kept.id}/withdraw").status_code == 404, "once"
    assert acts().count("identity.withdrawn") == 1


def test_a_clerk_grants_a_students_status_and_withdraws_it(anna: UUID) -> None:
    """SV-33: ages 12 to 25."""
    client, _ = at_the_desk(Role.CLERK)
    at = f"/desk/customers/{anna}/standing/"
    today = clock.now().date()
    good = {"born": f"{today.year - 20}-01-01", "reference": "certificate 5"}
    good["until"] = f"{today.year + 1}-06-30"
    for wrong in ({"born": f"{today.year - 40}-01-01"}, {"born": "x"}, {"until": "2001-01-01"}):
        assert client.post(f"{at}student", good | wrong).status_code == 422
    assert client.post(f"{at}student", good | {"reference": " "}).status_code == 422
    assert client.post(f"{at}student", good).status_code == 302
    assert identity.holders([anna], identity.STUDENT, at=clock.now()) == {anna}
    (status,) = identity.credentials_of(anna)
    assert "certificate 5" in client.get(at).content.decode()
    assert client.post(f"{at}statuses/{status.id}/withdraw").status_code == 302
    assert identity.holders([anna], identity.STUDENT, at=clock.now()) == set()
    assert client.post(f"{at}statuses/{status.id}/withdraw").status_code == 404
    assert (acts().count("status.granted"), acts().count("status.withdrawn")) == (1, 1)


def test_a_clerk_says_who_acts_for_an_organisation(anna: UUID) -> None:
    new = NewCustomer(key="firm", name="Firm", language="en", kind=PartyKind.ORGANISATION)
    firm = actions.register_customers([new], now=NOW)["firm"]
    actions.set_contact(anna, Channel.EMAIL, "anna@example.test")
    client, _ = at_the_desk(Role.CLERK)
    at = f"/desk/customers/{firm}/standing/"
    for person, role in (("nobody", "agent"), ("anna", "king"), ("firm", "agent"), ("x@", "agent")):
        assert client.post(f"{at}member", {"person": person, "role": role}).status_code == 422
    for person in ("Anna@example.test", "anna", str(anna)):
        assert client.post(f"{at}member", {"person": person, "role": "agent"}).status_code == 302
    assert identity.organisations_of(anna) == {firm: MemberRole.AGENT}
    client.post(f"{at}member", {"person": str(anna)})
    assert identity.organisations_of(anna) == {}
    to_person = client.post(
        f"/desk/customers/{anna}/standing/member", {"person": "anna", "role": "agent"}
    )
    assert to_person.status_code == 422
