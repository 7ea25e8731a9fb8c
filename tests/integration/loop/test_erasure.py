"""Erasure: nothing personal is left anywhere, and the book and the decisions are whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from loop_builders import NOW, a_clerk, a_customer, a_decision, a_purse, an_approver

from oferta.core.cases import actions as cases
from oferta.core.cases.types import NewEvidence, Resolution, Status
from oferta.core.decisions import actions as decisions
from oferta.core.decisions import explaining, purses, queries
from oferta.core.decisions.purses import Holding
from oferta.core.decisions.types import Decision
from oferta.core.ledger import queries as book
from oferta.core.notices import delivering
from oferta.core.notices import models as notices
from oferta.core.notices import queries as inbox
from oferta.core.parties import consents, erasing, exporting, known_devices, logins, models
from oferta.core.parties.agreement_errors import (
    AlreadyErased,
    ErasureObstructed,
    UnknownErasure,
)
from oferta.core.parties.agreement_types import Circumstances, ErasureState
from oferta.core.parties.login_types import Address
from oferta.core.parties.types import Channel

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=14)
WORDS = "My name is Zarina Omarova"
SECRETS = ("zarina@example.test", "+77019998877", "Zarina", "zarina-card-4400", "Omarova")


@pytest.fixture(autouse=True)
def authority() -> None:
    decisions.set_authority("corner-club", second_person_above=100_00)


def a_life() -> tuple[UUID, list[Decision]]:
    """Return a customer of whom every room holds something, and two decisions about them."""
    shown = Circumstances(language="en", page="/my/consents/")
    login = logins.sign_up(
        Address(channel=Channel.EMAIL, address=SECRETS[0]), language="en", now=NOW
    )
    party = models.Customer.objects.get(login=login).id
    models.Customer.objects.filter(id=party).update(name="Zarina Omarova", key=SECRETS[3])
    models.Contact.objects.create(customer_id=party, channel="sms", address=SECRETS[1])
    known_devices.note_device(login, "d" * 43, "Zarina's telephone", now=NOW)
    consents.set_consent(party, "advertising", Channel.SMS, given=True, shown=shown, now=NOW)
    first = a_decision(party, customer=SECRETS[3])
    second = a_decision(party, customer=SECRETS[3], channel="app")
    case = cases.dispute(
        first.id,
        party_id=party,
        words=WORDS,
        evidence=[NewEvidence(words=WORDS, link="zarina-scan")],
        now=NOW,
    )
    answer = Resolution(
        status=Status.UPHELD,
        reason="Zarina is right",
        actor=a_clerk(),
        facts={"channel": "app"},
    )
    cases.resolve(case.id, answer, now=NOW)
    for batch in notices.Batch.objects.all():
        delivering.deliver_batch(batch.id, clock=lambda: NOW)
    exporting.make(exporting.ask(party, language="en", now=NOW).id, now=NOW)
    return party, [first, second]


def found(needles: Iterable[str]) -> list[str]:
    """Return where in the whole database one of these texts stands, whatever the column's type."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        )
        columns = cursor.fetchall()
        places = []
        for table, column, kind in columns:
            text = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            for needle in needles:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE strpos(lower({text}), %s) > 0',  # noqa: S608
                    [needle.lower()],
                )
                if cursor.fetchone()[0]:
                    places.append(f"{table}.{column}: {needle}")
    return places


def erase(party: UUID, gives_up: Iterable[str] = ()) -> ErasureState:
    asked = erasing.ask(party, gives_up=gives_up, now=NOW)
    done = erasing.erase(asked.id, now=NOW + DAYS)
    assert done is not None
    return done.state


def test_nothing_of_the_persons_names_and_addresses_stays_anywhere_in_the_database() -> None:
    party, _ = a_life()
    before = found(SECRETS)
    assert len({place.split(".")[0] for place in before}) >= 8, "the test has something to find"
    assert erase(party) is ErasureState.DONE
    assert found(SECRETS) == []


def test_the_book_and_every_decision_are_whole_after_erasure() -> None:
    party, made = a_life()
    moved = {item.id: book.transfers_of_decisions([item.id]) for item in made}
    erase(party)
    assert book.verify().ok
    for item in made:
        again = explaining.reproduce(item.id)
        assert again.equal
        assert again.edition_unchanged
        kept = queries.decision(item.id)
        assert kept.facts["customer"] == erasing.grave(party)
        assert (kept.party_id, kept.outcome, kept.digest) == (party, item.outcome, item.digest)
        assert book.transfers_of_decisions([item.id]) == moved[item.id]
        assert explaining.explain_decision(item.id, "kk") is not None


def test_the_same_event_again_gets_the_stored_answer_after_erasure() -> None:
    from loop_builders import a_payment

    party = a_customer(email="a@example.test")
    event = a_payment(party, customer="zarina-card-4400", context=a_purse())
    first = decisions.decide(event, now=NOW)
    erase(party)
    again = decisions.decide(event, now=NOW)
    assert again.replayed
    assert again.decisions[0].id == first.decisions[0].id


def test_an_erased_notice_says_that_it_was_erased_in_every_language() -> None:
    party, _ = a_life()
    erase(party)
    told = inbox.inbox(party)
    assert {item.kind for item in told} == {"data.erased"}
    assert {dict(item.params) == {} for item in told} == {True}


