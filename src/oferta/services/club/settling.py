"""What funders owe for bonuses and what merchants are owed, to the unit of the ledger."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree as ET

from django.db import transaction
from django.db.models import Count, Q, Sum

from oferta.core.cases import actions as cases
from oferta.core.cases import queries as read_cases
from oferta.core.cases.types import NewEvidence
from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.core.ledger.types import StatementLine
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.kernel.iso20022 import put
from oferta.kernel.money import decimal_text
from oferta.services.club import rules
from oferta.services.club.errors import NothingToSettle, UnknownLine
from oferta.services.club.facts import CURRENCY_PLACES, day_of
from oferta.services.club.models import LineDispute, Lot, LotMove, Settlement, SettlementLine

PAGE = 1000
#: One bonus is one tenge (BC-02), so a settlement is in tenge.
CURRENCY = "KZT"
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
#: Characters of an account's name in the file.
KEY_MAX = 70
COLUMNS = ("day", "code", "lot", "amount", "transfer", "decision")
WORDS = {
    rules.BANK_BONUS: "BANK-BONUS",
    rules.PARTNER_BONUS: "PARTNER-BONUS",
    rules.BANK_CLAWBACK: "BANK-CLAWBACK",
    rules.PARTNER_CLAWBACK: "PARTNER-CLAWBACK",
    rules.REDEEMED: "REDEEMED",
    rules.RESTORED: "RESTORED",
    rules.EXPIRED: "EXPIRED",
}


@transaction.atomic
def settle(account_id: int, *, until: datetime, now: datetime) -> Settlement:
    """Settle what an account saw since its last settlement, before a moment.

    Every transfer is settled once, split by the lots that it moved; the sums explain the difference
    of the ledger's balances, which a constraint of the table holds.

    Args:
        account_id: a funder's (what it gave) or a merchant's (what bonuses paid there).
        until: booked before this moment.
        now: when it is settled.

    Raises:
        NothingToSettle: nothing was booked in the period.
        UnknownAccount: there is no such account.
    """
    ledger.account(account_id)
    last = (
        Settlement.objects.select_for_update()
        .filter(account_id=account_id)
        .order_by("last_seq")
        .last()
    )
    after, opening = (last.last_seq, last.closing) if last else (0, 0)
    lines = list(_booked(account_id, after, zoned(until)))
    if not lines:
        raise NothingToSettle(account_id=account_id, until=until.isoformat())
    made = Settlement.objects.create(
        id=uuid7(),
        account_id=account_id,
        after_seq=after,
        last_seq=lines[-1].seq,
        until=until,
        settled_at=zoned(now),
        opening=opening,
        closing=lines[-1].balance,
        added=sum(one.change for one in lines if one.change > 0),
        taken=-sum(one.change for one in lines if one.change < 0),
    )
    SettlementLine.objects.bulk_create(_split(made, lines), batch_size=PAGE)
    return made


def per_lot(settlement_id: UUID) -> list[tuple[int | None, int]]:
    """Return what each lot adds to a settlement, netted; lots that come to nothing are left out."""
    sums: dict[int | None, int] = {}
    rows = SettlementLine.objects.filter(settlement_id=settlement_id).order_by("lot_id")
    for lot_id, amount in rows.values_list("lot_id", "amount"):
        sums[lot_id] = sums.get(lot_id, 0) + amount
    return [(lot_id, amount) for lot_id, amount in sums.items() if amount]


def as_csv(settlement_id: UUID) -> str:
    """Return a settlement's lines as CSV; amounts in tenge with two decimals."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in _lines(settlement_id):
        amount = decimal_text(one.amount, CURRENCY_PLACES)
        told = (one.day, WORDS.get(one.code, str(one.code)), one.lot_id or "", amount)
        writer.writerow((*told, one.transfer_id, one.decision_id))
    return text.getvalue()


def as_camt(settlement_id: UUID) -> str:
    """Return a settlement as ISO 20022 camt.054 (BankToCustomerDebitCreditNotification)."""
    made = Settlement.objects.get(id=settlement_id)
    account = ledger.account(made.account_id)
    document = ET.Element("Document", xmlns=CAMT)
    notification = ET.SubElement(document, "BkToCstmrDbtCdtNtfctn")
    header = ET.SubElement(notification, "GrpHdr")
    put(header, "MsgId", made.id.hex)
    put(header, "CreDtTm", made.settled_at.isoformat())
    body = ET.SubElement(notification, "Ntfctn")
    put(body, "Id", made.id.hex)
    put(body, "CreDtTm", made.settled_at.isoformat())
    # An account's key is longer than the 34 characters of a number: the number is the ledger's own.
    put(body, "Acct/Id/Othr/Id", str(account.id))
    put(body, "Acct/Ccy", CURRENCY)
    put(body, "Acct/Nm", account.key if len(account.key) <= KEY_MAX else account.key[-KEY_MAX:])
    _sums(ET.SubElement(body, "TxsSummry"), made)
    for one in _lines(settlement_id):
        body.append(_entry(one))
    ET.indent(document)
    return ET.tostring(document, encoding="unicode", xml_declaration=True)


