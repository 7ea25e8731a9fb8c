"""People who act for an organisation: its pages, within their role, under their own name."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.test import Client
from party_builders import NOW, a_party

from front_leaks import leaks
from oferta.core.parties import actions, audit, blocks, identity, models
from oferta.core.parties.identity_types import MemberRole, PartyKind
from oferta.core.parties.types import NewCustomer, Role
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES
from signing_in import prove_second_factor, sign_in_customer

pytestmark = pytest.mark.django_db


def a_firm(name: str = "Firm LLP") -> UUID:
    key = f"firm-{uuid4().hex[:8]}"
    new = NewCustomer(key=key, name=name, language="ru", kind=PartyKind.ORGANISATION)
    return actions.register_customers([new], now=NOW)[key]


def acting(role: MemberRole) -> tuple[Client, UUID, UUID]:
    """Return a client that acts for a firm in a role, the person and the firm."""
    person, firm = a_party("en", name="Anna Member"), a_firm()
    identity.set_member(firm, person, role, now=NOW)
    client = Client()
    sign_in_customer(client, person)
    prove_second_factor(client)
    answer = client.post("/my/acting/", {"organisation": str(firm)})
    assert answer.headers["Location"] == "/my/"
    return client, person, firm


def whats(party: UUID) -> list[tuple[str, UUID | None]]:
    return [(one.what, one.who_id) for one in audit.acts_with(party)]


def test_a_member_sees_the_pages_of_the_organisation_under_a_banner_in_their_language() -> None:
    client, person, firm = acting(MemberRole.AGENT)
    for path in ("/my/", "/my/statement/", "/my/cases/", "/my/notices/", "/my/terms/"):
        page = client.get(path).content.decode()
        assert "You act for" in page, path
        assert "Firm LLP" in page
        assert "Anna Member" not in page
    assert "You act for" not in client.get("/my/security/").content.decode()
    client.post("/my/acting/", {"organisation": ""})
    page = client.get("/my/").content.decode()
    assert "Firm LLP" not in page
    assert "Anna Member" in page
    assert whats(firm) == [("acting.ended", person), ("acting.began", person)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_banner_and_the_refusals_speak_each_language(language: str) -> None:
    client, _, _ = acting(MemberRole.READER)
    client.cookies["oferta_language"] = language.lower()
    for answer in (client.get("/my/"), client.get("/my/data/"), client.post("/my/notices/read")):
        assert leaks(answer.content.decode(), language) == []


def test_a_stranger_acts_for_nobody() -> None:
    firm = a_firm()
    client = Client()
    sign_in_customer(client, a_party())
    for given in (str(firm), str(uuid4()), "x"):
        assert client.post("/my/acting/", {"organisation": given}).status_code == 404
    assert "Firm LLP" not in client.get("/my/").content.decode()
    assert "Firm LLP" not in client.get("/my/acting/").content.decode()
    assert whats(firm) == []


def test_who_is_let_go_acts_no_more_from_the_next_request_on() -> None:
    client, person, firm = acting(MemberRole.OWNER)
    identity.set_member(firm, person, None, now=clock.now())
    page = client.get("/my/").content.decode()
    assert "You are no longer a member" in page
    assert "Firm LLP" not in page
    identity.set_member(firm, person, MemberRole.OWNER, now=clock.now())
    assert "Firm LLP" not in client.get("/my/").content.decode(), "they choose it again"


@pytest.mark.parametrize(
    ("role", "reads", "writes", "owns"),
    [
        (MemberRole.OWNER, 200, 302, 200),
        (MemberRole.AGENT, 200, 302, 403),
        (MemberRole.READER, 200, 403, 403),
    ],
)
def test_a_role_is_asked_on_each_request(
    role: MemberRole, reads: int, writes: int, owns: int
) -> None:
    client, _, firm = acting(role)
    assert client.get("/my/notices/").status_code == reads
    assert client.post("/my/notices/read").status_code == writes
    for page in ("/my/consents/", "/my/data/", "/my/data/erasure", "/my/profile/details/"):
        assert client.get(page).status_code == owns, page
    wrote = [what for what, _ in whats(firm) if what == "acting.wrote"]
    assert len(wrote) == (writes == 302), "what is sent is logged, what is refused is not"


def test_this_was_not_me_is_about_the_person_whomever_they_act_for() -> None:
    client, person, _ = acting(MemberRole.READER)
    assert client.get("/my/security/not-me/").status_code == 200
    client.post("/my/security/not-me/")
    assert models.Login.objects.get(customer__id=person).frozen_at is not None


def test_a_block_of_the_organisation_does_not_stop_its_member_for_themselves() -> None:
    client, person, firm = acting(MemberRole.AGENT)
    clerk = actions.appoint_staff("clerk", password=None, name="Clerk", role=Role.CLERK)
    blocks.block(
        firm,
        reason="forged receipts",
        clause=("bonus-club", "2024-04-16", "app-payments-stopped"),
        actor=clerk,
        now=clock.now(),
    )
    assert blocks.in_force(person) is None
    assert client.get("/my/cases/").status_code == 200
