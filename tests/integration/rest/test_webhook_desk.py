"""An address for webhooks, added at the desk: its secret is shown once, the log has who did it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from oferta.core.parties import actions as parties
from oferta.core.parties import audit
from oferta.core.parties.audit import Filter
from oferta.core.parties.types import Actor, Role
from oferta.kernel import clock
from oferta.project.webhooks import queries
from signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
GOOD = {"owner": "Till", "url": "https://example.com/hook", "kinds": ["case.opened"]}


def administrator() -> tuple[Client, Actor]:
    name = f"admin-{uuid4().hex[:6]}"
    actor = parties.appoint_staff(name, password=None, name=name, role=Role.ADMINISTRATOR)
    client = Client()
    sign_in_staff(client, actor.id)
    return client, actor


def test_an_address_is_added_and_its_secret_is_shown_once() -> None:
    client, actor = administrator()
    assert client.get("/desk/webhooks/new").status_code == 200
    answer = client.post("/desk/webhooks/new", GOOD)
    (made,) = queries.endpoints()
    (secret,) = queries.secrets(made.id, clock.now())
    assert secret in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert secret not in client.get(f"/desk/webhooks/{made.id}/").content.decode()
    assert (made.owner, made.url, made.kinds) == ("Till", GOOD["url"], ("case.opened",))
    (line,) = audit.entries(Filter(what="webhook.added"))
    assert (line.who_id, line.subject_id) == (actor.id, str(made.id))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("owner", " "), ("url", "ftp://x"), ("kinds", ["x"]), ("kinds", []), ("contact", "nobody")],
)
def test_an_impossible_address_is_said_to_be_so(field: str, wrong: object) -> None:
    client, _ = administrator()
    answer = client.post("/desk/webhooks/new", GOOD | {field: wrong})
    assert answer.status_code == 422
    assert queries.endpoints() == []


def test_a_new_secret_is_shown_once_and_the_old_one_signs_beside_it_for_a_day() -> None:
    """Standard Webhooks: receivers change over while both sign; a stolen one dies by itself."""
    from oferta.project.webhooks.types import OVERLAP

    client, admin = administrator()
    client.cookies["oferta_language"] = "en"
    client.post("/desk/webhooks/new", GOOD)
    (made,) = queries.endpoints()
    (old,) = queries.secrets(made.id, clock.now())
    page = client.post(f"/desk/webhooks/{made.id}/secret").content.decode()
    new, beside = queries.secrets(made.id, clock.now())
    assert beside == old != new
    assert new in page
    assert old not in page
    shown = client.get(f"/desk/webhooks/{made.id}/").content.decode()
    assert new not in shown
    assert "The old secret signs too until" in shown
    assert queries.secrets(made.id, clock.now() + OVERLAP) == [new]
    (line,) = audit.entries(Filter(what="webhook.rotated"))
    assert line.who_id == admin.id
