"""Settlement with funders and merchants, reconciled with the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Sum

from oferta.core.cases import queries as cases
from oferta.core.ledger import queries as ledger
from oferta.kernel.ids import uuid7
from oferta.services.club import actions, redeeming, settling
from oferta.services.club.errors import NothingToSettle, UnknownLine
from oferta.services.club.mapping import load_mapping
from oferta.services.club.models import Lot, Settlement, SettlementLine
from oferta.services.club.redeeming import Bill

NOW = datetime(2018, 3, 1, 12, tzinfo=UTC)
#: After everything: the ledger itself says when it books.
LATER = datetime(2100, 1, 1, tzinfo=UTC)
HEADER = "date,amount,original_currency,merchant,card,category\n"
#: Travelodge is a partner that gives 5%; one pound is 420 tenge.
ROWS = """2017-01-10,100.00,GBP,travelodge gb0000,*0001,Hospitality
2017-01-11,50.00,GBP,travelodge gb0000,*0001,Hospitality
2017-01-12,-50.00,GBP,travelodge gb0000,*0001,Hospitality
"""

pytestmark = pytest.mark.django_db


def feed(folder: Path, rows: str, now: datetime = NOW) -> None:
    file = folder / "payments.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    mapping = load_mapping(Path("samples/club-mapping.yaml"))
    actions.replay(actions.read_file(file), mapping, now=now)


@pytest.fixture
def partner(tmp_path: Path) -> int:
    feed(tmp_path, ROWS)
    return ledger.accounts_by_key(["club/partner/travelodge/bonus"])[
        "club/partner/travelodge/bonus"
    ].id


def test_a_settlement_is_netted_per_lot_and_reconciles_with_the_ledger(partner: int) -> None:
    made = settling.settle(partner, until=LATER, now=LATER)
    assert (made.opening, made.closing) == (0, ledger.balance(partner).balance)
    assert (made.taken, made.added) == (3150_00, 1050_00)
    first, _second = Lot.objects.filter(question="partner_bonus").order_by("id")
    assert settling.per_lot(made.id) == [(first.id, -2100_00)]
    lines = SettlementLine.objects.aggregate(all=Sum("amount"))
    assert lines["all"] == made.closing - made.opening


def test_nothing_is_settled_twice_and_the_next_settlement_goes_on(
    partner: int, tmp_path: Path
) -> None:
    first = settling.settle(partner, until=LATER, now=LATER)
    with pytest.raises(NothingToSettle):
        settling.settle(partner, until=LATER, now=LATER)
    more = "2017-02-01,20.00,GBP,travelodge gb0000,*0001,Hospitality\n"
    feed(tmp_path, ROWS + more, now=LATER)
    second = settling.settle(partner, until=LATER + timedelta(days=1), now=LATER)
    assert (second.opening, second.after_seq) == (first.closing, first.last_seq)
    assert second.closing == ledger.balance(partner).balance
    assert (second.taken, second.added) == (420_00, 0)


def test_what_is_booked_later_waits_for_the_next_settlement(partner: int) -> None:
    with pytest.raises(NothingToSettle):
        settling.settle(partner, until=NOW, now=NOW)


def test_a_merchant_is_settled_for_what_bonuses_paid_by_the_lots_that_paid(partner: int) -> None:
    bill = Bill(reference="t1", card="*0001", merchant="shop", bill=3000_00, bonuses=2500_00)
    redeeming.redeem(bill, now=NOW)
    redeeming.refund("t1", refund_reference="r1", amount=600_00, now=NOW)
    (merchant,) = ledger.accounts_by_prefix("club/merchant/")
    made = settling.settle(merchant.id, until=LATER, now=LATER)
    assert (made.added, made.taken, made.closing) == (2500_00, 500_00, 2000_00)
    per_lot = settling.per_lot(made.id)
    assert sum(amount for _, amount in per_lot) == 2000_00
    spent = {lot.id: lot.used for lot in Lot.objects.all()}
    for lot_id, amount in per_lot:
        assert lot_id is not None
        assert 0 < amount <= spent[lot_id]


def test_the_files_hold_every_line_and_the_same_sums(partner: int) -> None:
    made = settling.settle(partner, until=LATER, now=LATER)
    rows = settling.as_csv(made.id).splitlines()
    assert rows[0] == "day,code,lot,amount,transfer,decision"
    assert [row.split(",")[3] for row in rows[1:]] == ["-2100.00", "-1050.00", "1050.00"]
    root = ET.fromstring(settling.as_camt(made.id))  # noqa: S314 - our own text
    entries = root.findall(".//c:Ntry", {"c": settling.CAMT})
    signs = {"CRDT": 1, "DBIT": -1}
    amounts = [
        signs[str(one.findtext("c:CdtDbtInd", namespaces={"c": settling.CAMT}))]
        * round(100 * float(str(one.findtext("c:Amt", namespaces={"c": settling.CAMT}))))
        for one in entries
    ]
    assert sum(amounts) == made.closing - made.opening
    assert len(entries) == 3


def test_a_partner_disputes_a_line_and_a_person_looks(partner: int) -> None:
    settling.settle(partner, until=LATER, now=LATER)
    line = SettlementLine.objects.earliest("id")
    case_id = settling.dispute(line.transfer_id, words="This was no guest of ours.", now=LATER)
    found = cases.case(case_id)
    assert found.decision_id == line.decision_id
    assert [one.words for one in found.evidence] == ["This was no guest of ours."]
    with pytest.raises(UnknownLine):
        settling.dispute(uuid7(), words="?", now=LATER)


def test_what_is_settled_is_never_rewritten_and_must_reconcile(partner: int) -> None:
    made = settling.settle(partner, until=LATER, now=LATER)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        SettlementLine.objects.all().delete()
    with pytest.raises(DatabaseError, match="settlement_reconciles"), transaction.atomic():
        Settlement.objects.create(
            id=uuid7(),
            account_id=made.account_id,
            after_seq=made.last_seq,
            last_seq=made.last_seq + 1,
            until=LATER,
            settled_at=LATER,
            opening=made.closing,
            closing=made.closing + 1,
            added=0,
            taken=0,
        )
