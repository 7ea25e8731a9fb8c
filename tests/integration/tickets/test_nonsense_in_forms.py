"""Forms and addresses with what no person types: said in words or taken, never a broken page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from refund_buyers import a_buyer_of, a_clerk, before, filed

from oferta.core.parties.types import Role
from oferta.services.tickets.models import Application
from oferta.services.tickets.types import ApplicationState

pytestmark = pytest.mark.django_db
NUL = "a\0b"


@pytest.mark.parametrize(
    ("role", "path", "field"),
    [
        (Role.CASHIER, "/counter/", "code"),
        (Role.CLERK, "/desk/performances/", "q"),
        (Role.CLERK, "/desk/refunds/", "q"),
        (Role.CLERK, "/desk/refunds/register/", "order"),
        (Role.FINANCE, "/desk/tickets/settlement/a%00b/", "q"),
    ],
)
def test_a_search_with_a_nul_finds_nothing(role: Role, path: str, field: str) -> None:
    client, _ = a_clerk(role)
    assert client.get(path, {field: NUL}).status_code in (200, 404)


def test_words_with_a_nul_are_kept_without_it(at: Callable[[datetime], None]) -> None:
    at(before(20))
    buyer = a_buyer_of()
    row = filed(buyer, "other", now=before(20))
    client, _ = a_clerk()
    sent = {"answer": "refused", "words": NUL}
    assert client.post(f"/desk/refunds/{row.id}/answer", sent).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.acts.get().words) == (ApplicationState.REFUSED, "ab")


@pytest.mark.parametrize("accepted", ["9" * 20_000, "-1", "١٢٣", "1e9", NUL])
def test_a_sum_that_is_no_sum_files_nothing_above_what_the_terms_give(
    accepted: str, at: Callable[[datetime], None]
) -> None:
    at(before(20))
    buyer = a_buyer_of()
    answer = buyer.apply(buyer.quote(), accepted=accepted)
    assert answer.status_code < 500
    assert all(one.accepted <= 200_000 for one in Application.objects.all())


def test_a_form_of_a_guest_with_a_nul_is_a_form(client: Client) -> None:
    sent = {"code": NUL, "email": NUL, "phone": NUL}
    assert client.post("/tickets/find-refund/", sent).status_code == 200
