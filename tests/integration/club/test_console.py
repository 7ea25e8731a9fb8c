"""The partner's console: own partner only, no member named, sums that agree with the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from oferta.core.cases import queries as cases
from oferta.core.ledger import queries as ledger
from oferta.core.parties import actions as parties
from oferta.core.parties import identity
from oferta.core.parties.identity_types import MemberRole, PartyKind
from oferta.core.parties.types import NewCustomer
from oferta.services.club import actions, partners, settling
from oferta.services.club.errors import BadPartner, UnknownPartner
from oferta.services.club.mapping import load_mapping
from oferta.services.club.models import LineDispute, Member, Partner, Settlement, SettlementLine
from signing_in import sign_in_customer

NOW = datetime(2018, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
HEADER = "date,amount,original_currency,merchant,card,category\n"
#: Travelodge gives 5%, Screwfix 7%; one pound is 420 tenge.
ROWS = """2017-01-10,100.00,GBP,travelodge gb0000,*0001,Hospitality
2017-02-11,50.00,GBP,travelodge gb0000,*0001,Hospitality
2017-02-12,-50.00,GBP,travelodge gb0000,*0001,Hospitality
2017-02-13,40.00,GBP,screwfix direct,*0002,Home
"""
ORGANISATION = NewCustomer(key="lodge-llp", kind=PartyKind.ORGANISATION)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(tmp_path: Path, client: Client) -> str:
    """A person of Travelodge's organisation, signed in; what the partner gave is settled."""
    file = tmp_path / "payments.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    mapping = load_mapping(Path("samples/club-mapping.yaml"))
    actions.replay(actions.read_file(file), mapping, now=NOW)
    for key in ("travelodge", "screwfix"):
        partners.put_partner(key, name=key.title())
    ids = parties.register_customers([ORGANISATION, NewCustomer(key="p", language="en")], now=NOW)
    partners.give_to("travelodge", "lodge-llp")
    identity.set_member(ids["lodge-llp"], ids["p"], MemberRole.AGENT, now=NOW)
    account = ledger.account("club/partner/travelodge/bonus")
    settling.settle(account.id, until=LATER, now=LATER)
    sign_in_customer(client, ids["p"])
    client.cookies["oferta_language"] = "en"
    return "p"


