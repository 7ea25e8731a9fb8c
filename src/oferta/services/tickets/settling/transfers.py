"""Paying organisers: what is due goes into a payment file, as ISO 20022 pain.001 or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from django.db import transaction

from oferta.core.ledger import queries as ledger
from oferta.kernel import iso20022
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.kernel.iso20022 import latin, put
from oferta.kernel.money import UNITS, Money, decimal_text
from oferta.services.tickets import accounts
from oferta.services.tickets.models import OrganiserPayment
from oferta.services.tickets.settling import asking, plans
from oferta.services.tickets.settling.errors import (
    NoPayer,
    NothingToSettleYet,
    UnknownOrganiserPayment,
)
from oferta.services.tickets.types import TransferState

PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
COLUMNS = ("payment", "organiser", "account_name", "account", "bank", "amount", "currency", "by")
#: From which means' account organisers are paid.
BANK = "transfer"
_ZONE = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who pays organisers, as their bank knows them."""

    name: str
    #: "": not set, and no file for the bank can be made.
    account: str = ""
    #: A BIC or a number at the Bank of Russia; "": the account says it.
    bank: str = ""


class _Current:
    payer = Payer(name="Oferta")


def connect(payer: Payer) -> None:
    """Make `payer` the one that pays."""
    _Current.payer = payer


def who_pays() -> Payer:
    """Return who pays, once it is set from which account.

    Raises:
        NoPayer: it is not.
    """
    if not iso20022.is_number(_Current.payer.account):
        raise NoPayer(account=_Current.payer.account)
    return _Current.payer


@transaction.atomic
def order(organiser: str, unit: str, *, now: datetime) -> OrganiserPayment:
    """Put what is due to an organiser into a payment; the money leaves what is due at once.

    What the organiser owes for late refunds is set off first: nobody is paid who owes as much.

    Raises:
        NoContract: it is not agreed where to pay.
        NothingToSettleYet: nothing is due above what it owes.
        SettlementRefused: the ledger refused.
    """
    contract = asking.contract_of(organiser)
    due_account = accounts.due_to_organiser(organiser, unit)
    claims = accounts.owed_by_organiser(organiser, unit)
    owes = max(-ledger.account(claims).balance, 0)
    due = ledger.account(due_account).balance - owes
    if due <= 0:
        raise NothingToSettleYet(subject=organiser)
    id_ = uuid7()
    asked = asking.occurrence(
        f"tickets/organiser-payment/{id_}",
        organiser,
        plans.PAYMENT,
        {"settled_on": now.astimezone(_ZONE).date(), "due": str(Money(due, unit))},
        plan=plans.PAYMENT_PLAN,
        context={
            "due": due_account,
            "bank": accounts.of_means([BANK], unit)[BANK],
            "claims": claims,
            "owes": owes,
        },
        now=now,
    )
    decision = asking.decided(asked, now=now)
    said = decision.outcome or {}
    return OrganiserPayment.objects.create(
        id=id_,
        organiser_id=organiser,
        amount=int(said["amount"] or 0),
        currency=unit,
        decision_id=decision.id,
        account_name=contract.account_name,
        account=contract.account,
        bank=contract.bank,
        ordered_at=zoned(now),
        pay_by=asking.day(said["by"]),
    )


@transaction.atomic
def ended(payment_id: UUID, *, came_back: bool, now: datetime) -> OrganiserPayment:
    """Note what the bank says of a payment; one that came back is due again.

    Raises:
        UnknownOrganiserPayment: there is none, or it has ended.
        SettlementRefused: the ledger refused.
    """
    rows = OrganiserPayment.objects.select_for_update()
    row = rows.filter(id=payment_id, state=TransferState.ORDERED).first()
    if row is None:
        raise UnknownOrganiserPayment(payment=str(payment_id))
    if came_back:
        unit = row.currency
        asked = asking.occurrence(
            f"tickets/organiser-payment-back/{row.id}",
            row.organiser_id,
            plans.PAYMENT,
            {
                "settled_on": now.astimezone(_ZONE).date(),
                "due": str(Money(row.amount, unit)),
            },
            plan=plans.PAYMENT_PLAN,
            context={
                "due": accounts.due_to_organiser(row.organiser_id, unit),
                "bank": accounts.of_means([BANK], unit)[BANK],
                "came_back": True,
            },
            now=now,
        )
        asking.decided(asked, now=now)
    row.state = TransferState.CAME_BACK if came_back else TransferState.PAID
    row.ended_at = zoned(now)
    row.save(update_fields=["state", "ended_at"])
    return row


def as_csv(payments: Sequence[OrganiserPayment]) -> str:
    """Return payments as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in payments:
        whom = (one.id, one.organiser_id, one.account_name, one.account, one.bank)
        writer.writerow((*whom, _amount(one), one.currency, one.pay_by.isoformat()))
    return text.getvalue()


def as_pain(payments: Sequence[OrganiserPayment], *, payer: Payer, now: datetime) -> str:
    """Return payments as ISO 20022 pain.001 (CustomerCreditTransferInitiation).

    Names are written in the letters that every bank takes, by the rule of `iso20022.latin`.

    Args:
        payments: one or more.
        payer: as of `who_pays`.
        now: when the file is made.

    Raises:
        NotWritable: a name has letters that the rule cannot write.
    """
    document = ET.Element("Document", xmlns=PAIN)
    root = ET.SubElement(document, "CstmrCdtTrfInitn")
    header = ET.SubElement(root, "GrpHdr")
    put(header, "MsgId", payments[0].id.hex)
    put(header, "CreDtTm", zoned(now).isoformat(timespec="seconds"))
    put(header, "NbOfTxs", str(len(payments)))
    # The standard wants the sum of all figures here, whatever their currencies.
    put(header, "CtrlSum", format(sum(Decimal(_amount(one)) for one in payments), "f"))
    put(header, "InitgPty/Nm", latin(payer.name))
    for one in payments:
        _payment(ET.SubElement(root, "PmtInf"), one, payer)
    ET.indent(document)
    return ET.tostring(document, encoding="unicode", xml_declaration=True)


def _payment(body: ET.Element, one: OrganiserPayment, payer: Payer) -> None:
    put(body, "PmtInfId", one.id.hex)
    put(body, "PmtMtd", "TRF")
    put(body, "NbOfTxs", "1")
    put(body, "CtrlSum", _amount(one))
    put(body, "ReqdExctnDt/Dt", one.pay_by.isoformat())
    put(body, "Dbtr/Nm", latin(payer.name))
    iso20022.put_number(body, "DbtrAcct", payer.account)
    iso20022.put_bank(body, "DbtrAgt", payer.bank)
    transfer = ET.SubElement(body, "CdtTrfTxInf")
    put(transfer, "PmtId/EndToEndId", one.id.hex)
    amount = ET.SubElement(ET.SubElement(transfer, "Amt"), "InstdAmt", Ccy=one.currency)
    amount.text = _amount(one)
    if one.bank:
        iso20022.put_bank(transfer, "CdtrAgt", one.bank)
    put(transfer, "Cdtr/Nm", latin(one.account_name))
    iso20022.put_number(transfer, "CdtrAcct", one.account)
    line = f"Settlement {one.id.hex[-12:]} {one.organiser_id}"
    put(transfer, "RmtInf/Ustrd", latin(line, iso20022.LINE_MAX))


def _amount(one: OrganiserPayment) -> str:
    return decimal_text(one.amount, UNITS[one.currency])
