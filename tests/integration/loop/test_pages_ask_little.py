"""A page costs what it asks: bounds on the questions to the database, which no machine changes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from loop_builders import NOW, a_customer, a_payment

from oferta.core.decisions import actions as decisions
from oferta.core.notices import queries as notices
from oferta.core.notices.models import Notice
from oferta.core.parties import logins, models
from oferta.kernel import asking

pytestmark = pytest.mark.django_db

#: Session, login, customer and unread notices are asked by every page of a customer's.
FRAME = 4


def asked(client: Client, path: str) -> list[str]:
    client.get(path)  # what is kept for later pages is kept now
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return [str(one["sql"]) for one in found.captured_queries]


def signed_in(party: object) -> Client:
    logins.give_login(party, "reader", "a long password")  # type: ignore[arg-type]
    client = Client()
    client.force_login(models.Login.objects.get(username="reader"))
    return client


def test_pages_ask_no_more_than_they_need_however_much_there_is_to_show() -> None:
    party = a_customer("kk")
    client = signed_in(party)
    told = [
        decisions.decide(a_payment(party, plan="corner.told"), now=NOW).decisions[0]
        for _ in range(2)
    ]
    bounds = {
        "/my/": FRAME + 11,
        "/my/statement/": FRAME + 7,
        "/my/notices/": FRAME + 3,
        "/my/cases/": FRAME + 3,
        "/my/profile/": FRAME + 2,
        f"/my/decisions/{told[0].id}/": FRAME + 5,
        f"/my/notices/{notices.inbox(party)[0].id}/": FRAME + 3,
    }
    little = {path: len(asked(client, path)) for path in bounds}
    for path, bound in bounds.items():
        assert little[path] <= bound, (path, asked(client, path))
    for _ in range(6):
        decisions.decide(a_payment(party, plan="corner.told"), now=NOW)
    much = {path: len(asked(client, path)) for path in bounds}
    assert much == little


def test_what_every_page_asks_is_built_by_no_model() -> None:
    party = a_customer("ru")
    client = signed_in(party)
    # Text of ours goes with its values beside it; a model's text is written with them inside.
    assert not [sql for sql in asked(client, "/my/notices/") if "'::uuid" in sql]


def test_rows_found_by_our_own_sql_are_what_the_model_reads() -> None:
    party = a_customer("en")
    decisions.decide(a_payment(party, plan="corner.told"), now=NOW)
    ours = asking.found(Notice, "party_id = %s ORDER BY id", [party])
    theirs = list(Notice.objects.filter(party_id=party).order_by("id"))
    assert ours
    for one, other in zip(ours, theirs, strict=True):
        values = [
            [getattr(row, field.attname) for field in Notice._meta.concrete_fields]
            for row in (one, other)
        ]
        assert values[0] == values[1]
