"""Webhooks: written with what they tell, signed, delivered, tried again, replayed, turned off."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_builders import NOW, an_api, an_event

from oferta.core.notices import channels
from oferta.core.notices.types import Message
from oferta.project.config import Config
from oferta.project.webhooks import (
    actions,
    delivering,
    models,
    queries,
    sending,
    signing,
    tasks,
)
from oferta.project.webhooks.errors import BadEndpoint
from oferta.project.webhooks.types import (
    ATTEMPTS_MAX,
    FAILING_MAX,
    KEPT,
    WAITS_SECONDS,
    Endpoint,
    Kind,
    NewEndpoint,
    State,
)

pytestmark = pytest.mark.django_db


class Receiver:
    """A receiver that keeps what it gets and answers `statuses` in turn, then 204."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status = outer.statuses.pop(0) if outer.statuses else 204
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=b"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let webhooks go to this machine."""
    allowed = Config(webhooks_private=True, delivery_seconds_max=2)
    for module in (actions, delivering):
        monkeypatch.setattr(module, "CONFIG", allowed)


def an_endpoint(url: str, *kinds: Kind, **rest: Any) -> Endpoint:
    wanted = NewEndpoint(
        owner="shop", url=url, kinds=frozenset(kinds or {Kind.DECISION_MADE}), **rest
    )
    return actions.add_endpoint(wanted, now=NOW)


def deliver(endpoint: Endpoint, at: datetime = NOW) -> None:
    delivering.deliver_to(endpoint.id, clock=lambda: at)


def states(endpoint: Endpoint) -> list[str]:
    return [one.state.value for one in queries.deliveries(endpoint.id)]


@pytest.mark.usefixtures("inside")
def test_a_decision_is_told_signed_as_the_standard_says(receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver.url)
    api = an_api()
    answer = api.post("/decisions", an_event()).json()
    models.Delivery.objects.update(due_at=NOW)
    deliver(endpoint)
    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert told["type"] == "decision.made"
    assert told["data"]["id"] == answer["decisions"][0]["id"]
    (secret,) = queries.secrets(endpoint.id, NOW)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["content-type"] == "application/json"
    assert states(endpoint) == ["delivered"]


def test_the_signature_is_the_one_of_the_standards_own_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of its documentation
    at = datetime.fromtimestamp(1_614_265_330, tz=UTC)
    made = signing.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_where_nobody_listens_nothing_is_written() -> None:
    an_api().post("/decisions", an_event())
    assert models.Message.objects.count() == 0


@pytest.mark.usefixtures("inside")
def test_what_is_rejected_or_answered_before_is_not_told_again(receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver.url)
    api = an_api()
    for _ in range(2):
        api.post("/decisions", an_event())
    api.post("/decisions", an_event("till/2", questions=["no_such"]))
    assert len(states(endpoint)) == 1


@pytest.mark.usefixtures("inside")
def test_a_failed_delivery_is_tried_again_by_the_schedule_and_then_given_up(
    receiver: Receiver,
) -> None:
    endpoint = an_endpoint(receiver.url)
    receiver.statuses = [500] * ATTEMPTS_MAX
    actions.send_test(endpoint.id, now=NOW)
    at = NOW
    for wait in WAITS_SECONDS:
        deliver(endpoint, at)
        (found,) = queries.deliveries(endpoint.id)
        assert (found.state, found.due_at) == (State.WAITING, at + timedelta(seconds=wait))
        deliver(endpoint, found.due_at - timedelta(seconds=1))  # too early: nothing is sent
        at = found.due_at
    deliver(endpoint, at)
    assert states(endpoint) == ["failed"]
    assert len(receiver.got) == ATTEMPTS_MAX
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


@pytest.mark.usefixtures("inside")
def test_an_endpoint_that_fails_for_days_is_turned_off_and_its_owner_told(
    receiver: Receiver,
) -> None:
    mails: list[Message] = []

    class Mail:
        name = "email"

        def deliver(self, message: Message) -> None:
            mails.append(message)

    before = dict(channels.channels())
    channels.connect(before | {"email": Mail()})  # type: ignore[dict-item]
    endpoint = an_endpoint(receiver.url, contact="owner@shop.example", language="ru")
    receiver.statuses = [500] * 9
    actions.send_test(endpoint.id, now=NOW)
    deliver(endpoint)
    assert queries.endpoint(endpoint.id).failing_since == NOW
    actions.send_test(endpoint.id, now=NOW + FAILING_MAX)
    deliver(endpoint, NOW + FAILING_MAX)
    found = queries.endpoint(endpoint.id)
    assert (found.enabled, found.disabled_because) == (False, "failing")
    assert "отключён" in mails[0].subject
    channels.connect(before)


@pytest.mark.usefixtures("inside")
def test_an_endpoint_that_says_it_is_gone_is_turned_off_at_once(receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver.url)
    receiver.statuses = [410]
    actions.send_test(endpoint.id, now=NOW)
    deliver(endpoint)
    assert queries.endpoint(endpoint.id).disabled_because == "gone"


@pytest.mark.usefixtures("inside")
def test_while_a_secret_is_rotated_both_sign(receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver.url)
    (old,) = queries.secrets(endpoint.id, NOW)
    new = actions.rotate_secret(endpoint.id, now=NOW)
    assert queries.secrets(endpoint.id, NOW) == [new, old]
    actions.send_test(endpoint.id, now=NOW)
    deliver(endpoint)
    assert receiver.got[0][0]["webhook-signature"].count("v1,") == 2
    assert queries.secrets(endpoint.id, NOW + timedelta(hours=24)) == [new]


