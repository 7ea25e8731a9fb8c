"""Nobody evades a block through a firm, is signed out by a picture, or borrows another's keys."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from desk_roles import a_member_of_staff
from django.test import Client

from oferta.core.parties import actions, blocks, identity
from oferta.core.parties.identity_types import MemberRole, PartyKind
from oferta.core.parties.types import NewCustomer, Role
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.project.rest import actions as tokens
from oferta.project.rest.errors import BadToken
from oferta.project.rest.types import NewToken, Scope
from signing_in import prove_second_factor, sign_in_customer

pytestmark = pytest.mark.django_db


def somebody(kind: PartyKind = PartyKind.PERSON) -> UUID:
    new = NewCustomer(key=uuid4().hex, language="en", kind=kind)
    return actions.register_customers([new], now=clock.now())[new.key]


def blocked(party: UUID) -> None:
    _, clerk = a_member_of_staff(Role.CLERK)
    edition = shelf.terms().pack("bonus-club").editions[-1]
    clause = ("bonus-club", edition.id, next(iter(edition.clauses)))
    blocks.block(party, reason="fraud", clause=clause, actor=clerk, now=clock.now())


def an_owner() -> tuple[Client, UUID, UUID]:
    person, firm, client = somebody(), somebody(PartyKind.ORGANISATION), Client()
    identity.set_member(firm, person, MemberRole.OWNER, now=clock.now())
    sign_in_customer(client, person)
    prove_second_factor(client)
    client.post("/my/acting/", {"organisation": str(firm)})
    return client, person, firm


def test_a_blocked_person_acts_for_no_organisation_either() -> None:
    """The block is the person's, whatever hat they wear; what they may read, they still read."""
    client, person, firm = an_owner()
    blocked(person)
    assert client.post("/my/club/join").status_code == 403
    assert client.get("/my/statement/").status_code == 200
    friend = {"act": "invite", "contact": "friend@example.kz", "role": "owner"}
    client.post("/my/acting/members/", friend)
    from oferta.core.parties import inviting

    assert inviting.waiting_of(firm, now=clock.now()) == []


def test_a_blocked_organisation_gets_no_new_people() -> None:
    client, person, firm = an_owner()
    blocked(firm)
    client.post("/my/acting/members/", {"act": "let_go", "id": str(person)})
    assert [one.person_id for one in identity.members_of(firm)] == [person]


def test_two_owners_who_let_each_other_go_leave_one_behind() -> None:
    (client, person, firm), other = an_owner(), somebody()
    identity.set_member(firm, other, MemberRole.OWNER, now=clock.now())
    for one in (other, person):
        client.post("/my/acting/members/", {"act": "let_go", "id": str(one)})
    assert [one.person_id for one in identity.members_of(firm)] == [person]


def test_a_link_or_a_picture_signs_nobody_out_nor_switches_whom_they_act_for() -> None:
    client, _, _ = an_owner()
    client.get("/sign-out/")
    client.get("/my/acting/?organisation=")
    assert "acting" in client.get("/my/").content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies.copy()
    for path in ("/sign-out/", "/my/acting/"):
        assert strict.post(path, {"organisation": ""}).status_code == 403, path
    assert strict.get("/my/").status_code == 200, "still signed in"


def test_a_changed_language_leads_to_no_other_site() -> None:
    for there in ("//evil.example/", "https://evil.example/", "javascript:alert(1)"):
        answer = Client().post("/language", {"language": "kk", "next": there})
        assert "evil" not in answer.headers.get("Location", "")
        assert "javascript" not in answer.headers.get("Location", "")


def test_no_system_takes_the_name_under_which_customers_keep_their_keys() -> None:
    """Answers are kept by owner and key: under that name it would be told a customer's answers."""
    scopes = frozenset({Scope.TERMS_READ})
    with pytest.raises(BadToken):
        tokens.create_token(
            NewToken(name="t", owner=f" customer:{somebody()}", scopes=scopes),
            created_by="test",
            now=clock.now(),
        )
