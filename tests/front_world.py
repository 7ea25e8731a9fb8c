"""A service in use, for tests that walk its pages: members who paid, cases, staff of every role.

Whoever adds a page that needs something to show adds it here, and the ids that its address needs
to `World.ids`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.test import Client

import front_tickets
from oferta.core.cases import actions as cases
from oferta.core.cases.types import NewEvidence, Resolution, Status
from oferta.core.decisions import actions as decisions
from oferta.core.decisions import queries as decided
from oferta.core.decisions.types import Decision, Event
from oferta.core.ledger import queries as ledger
from oferta.core.notices import false_messages, masses
from oferta.core.notices import queries as notices
from oferta.core.notices.mass_types import Nature, NewFalse, NewMass
from oferta.core.notices.types import Rendered
from oferta.core.parties import actions as parties
from oferta.core.parties import (
    agreements,
    consents,
    exporting,
    identity,
    inviting,
    models,
    queries,
)
from oferta.core.parties.agreement_types import Circumstances, How
from oferta.core.parties.contacts import read_contact
from oferta.core.parties.identity_types import Checked, MemberRole, PartyKind
from oferta.core.parties.types import Actor, Channel, NewCustomer, Role, Who, WhoKind
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.ids import uuid7
from oferta.project.webhooks import actions as webhooks
from oferta.project.webhooks.models import Delivery
from oferta.project.webhooks.types import Kind, NewEndpoint
from oferta.services.club import actions as club
from oferta.services.club import partners, settling
from oferta.services.club.facts import PACK
from oferta.services.club.mapping import load_mapping
from oferta.services.club.membership import requests as card_requests
from oferta.services.club.models import Campaign, CardRequest, Member, Suspicion
from signing_in import prove_second_factor, sign_in_customer, sign_in_staff

SAMPLES = Path(__file__).parents[1] / "samples"
PAYMENTS = 160
NAME = "Айгерім Серікова"
EMAIL = "aigerim@example.kz"
PHONE = "+77010000000"
WORDS = "Мен QR арқылы төледім"
REASON = "Түбіртекті көрдік"
FIRM = "Kaspi Coffee"
#: Who works at the desk.
STAFF = tuple(Role)


@dataclass(kw_only=True)
class World:
    """What there is to look at."""

    party: UUID
    token: str
    staff: dict[Role, Actor]
    #: What an address may ask for: name in the address to its value.
    ids: dict[str, Any] = field(default_factory=dict)
    #: The same for one page alone, by the name of its address.
    own: dict[str, dict[str, Any]] = field(default_factory=dict)

    def customer(self, client: Client) -> Client:
        """Sign the customer in."""
        sign_in_customer(client, self.party)
        prove_second_factor(client)
        return client

    def desk(self, client: Client, role: Role) -> Client:
        """Sign a member of staff in."""
        sign_in_staff(client, self.staff[role].id)
        return client


def build() -> World:
    """Make the world in the database at hand."""
    now = clock.now()
    intake = club.read_file(SAMPLES / "card-payments-2017.csv.gz")
    del intake.payments[PAYMENTS:]
    club.replay(intake, load_mapping(SAMPLES / "club-mapping.yaml"), now=now - timedelta(days=2))
    decisions.set_authority(PACK, second_person_above=1_000_00)
    party = _busiest()
    models.Customer.objects.filter(id=party).update(name=NAME, language="kk")
    parties.set_contact(party, Channel.EMAIL, EMAIL)
    parties.set_contact(party, Channel.SMS, PHONE)
    staff = {role: _staff(role) for role in STAFF}
    world = World(party=party, token=queries.link_token(party), staff=staff)
    world.ids |= {"token": "my", "pack": PACK, "edition": "2024-04-16", "question": "bank_bonus"}
    world.ids |= _cases(party, staff, now)
    world.ids |= {"notice_id": notices.inbox(party)[0].id, "customer_id": party}
    world.ids |= _identity(party, now)
    world.ids |= _data(party, now) | _messages(staff[Role.MESSENGER], party, now)
    world.ids |= _webhooks(now) | _club(party, now)
    world.ids |= _invited(party, now)
    world.ids |= _asked_of_the_club(party, world.ids["case_id"], now)
    world.ids |= front_tickets.build(party, staff, now)
    world.ids["withdrawal"] = consents.withdrawal_token(party, "advertising")
    world.own["configuration:decisions_authority_change"] = {"object_id": PACK}
    world.own["configuration:decisions_authority_delete"] = {"object_id": PACK}
    world.own["configuration:decisions_authority_history"] = {"object_id": PACK}
    world.own["configuration:app_list"] = {"app_label": "decisions"}
    world.ids["staff_id"] = staff[Role.CLERK].id
    return world


def _busiest() -> UUID:
    members = Member.objects.values_list("party_id", flat=True)
    return max(members, key=lambda one: (len(decided.decisions_of_party(one)), one))


def _staff(role: Role) -> Actor:
    name = role.value.replace("_", " ").title()
    made = parties.appoint_staff(f"walker-{role}", password=None, name=name, role=role)
    return queries.actor(made if isinstance(made, UUID) else made.id)


def _data(party: UUID, now: datetime) -> dict[str, Any]:
    """Let the customer accept an edition, ask for their data, and take note of it."""
    edition = shelf.terms().edition_called(PACK, "2024-04-16")
    shown = Circumstances(language="kk")
    agreed = agreements.accept(party, edition, pack=PACK, how=How.CLICK, shown=shown, now=now)
    file = exporting.ask(party, language="kk", now=now)
    return {"agreement_id": agreed.id, "export_id": file.id}


def _identity(party: UUID, now: datetime) -> dict[str, Any]:
    """Let the customer show a document, be a student and own a firm."""
    seen = Checked(kind="document", tier=2, reference=WORDS, checked_by=REASON)
    born = date(now.year - 20, 1, 1)
    until = now + timedelta(days=90)
    firm = NewCustomer(key=FIRM, name=FIRM, language="ru", kind=PartyKind.ORGANISATION)
    firm_id = parties.register_customers([firm], now=now)[FIRM]
    identity.set_member(firm_id, party, MemberRole.OWNER, now=now)
    return {
        "firm_id": firm_id,
        "evidence_id": identity.add_evidence(party, seen, now=now),
        "status_id": identity.grant_student(party, born=born, checked=seen, until=until, now=now),
    }


def _webhooks(now: datetime) -> dict[str, Any]:
    """Let somebody's program be told, and tell it once."""
    wanted = NewEndpoint(
        owner="Till", url="https://example.com/hook", kinds=frozenset({Kind.DECISION_MADE})
    )
    endpoint = webhooks.add_endpoint(wanted, now=now)
    webhooks.send_test(endpoint.id, now=now)
    delivery = Delivery.objects.get(endpoint_id=endpoint.id)
    return {"endpoint_id": endpoint.id, "delivery_id": delivery.id}


