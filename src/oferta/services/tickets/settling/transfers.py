"""Paying organisers: what is due goes into a payment file, as ISO 20022 pain.001 or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from django.db import transaction

from oferta.core.ledger import queries as ledger
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.kernel.money import UNITS, Money, decimal_text
from oferta.services.tickets import accounts
from oferta.services.tickets.models import OrganiserPayment
from oferta.services.tickets.settling import asking, plans
from oferta.services.tickets.settling.errors import NothingToSettleYet, UnknownOrganiserPayment
from oferta.services.tickets.types import TransferState

PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
COLUMNS = ("payment", "organiser", "account_name", "account", "bank", "amount", "currency", "by")
#: From which means' account organisers are paid.
BANK = "transfer"
_ZONE = ZoneInfo("Europe/Moscow")


@transaction.atomic
def order(organiser: str, unit: str, *, now: datetime) -> OrganiserPayment:
    """Put what is due to an organiser into a payment; the money leaves what is due at once.

    Raises:
        NoContract: it is not agreed where to pay.
        NothingToSettleYet: nothing is due.
        SettlementRefused: the ledger refused.
    """
    contract = asking.contract_of(organiser)
    due_account = accounts.due_to_organiser(organiser, unit)
    due = ledger.account(due_account).balance
    if due <= 0:
        raise NothingToSettleYet(subject=organiser)
    id_ = uuid7()
    asked = asking.occurrence(
        f"tickets/organiser-payment/{id_}",
        organiser,
        plans.PAYMENT,
        {"settled_on": now.astimezone(_ZONE).date(), "due": str(Money(due, unit))},
        plan=plans.PAYMENT_PLAN,
        context={"due": due_account, "bank": accounts.of_means([BANK], unit)[BANK]},
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


def as_pain(payments: Sequence[OrganiserPayment], *, payer: str, now: datetime) -> str:
    """Return payments as ISO 20022 pain.001 (CustomerCreditTransferInitiation).

    Args:
        payments: one or more.
        payer: name of who pays.
        now: when the file is made.
    """
    document = ET.Element("Document", xmlns=PAIN)
    root = ET.SubElement(document, "CstmrCdtTrfInitn")
    header = ET.SubElement(root, "GrpHdr")
    _text(header, "MsgId", payments[0].id.hex)
    _text(header, "CreDtTm", zoned(now).isoformat(timespec="seconds"))
    _text(header, "NbOfTxs", str(len(payments)))
    _text(header, "InitgPty/Nm", payer)
    for one in payments:
        body = ET.SubElement(root, "PmtInf")
        _text(body, "PmtInfId", one.id.hex)
        _text(body, "PmtMtd", "TRF")
        _text(body, "ReqdExctnDt/Dt", one.pay_by.isoformat())
        _text(body, "Dbtr/Nm", payer)
        transfer = ET.SubElement(body, "CdtTrfTxInf")
        _text(transfer, "PmtId/EndToEndId", one.id.hex)
        amount = ET.SubElement(ET.SubElement(transfer, "Amt"), "InstdAmt", Ccy=one.currency)
        amount.text = _amount(one)
        if one.bank:
            _text(transfer, "CdtrAgt/FinInstnId/BICFI", one.bank)
        _text(transfer, "Cdtr/Nm", one.account_name)
        _text(transfer, "CdtrAcct/Id/Othr/Id", one.account)
        _text(transfer, "RmtInf/Ustrd", f"Settlement {one.organiser_id} {one.id.hex[-12:]}")
    ET.indent(document)
    return ET.tostring(document, encoding="unicode", xml_declaration=True)


def _amount(one: OrganiserPayment) -> str:
    return decimal_text(one.amount, UNITS[one.currency])


def _text(parent: ET.Element, path: str, text: str) -> None:
    """Add an element by its path, parents that are missing included."""
    for tag in path.split("/"):
        found = parent.find(tag)
        parent = ET.SubElement(parent, tag) if found is None else found
    parent.text = text
