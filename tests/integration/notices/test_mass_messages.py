"""Mass messages: two persons above a limit, paced, stopped, and no way round (TR-130 to TR-138)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from notice_builders import NOW, Outbox, a_mass, customers, deliver_all, staff, words

from oferta.core.notices import actions, channels, masses, models, outgoing, reach
from oferta.core.notices.errors import BatchNotHeld
from oferta.core.notices.mass_errors import (
    BadMass,
    MassElsewhere,
    NoConsent,
    ReachUsedUp,
    SamePerson,
)
from oferta.core.notices.mass_types import MassState, Nature, NewMass
from oferta.core.notices.types import Guards, NewNotice
from oferta.core.parties import consents
from oferta.core.parties.agreement_types import Circumstances
from oferta.core.parties.models import AuditEntry
from oferta.core.parties.purposes import ADVERTISING
from oferta.core.parties.types import Actor, Channel, Role

SHOWN = Circumstances(language="en")


@pytest.fixture(autouse=True)
def guards() -> Iterator[None]:
    outgoing.use_guards(Guards(alone_max=5, per_minute=24))  # four a step
    yield
    outgoing.use_guards(Guards())


@pytest.fixture
def mail() -> Iterator[Outbox]:
    from oferta.project import wiring

    email = Outbox("email")
    channels.connect({"email": email, "sms": Outbox("sms")})
    yield email
    wiring.connect()


def a_service_notice(party: UUID) -> NewNotice:
    return NewNotice(
        party_id=party, language="en", kind="case.rejected", params={"reason": "because"}
    )


@pytest.mark.django_db
def test_few_people_are_reached_by_one_person_and_many_wait_for_a_second(mail: Outbox) -> None:
    maker, second = staff(), staff(Role.APPROVER)
    few = masses.submit(a_mass(customers(5), maker).id, actor=maker, now=NOW)
    assert few.state is MassState.SENDING
    many = masses.submit(a_mass(customers(6), second).id, actor=second, now=NOW)
    assert many.state is MassState.WAITING
    with pytest.raises(SamePerson):
        masses.approve(many.id, approver=second, now=NOW)
    assert masses.step(many.id, now=NOW) is None, "nothing goes out before the second word"
    assert masses.approve(many.id, approver=maker, now=NOW).state is MassState.SENDING


@pytest.mark.django_db
def test_a_mass_message_is_paced_and_a_job_that_runs_twice_does_not_hurry_it(mail: Outbox) -> None:
    maker = staff()
    made = masses.submit(a_mass(customers(5), maker).id, actor=maker, now=NOW)
    due = masses.step(made.id, now=NOW)
    assert due == NOW + timedelta(seconds=masses.STEP_SECONDS)
    assert masses.step(made.id, now=NOW + timedelta(seconds=1)) == due
    assert masses.mass(made.id).sent == 4
    assert masses.step(made.id, now=due) is None
    deliver_all()
    assert len({message.address for message in mail.sent}) == len(mail.sent) == 5
    assert masses.mass(made.id).state is MassState.DONE


@pytest.mark.django_db
def test_a_stop_takes_effect_within_one_step_and_keeps_what_has_not_left(mail: Outbox) -> None:
    maker, other = staff(), staff(Role.FINANCE)
    made = masses.submit(a_mass(customers(5), maker).id, actor=maker, now=NOW)
    due = masses.step(made.id, now=NOW)
    masses.stop(made.id, actor=other, reason="a mistake", now=NOW)
    deliver_all()
    assert mail.sent == [], "written, not yet delivered, and held back"
    assert due is not None
    assert masses.step(made.id, now=due) is None
    assert masses.mass(made.id).sent == 4
    with pytest.raises(MassElsewhere):
        masses.stop(made.id, actor=other, reason="again", now=NOW)


@pytest.mark.django_db
def test_a_stop_holds_back_what_a_worker_has_begun(mail: Outbox) -> None:
    maker = staff()
    outgoing.use_guards(Guards(alone_max=100, per_minute=600))
    made = masses.submit(a_mass(customers(60), maker).id, actor=maker, now=NOW)
    masses.step(made.id, now=NOW)
    honest = mail.deliver

    def stopping(message: object) -> None:
        honest(message)  # type: ignore[arg-type]
        if len(mail.sent) == 1:
            masses.stop(made.id, actor=maker, reason="stop", now=NOW)

    mail.deliver = stopping  # type: ignore[method-assign, assignment]
    deliver_all()
    assert len(mail.sent) <= 20, "at most what was claimed before"


@pytest.mark.django_db
def test_one_person_reaches_at_most_so_many_however_they_send(mail: Outbox) -> None:
    thief = staff()
    people = list(customers(9))
    masses.submit(a_mass(people[:3], thief).id, actor=thief, now=NOW)
    assert reach.left(thief.id, now=NOW) == 2
    late = masses.submit(a_mass(people[3:6], thief).id, actor=thief, now=NOW)
    assert late.state is MassState.WAITING, "small sends are added up"
    ids = list(customers(3).values())
    actions.send([a_service_notice(ids[0])], now=NOW, sender=thief.id)
    actions.send([a_service_notice(ids[1])], now=NOW, sender=thief.id)
    with pytest.raises(ReachUsedUp):
        actions.send([a_service_notice(ids[2])], now=NOW, sender=thief.id)
    actions.send([a_service_notice(ids[1])], now=NOW, sender=thief.id)
    tomorrow = NOW + timedelta(hours=24, seconds=1)
    actions.send([a_service_notice(ids[2])], now=tomorrow, sender=thief.id)


@pytest.mark.django_db
def test_what_was_claimed_cannot_be_taken_back() -> None:
    thief = staff()
    reach.claim(thief.id, list(customers(5).values()), now=NOW)
    for statement in ("DELETE FROM notices_reached", "UPDATE notices_reached SET at = now()"):
        with (
            pytest.raises(IntegrityError, match="only ever added"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_two_sends_at_the_same_moment_do_not_pass_the_limit_together(fresh_db: str) -> None:
    thief = staff()
    people = list(customers(8).values())
    gate = threading.Barrier(2)
    refused: list[object] = []

    def send(part: list[UUID]) -> None:
        gate.wait()
        try:
            with transaction.atomic():
                actions.send([a_service_notice(one) for one in part], now=NOW, sender=thief.id)
        except ReachUsedUp as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(part,)) for part in (people[:4], people[4:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert len(reach.reached(thief.id, now=NOW)) == 4


@pytest.mark.django_db
def test_a_batch_that_a_guard_holds_needs_two_persons_too(mail: Outbox) -> None:
    outgoing.use_guards(Guards(batch_max=5, alone_max=5))
    first, second = staff(Role.APPROVER), staff(Role.APPROVER)
    ids = actions.send([a_service_notice(one) for one in customers(6).values()], now=NOW)
    batch = models.Notice.objects.get(id=ids[0]).batch_id
    deliver_all()
    assert not actions.release_batch(batch, actor=first, now=NOW)
    with pytest.raises(SamePerson):
        actions.release_batch(batch, actor=first, now=NOW)
    assert actions.release_batch(batch, actor=second, now=NOW)
    deliver_all()
    assert len(mail.sent) == 6
    with pytest.raises(BatchNotHeld):
        actions.release_batch(batch, actor=second, now=NOW)


def consent(party: UUID, channel: Channel, *, given: bool = True) -> None:
    consents.set_consent(party, ADVERTISING, channel, given=given, shown=SHOWN, now=NOW)


@pytest.mark.django_db
def test_advertising_goes_to_those_who_consent_and_on_their_channels_alone(mail: Outbox) -> None:
    """RM-44, RM-45."""
    people = customers(4)
    by_mail, by_sms, neither, withdrawn = people.values()
    consent(by_mail, Channel.EMAIL)
    consent(by_sms, Channel.SMS)
    consent(withdrawn, Channel.EMAIL)
    maker = staff()
    made = a_mass(people, maker, Nature.ADVERTISING)
    assert made.people == 3, "who does not consent is not on the list"
    masses.submit(made.id, actor=maker, now=NOW)
    masses.step(made.id, now=NOW)
    consent(withdrawn, Channel.EMAIL, given=False)
    deliver_all()
    assert [message.address for message in mail.sent] == [
        models.Delivery.objects.get(notice__party_id=by_mail, channel="email").address
    ]
    text = channels.channels()["sms"]
    assert len(text.sent) == 1  # type: ignore[attr-defined]
    late = models.Delivery.objects.filter(notice__party_id=withdrawn).exclude(channel="inbox")
    assert {(row.state, row.last_error) for row in late} == {("suppressed", "notices.no_consent")}
    assert "/stop/" in mail.sent[0].withdrawal
    params = {"subject": "x", "body": "y"}
    notice = NewNotice(party_id=neither, language="en", kind="message.advertising", params=params)
    with pytest.raises(NoConsent):
        actions.send([notice], now=NOW)


@pytest.mark.django_db
def test_service_notices_need_no_consent(mail: Outbox) -> None:
    """RM-45."""
    people = customers(2)
    for party in people.values():
        consents.withdraw_all(party, shown=SHOWN, now=NOW)
    maker = staff()
    made = masses.submit(a_mass(people, maker).id, actor=maker, now=NOW)
    masses.step(made.id, now=NOW)
    deliver_all()
    assert len(mail.sent) == 2
    assert not any(message.withdrawal for message in mail.sent)


@pytest.mark.django_db
def test_a_message_may_be_kept_to_one_channel(mail: Outbox) -> None:
    """TR-132: what came falsely by one way is answered by another."""
    maker = staff()
    made = masses.submit(a_mass(customers(2), maker, channels=("email",)).id, actor=maker, now=NOW)
    masses.step(made.id, now=NOW)
    deliver_all()
    assert len(mail.sent) == 2
    assert channels.channels()["sms"].sent == []  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_every_act_on_a_mass_message_is_in_the_audit_log(mail: Outbox) -> None:
    maker, second, finance = staff(), staff(Role.APPROVER), staff(Role.FINANCE)
    made = a_mass(customers(6), maker)
    masses.submit(made.id, actor=maker, now=NOW)
    masses.approve(made.id, approver=second, now=NOW)
    masses.stop(made.id, actor=finance, reason="a mistake", now=NOW)
    rows = AuditEntry.objects.filter(subject_id=str(made.id)).order_by("id")
    assert [(row.what, row.who_id) for row in rows] == [
        ("message.prepared", maker.id),
        ("message.submitted", maker.id),
        ("message.let_out", second.id),
        ("message.stopped", finance.id),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("words.zh-Hans", {"words": {k: v for k, v in words().items() if k != "zh-Hans"}}),
        ("words.kk", {"words": words("x" * 2_001)}),
        ("audience", {"audience": "friends"}),
        ("chosen", {"audience": "language", "chosen": "de"}),
        ("chosen", {"audience": "pack", "chosen": "no-such"}),
        ("chosen", {"chosen": "nobody-with-this-key"}),
        ("audience", {"chosen": ""}),
        ("channels", {"channels": ("pigeon",)}),
    ],
)
def test_a_message_that_lacks_words_receivers_or_a_way_is_refused(
    field: str, change: dict[str, object]
) -> None:
    key = next(iter(customers(1)))
    given: dict[str, object] = {
        "nature": Nature.SERVICE,
        "words": words(),
        "audience": "listed",
        "chosen": key,
    }
    actor: Actor = staff()
    with pytest.raises(BadMass) as refused:
        masses.prepare(NewMass(**(given | change)), actor=actor, now=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not models.MassMessage.objects.exists()
