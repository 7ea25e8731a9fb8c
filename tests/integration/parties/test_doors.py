"""Two doors to one set of pages: a session under `/my/`, a personal link under `/c/<token>/`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from oferta.core.parties import actions, models, queries
from oferta.core.parties.types import NewCustomer

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 16, 12, tzinfo=UTC)


def a_customer(key: str = "anna", language: Any = "en") -> Any:
    ids = actions.register_customers([NewCustomer(key=key, language=language)], now=NOW)
    return ids[key]


def with_login(customer_id: Any) -> Any:
    login = get_user_model().objects.create_user(f"of {customer_id}")
    models.Customer.objects.filter(id=customer_id).update(login=login)
    return login


def test_both_doors_lead_to_the_same_page() -> None:
    customer = a_customer(language="ru")
    client = Client()
    client.force_login(with_login(customer))
    assert client.get("/my/cases/").status_code == 200
    link = queries.link_token(customer)
    assert Client().get(f"/c/{link}/cases/").status_code == 200
    assert reverse("cases:list", args=["my"]) == "/my/cases/"
    assert reverse("cases:list", args=[link]) == f"/c/{link}/cases/"


def test_the_door_of_the_session_asks_to_sign_in_and_comes_back() -> None:
    answer = Client().get("/my/cases/?page=2")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("?next=/my/cases/%3Fpage%3D2")


def test_a_login_without_a_customer_has_no_pages_of_one() -> None:
    client = Client()
    client.force_login(get_user_model().objects.create_user("visitor"))
    assert client.get("/my/cases/").status_code == 403


def test_pages_of_both_doors_are_kept_by_no_cache() -> None:
    customer = a_customer()
    client = Client()
    client.force_login(with_login(customer))
    for page in (client.get("/my/cases/"), client.get(f"/c/{queries.link_token(customer)}/cases/")):
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
