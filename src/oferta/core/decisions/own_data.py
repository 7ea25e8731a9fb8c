"""What decisions and the ledger hold of a customer: for their export, and for their erasure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from oferta.core.decisions import explaining, purses, queries
from oferta.core.decisions.rules import shares_json
from oferta.core.decisions.types import Decision, LimitShare
from oferta.core.ledger import queries as ledger
from oferta.core.ledger.types import Kind
from oferta.core.parties.archive import Section
from oferta.core.parties.erasing import Eraser, Kept, Obstacle
from oferta.core.terms import shelf
from oferta.core.terms.errors import TermsError
from oferta.kernel.i18n import Language
from oferta.kernel.jsontext import json_text
from oferta.kernel.money import Money

_PAGE = 100


def export(customer_id: UUID, language: Language) -> Iterator[Section]:
    """Return every decision with its explanation, what it moved, balances and statements."""
    columns: tuple[str, ...] = (
        "at",
        "question",
        "status",
        "outcome",
        "explanation",
        "facts",
        "edition",
    )
    yield Section("decisions", columns, _decisions(customer_id, language))
    columns = ("at", "decision", "amount", "debit", "credit", "kind")
    yield Section("transfers", columns, _transfers(customer_id))
    holdings = purses.of_party(customer_id)
    columns = ("number", "available", "incoming", "held")
    yield Section("balances", columns, (_balance(one) for one in holdings))
    columns = ("number", "at", "booked_at", "amount", "balance", "decision")
    yield Section("statement", columns, _statement([one.account_id for one in holdings]))


def _decisions(customer_id: UUID, language: Language) -> Iterator[dict[str, Any]]:
    for item in _all(customer_id):
        yield {
            "id": str(item.id),
            "at": item.event_at.isoformat(),
            "question": _question(item, language),
            "status": item.status.value,
            "outcome": None if item.outcome is None else dict(item.outcome),
            "explanation": _explanation(item, language),
            "facts": dict(item.facts),
            "edition": f"{item.pack} {item.edition}",
            "decided_by": list(item.decided_by),
        }


def _all(customer_id: UUID) -> Iterator[Decision]:
    before = None
    while found := queries.decisions_of_party(customer_id, before=before, limit=_PAGE):
        yield from found
        before = found[-1].id


def _question(item: Decision, language: Language) -> str:
    pack = shelf.terms().packs.get(item.pack)
    if pack is None or item.question not in pack.questions:
        return item.question
    return pack.questions[item.question].label[language]


def _explanation(item: Decision, language: Language) -> str:
    try:
        told = explaining.explain_decision(item.id, language)
    except TermsError as error:  # the edition is no longer among the packs
        return error.code
    return item.reason if told is None else told.as_text()


def _transfers(customer_id: UUID) -> Iterator[dict[str, Any]]:
    page: list[UUID] = []
    for item in _all(customer_id):
        page.append(item.id)
        if len(page) == _PAGE:
            yield from _booked(page)
            page = []
    yield from _booked(page)


def _booked(decision_ids: list[UUID]) -> Iterator[dict[str, Any]]:
    for one in ledger.transfers_of_decisions(decision_ids):
        yield {
            "id": str(one.id),
            "at": one.event_at.isoformat(),
            "decision": str(one.decision_id),
            "amount": one.amount,
            "debit": one.debit,
            "credit": one.credit,
            "kind": Kind(one.kind).name.lower(),
        }


def _balance(one: purses.Purse) -> dict[str, Any]:
    return {
        "number": one.account_id,
        "available": str(one.available),
        "incoming": str(one.incoming),
        "held": str(one.held),
    }


def _statement(account_ids: list[int]) -> Iterator[dict[str, Any]]:
    units = {id_: account.unit for id_, account in ledger.accounts(account_ids).items()}
    for id_ in account_ids:
        after = 0
        while lines := ledger.statement(id_, after=after, limit=_PAGE):
            for line in lines:
                yield {
                    "number": id_,
                    "at": line.event_at.isoformat(),
                    "booked_at": line.booked_at.isoformat(),
                    "amount": str(Money(line.change, units[id_])),
                    "balance": str(Money(line.balance, units[id_])),
                    "decision": str(line.decision_id),
                }
            after = lines[-1].seq


# --- erasure --------------------------------------------------------------------------------------


def _obstacles(customer_id: UUID) -> Iterable[Obstacle]:
    for purse in purses.of_party(customer_id):
        if purse.available.minor < 0:
            yield Obstacle(code="owed", can_give_up=False)
        if purse.available.minor > 0 or purse.incoming.minor > 0:
            yield Obstacle(code="balance", can_give_up=True)
        if purse.held.minor > 0:
            yield Obstacle(code="held", can_give_up=False)


def _erase(customer_id: UUID, grave: str, _now: datetime) -> Mapping[str, int]:
    """Put the grave in the place of personal facts, where the answer stays the same without them.

    A fact on whose value a clause decided stays, named in the report: without it nobody could
    prove any more why it was decided so.
    """
    counts = {"decisions_decision": 0, "decisions_decision kept": 0, "decisions_limit_use": 0}
    renamed: set[tuple[str, str, str, str]] = set()
    for item in list(_all(customer_id)):
        new = _without_person(item, grave)
        if new != item and not _answers_alike(item, new):
            counts["decisions_decision kept"] += 1
            new = replace(new, facts=item.facts, uses=item.uses)
        if new != item:
            _write(new)
            counts["decisions_decision"] += 1
            pairs = zip(item.uses, new.uses, strict=True)
            renamed |= {
                (item.pack, old.limit, old.holder, one.holder)
                for old, one in pairs
                if old.holder != one.holder
            }
    counts["decisions_limit_use"] = sum(_rename_holder(*one) for one in sorted(renamed))
    return counts


def _without_person(item: Decision, grave: str) -> Decision:
    values = _personal(item)
    facts = {name: grave if name in values else value for name, value in item.facts.items()}
    uses = tuple(_use_without(share, item.pack, values, grave) for share in item.uses)
    return replace(
        item,
        facts=facts,
        uses=uses,
        context=_scrubbed(dict(item.context), values, grave),
        error_facts=_scrubbed(dict(item.error_facts), values, grave),
        reason=grave if item.reason else "",
    )


def _scrubbed(value: Any, values: Mapping[str, str], grave: str) -> Any:
    """Return JSON values with the grave wherever a personal fact stood."""
    match value:
        case dict():
            return {name: _scrubbed(one, values, grave) for name, one in value.items()}
        case list() | tuple():
            return [_scrubbed(one, values, grave) for one in value]
        case str() if value in values.values():
            return grave
        case _:
            return value


def _personal(item: Decision) -> dict[str, str]:
    """Return the personal facts of a decision that say anything."""
    pack = shelf.terms().packs.get(item.pack)
    declared = {} if pack is None else pack.facts
    return {
        name: str(value)
        for name, value in item.facts.items()
        if value is not None and name in declared and declared[name].personal
    }


def _use_without(share: LimitShare, pack: str, values: Mapping[str, str], grave: str) -> LimitShare:
    editions = shelf.terms().packs[pack].editions if values else ()
    limits = (one.limits[share.limit] for one in editions if share.limit in one.limits)
    per = {name for limit in limits for name in limit.per}
    holder = share.holder
    for name in per & set(values):
        holder = holder.replace(values[name], grave)
    return replace(share, holder=holder)


def _answers_alike(old: Decision, new: Decision) -> bool:
    try:
        return explaining.answer_anew(old) == explaining.answer_anew(new)
    except TermsError:
        return False


def _write(item: Decision) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE decisions_decision SET facts = %s, uses = %s, context = %s, error_facts = %s,"
            " reason = %s WHERE id = %s",
            [
                json_text(dict(item.facts)),
                json_text(shares_json(item.uses)),
                json_text(dict(item.context)),
                json_text(dict(item.error_facts)),
                item.reason,
                item.id,
            ],
        )


def _rename_holder(pack: str, limit: str, old: str, new: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE decisions_limit_use SET holder = %s WHERE pack = %s AND "limit" = %s'
            " AND holder = %s",
            [new, pack, limit, old],
        )
        return int(cursor.rowcount)


ERASER = Eraser(
    room="decisions",
    obstacles=_obstacles,
    act=_erase,
    kept=(
        Kept(table="ledger_transfer", what="transfers", ground="accounting"),
        Kept(table="decisions_decision", what="decisions", ground="accounting"),
    ),
)
