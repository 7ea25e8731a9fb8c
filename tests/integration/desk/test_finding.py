"""One box finds anything: names with a typing mistake, phones, ids and their beginnings."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from desk_builders import at_the_desk, staff
from loop_builders import NOW, a_customer, a_decision

from oferta.core.cases import actions as cases
from oferta.core.cases import finding
from oferta.core.parties import actions as parties
from oferta.core.parties import audit
from oferta.core.parties import finding as customers
from oferta.core.parties.audit import Filter
from oferta.core.parties.types import NewCustomer, Role

pytestmark = pytest.mark.django_db

PEOPLE = {
    "aigul": ("Айгүл Садықова", "+77015551234", "aigul@example.kz"),
    "chan": ("陳大文", "+85291234567", "chan@example.hk"),
    "ivanov": ("Иван Петрович Сидоренко", "+79035557788", "ivan@example.ru"),
    "smith": ("Alexander Smith", "+447700900123", "smith@example.uk"),
}


@pytest.fixture
def people() -> dict[str, UUID]:
    new = [
        NewCustomer(key=f"crm-{key}", name=name, contacts={"sms": phone, "email": email})
        for key, (name, phone, email) in PEOPLE.items()
    ]
    ids = parties.register_customers(new, now=NOW)
    return {key: ids[f"crm-{key}"] for key in PEOPLE}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Айгүл", "aigul"),
        ("айгул садыкова", "aigul"),  # plain letters for Kazakh ones
        ("Садықова Айгүл", "aigul"),
        ("Aigul Sadykova", "aigul"),
        ("陳大文", "chan"),
        ("陳大明", "chan"),
        ("陳大", "chan"),
        ("Сидоренка", "ivanov"),
        ("Сидоренко Иван", "ivanov"),
        ("alexnader smith", "smith"),
        ("smiht", "smith"),
        ("crm-smith", "smith"),
        ("CRM-SMITH", "smith"),
        ("+7 701 555-12-34", "aigul"),
        ("8 (701) 555 12 34", "aigul"),
        ("5551234", "aigul"),
        ("chan@example.hk", "chan"),
        ("CHAN@", "chan"),
    ],
)
def test_a_customer_is_found_first(people: dict[str, UUID], typed: str, meant: str) -> None:
    found = customers.customers(typed)
    assert found, typed
    assert found[0].id == people[meant]


@pytest.mark.parametrize("typed", ["", "a", "%", "__", "zzzzqqqq", "\0", "'; DROP TABLE", "12"])
def test_nothing_is_found_where_nothing_fits(people: dict[str, UUID], typed: str) -> None:
    assert customers.customers(typed) == []


def test_ids_are_found_whole_and_by_their_beginning_and_a_case_by_its_number() -> None:
    party = a_customer()
    decision = a_decision(party)
    case = cases.dispute(decision.id, party_id=party, words="x", now=NOW)
    actor = staff(Role.CLERK)

    def found(text: str) -> set[tuple[str, UUID]]:
        return {(one.kind, one.id) for one in finding.find(text, actor=actor)}

    for kind, id_ in (
        ("customer", party),
        ("decision", decision.id),
        ("case", case.id),
        ("transfer", decision.transfer_ids[0]),
    ):
        assert found(str(id_)) == {(kind, id_)}
        assert (kind, id_) in found(id_.hex[:14])
    for text in (str(case.number), f"#{case.number}", f"№ {case.number}"):
        assert ("case", case.id) in found(text)
    assert ("decision", decision.id) in found(decision.key)
    assert found(str(uuid4())) == set()


def test_one_certain_find_is_opened_at_once_and_the_log_names_whom_it_concerned() -> None:
    party = a_customer()
    decision = a_decision(party)
    client, actor = at_the_desk(Role.CLERK)
    answer = client.get("/desk/find", {"q": str(decision.id)})
    assert answer.headers["Location"] == f"/desk/decisions/{decision.id}/"
    line = audit.entries(Filter(what="desk.found"))[0]
    assert (line.who_id, line.parties) == (actor.id, (party,))
    assert str(decision.id) not in str(line.details), "what was typed may be personal"


def test_one_sees_in_the_box_only_what_one_may_open() -> None:
    party = a_customer()
    decision = a_decision(party)
    cashier, messenger = staff(Role.CASHIER), staff(Role.MESSENGER)
    assert finding.find(str(decision.id), actor=cashier) == []
    assert [one.id for one in finding.find(str(party), actor=cashier)] == [party]
    assert finding.find(str(party), actor=messenger) == []
    client, _ = at_the_desk(Role.MESSENGER)
    assert client.get("/desk/find?q=anna").status_code == 403


def test_a_text_with_markup_is_shown_as_text() -> None:
    client, _ = at_the_desk(Role.CLERK)
    page = client.get("/desk/find", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
