"""Refunds that are matched again, and again: lots follow, and end as if all came in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.services.club import actions, enrolment
from oferta.services.club.facts import refund_key
from oferta.services.club.mapping import load_mapping
from oferta.services.club.models import Lot, Member
from oferta.services.club.models import Payment as Stored
from oferta.services.club.reporting import Report
from oferta.services.club.types import Intake, Payment

NOW = datetime(2018, 1, 5, 9, 0, tzinfo=UTC)
#: One member at one seller: 64 purchases and eight refunds that name none of them.
CARD, SELLER = "*6720", "travelodge gb0000"


class _Undo(Exception):
    pass


@pytest.fixture(scope="module")
def year() -> list[Payment]:
    return actions.read_file(Path("samples/card-payments-2017.csv.gz")).payments[:8000]


def fed(parts: Sequence[Sequence[Payment]]) -> dict[str, Any]:
    """Feed parts of the year into an empty club, of this member and seller; return how it ends."""
    try:
        with transaction.atomic():
            own = [[one for one in part if (one.row.card, one.row.merchant) == (CARD, SELLER)]
                   for part in parts]  # fmt: skip
            everything = [one for part in own for one in part]
            mapping = load_mapping(Path("samples/club-mapping.yaml"))
            books = enrolment.open_books(everything, mapping, now=NOW)
            report = Report(Intake(everything, []))
            for _ in actions.take_in_all([part for part in own if part], books, report, now=NOW):
                pass
            end = the_end()
            assert ledger.verify().ok
            raise _Undo  # noqa: TRY301 - what was fed goes away with it
    except _Undo:
        return end


def the_end() -> dict[str, Any]:
    member = Member.objects.get()
    lots = {(one.purchase_key, one.question): one.amount - one.used for one in Lot.objects.all()}
    balance = ledger.account(member.account_id).balance
    assert sum(lots.values()) - member.owed == balance
    returned = dict(Stored.objects.filter(amount__lt=0).values_list("key", "purchase_key"))
    standing = decided.standing(refund_key(one, "bank_bonus") for one in returned)
    before = [decided.decision(one.overrides) for one in standing.values() if one.overrides]
    twice = [one for one in before if one.overrides]
    return {
        "lots": lots,
        "owed": member.owed,
        "balance": balance,
        "returned": returned,
        "again": len(before),
        "twice": len(twice),
    }


def in_thousands(year: Sequence[Payment], first: int, last: int) -> list[Sequence[Payment]]:
    return [year[at : at + 1000] for at in range(first, last, 1000)]


@pytest.mark.django_db
def test_lots_follow_a_claw_back_that_is_made_again_more_than_once(year: list[Payment]) -> None:
    """BC-69, BC-89: a real year's weeks come late; what was undone once is not undone again."""
    in_order = fed(in_thousands(year, 0, 8000))
    shuffled = fed(
        [
            *in_thousands(year, 0, 4000),
            *in_thousands(year, 6000, 8000),
            *in_thousands(year, 4000, 6000),
        ]
    )
    assert shuffled.pop("twice"), "the slice shows it only if a claw-back is made again twice"
    assert shuffled.pop("again") > in_order.pop("again")
    in_order.pop("twice")
    assert shuffled == in_order