def dispute(transfer_id: UUID, *, words: str, person_id: UUID | None = None, now: datetime) -> UUID:
    """Have a person look at the Decision behind a settled line, with what the partner says.

    A Decision with an open case gets no second one: the words are added to it.

    Args:
        transfer_id: of the line.
        words: the partner's.
        person_id: the customer who acts for the partner; None: staff wrote it down.
        now: zone-aware.

    Returns:
        The case.

    Raises:
        UnknownLine: the transfer stands in no settlement.
        BadWords: nothing is said.
    """
    lines = SettlementLine.objects.filter(transfer_id=transfer_id).order_by("id")
    line = lines.first()
    if line is None:
        raise UnknownLine(transfer_id=str(transfer_id))
    with transaction.atomic():
        decision = decided.current(line.decision_id)
        opened = cases.open_reviews([decision], asking="settlement", now=now)
        case_id = opened.get(decision.id) or _open_case(decision.id)
        cases.add_evidence(case_id, NewEvidence(words=words), now=now)
        LineDispute.objects.bulk_create(
            (
                LineDispute(line=one, case_id=case_id, person_id=person_id, disputed_at=zoned(now))
                for one in lines
            ),
            ignore_conflicts=True,
        )
    return case_id


def _open_case(decision_id: UUID) -> UUID:
    found = read_cases.open_case_of(decision_id)
    if found is None:
        raise AssertionError("a decision without a new case has an open one")
    return found.id


def _booked(account_id: int, after: int, until: datetime) -> Iterator[StatementLine]:
    while page := ledger.statement(account_id, after=after, limit=PAGE):
        for line in page:
            if line.booked_at >= until:
                return
            yield line
        after = page[-1].seq


def _split(made: Settlement, lines: Sequence[StatementLine]) -> Iterator[SettlementLine]:
    """Yield what each line moved of each lot; what no lot explains stands without one."""
    decisions = [one.decision_id for one in lines]
    opened = dict(Lot.objects.filter(decision_id__in=decisions).values_list("decision_id", "id"))
    moved: dict[UUID, dict[int, int]] = {}
    moves = LotMove.objects.filter(decision_id__in=decisions, lot__isnull=False)
    for move in moves:
        if move.lot_id is not None:
            lots = moved.setdefault(move.decision_id, {})
            lots[move.lot_id] = lots.get(move.lot_id, 0) + move.amount
    for line in lines:
        if not line.change:
            continue  # a hold that moved nothing yet
        parts = _parts(line, opened, moved)
        for lot_id, amount in parts.items():
            yield SettlementLine(
                settlement=made,
                transfer_id=line.transfer_id,
                decision_id=line.decision_id,
                lot_id=lot_id,
                code=line.code,
                day=day_of(line.event_at),
                amount=amount,
            )


def _parts(
    line: StatementLine, opened: dict[UUID, int], moved: dict[UUID, dict[int, int]]
) -> dict[int | None, int]:
    if line.code in (rules.BANK_BONUS, rules.PARTNER_BONUS) and line.reverses is None:
        return {opened.get(line.decision_id): line.change}
    # What a lot gave, an account got, and the other way round.
    lots = moved.get(line.decision_id, {})
    parts: dict[int | None, int] = {
        lot: -amount for lot, amount in lots.items() if amount and (amount < 0) == (line.change > 0)
    }
    rest = line.change - sum(parts.values())
    if abs(sum(parts.values())) > abs(line.change):
        return {None: line.change}
    return {**parts, None: rest} if rest else parts


def _lines(settlement_id: UUID) -> Iterator[SettlementLine]:
    rows = SettlementLine.objects.filter(settlement_id=settlement_id).order_by("id")
    return rows.iterator(chunk_size=PAGE)


def _sums(summary: ET.Element, made: Settlement) -> None:
    """Say how many entries there are each way and what they come to: control sums of the file."""
    gained, lost = Q(amount__gte=0), Q(amount__lt=0)
    told = SettlementLine.objects.filter(settlement=made).aggregate(
        gains=Count("id", filter=gained),
        losses=Count("id", filter=lost),
        gained=Sum("amount", filter=gained, default=0),
        lost=Sum("amount", filter=lost, default=0),
    )
    for tag, number, sum_ in (
        ("TtlCdtNtries", told["gains"], told["gained"]),
        ("TtlDbtNtries", told["losses"], -told["lost"]),
    ):
        put(summary, f"{tag}/NbOfNtries", str(number))
        put(summary, f"{tag}/Sum", decimal_text(int(sum_), CURRENCY_PLACES))


def _entry(line: SettlementLine) -> ET.Element:
    entry = ET.Element("Ntry")
    amount = ET.SubElement(entry, "Amt", Ccy=CURRENCY)
    amount.text = decimal_text(abs(line.amount), CURRENCY_PLACES)
    put(entry, "CdtDbtInd", "CRDT" if line.amount >= 0 else "DBIT")
    put(entry, "Sts/Cd", "BOOK")
    put(entry, "BookgDt/Dt", line.day.isoformat())
    put(entry, "BkTxCd/Prtry/Cd", WORDS.get(line.code, str(line.code)))
    references = "NtryDtls/TxDtls/Refs"
    put(entry, f"{references}/TxId", line.transfer_id.hex)
    if line.lot_id is not None:
        put(entry, f"{references}/Prtry/Tp", "LOT")
        put(entry, f"{references}/Prtry/Ref", str(line.lot_id))
    return entry
