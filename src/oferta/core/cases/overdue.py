"""Tell staff of cases that nobody answered in time."""

from __future__ import annotations

from collections.abc import Sequence

from oferta.core.cases import models
from oferta.core.notices import direct
from oferta.core.parties import staffing
from oferta.core.parties.types import Permission

TOLD = "case.overdue_staff"
#: Numbers that one message names; a longer list is read at the desk.
NAMED_MAX = 20


def tell(rows: Sequence[models.Case]) -> None:
    """Write to whoever may hand the cases over, and to who has one, each case once.

    In the caller's database transaction: a case that is marked late was told of.
    """
    leaders = {id_ for id_, _ in staffing.colleagues(Permission.HAND_OVER_CASES)}
    own = {row.assignee_id for row in rows if row.assignee_id is not None}
    for staff_id, reached in staffing.reached(leaders | own).items():
        theirs = [row for row in rows if staff_id in leaders or row.assignee_id == staff_id]
        numbers = sorted(row.number for row in theirs)
        named = ", ".join(f"№ {one}" for one in numbers[:NAMED_MAX])
        more = ", …" if len(numbers) > NAMED_MAX else ""
        params = {"number": len(numbers), "cases": named + more}
        for to in reached.contacts:
            direct.send((to.channel.value, to.address), TOLD, params, language=reached.language)
