"""The things that the table's addresses name, and the callers that open them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from access_table import ROLES
from django.test import Client

sys.path.insert(0, str(Path(__file__).parents[1] / "integration" / "loop"))

import loop_builders as build

from oferta.core.cases import actions as cases
from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision
from oferta.core.notices import queries as notices
from oferta.core.parties import actions as parties
from oferta.core.parties import queries, staffing
from oferta.core.parties.types import Actor, Role
from signing_in import sign_in_customer, sign_in_staff

#: Stands in the owner's name and words: nobody else's page may have it.
SECRET = "Zhuldyz-7431"  # noqa: S105 - a name


#: What an address asks for of the corner club, and of things that nobody has.
_FIXED: dict[str, Any] = {
    "object_id": "corner-club",
    "app_label": "decisions",
    "pack": "corner-club",
    "edition": "2024-01-01",
    "question": "bonus",
    "token": "my",
    "factor_id": 1,
    "session_id": 1,
    "device_id": 1,
    "delivery_id": 1,
    "prefix": "unknown",
    "batch_id": uuid4(),
    "request_id": uuid4(),
    "endpoint_id": uuid4(),
    "evidence_id": uuid4(),
    "status_id": uuid4(),
    "gate_id": uuid4(),
    "prepared_id": uuid4(),
}


@dataclass
class World:
    """Who is there, and the ids of what is the owner's."""

    clients: dict[str, Client]
    staff: dict[str, Actor]
    owner: UUID
    stranger: UUID
    #: Parameter of an address to its value.
    values: dict[str, Any]
    links: dict[str, str]


def make() -> World:
    """Build a customer with a decision, a case and notices; others; staff of each role."""
    from oferta.core.parties.types import NewCustomer

    decisions.set_authority("corner-club", second_person_above=0)
    new = [
        NewCustomer(key=f"auth-{who}-{uuid4().hex[:6]}", name=name, contacts={"sms": "+7701"})
        for who, name in (("owner", SECRET), ("stranger", "Stranger"), ("blocked", "Blocked"))
    ]
    ids = parties.register_customers(new, now=build.NOW)
    owner, stranger, blocked = (ids[one.key] for one in new)
    decision = build.a_decision(owner)
    case = cases.dispute(decision.id, party_id=owner, words=SECRET, now=build.NOW)
    staff = _staff()
    another = parties.appoint_staff(
        f"admin-{uuid4().hex[:6]}", password=None, name="second", role=Role.ADMINISTRATOR
    )
    login = parties.appoint_staff(f"x-{uuid4().hex[:6]}", password=None, name="x", role=Role.GATE)
    from oferta.core.parties import models

    username = models.Staff.objects.get(id=login.id).login.username
    appointment = staffing.propose(
        username, name="x", roles=[Role.CLERK], reason="x", actor=another, now=build.NOW
    )
    # Their data is asked to be erased before anything is open that would stand against it.
    mine = (
        _invited(owner)
        | _data_of(owner)
        | _refunds_of(owner)
        | _messages(staff["messenger"], owner)
        | _partner_of(owner, decision)
        | _organiser_of(owner)
    )
    staffing.dismiss(staff["dismissed"].id, reason="left", actor=another, now=build.NOW)
    world = World(
        clients={},
        staff=staff,
        owner=owner,
        stranger=stranger,
        values=_FIXED
        | {
            "decision_id": decision.id,
            "case_id": case.id,
            "customer_id": owner,
            "transfer_id": decision.transfer_ids[0],
            "notice_id": notices.inbox(owner)[0].id,
            "staff_id": staff["target"].id,
            "appointment_id": appointment,
        }
        | mine,
        links={"owner": queries.link_token(owner), "stranger": queries.link_token(stranger)},
    )
    world.clients = _clients(world, blocked)
    return world


def _invited(owner: UUID) -> dict[str, Any]:
    """Ask the owner at a contact that they proved to act for an organisation."""
    from django.contrib.auth import get_user_model

    from oferta.core.parties import inviting, models
    from oferta.core.parties.contacts import read_contact
    from oferta.core.parties.identity_types import MemberRole, PartyKind
    from oferta.core.parties.types import NewCustomer
    from oferta.kernel import clock

    now, to = clock.now(), read_contact(f"{uuid4().hex}@example.kz")
    login = get_user_model().objects.create_user(f"of {owner}")
    models.Customer.objects.filter(id=owner).update(login=login)
    models.LoginContact.objects.create(
        login=login, channel=to.channel.value, address=to.address, proven_at=now
    )
    firm = NewCustomer(key=f"auth-other-{uuid4().hex[:6]}", kind=PartyKind.ORGANISATION)
    id_ = parties.register_customers([firm], now=now)[firm.key]
    made = inviting.invite(id_, to, MemberRole.READER, by=owner, language="en", now=now)
    return {"invitation_id": made.id}


def _refunds_of(owner: UUID) -> dict[str, Any]:
    """Give the owner an order and requests for money back."""
    import front_corrections
    import front_tickets
    from oferta.kernel import clock
    from oferta.services.tickets import queries as tickets

    made = front_tickets.refunds(owner, clock.now())
    made |= front_corrections.build(front_tickets.buyer(owner), clock.now())
    order = tickets.order(made["returned_order_id"])
    ids = {"performance_id": order.performance_id, "ticket_id": order.lines[-1].ticket_id}
    return made | ids | {"order_id": order.id, "payout_id": uuid4(), "shipment_id": uuid4()}


