"""Owners say who acts for their organisation: by invitation, with a proof, and both sides hear."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from party_builders import a_party
from procrastinate.contrib.django.models import ProcrastinateJob

from oferta.core.notices import queries as notices
from oferta.core.parties import actions, identity, inviting, models
from oferta.core.parties.contacts import read_contact
from oferta.core.parties.identity_errors import (
    LastOwner,
    TooManyInvitations,
    UnknownInvitation,
    UnknownPersonOf,
)
from oferta.core.parties.identity_types import MemberRole, PartyKind
from oferta.core.parties.types import NewCustomer
from oferta.kernel import clock
from signing_in import prove_second_factor, sign_in_customer

pytestmark = pytest.mark.django_db


def a_firm(name: str = "Firm LLP") -> UUID:
    new = NewCustomer(key=f"firm-{uuid4().hex[:8]}", name=name, kind=PartyKind.ORGANISATION)
    return actions.register_customers([new], now=clock.now())[new.key]


def a_person(contact: str, name: str = "Bek") -> tuple[UUID, Client]:
    """Return a person who proved a contact, and their browser."""
    person, client = a_party("en", name=name), Client(headers={"accept-language": "en"})
    login = sign_in_customer(client, person)
    to = read_contact(contact)
    models.LoginContact.objects.create(
        login=login, channel=to.channel.value, address=to.address, proven_at=clock.now()
    )
    return person, client


def an_owner(firm: UUID) -> tuple[UUID, Client]:
    person, client = a_person(f"{uuid4().hex[:8]}@example.kz", "Olga")
    identity.set_member(firm, person, MemberRole.OWNER, now=clock.now())
    client.post("/my/acting/", {"organisation": str(firm)})
    return person, client


def invited() -> list[ProcrastinateJob]:
    jobs = ProcrastinateJob.objects.filter(task_name="notices.deliver_direct").order_by("id")
    return [job for job in jobs if job.args["kind"] == "organisation.invited"]


def roles(firm: UUID) -> dict[UUID, MemberRole]:
    return {one.person_id: one.role for one in identity.members_of(firm)}


def test_from_inviting_an_address_to_acting_for_the_organisation_and_being_let_go() -> None:
    firm = a_firm()
    owner, own = an_owner(firm)
    bek, his = a_person("bek@example.kz")
    asked = {"act": "invite", "contact": "Bek@Example.kz", "role": "agent"}
    assert "/my/security/confirm/" in own.post("/my/acting/members/", asked).headers["Location"]
    assert invited() == [], "an open session is not enough"
    prove_second_factor(own)
    page = own.post("/my/acting/members/", asked, follow=True).content.decode()
    assert "bek@example.kz" not in page, "masked: who reads over a shoulder learns nothing"
    (sent,) = invited()
    assert sent.args["address"] == "bek@example.kz"
    (waiting,) = inviting.waiting_for(bek, now=clock.now())
    assert "Firm LLP" in his.get("/my/acting/").content.decode()
    his.post(f"/my/acting/invitations/{waiting.id}", {"answer": "accept"})
    assert roles(firm) == {owner: MemberRole.OWNER, bek: MemberRole.AGENT}
    for party in (bek, firm):
        assert notices.inbox(party)[0].kind == "organisation.member_agent"
    own.post("/my/acting/members/", {"act": "role", "id": str(bek), "role": "reader"})
    assert roles(firm)[bek] is MemberRole.READER
    own.post("/my/acting/members/", {"act": "let_go", "id": str(bek)})
    assert roles(firm) == {owner: MemberRole.OWNER}
    assert notices.inbox(bek)[0].kind == "organisation.member_gone"
    again = his.post(f"/my/acting/invitations/{waiting.id}", {"answer": "accept"})
    assert again.status_code == 404, "an answer counts once"


def test_only_who_proved_the_address_answers_and_only_in_time() -> None:
    firm = a_firm()
    owner, _ = an_owner(firm)
    bek, _ = a_person("bek@example.kz")
    other, _ = a_person("other@example.kz")
    # A contact that is not proved lets nobody in: anybody may type any address.
    actions.set_contact(other, actions.Channel.EMAIL, "bek@example.kz")
    now = clock.now()
    to = read_contact("bek@example.kz")
    made = inviting.invite(firm, to, MemberRole.OWNER, by=owner, language="kk", now=now)
    with pytest.raises(UnknownInvitation):
        inviting.answer(made.id, other, accept=True, now=now)
    with pytest.raises(UnknownInvitation):
        inviting.answer(made.id, bek, accept=True, now=now + inviting.WAITS)
    inviting.take_back(firm, made.id, now=now)
    with pytest.raises(UnknownInvitation):
        inviting.answer(made.id, bek, accept=True, now=now)
    assert roles(firm) == {owner: MemberRole.OWNER}
    assert inviting.throw_away(now + timedelta(days=40)) == 1


def test_the_last_owner_stays_and_strangers_are_nobodys_to_change() -> None:
    firm, elsewhere = a_firm(), a_firm()
    (owner, _), (stranger, _) = an_owner(firm), an_owner(elsewhere)
    for role in (None, MemberRole.READER):
        with pytest.raises(LastOwner):
            inviting.change(firm, owner, role, now=clock.now())
    with pytest.raises(UnknownPersonOf):
        inviting.change(firm, stranger, None, now=clock.now())
    identity.set_member(firm, stranger, MemberRole.OWNER, now=clock.now())
    inviting.change(firm, owner, None, now=clock.now())
    assert roles(firm) == {stranger: MemberRole.OWNER}


def test_agents_readers_and_people_for_themselves_manage_nobody() -> None:
    firm = a_firm()
    an_owner(firm)
    for role, status in ((MemberRole.AGENT, 403), (MemberRole.READER, 403), (None, 404)):
        person, client = a_person(f"{uuid4().hex[:8]}@example.kz")
        prove_second_factor(client)
        if role is not None:
            identity.set_member(firm, person, role, now=clock.now())
            client.post("/my/acting/", {"organisation": str(firm)})
        assert client.get("/my/acting/members/").status_code == status
        asked = {"act": "role", "id": str(person), "role": "owner"}
        assert client.post("/my/acting/members/", asked).status_code == status


def test_an_address_with_a_login_and_one_without_look_the_same_and_few_are_sent() -> None:
    """Nobody learns by inviting who has a login, and nobody sends a flood of letters by us."""
    firm = a_firm("visit https://evil.example/now\nand pay")
    owner, client = an_owner(firm)
    a_person("known@example.kz")
    prove_second_factor(client)
    pages = []
    for contact in ("known@example.kz", "nobody@example.kz"):
        asked = {"act": "invite", "contact": contact, "role": "agent"}
        client.post("/my/acting/members/", asked)
        (made, *_) = inviting.waiting_of(firm, now=clock.now())
        pages.append((made.role, made.expires_at - made.at))
        inviting.take_back(firm, made.id, now=clock.now())
    assert pages[0] == pages[1]
    assert len(invited()) == 2
    for job in invited():
        told = job.args["params"]["organisation"]
        assert not {"/", ":", ".", "\n"} & set(told), "no link, no letter of its own"
    for n in range(inviting.A_DAY_MAX - 2):
        to = read_contact(f"{n}@example.kz")
        inviting.invite(firm, to, MemberRole.READER, by=owner, language="en", now=clock.now())
    to = read_contact("one-more@example.kz")
    with pytest.raises(TooManyInvitations):
        inviting.invite(firm, to, MemberRole.READER, by=owner, language="en", now=clock.now())


def test_sessions_are_cleared_by_our_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    _, client = a_person("clock@example.kz")
    key = client.session.session_key
    call_command("clearsessions")
    assert Session.objects.filter(session_key=key).exists()
    later = clock.now() + timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    call_command("clearsessions")
    assert not Session.objects.filter(session_key=key).exists()
