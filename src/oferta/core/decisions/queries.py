"""Reading decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from oferta.core.decisions import models, storing
from oferta.core.decisions.errors import UnknownDecision
from oferta.core.decisions.types import Decision
from oferta.kernel import asking, pgarray

PAGE_MAX = 200
_NEWER = "SELECT id FROM decisions_decision WHERE overrides_id = %s ORDER BY id LIMIT 1"


def decision(decision_id: UUID) -> Decision:
    """Return a Decision.

    Raises:
        UnknownDecision: there is none.
    """
    found = storing.select("id = %s", [decision_id])
    if not found:
        raise UnknownDecision(decision_id=str(decision_id))
    return found[0]


def decisions(ids: Iterable[UUID]) -> dict[UUID, Decision]:
    """Return those of these Decisions that there are, by id."""
    return {item.id: item for item in storing.select("id = ANY(%s)", [list(ids)])}


def lock(decision_id: UUID) -> Decision:
    """Return a Decision and keep it from being overridden or disputed until the commit.

    Raises:
        UnknownDecision: there is none.
    """
    list(models.Decision.objects.filter(id=decision_id).select_for_update().values_list("id"))
    return decision(decision_id)


def decisions_by_key(keys: Iterable[str]) -> dict[str, list[Decision]]:
    """Return the decisions of each event that has any, by the event's key."""
    found: dict[str, list[Decision]] = {}
    for item in storing.select_by_keys(pgarray.texts(keys)):
        found.setdefault(item.key, []).append(item)
    return found


def decisions_of_party(
    party_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> list[Decision]:
    """Return a customer's decisions, newest first; `before` is the last one of the page before."""
    size = min(limit, PAGE_MAX)
    if before is None:
        return storing.select("party_id = %s ORDER BY id DESC LIMIT %s", [party_id, size])
    return storing.select(
        "party_id = %s AND id < %s ORDER BY id DESC LIMIT %s", [party_id, before, size]
    )


def decisions_between(first: UUID, last: UUID, *, limit: int) -> list[Decision]:
    """Return at most `limit` decisions whose id lies between two, newest first."""
    return storing.select(
        "id BETWEEN %s AND %s ORDER BY id DESC LIMIT %s", [first, last, min(limit, PAGE_MAX)]
    )


def parties_of(decision_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return whom each of these decisions is about; those about nobody are left out."""
    rows = models.Decision.objects.filter(id__in=list(decision_ids), party__isnull=False)
    return {row.id: row.party_id for row in rows.only("id", "party_id") if row.party_id}


def chain(decision_id: UUID) -> list[Decision]:
    """Return a Decision with those it replaced and those that replaced it, the first one first.

    Raises:
        UnknownDecision: there is no such Decision.
    """
    found = [decision(decision_id)]
    while (older := found[0].overrides) is not None:
        found.insert(0, decision(older))
    while (newer := overridden_by(found[-1].id)) is not None:
        found.append(decision(newer))
    return found


def stopped(limit: int = 50) -> list[Decision]:
    """Return the stopped decisions that no Decision has replaced yet, newest first."""
    return storing.select(
        "status = 'stopped' AND NOT EXISTS (SELECT 1 FROM decisions_decision AS newer"
        " WHERE newer.overrides_id = decisions_decision.id) ORDER BY id DESC LIMIT %s",
        [min(limit, PAGE_MAX)],
    )


def overridden_by(decision_id: UUID) -> UUID | None:
    """Return the id of the Decision that stands in the place of this one, if any does."""
    found = asking.rows(_NEWER, [decision_id])
    return found[0][0] if found else None


def replacing(ids: Iterable[UUID]) -> dict[UUID, Decision]:
    """Return the Decision in the place of each of these that has been overridden, by its id."""
    found = storing.select("overrides_id = ANY(%s)", [list(ids)])
    return {item.overrides: item for item in found if item.overrides is not None}


def current(decision_id: UUID) -> Decision:
    """Return the Decision at the end of the chain of overrides: the one that counts now.

    Raises:
        UnknownDecision: there is no such Decision.
    """
    found = decision(decision_id)
    while (newer := overridden_by(found.id)) is not None:
        found = decision(newer)
    return found


def standing(keys: Iterable[str]) -> dict[tuple[str, str], Decision]:
    """Return the Decision that counts now, by event key and question: overrides in their place."""
    stored = {
        (one.key, one.question): one for found in decisions_by_key(keys).values() for one in found
    }
    while newer := replacing(one.id for one in stored.values()):
        stored = {name: newer.get(one.id, one) for name, one in stored.items()}
    return stored


def standing_between(
    pack: str, question: str, *, since: date, until: date, party_id: UUID | None = None
) -> list[Decision]:
    """Return the decisions that count now of the days from `since` to before `until`.

    Args:
        pack: of the terms.
        question: that was answered.
        since: the first day.
        until: the first day beyond.
        party_id: whose; None: everybody's, which reads the whole table.
    """
    found = (
        "pack = %s AND question = %s AND day >= %s AND day < %s AND status = 'decided'"
        " AND NOT EXISTS (SELECT 1 FROM decisions_decision AS newer"
        " WHERE newer.overrides_id = decisions_decision.id)"
    )
    values = [pack, question, since, until]
    if party_id is None:
        return storing.select(found, values)
    return storing.select(found + " AND party_id = %s", [*values, party_id])


def limit_used(pack: str, limit: str, holder: str, since: date) -> int:
    """Return how much of a limit its holder has used in the period that begins on a day."""
    row = models.LimitUse.objects.filter(pack=pack, limit=limit, holder=holder, since=since).first()
    return 0 if row is None else row.used


def second_person_above(pack: str) -> int:
    """Return above how many minor units an override needs a second person; none set: any."""
    row = models.Authority.objects.filter(pack=pack).first()
    return 0 if row is None else row.second_person_above