def _club(party: UUID, now: datetime) -> dict[str, Any]:
    """Have partners, a campaign, and a partner that the customer acts for, with a settlement."""
    agreements.accept(
        party,
        shelf.terms().pack(PACK).editions[-1],
        pack=PACK,
        how=How.CLICK,
        shown=Circumstances(language="kk"),
        now=now,
    )
    partners.load(SAMPLES / "club-partners.yaml", today=now.date())
    partners.put_terminal("B-0001", owner="bank", channel="app", merchant="water", city="Алматы")
    firm = NewCustomer(key="walker-firm", kind=PartyKind.ORGANISATION)
    id_ = parties.register_customers([firm], now=now)[firm.key]
    identity.set_member(id_, party, MemberRole.OWNER, now=now)
    given = [one for one in ledger.accounts_by_prefix("club/partner/") if one.balance]
    key = given[0].key.split("/")[2]
    partners.give_to(key, firm.key)
    made = settling.settle(given[0].id, until=now + timedelta(days=1), now=now)
    line = made.lines.earliest("id")
    settling.dispute(line.transfer_id, words=WORDS, person_id=party, now=now)
    Campaign.objects.create(
        key="walk",
        title=dict.fromkeys(LANGUAGES, WORDS),
        owner="bank",
        clause="bank-rate",
        limit="walk",
        rate=5_0000,
        cap=1000_00,
        cap_period="month",
        accrual_days=3,
        starts=now.date() - timedelta(days=2),
        ends=now.date() + timedelta(days=2),
        document="https://example.com/walk",
        state="started",
        started_at=now,
    )
    return {"partner_key": key, "settlement_id": made.id, "line_id": line.id}