def _partner_of(owner: UUID, decision: Decision) -> dict[str, Any]:
    """Let the owner act for an organisation that is a partner with a settled line."""
    from oferta.core.ledger.types import NewAccount
    from oferta.core.parties import identity
    from oferta.core.parties.identity_types import MemberRole, PartyKind
    from oferta.core.parties.types import NewCustomer
    from oferta.kernel.ids import uuid7
    from oferta.services.club import partners
    from oferta.services.club.models import Settlement, SettlementLine

    firm = NewCustomer(key=f"auth-firm-{uuid4().hex[:6]}", kind=PartyKind.ORGANISATION)
    id_ = parties.register_customers([firm], now=build.NOW)[firm.key]
    identity.set_member(id_, owner, MemberRole.OWNER, now=build.NOW)
    partners.put_partner("corner", name="Corner")
    partners.give_to("corner", firm.key)
    account = NewAccount(key="club/partner/corner/bonus", unit="BONUS")
    made = Settlement.objects.create(
        id=uuid7(),
        account_id=decisions.open_accounts([account])[account.key],
        after_seq=0,
        last_seq=1,
        until=build.NOW,
        settled_at=build.NOW,
        opening=0,
        closing=-5,
        added=0,
        taken=5,
    )
    line = SettlementLine.objects.create(
        settlement=made,
        transfer_id=decision.transfer_ids[0],
        decision_id=decision.id,
        code=102,
        day=build.NOW.date(),
        amount=-5,
    )
    return {
        "partner_key": "corner",
        "settlement_id": made.id,
        "line_id": line.id,
        "kind": "csv",
    }


def _organiser_of(owner: UUID) -> dict[str, Any]:
    """Let the owner act for an organiser of performances with whom something was settled."""
    import front_tickets
    from settling_world import settled
    from ticket_world import NOW

    return settled(owner, front_tickets.buyer(owner), NOW)


def _clients(world: World, blocked: UUID) -> dict[str, Client]:
    clients = {"anonymous": Client()}
    for who, id_ in (("owner", world.owner), ("stranger", world.stranger), ("blocked", blocked)):
        clients[who] = Client()
        sign_in_customer(clients[who], id_)
    for who in (*ROLES, "dismissed"):
        clients[who] = Client()
        sign_in_staff(clients[who], world.staff[who].id)
    from django.contrib.auth import get_user_model

    clients["no_factor"] = Client()
    login = get_user_model().objects.get(staff__id=world.staff["no_factor"].id)
    clients["no_factor"].force_login(login)
    return clients


def _staff() -> dict[str, Actor]:
    """Appoint a member of staff of each role, and three more."""
    staff = {
        role: parties.appoint_staff(
            f"{role}-{uuid4().hex[:6]}", password=None, name=role, role=Role(role)
        )
        for role in ROLES
    }
    for extra in ("no_factor", "dismissed", "target"):
        staff[extra] = parties.appoint_staff(
            f"{extra}-{uuid4().hex[:6]}", password=None, name=extra, role=Role.CLERK
        )
    return staff


def _data_of(owner: UUID) -> dict[str, Any]:
    """Give the owner an agreement, a file of their data, and a request for erasure that waits."""
    from oferta.core.parties import agreements, consents, erasing, exporting
    from oferta.core.parties.agreement_types import Circumstances, How
    from oferta.core.terms import shelf
    from oferta.kernel import clock

    now = clock.now()
    edition = shelf.terms().edition_called("corner-club", "2024-01-01")
    agreed = agreements.accept(
        owner,
        edition,
        pack="corner-club",
        how=How.CLICK,
        shown=Circumstances(language="en"),
        now=now,
    )
    file = exporting.ask(owner, language="en", now=now)
    exporting.make(file.id, now=now)
    erasing.ask(owner, gives_up=["dispute"], now=now)
    return {
        "agreement_id": agreed.id,
        "export_id": file.id,
        "withdrawal": consents.withdrawal_token(owner, "advertising"),
    }


def _messages(messenger: Actor, party: UUID) -> dict[str, Any]:
    """Prepare a mass message to the party and note a false one."""
    from oferta.core.notices import false_messages, masses
    from oferta.core.notices.mass_types import Nature, NewFalse, NewMass
    from oferta.core.notices.types import Rendered
    from oferta.core.parties import queries
    from oferta.kernel import clock
    from oferta.kernel.i18n import LANGUAGES

    words = {language: Rendered(subject="x", body="x") for language in LANGUAGES}
    key = queries.customer(party).key
    new = NewMass(nature=Nature.SERVICE, words=words, audience="listed", chosen=key)
    false = NewFalse(sample="x", words=words, seen_at=clock.now())
    return {
        "mass_id": masses.prepare(new, actor=messenger, now=clock.now()).id,
        "false_id": false_messages.note(false, actor=messenger, now=clock.now()).id,
    }
