"""Notices reach their channels: each once, retried, bounded, guarded."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from loop_builders import NOW, a_clerk, a_customer

from oferta.core.notices import actions, channels, delivering, models, outgoing, queries
from oferta.core.notices.errors import BatchNotHeld, DeliveryFailed, MissingParam, UnknownKind
from oferta.core.notices.types import Guards, Message, NewNotice

Notices = list[NewNotice]


class Recorder:
    """A channel that keeps what it is given and fails as it is told."""

    def __init__(self, name: str, failures: int = 0, *, again: bool = True) -> None:
        self.name = name
        self.failures = failures
        self.again = again
        self.sent: list[Message] = []
        self.tries = 0
        self._lock = threading.Lock()

    def deliver(self, message: Message) -> None:
        with self._lock:
            self.tries += 1
            if self.tries <= self.failures:
                raise DeliveryFailed(channel=self.name, reason="down", again=self.again)
            self.sent.append(message)


@pytest.fixture
def email() -> Iterator[Recorder]:
    recorder = Recorder("email")
    channels.connect({"email": recorder})
    yield recorder
    outgoing.use_guards(Guards())


def a_notice(party_id: UUID, language: str = "en", kind: str = "case.rejected") -> NewNotice:
    return NewNotice(party_id=party_id, language=language, kind=kind, params={"reason": "because"})


def send(notices: Notices) -> UUID:
    ids = actions.send(notices, now=NOW)
    return models.Notice.objects.get(id=ids[0]).batch_id


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


@pytest.mark.django_db
def test_a_notice_reaches_inbox_and_mail_and_what_was_sent_is_kept(email: Recorder) -> None:
    party = a_customer("kk", email="anna@example.test", sms="+7000")
    batch = send([a_notice(party, "kk")])
    assert delivering.deliver_batch(batch, clock=at(NOW)) is None
    assert [message.address for message in email.sent] == ["anna@example.test"]
    assert email.sent[0].subject == "Шешім өз күшінде қалады"
    kept = {row.channel: row for row in models.Delivery.objects.filter(notice__batch_id=batch)}
    assert set(kept) == {"inbox", "email"}, "no channel serves the SMS address"
    assert all(row.state == "delivered" and "because" in row.body for row in kept.values())
    assert models.Batch.objects.get(id=batch).state == "done"


@pytest.mark.django_db
def test_a_job_that_runs_twice_delivers_once(email: Recorder) -> None:
    batch = send([a_notice(a_customer(email="a@example.test"))])
    delivering.deliver_batch(batch, clock=at(NOW))
    delivering.deliver_batch(batch, clock=at(NOW + timedelta(days=1)))
    assert len(email.sent) == 1


@pytest.mark.django_db
def test_a_failure_is_tried_again_later_and_not_for_ever(email: Recorder) -> None:
    email.failures = 1_000
    batch = send([a_notice(a_customer(email="a@example.test"))])
    moment: datetime | None = NOW
    waits = []
    while moment is not None:
        next_at = delivering.deliver_batch(batch, clock=at(moment))
        if next_at is not None:
            waits.append((next_at - moment).total_seconds())
        moment = next_at
    assert waits == list(delivering.WAITS_SECONDS)
    assert email.tries == delivering.ATTEMPTS_MAX
    row = models.Delivery.objects.get(notice__batch_id=batch, channel="email")
    assert (row.state, row.attempts) == ("failed", delivering.ATTEMPTS_MAX)
    assert "down" in row.last_error


@pytest.mark.django_db
def test_a_refusal_that_will_not_change_is_not_tried_again(email: Recorder) -> None:
    email.failures, email.again = 1, False
    batch = send([a_notice(a_customer(email="a@example.test"))])
    assert delivering.deliver_batch(batch, clock=at(NOW)) is None
    assert models.Delivery.objects.get(channel="email").state == "failed"
    assert email.tries == 1


@pytest.mark.django_db
def test_above_the_daily_maximum_only_the_inbox_is_used(email: Recorder) -> None:
    outgoing.use_guards(Guards(per_party_per_kind_per_day_max=3))
    party = a_customer(email="a@example.test")
    batch = send([a_notice(party) for _ in range(5)])
    delivering.deliver_batch(batch, clock=at(NOW))
    delivering.deliver_batch(send([a_notice(party)]), clock=at(NOW))
    assert len(email.sent) == 3
    assert models.Delivery.objects.filter(channel="email", state="suppressed").count() == 3
    assert models.Delivery.objects.filter(channel="inbox", state="delivered").count() == 6


@pytest.mark.django_db
@pytest.mark.parametrize("guards", [Guards(batch_max=2), Guards(day_max=2)])
def test_too_many_at_once_wait_for_a_persons_word(email: Recorder, guards: Guards) -> None:
    outgoing.use_guards(guards)
    batch = send([a_notice(a_customer(email=f"a{n}@example.test")) for n in range(3)])
    assert delivering.deliver_batch(batch, clock=at(NOW)) is None
    assert email.sent == []
    assert [held[0] for held in queries.held_batches()] == [batch]
    actions.release_batch(batch, actor=a_clerk(), now=NOW)
    delivering.deliver_batch(batch, clock=at(NOW))
    assert len(email.sent) == 3
    with pytest.raises(BatchNotHeld):
        actions.release_batch(batch, actor=a_clerk(), now=NOW)


@pytest.mark.django_db
def test_a_notice_that_could_not_be_worded_is_refused_when_it_is_written() -> None:
    party = a_customer()
    with pytest.raises(UnknownKind):
        actions.send([a_notice(party, kind="no.such.kind")], now=NOW)
    with pytest.raises(MissingParam):
        actions.send([NewNotice(party_id=party, language="en", kind="case.rejected")], now=NOW)
    assert models.Batch.objects.count() == 0


def test_two_workers_deliver_each_notice_once(fresh_db: str, email: Recorder) -> None:
    from django.db import connection

    party_ids = [a_customer(email=f"c{number}@example.test") for number in range(60)]
    batch = send([a_notice(party) for party in party_ids])

    def work() -> None:
        try:
            delivering.deliver_batch(batch, clock=at(NOW))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    addresses = [message.address for message in email.sent]
    assert len(addresses) == len(set(addresses)) == 60


def test_a_lease_that_ran_out_is_taken_over_with_the_same_delivery_id(
    fresh_db: str, email: Recorder
) -> None:
    batch = send([a_notice(a_customer(email="a@example.test"))])

    class Died(Exception):
        pass

    def die(message: Message) -> None:
        first.append(message.delivery_id)
        raise Died

    first: list[UUID] = []
    email.deliver = die  # type: ignore[method-assign]
    with pytest.raises(Died):
        delivering.deliver_batch(batch, clock=at(NOW))
    del email.deliver
    again = delivering.deliver_batch(batch, clock=at(NOW + timedelta(seconds=1)))
    assert again == NOW + timedelta(seconds=delivering.LEASE_SECONDS)
    assert email.sent == []
    delivering.deliver_batch(batch, clock=at(again))
    assert [message.delivery_id for message in email.sent] == first


# --- real servers ------------------------------------------------------------------------------


class Gateway(BaseHTTPRequestHandler):
    """An SMS gateway: answers with the statuses it is given, one a request."""

    answers: ClassVar[list[int]] = []
    got: ClassVar[list[tuple[dict[str, Any], str]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.got.append((body, self.headers["Idempotency-Key"]))
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:  # say nothing until the caller gives up
            threading.Event().wait(1.5)
            status = 200
        try:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            pass

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[str]:
    Gateway.answers, Gateway.got = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/send"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.django_db
def test_an_sms_outlives_a_server_error_and_a_timeout_under_one_idempotency_key(
    gateway: str,
) -> None:
    channels.connect({"sms": channels.SmsGateway(gateway, timeout_seconds=0.3)})
    Gateway.answers = [500, 0, 200]
    batch = send([a_notice(a_customer("zh-Hans", sms="+852 5550"), "zh-Hans")])
    moment: datetime | None = NOW
    rounds = 0
    while moment is not None:
        moment = delivering.deliver_batch(batch, clock=at(moment))
        rounds += 1
    assert rounds == 3
    assert {key for _, key in Gateway.got} == {str(models.Delivery.objects.get(channel="sms").id)}
    assert len(Gateway.got) == 3
    assert Gateway.got[0][0]["to"] == "+852 5550"
    assert "决定维持不变" in Gateway.got[0][0]["text"]
    assert models.Delivery.objects.get(channel="sms").state == "delivered"


@pytest.mark.django_db
def test_an_sms_that_the_gateway_refuses_is_not_sent_again(gateway: str) -> None:
    channels.connect({"sms": channels.SmsGateway(gateway, timeout_seconds=2)})
    Gateway.answers = [400]
    batch = send([a_notice(a_customer(sms="+7"))])
    assert delivering.deliver_batch(batch, clock=at(NOW)) is None
    row = models.Delivery.objects.get(channel="sms")
    assert (row.state, len(Gateway.got)) == ("failed", 1)
    assert "HTTP 400" in row.last_error


@pytest.mark.django_db
def test_a_mail_arrives_at_a_real_server_in_its_language(smtp_server: Any) -> None:
    channels.connect({"email": smtp_server.channel()})
    batch = send([a_notice(a_customer("zh-Hant", email="li@example.test"), "zh-Hant")])
    assert delivering.deliver_batch(batch, clock=at(NOW)) is None
    (mail,) = smtp_server.mails
    assert mail["To"] == "li@example.test"
    assert mail["Subject"] == "維持原來的決定"
    assert mail["Content-Language"] == "zh-Hant"
    assert "決定維持不變" in mail.get_content()
    delivery = models.Delivery.objects.get(channel="email")
    assert str(delivery.id) in mail["Message-ID"]


@pytest.mark.django_db
def test_a_mail_server_that_says_later_is_asked_later_and_one_that_says_never_is_not(
    smtp_server: Any,
) -> None:
    channels.connect({"email": smtp_server.channel()})
    smtp_server.refusals = [b"451 later", b"550 never"]
    batch = send([a_notice(a_customer(email="li@example.test"))])
    again = delivering.deliver_batch(batch, clock=at(NOW))
    assert again is not None
    assert delivering.deliver_batch(batch, clock=at(again)) is None
    assert models.Delivery.objects.get(channel="email").state == "failed"
    assert smtp_server.mails == []


@pytest.mark.django_db
def test_a_line_break_in_an_address_adds_no_header(smtp_server: Any) -> None:
    channels.connect({"email": smtp_server.channel()})
    batch = send([a_notice(a_customer(email="li@example.test\nBcc: all@example.test"))])
    assert delivering.deliver_batch(batch, clock=at(NOW)) is None
    assert models.Delivery.objects.get(channel="email").state == "failed"
    assert smtp_server.mails == []


@pytest.mark.django_db
def test_without_servers_messages_are_written_to_files(tmp_path: Path) -> None:
    channels.connect({"email": channels.Folder("email", tmp_path)})
    delivering.deliver_batch(send([a_notice(a_customer(email="a@b.test"))]), clock=at(NOW))
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text())["to"] == "a@b.test"
