"""Customers known from a feed become those of the people who prove that they are them."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from signing_builders import (
    sign_up,
)

from oferta.core.parties import actions, models, queries
from oferta.core.parties.types import NewCustomer
from oferta.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_customer_of_a_feed_is_claimed_by_a_code_to_the_address_on_file(client: Client) -> None:
    new = NewCustomer(key="card-1", language="kk", contacts={"email": "Anna@example.test"})
    known = actions.register_customers([new], now=clock.now())["card-1"]
    login = sign_up(client)
    assert queries.customer_of_login(login.id).id == known


def test_an_address_of_two_customers_claims_neither(client: Client) -> None:
    for key in ("card-1", "card-2"):
        new = NewCustomer(key=key, contacts={"email": "anna@example.test"})
        actions.register_customers([new], now=clock.now())
    login = sign_up(client)
    assert queries.customer_of_login(login.id).key.startswith("login:")


def test_a_personal_link_claims_a_customer_whom_no_address_is_known_of(client: Client) -> None:
    known = actions.register_customers([NewCustomer(key="card-1")], now=clock.now())["card-1"]
    link = f"/c/{queries.link_token(known)}/claim/"
    assert client.post(link).headers["Location"] == "/sign-up/"
    login = sign_up(client)
    assert queries.customer_of_login(login.id).id == known
    assert Client().get(link).status_code == 404, "claimed once"


def test_a_passed_on_link_does_not_claim_a_customer_with_an_address(client: Client) -> None:
    new = NewCustomer(key="card-1", contacts={"email": "anna@example.test"})
    known = actions.register_customers([new], now=clock.now())["card-1"]
    client.post(f"/c/{queries.link_token(known)}/claim/")
    login = sign_up(client, "friend@example.test")
    assert queries.customer_of_login(login.id).id != known


def test_a_personal_link_opens_no_page_of_the_session(client: Client) -> None:
    sign_up(client)
    customer = models.Customer.objects.get()
    link = f"/c/{queries.link_token(customer.id)}"
    for page in ("security/", "security/password/", "security/contacts/add/"):
        assert Client().get(f"{link}/{page}").status_code == 404
