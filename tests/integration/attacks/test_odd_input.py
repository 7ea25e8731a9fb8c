"""Input that no form of ours sends is refused in words, never answered by a defect."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from desk_roles import a_member_of_staff
from django.test import Client

from oferta.core.parties import actions
from oferta.core.parties.types import NewCustomer, Role
from signing_in import sign_in_customer

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 16, 12, tzinfo=UTC)
NUL = "a\0b"
#: Base64 of ["2024-05-01T00:00:00", "\0"], ["0001-01-01T00:00:00+14:00", "x"], [1, 2].
PLACES = (
    "WyIyMDI0LTA1LTAxVDAwOjAwOjAwIiwgIlx1MDAwMCJd",
    "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIngiXQ",
    "WzEsIDJd",
)


@pytest.fixture
def anna() -> UUID:
    return actions.register_customers([NewCustomer(key="anna", language="en")], now=NOW)["anna"]


@pytest.mark.parametrize(
    "where", ["/sign-in/", "/sign-up/", "/sign-in/code/", "/sign-in/recovery/"]
)
@pytest.mark.parametrize(
    "contact", [NUL, f"{NUL}@x.kz", "+7701" + "1" * 300, "a" * 5000 + "@x.kz", "a@\u2024.kz"]
)
def test_a_contact_that_cannot_be_is_refused_where_one_signs_in(where: str, contact: str) -> None:
    given = {"login": contact, "contact": contact, "password": NUL}
    assert Client().post(where, given).status_code < 500


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2024-13", NUL])
@pytest.mark.parametrize("name", ["statement/", "statement.csv"])
def test_a_month_that_cannot_be_is_no_page(anna: UUID, month: str, name: str) -> None:
    client = Client()
    sign_in_customer(client, anna)
    assert client.get(f"/my/{name}", {"month": month}).status_code < 500


@pytest.mark.parametrize("place", PLACES)
def test_a_place_in_the_statement_that_no_page_gave_is_no_page(anna: UUID, place: str) -> None:
    client = Client()
    sign_in_customer(client, anna)
    answer = client.get("/my/statement/", {"month": "2024-05", "after": place})
    assert answer.status_code < 500


@pytest.mark.parametrize(
    ("where", "given"),
    [
        ("/desk/find", {"q": NUL}),
        ("/desk/", {"after": "0001-01-01T00:00:00+14:00_" + "0" * 32}),
        ("/desk/", {"after": "2024-01-01T00:00:00_" + "0" * 32}),
        ("/desk/", {"show": NUL}),
    ],
)
def test_the_desk_stands_odd_questions(where: str, given: dict[str, str]) -> None:
    client, _ = a_member_of_staff(Role.APPROVER)
    assert client.get(where, given).status_code < 500


@pytest.mark.parametrize(
    ("where", "given"),
    [
        ("evidence", {"kind": "document", "reference": NUL}),
        ("evidence", {"kind": "document", "reference": "x", "expires": "9999-12-31"}),
        ("block", {"clause": NUL, "reason": NUL}),
        ("block", {"clause": "bonus-club/2024-04-16/bank-rate", "reason": NUL}),
    ],
)
def test_a_customers_standing_stands_odd_words(
    anna: UUID, where: str, given: dict[str, str]
) -> None:
    client, _ = a_member_of_staff(Role.CLERK)
    answer = client.post(f"/desk/customers/{anna}/standing/{where}/", given)
    assert answer.status_code < 500


def test_a_message_to_check_stands_odd_characters() -> None:
    given = {"text": f"{NUL} code {NUL}", "sender": NUL}
    assert Client().post("/did-we-send-this", given).status_code < 500
