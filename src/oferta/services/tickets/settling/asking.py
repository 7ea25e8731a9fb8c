"""Asking an organiser's contract: each answer is a Decision that moves what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision, Event, Status
from oferta.services.tickets.errors import BadCatalogue
from oferta.services.tickets.models import Organiser, OrganiserContract
from oferta.services.tickets.settling.errors import NoContract, SettlementRefused

#: The contract of an organiser with whom nothing else is agreed.
PACK = "organiser-contract"
#: As ISO 20022 bounds them.
_ACCOUNT_MAX, _BANK_MAX, _NAME_MAX = 34, 11, 140
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
        bank: its BIC, or "".
        now: zoned.

    Raises:
        BadCatalogue: no such organiser, or a value that cannot be.
    """
    if not Organiser.objects.filter(key=organiser).exists():
        raise BadCatalogue(field="organiser", given=organiser, expected="an organiser on file")
    if not account.isalnum() or len(account) > _ACCOUNT_MAX or len(bank) > _BANK_MAX:
        expected = "letters and figures: an account up to 34, a BIC up to 11"
        raise BadCatalogue(field="account", given=account, expected=expected)
    made, _ = OrganiserContract.objects.update_or_create(
        organiser_id=organiser,
        defaults={
            "pack": pack,
            "advance_share": advance_share,
            "account_name": account_name[:_NAME_MAX],
            "account": account,
            "bank": bank,
            "agreed_on": now.date(),
        },
    )
    return made


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
