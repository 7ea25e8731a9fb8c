"""All of a customer's data, and their erasure, by the API: by scope, logged, not at once."""

from __future__ import annotations

import io
import zipfile
from uuid import uuid4

import pytest
from django.test import Client
from rest_builders import ALL, a_customer, a_customers_api, an_api

from oferta.core.notices import queries as notices
from oferta.core.parties import actions as parties
from oferta.core.parties import audit, exporting
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.project.rest.types import Scope
from signing_in import sign_in_customer

pytestmark = pytest.mark.django_db


def test_a_file_is_asked_for_made_and_fetched_and_the_log_has_who() -> None:
    anna, api = a_customer(), an_api()
    place = f"/customers/{anna}/exports"
    made = api.post(place, {"language": "kk"}, Idempotency_Key="1")
    again = api.post(place, {"language": "kk"}, Idempotency_Key="1")
    assert (made.status_code, made.json()) == (201, again.json())
    assert made.json()["state"] == "asked"
    file = f"{place}/{made.json()['id']}/file"
    assert api.get(file).status_code == 404, "not made yet"
    exporting.make(exporting.exports(anna)[0].id, now=clock.now())
    answer = api.get(file)
    content = b"".join(answer.streaming_content)
    assert "data/person.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert answer.headers["Cache-Control"] == "private, no-store"
    (listed,) = api.get(place).json()["items"]
    assert (listed["state"], listed["size"]) == ("made", len(content))
    acts = {(one.what, one.who) for one in audit.acts_with(anna)}
    assert {("export.asked", "token"), ("export.downloaded", "token")} <= acts
    another = f"/customers/{a_customer('boris')}/exports/{listed['id']}/file"
    assert api.get(another).status_code == 404


def test_erasure_waits_is_told_to_the_customer_and_can_be_dropped() -> None:
    anna, api = a_customer(), an_api()
    place = f"/customers/{anna}/erasures"
    made = api.post(place, {"gives_up": ["balance"]}, Idempotency_Key="1")
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    assert made.json()["due_at"] > made.json()["asked_at"]
    assert notices.inbox(anna)[0].kind == "data.erasure_asked"
    gone = api.send("delete", f"{place}/waiting")
    assert gone.json()["items"][0]["state"] == "withdrawn"
    assert api.send("delete", f"{place}/waiting").status_code == 404


def test_neither_a_customers_session_nor_another_scope_takes_or_erases_data() -> None:
    """On their page customers prove anew who they are; a stolen session or token is not enough."""
    anna = a_customer()
    browser = Client()
    sign_in_customer(browser, anna)
    cashier = parties.appoint_staff("c", password=None, name="C", role=Role.CASHIER)
    apis = (
        a_customers_api(anna),
        an_api(ALL - {Scope.DATA_EXPORT, Scope.DATA_ERASE}),
        an_api(frozenset({Scope.DATA_EXPORT, Scope.DATA_ERASE}), staff_id=cashier.id),
    )
    for what in ("exports", "erasures"):
        place = f"/customers/{anna}/{what}"
        for api in apis:
            assert api.post(place, {}, Idempotency_Key=uuid4().hex).status_code == 403
            assert api.get(place).status_code == 403
        assert browser.get(f"/api/v1{place}").status_code == 403