def test_a_secret_lies_in_the_database_encrypted() -> None:
    endpoint = an_endpoint("https://shop.example/hook")
    (secret,) = queries.secrets(endpoint.id, NOW)
    sealed = bytes(models.Secret.objects.get().sealed)
    assert secret.encode() not in sealed
    assert signing.unseal(sealed, "another key of the site") is None


@pytest.mark.usefixtures("inside")
def test_a_delivery_and_everything_since_a_moment_can_be_replayed(receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver.url)
    actions.send_test(endpoint.id, now=NOW)
    deliver(endpoint)
    actions.replay_delivery(queries.deliveries(endpoint.id)[0].id, now=NOW)
    assert actions.replay_since(endpoint.id, NOW, now=NOW) == 1
    deliver(endpoint)
    assert states(endpoint) == ["delivered"] * 3
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


@pytest.mark.usefixtures("inside")
def test_the_log_keeps_what_was_sent_and_what_came_back(receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver.url)
    receiver.statuses = [503]
    actions.send_test(endpoint.id, now=NOW)
    deliver(endpoint)
    (attempt,) = queries.attempts(queries.deliveries(endpoint.id)[0].id)
    assert attempt.status == 503
    assert json.loads(attempt.request)["headers"]["webhook-id"].startswith("msg_")
    assert attempt.response.startswith("503 Service Unavailable")


def test_old_messages_are_forgotten_with_their_log() -> None:
    endpoint = an_endpoint("https://shop.example/hook")
    actions.send_test(endpoint.id, now=NOW)
    assert delivering.forget(NOW + KEPT) == 0
    assert delivering.forget(NOW + KEPT + timedelta(seconds=1)) == 1
    assert states(endpoint) == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0",  # noqa: S104
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "::",
        "::127.0.0.1", "fec0::1", "64:ff9b:1::7f00:1", "::ffff:0:127.0.0.1", "5f00::1", "3fff::1",
    ],
)  # fmt: skip
def test_an_address_inside_is_known_however_it_is_written(address: str) -> None:
    assert not sending.is_outside(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_an_address_outside_is_let_through(address: str) -> None:
    assert sending.is_outside(address)


def test_nothing_is_sent_to_an_address_inside(receiver: Receiver) -> None:
    reply = sending.post(receiver.url, {}, b"{}", seconds=1)
    assert (reply.status, reply.error) == (0, "webhooks.address_refused")
    assert receiver.got == []


def test_a_name_is_resolved_once_and_the_checked_address_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads outside at first and inside later is asked only once."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        address = "1.1.1.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected: list[str] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(sending.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(sending.socket, "create_connection", connect)
    sending.post("https://rebinding.example/hook", {}, b"{}", seconds=1)
    assert (asked, connected) == (["rebinding.example"], ["1.1.1.1"])


def test_an_answer_that_trickles_is_cut_off_at_the_deadline() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def trickle() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    thread = threading.Thread(target=trickle)
    thread.start()
    url = f"http://127.0.0.1:{server.getsockname()[1]}/"
    reply = sending.post(url, {}, b"{}", seconds=0.4, private=True)
    stop.set()
    thread.join()
    server.close()
    assert reply.status == 0
    assert 300 <= reply.milliseconds < 2000


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/", "ftp://shop.example/", "https:///x", "https://a:b@shop.example/",
        "https://shop.example:0/", "https://shop.example/\n", "https://sh op.example/", "x",
    ],
)  # fmt: skip
def test_an_impossible_address_is_refused(url: str) -> None:
    with pytest.raises(BadEndpoint):
        an_endpoint(url)


def test_endpoints_are_managed_by_the_api_and_belong_to_the_tokens_owner() -> None:
    api = an_api()
    body = {"url": "https://shop.example/hook", "kinds": ["case.opened"]}
    made = api.post("/webhooks/endpoints", body, Idempotency_Key="1")
    again = api.post("/webhooks/endpoints", body, Idempotency_Key="1")
    assert (made.status_code, again.content) == (201, made.content)
    assert again["Idempotent-Replayed"] == "true"
    assert models.Endpoint.objects.count() == 1
    place = f"/webhooks/endpoints/{made.json()['id']}"
    (secret,) = api.get(f"{place}/secret").json()["secrets"]
    assert secret.startswith("whsec_")
    off = api.send("PUT", place, body | {"enabled": False}).json()
    assert (off["enabled"], off["disabled_because"]) == (False, "by_hand")
    models.Endpoint.objects.update(owner="another")
    assert api.get(place).status_code == 404


def test_the_same_key_for_another_request_is_refused() -> None:
    api = an_api()
    body = {"url": "https://shop.example/hook", "kinds": ["case.opened"]}
    api.post("/webhooks/endpoints", body, Idempotency_Key="1")
    refused = api.post("/webhooks/endpoints", body | {"note": "x"}, Idempotency_Key="1")
    assert (refused.status_code, refused.json()["code"]) == (409, "rest.key_used")
    without = api.post("/webhooks/endpoints", body)
    assert (without.status_code, without.json()["code"]) == (400, "rest.key_missing")


@pytest.mark.usefixtures("inside")
def test_the_worker_delivers_what_the_outbox_holds_and_sweeps_what_is_due(
    receiver: Receiver,
) -> None:
    endpoint = an_endpoint(receiver.url)
    actions.send_test(endpoint.id, now=NOW)
    jobs = ProcrastinateJob.objects.filter(task_name=tasks.DELIVER)
    assert [job.args for job in jobs] == [{"endpoint_id": str(endpoint.id)}]
    for _ in range(2):  # a second sweep finds that a job waits already
        tasks.sweep(0)
    assert jobs.all().count() == 2
    tasks.deliver(str(endpoint.id))
    assert states(endpoint) == ["delivered"]
    before = jobs.all().count()
    tasks.sweep(0)
    assert jobs.all().count() == before