def test_the_login_is_gone_and_nobody_signs_in_with_it() -> None:
    party, _ = a_life()
    address = Address(channel=Channel.EMAIL, address=SECRETS[0])
    assert logins.login_of(address) is not None
    erase(party)
    assert logins.login_of(address) is None
    assert models.Customer.objects.get(id=party).login_id is None


def test_until_the_days_are_over_nothing_is_erased_and_the_person_may_think_better_of_it() -> None:
    party, _ = a_life()
    asked = erasing.ask(party, now=NOW)
    assert erasing.ask(party, now=NOW).id == asked.id
    assert erasing.erase(asked.id, now=asked.due_at - timedelta(seconds=1)) is None
    erasing.withdraw(party, now=NOW)
    assert erasing.erase(asked.id, now=asked.due_at) is None
    assert models.Customer.objects.get(id=party).name == "Zarina Omarova"
    with pytest.raises(UnknownErasure):
        erasing.withdraw(party, now=NOW)


def test_erasing_twice_changes_nothing_and_nobody_is_erased_again() -> None:
    party, _ = a_life()
    asked = erasing.ask(party, now=NOW)
    erasing.erase(asked.id, now=NOW + DAYS)
    assert erasing.erase(asked.id, now=NOW + DAYS) is None
    with pytest.raises(AlreadyErased):
        erasing.ask(party, now=NOW + DAYS)
    assert models.Tombstone.objects.filter(customer_id=party).count() == 1


def holding(monkeypatch: pytest.MonkeyPatch, party: UUID, account: int) -> None:
    keeper = {party: [Holding(account_id=account)]}
    monkeypatch.setattr(purses, "_keepers", [lambda asked: keeper.get(asked, [])])


def test_a_balance_stands_in_the_way_until_the_person_gives_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    party, purse = a_customer(email="a@example.test"), a_purse()
    a_decision(party, context=purse)
    holding(monkeypatch, party, purse["member"])
    with pytest.raises(ErasureObstructed) as refused:
        erasing.ask(party, now=NOW)
    assert refused.value.obstacles == ["balance"]
    before = book.account(purse["member"]).balance
    assert before > 0
    assert erase(party, ["balance"]) is ErasureState.DONE
    assert book.account(purse["member"]).balance == before, "nobody moves it"


def test_a_debt_cannot_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    party, purse = a_customer(), a_purse()
    owing = next(iter(purse.values()))
    monkeypatch.setattr(
        erasing._Registry,
        "erasers",
        (
            erasing.Eraser(
                room="test",
                obstacles=lambda _party: [erasing.Obstacle(code="owed", can_give_up=False)],
            ),
        ),
    )
    assert owing
    with pytest.raises(ErasureObstructed):
        erasing.ask(party, gives_up=["owed"], now=NOW)


def test_what_comes_in_the_way_while_it_waits_refuses_the_erasure_and_tells() -> None:
    party = a_customer(email="a@example.test")
    asked = erasing.ask(party, gives_up=["dispute"], now=NOW)
    decision = a_decision(party)
    cases.dispute(decision.id, party_id=party, words="no", now=NOW)
    other = a_customer(email="b@example.test")
    late = erasing.ask(other, now=NOW)
    cases.dispute(a_decision(other).id, party_id=other, words="no", now=NOW)
    given_up = erasing.erase(asked.id, now=NOW + DAYS)
    assert given_up is not None
    assert given_up.state is ErasureState.DONE, "the dispute was given up"
    refused = erasing.erase(late.id, now=NOW + DAYS)
    assert refused is not None
    assert (refused.state, refused.report) == (ErasureState.REFUSED, {"obstacles": ["dispute"]})
    assert "data.erasure_refused" in {item.kind for item in inbox.inbox(other)}


def test_rows_that_are_only_added_open_for_erasing_alone_and_for_what_is_personal() -> None:
    party, _ = a_life()
    asked = erasing.ask(party, now=NOW)
    tries = (
        ("", "UPDATE notices_notice SET params = '{}'"),
        (str(asked.id), "UPDATE notices_notice SET language = 'kk'"),
        (str(asked.id), "UPDATE decisions_decision SET outcome = NULL"),
        (str(asked.id), "DELETE FROM cases_evidence"),
        (str(UUID(int=1)), "UPDATE notices_notice SET params = '{}'"),
    )
    for erasing_now, statement in tries:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('oferta.erasing', %s, true)", [erasing_now])
        with (
            pytest.raises(IntegrityError, match="only ever added"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_what_stays_is_said_with_its_ground() -> None:
    said = {(one.table, one.ground) for one in erasing.kept()}
    assert ("ledger_transfer", "accounting") in said
    assert ("parties_agreement", "claims") in said


def test_staff_who_ask_in_the_persons_name_are_in_the_audit_log() -> None:
    party = a_customer(email="a@example.test")
    clerk = an_approver()
    erasing.ask(party, now=NOW, by=clerk)
    line = models.AuditEntry.objects.get(what="erasure.asked")
    assert (line.who_id, line.parties) == (clerk.id, [party])