def page(client: Client, name: str, *args: object, query: str = "") -> str:
    answer = client.get(reverse(name, args=["my", *args]) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().replace("\u00a0", " ")


def test_the_partners_sums_are_the_ledgers(person: str, client: Client) -> None:
    shown = page(client, "club:partner", "travelodge")
    account = ledger.account("club/partner/travelodge/bonus")
    assert account.balance == -2100_00
    assert "2,100 bonuses" in shown, "given, less what came back"
    assert "3,150 bonuses" in shown, "given"
    february = page(client, "club:partner", "travelodge", query="?from=2017-02-01")
    assert "1,050 bonuses" in february

    assert (
        client.get(reverse("club:partner", args=["my", "travelodge"]) + "?from=x").status_code
        == 422
    )


def test_one_partner_is_shown_at_once_and_no_member_is_named(person: str, client: Client) -> None:
    home = client.get(reverse("club:console", args=["my"]))
    assert home.headers["Location"] == reverse("club:partner", args=["my", "travelodge"])
    made = Settlement.objects.get(account_id=ledger.account("club/partner/travelodge/bonus").id)
    shown = page(client, "club:partner", "travelodge")
    shown += page(client, "club:settlement", "travelodge", made.id)
    for one in Member.objects.all():
        assert str(one.party_id) not in shown
    assert "*0001" not in shown
    assert reverse("club:console", args=["my"]) in page(client, "club:home")


def test_settled_lines_are_filtered_and_downloaded(person: str, client: Client) -> None:
    made = Settlement.objects.get(account_id=ledger.account("club/partner/travelodge/bonus").id)
    whole = page(client, "club:settlement", "travelodge", made.id)
    assert "3 lines · -2,100 bonuses" in whole.replace("\u2212", "-")
    back = page(client, "club:settlement", "travelodge", made.id, query="?kind=112")
    assert "1 line · +1,050 bonuses" in back
    none = page(client, "club:settlement", "travelodge", made.id, query="?disputed=1")
    assert "0 lines" in none
    for kind, start in (("csv", b"day,code,lot"), ("xml", b"<?xml")):
        file = client.get(reverse("club:settlement_file", args=["my", "travelodge", made.id, kind]))
        assert file.content.startswith(start)
        assert file.headers["Content-Disposition"].endswith(f'.{kind}"')
    answer = client.get(reverse("club:settlement_file", args=["my", "travelodge", made.id, "pdf"]))
    assert answer.status_code == 404


def test_a_line_is_disputed_once_and_a_person_looks(person: str, client: Client) -> None:
    account = ledger.account("club/partner/travelodge/bonus")
    line = SettlementLine.objects.filter(settlement__account_id=account.id).earliest("id")
    address = reverse("club:dispute_line", args=["my", "travelodge", line.id])
    assert client.post(address, {"words": " "}).status_code == 422
    for words in ("No guest of ours", "And no invoice"):
        assert client.post(address, {"words": words}).status_code == 302
    dispute = LineDispute.objects.get()
    case = cases.case(dispute.case_id)
    assert [one.words for one in case.evidence] == ["No guest of ours", "And no invoice"]
    assert f">{case.number}<" in page(client, "club:partner", "travelodge")


def test_nobody_sees_anothers_partner_and_a_reader_disputes_nothing(
    person: str, client: Client
) -> None:
    own = Settlement.objects.get(account_id=ledger.account("club/partner/travelodge/bonus").id)
    line = own.lines.earliest("id")
    addresses = [
        reverse("club:partner", args=["my", "travelodge"]),
        reverse("club:settlement", args=["my", "travelodge", own.id]),
        reverse("club:settlement_file", args=["my", "travelodge", own.id, "csv"]),
        reverse("club:dispute_line", args=["my", "travelodge", line.id]),
    ]
    stranger = Client()
    id_ = parties.register_customers([NewCustomer(key="s")], now=NOW)["s"]
    sign_in_customer(stranger, id_)
    assert [stranger.get(one).status_code for one in addresses] == [404] * 4
    assert client.get(reverse("club:partner", args=["my", "screwfix"])).status_code == 404
    swapped = [one.replace("/travelodge/", "/screwfix/") for one in addresses]
    assert [client.get(one).status_code for one in swapped] == [404] * 4
    organisation = Partner.objects.get(key="travelodge").organisation_id
    assert organisation is not None
    identity.set_member(organisation, id_, MemberRole.READER, now=NOW)
    assert [stranger.get(one).status_code for one in addresses] == [200, 200, 200, 403]
    identity.set_member(organisation, id_, None, now=NOW)
    assert stranger.get(addresses[0]).status_code == 404


def test_a_partner_is_an_organisation_and_no_person() -> None:
    parties.register_customers([NewCustomer(key="x")], now=NOW)
    partners.put_partner("costa", name="Costa")
    for key in ("x", "nobody"):
        with pytest.raises(BadPartner, match="organisation"):
            partners.give_to("costa", key)
    parties.register_customers([ORGANISATION], now=NOW)
    with pytest.raises(UnknownPartner):
        partners.give_to("none", "lodge-llp")


def test_the_file_of_partners_says_whose_each_is(tmp_path: Path) -> None:
    parties.register_customers([ORGANISATION], now=NOW)
    file = tmp_path / "partners.yaml"
    file.write_text("partners: {costa: {name: Costa, organisation: lodge-llp}}", encoding="utf-8")
    partners.load(file, today=date(2024, 1, 1))
    assert Partner.objects.get(key="costa").organisation_id is not None
