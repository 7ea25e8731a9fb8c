"""Customers and staff: who is known, how they are reached, who may sign in and see."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from oferta.core.parties import actions, models, queries
from oferta.core.parties.errors import BadCustomer, BadLink, NotStaff, UnknownCustomer
from oferta.core.parties.types import Channel, NewCustomer, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 16, 9, 0, tzinfo=UTC)
NOBODY = UUID(int=1)


def a_customer(**fields: object) -> UUID:
    new = NewCustomer(**({"key": "anna", "language": "kk"} | fields))  # type: ignore[arg-type]
    return actions.register_customers([new], now=NOW)[new.key]


def test_a_known_key_stays_as_it_is() -> None:
    first = a_customer(contacts={"email": "anna@example.test"})
    assert a_customer(name="Another", language="ru", contacts={"sms": "+77010000000"}) == first
    kept = queries.customer(first)
    assert (kept.name, kept.language) == ("", "kk")
    assert kept.contacts == {"email": "anna@example.test"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"key": " "}, "key"),
        ({"language": "de"}, "language"),
        ({"contacts": {"telex": "1"}}, "contacts"),
    ],
)
def test_a_customer_whom_we_cannot_keep_is_refused_and_nobody_is_registered(
    wrong: dict[str, object], field: str
) -> None:
    good = NewCustomer(key="boris")
    bad = NewCustomer(**({"key": "anna"} | wrong))  # type: ignore[arg-type]
    with pytest.raises(BadCustomer) as refused:
        actions.register_customers([good, bad], now=NOW)
    assert refused.value.field == field
    assert not models.Customer.objects.exists()


def test_a_customer_is_told_everything_in_the_language_they_chose_last() -> None:
    party = a_customer()
    actions.set_language(party, "zh-Hant")
    assert queries.languages([party, NOBODY]) == {party: "zh-Hant"}
    with pytest.raises(BadCustomer):
        actions.set_language(party, "de")  # type: ignore[arg-type]
    with pytest.raises(UnknownCustomer):
        actions.set_language(NOBODY, "ru")


def test_a_channel_has_one_address_and_an_empty_one_ends_it() -> None:
    party = a_customer()
    actions.set_contact(party, Channel.SMS, "+77010000001")
    actions.set_contact(party, Channel.SMS, " +77010000002 ")
    assert queries.addresses([party]) == {party: {"sms": "+77010000002"}}
    actions.set_contact(party, Channel.SMS, " ")
    assert queries.addresses([party]) == {}
    with pytest.raises(UnknownCustomer):
        actions.set_contact(NOBODY, Channel.SMS, "+77010000003")


def test_a_personal_link_opens_its_owners_pages_alone() -> None:
    party = a_customer()
    token = queries.link_token(party)
    assert queries.customer_of_link(token).id == party
    with pytest.raises(BadLink) as refused:
        queries.customer_of_link(token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert refused.value.reason == "damaged"


def test_a_personal_link_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    token = queries.link_token(a_customer())
    monkeypatch.setattr(queries, "LINK_SECONDS_MAX", -1)
    with pytest.raises(BadLink) as refused:
        queries.customer_of_link(token)
    assert refused.value.reason == "expired"


def test_appointing_again_changes_name_and_role_and_keeps_the_password() -> None:
    first = actions.appoint_staff("ada", password="a long word", name="Ada", role=Role.CLERK)  # noqa: S106 - a sample
    again = actions.appoint_staff("ada", password=None, name="Ada L.", role=Role.APPROVER)
    assert again.id == first.id
    assert queries.actor_of_login("ada") == queries.actor(first.id) == again
    assert models.Staff.objects.get().login.check_password("a long word")
    for ask in (lambda: queries.actor_of_login("nobody"), lambda: queries.actor(NOBODY)):
        with pytest.raises(NotStaff):
            ask()
