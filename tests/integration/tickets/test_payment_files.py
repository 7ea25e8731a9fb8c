"""Files for banks and partners are what the schemas of ISO 20022 say, to the letter.

The schemas are in tests/iso20022, as the Registration Authority published them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from oferta.kernel import money
from oferta.kernel.ids import uuid7
from oferta.kernel.iso20022 import NotWritable
from oferta.services.club import settling
from oferta.services.club.models import Settlement, SettlementLine
from oferta.services.tickets.errors import BadCatalogue
from oferta.services.tickets.models import Organiser, OrganiserPayment
from oferta.services.tickets.settling import asking, transfers
from oferta.services.tickets.settling.errors import NoPayer
from oferta.services.tickets.settling.transfers import Payer

SCHEMAS = Path(__file__).parents[2] / "iso20022"
NOW = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
PAYER = Payer(name="ТОО «Оферта»", account="KZ86125KZT5004100100", bank="CASPKZKA")
IN = {"p": transfers.PAIN}


@cache
def schema(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / f"{name}.xsd")


def a_payment(**changes: Any) -> OrganiserPayment:
    return OrganiserPayment(
        **{
            "id": uuid7(),
            "organiser_id": "philharmonia",
            "amount": 123_456,
            "currency": "KZT",
            "account_name": "Қазақ әуені",
            "account": "KZ86125KZT5004100100",
            "bank": "HSBKKZKX",
            "pay_by": date(2026, 12, 1),
        }
        | changes
    )


def made(*payments: OrganiserPayment, payer: Payer = PAYER) -> ET.Element:
    text = transfers.as_pain(payments, payer=payer, now=NOW)
    schema("pain.001.001.09").validate(text)
    return ET.fromstring(text)  # noqa: S314 - our own text


def texts(root: ET.Element, path: str) -> list[str | None]:
    return [one.text for one in root.findall(f".//p:{'/p:'.join(path.split('/'))}", IN)]


def test_a_payment_is_valid_and_names_who_pays_from_where() -> None:
    root = made(a_payment())
    assert texts(root, "Dbtr/Nm") == ["TOO 'Oferta'"]
    assert texts(root, "DbtrAcct/Id/IBAN") == [PAYER.account]
    assert texts(root, "DbtrAgt/FinInstnId/BICFI") == ["CASPKZKA"]
    assert texts(root, "Cdtr/Nm") == ["Kazak aueni"]
    assert texts(root, "CdtrAcct/Id/IBAN") == ["KZ86125KZT5004100100"]


def test_numbers_that_are_no_iban_and_banks_of_russia_keep_their_own_places() -> None:
    """An IBAN with wrong check digits is a number like any other."""
    number = "40702810900000000001"
    root = made(
        a_payment(account=number, bank="044525225", currency="RUB"),
        a_payment(account="KZ87125KZT5004100100", bank=""),
        payer=replace(PAYER, account=number, bank=""),
    )
    assert texts(root, "CdtrAcct/Id/Othr/Id") == [number, "KZ87125KZT5004100100"]
    assert texts(root, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId") == ["044525225"]
    assert texts(root, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"] * 2


def test_control_sums_count_payments_of_all_currencies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A currency without minor units has no decimals: 5 000 yen are not 50.00."""
    monkeypatch.setitem(money.UNITS, "JPY", 0)
    root = made(a_payment(amount=5_000, currency="JPY"), a_payment(amount=1, currency="KZT"))
    assert texts(root, "InstdAmt") == ["5000", "0.01"]
    assert texts(root, "GrpHdr/NbOfTxs") == ["2"]
    assert texts(root, "GrpHdr/CtrlSum") == ["5000.01"]
    assert texts(root, "PmtInf/CtrlSum") == ["5000", "0.01"]


@settings(max_examples=25, deadline=None)
@given(
    name=st.text("АЯЁЩщъьӘәҒқңөұүһіaZ9 -.,'«»№&ß", min_size=1, max_size=140).filter(
        lambda text: text.strip("ьЬ ") != ""
    ),
    organiser=st.text("abcя-0", min_size=1, max_size=60),
    amount=st.integers(1, 10**15),
    currency=st.sampled_from(["KZT", "RUB", "HKD"]),
)
def test_whatever_is_agreed_and_due_gives_a_valid_file(
    name: str, organiser: str, amount: int, currency: str
) -> None:
    root = made(
        a_payment(account_name=name, organiser_id=organiser, amount=amount, currency=currency)
    )
    (written,) = texts(root, "InstdAmt")
    assert Decimal(str(written)) * 100 == amount
    (end_to_end,) = texts(root, "EndToEndId")
    assert len(str(end_to_end)) <= 35


def test_no_file_is_made_of_a_name_that_would_lose_letters() -> None:
    with pytest.raises(NotWritable):
        transfers.as_pain([a_payment(account_name="香港管弦樂團")], payer=PAYER, now=NOW)


def test_no_file_is_made_before_it_is_set_who_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers._Current, "payer", Payer(name="Oferta"))
    with pytest.raises(NoPayer):
        transfers.who_pays()
    transfers.connect(PAYER)
    assert transfers.who_pays() == PAYER


@pytest.mark.django_db
def test_a_contract_takes_only_what_a_payment_can_carry() -> None:
    Organiser.objects.create(key="hk-phil", name="香港管弦樂團")
    good: dict[str, Any] = {
        "pack": "organiser-contract",
        "advance_share": 0,
        "account_name": "Hong Kong Philharmonic",
        "account": "123456789",
        "bank": "HSBCHKHH",
        "now": NOW,
    }
    for field, value in (
        ("account", "сч12"),
        ("bank", "hsbc"),
        ("account_name", " "),
        ("account_name", "x" * 141),
    ):
        with pytest.raises(BadCatalogue) as refused:
            asking.agree("hk-phil", **good | {field: value})
        assert refused.value.field == field
    with pytest.raises(NotWritable):
        asking.agree("hk-phil", **good | {"account_name": "香港管弦樂團"})
    assert asking.agree("hk-phil", **good).bank == "HSBCHKHH"


@pytest.mark.django_db
def test_a_partners_settlement_is_valid_and_its_control_sums_are_those_of_its_entries() -> None:
    from oferta.core.decisions import actions as decisions
    from oferta.core.ledger.types import NewAccount

    key = f"club/partner/{'ж' * 90}/bonus"
    account = decisions.open_accounts([NewAccount(key=key, unit="BONUS")])[key]
    row = Settlement.objects.create(
        id=uuid7(),
        account_id=account,
        after_seq=0,
        last_seq=3,
        until=NOW,
        settled_at=NOW,
        opening=0,
        closing=-205,
        added=100,
        taken=305,
    )
    for amount, code in ((-300, 102), (100, 103), (-5, 77)):
        SettlementLine.objects.create(
            settlement=row,
            transfer_id=uuid4(),
            decision_id=uuid4(),
            code=code,
            day=NOW.date(),
            amount=amount,
        )
    text = settling.as_camt(row.id)
    schema("camt.054.001.08").validate(text)
    root, named = ET.fromstring(text), {"c": settling.CAMT}  # noqa: S314 - our own text
    sums = [one.text for one in root.findall(".//c:TxsSummry/*/*", named)]
    assert sums == ["1", "1.00", "2", "3.05"]
    assert [one.text for one in root.findall(".//c:Ntry/c:Amt", named)] == ["3.00", "1.00", "0.05"]
    assert root.findtext(".//c:Acct/c:Id/c:Othr/c:Id", namespaces=named) == str(account)