def _invited(party: UUID, now: datetime) -> dict[str, Any]:
    """Have the customer asked to act for another firm."""
    login = get_user_model().objects.create_user(f"of {party}")
    models.Customer.objects.filter(id=party).update(login=login)
    models.LoginContact.objects.create(login=login, channel="email", address=EMAIL, proven_at=now)
    other = NewCustomer(key="walker-other", name=FIRM, kind=PartyKind.ORGANISATION)
    id_ = parties.register_customers([other], now=now)[other.key]
    to = read_contact(EMAIL)
    made = inviting.invite(id_, to, MemberRole.AGENT, by=party, language="kk", now=now)
    return {"invitation_id": made.id}


def _asked_of_the_club(party: UUID, case_id: UUID, now: datetime) -> dict[str, Any]:
    """Have the member ask for a card, one that was refused, and a pattern that was looked into."""
    by = Who(kind=WhoKind.CUSTOMER, id=party)
    made = card_requests.ask(party, "4400*7", product="debit", by=by, now=now)
    CardRequest.objects.create(
        id=uuid7(),
        member_id=party,
        number="4400*8",
        asked_at=now,
        state="refused",
        answered_at=now,
        because=REASON,
    )
    for kind, state in (("buy_refund", "open"), ("own_till", "cleared")):
        Suspicion.objects.create(
            id=uuid7(),
            kind=kind,
            party_id=party,
            account_id=Member.objects.get(party_id=party).account_id,
            merchant=FIRM,
            first_day=now.date(),
            last_day=now.date(),
            strength=3,
            decision_id=uuid7(),
            case_id=case_id,
            state=state,
            opened_at=now,
            reason=REASON if state == "cleared" else "",
        )
    return {"request_id": made.id}


def _messages(messenger: Actor, party: UUID, now: datetime) -> dict[str, Any]:
    """Prepare a mass message to the customer and note a false one."""
    words = {language: Rendered(subject=WORDS, body=WORDS) for language in LANGUAGES}
    key = queries.customer(party).key
    new = NewMass(nature=Nature.SERVICE, words=words, audience="listed", chosen=key)
    false = NewFalse(sample=WORDS, words=words, seen_at=now)
    return {
        "mass_id": masses.prepare(new, actor=messenger, now=now).id,
        "false_id": false_messages.note(false, actor=messenger, now=now).id,
    }


def _cases(party: UUID, staff: dict[Role, Actor], now: datetime) -> dict[str, Any]:
    """Open a case, answer one, propose an answer for one, stop a decision."""
    found = [one for one in decided.decisions_of_party(party) if one.question == "bank_bonus"]
    paid = [one for one in found if one.outcome and one.outcome["amount"] and one.transfer_ids]
    unpaid = [one for one in found if not one.transfer_ids]
    clerk = staff[Role.CLERK]
    open_, answered, proposed = (
        cases.dispute(
            one.id, party_id=party, words=WORDS, evidence=(NewEvidence(words=WORDS),), now=now
        )
        for one in (paid[0], paid[1], unpaid[0])
    )
    cases.assign(open_.id, actor=clerk, now=now)
    cases.resolve(
        answered.id, Resolution(status=Status.REJECTED, reason=REASON, actor=clerk), now=now
    )
    grant = {"rate": "10%", "amount": "5000 KZT", "hold": "false", "accrual_days": "0"}
    cases.resolve(
        proposed.id,
        Resolution(status=Status.UPHELD, reason=REASON, actor=clerk, outcome=grant),
        now=now,
    )
    stopped = _stopped(paid[0], party, now)
    return {
        "decision_id": unpaid[1].id if len(unpaid) > 1 else unpaid[0].id,
        "case_id": open_.id,
        "answered_case": answered.id,
        "proposed_case": proposed.id,
        "transfer_id": paid[0].transfer_ids[0],
        "stopped_id": stopped,
        "paid_id": paid[0].id,
    }


def _stopped(like: Decision, party: UUID, now: datetime) -> UUID | None:
    """Have a decision stopped: no plan of the club moves what two clauses fight over."""
    del like
    event = Event(
        key="walk/stopped",
        pack=PACK,
        questions=("clawback",),
        facts={
            "paid_on": "2017-01-05",
            "purchase_found": True,
            "purchase_paid": "0 KZT",
            "refunded_before": "0 KZT",
            "refunded": "100 KZT",
            "earned": "0 KZT",
            "earned_rate": "0%",
            "clawed_back_before": "0 KZT",
        },
        event_at=datetime(2017, 1, 5, 7, tzinfo=UTC),
        plan="none",
        party_id=party,
    )
    made = decisions.decide(event, now=now).decisions
    return made[0].id if made else None
