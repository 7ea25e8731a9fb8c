"""Asking an organiser's contract: each answer is a Decision that moves what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision, Event, Status
from oferta.kernel import iso20022
from oferta.services.tickets.errors import BadCatalogue
from oferta.services.tickets.models import Organiser, OrganiserContract
from oferta.services.tickets.settling.errors import NoContract, SettlementRefused

#: The contract of an organiser with whom nothing else is agreed.
PACK = "organiser-contract"
_EPOCH = date(1970, 1, 1)


def contract_of(organiser: str) -> OrganiserContract:
    """Return what is agreed with an organiser.

    Raises:
        NoContract: nothing is.
    """
    found = OrganiserContract.objects.filter(organiser_id=organiser).first()
    if found is None:
        raise NoContract(organiser=organiser)
    return found


def agree(  # noqa: PLR0913 - what is agreed
    organiser: str,
    *,
    pack: str,
    advance_share: int,
    account_name: str,
    account: str,
    bank: str,
    now: datetime,
) -> OrganiserContract:
    """Keep what is agreed with an organiser in the place of what was agreed before.

    Args:
        organiser: its key.
        pack: of the terms that decide.
        advance_share: ten-thousandths of a percent, up to 100%.
        account_name: whose the bank account is.
        account: its number, up to 34 letters and figures.
        bank: its BIC, its number at the Bank of Russia, or "".
        now: zoned.

    Raises:
        BadCatalogue: no such organiser, or a value that cannot be.
        NotWritable: the name has letters that no payment can carry; give its Latin form.
    """
    if not Organiser.objects.filter(key=organiser).exists():
        raise BadCatalogue(field="organiser", given=organiser, expected="an organiser on file")
    _check_bank(account_name, account, bank)
    made, _ = OrganiserContract.objects.update_or_create(
        organiser_id=organiser,
        defaults={
            "pack": pack,
            "advance_share": advance_share,
            "account_name": account_name,
            "account": account,
            "bank": bank,
            "agreed_on": now.date(),
        },
    )
    return made


def _check_bank(name: str, account: str, bank: str) -> None:
    if not iso20022.is_number(account):
        expected = "up to 34 Latin letters and figures"
        raise BadCatalogue(field="account", given=account, expected=expected)
    if bank and not iso20022.is_bank(bank):
        expected = "a BIC, or the nine figures of a bank in Russia"
        raise BadCatalogue(field="bank", given=bank, expected=expected)
    if not name.strip() or len(name) > iso20022.NAME_MAX:
        expected = f"1 to {iso20022.NAME_MAX} characters"
        raise BadCatalogue(field="account_name", given=name[:50], expected=expected)
    iso20022.latin(name)


def pack_of(organiser: str) -> str:
    """Return the pack of terms that holds for an organiser, agreed or not."""
    found = OrganiserContract.objects.filter(organiser_id=organiser).first()
    return found.pack if found else PACK


def occurrence(  # noqa: PLR0913 - an event's own fields
    key: str,
    organiser: str,
    question: str,
    given: Mapping[str, Any],
    *,
    plan: str,
    context: Mapping[str, Any],
    now: datetime,
    party_id: UUID | None = None,
) -> Event:
    """Return a question to an organiser's contract."""
    return Event(
        key=key,
        pack=pack_of(organiser),
        questions=(question,),
        facts=given,
        event_at=now,
        plan=plan,
        context={"organiser": organiser, **context},
        party_id=party_id,
    )


def decided(asked: Event, *, now: datetime) -> Decision:
    """Have one question decided.

    Raises:
        SettlementRefused: the ledger refused, or a person must look at it.
    """
    answer = decisions.decide(asked, now=now)
    (decision,) = answer.decisions
    if answer.status is not Status.DECIDED:
        raise SettlementRefused(subject=asked.key, reason=decision.error)
    return decision


def day(coded: object) -> date:
    """Return a date of the terms."""
    assert isinstance(coded, int)  # noqa: S101 - a date's code
    return date.fromordinal(_EPOCH.toordinal() + coded)
