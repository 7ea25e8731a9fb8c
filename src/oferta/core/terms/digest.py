"""One number for everything that an edition says, so that nobody can change it unseen.

What terms.yaml grows later (another fact, another question, another value of an enum, the
holidays of a year to come) leaves the digest of earlier editions alone: only what the edition
relies on is in it. Layout, comments and labels of terms.yaml are not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.types import (
    Calendar,
    ClauseText,
    Fact,
    FactRef,
    Field,
    Kind,
    Place,
    Type,
)
from oferta.core.terms.values import parse_value
from oferta.core.terms.walk import facts_of, facts_of_condition
from oferta.kernel.i18n import Language

if TYPE_CHECKING:  # what reads editions is not needed to look at those that were read
    from oferta.core.terms.draft import Draft

Text = Mapping[Language, Mapping[str, ClauseText]]


def digest_of(draft: Draft, text: Text) -> str:
    """Return the SHA-256 of the edition, hexadecimal."""
    part = draft.part
    said = {
        "edition": part.id,
        "note": part.note,
        "settles": part.settles,
        "open_points": part.open_points,
        "values": draft.values,
        "derived": draft.derived,
        "countings": draft.countings,
        "clauses": list(draft.clauses.values()),
        "limits": list(draft.limits.values()),
        "text": text,
        "relies_on": _relied_on(draft),
    }
    year = int(part.id[:4])
    return number_of(said, year)


def number_of(said: object, year: int) -> str:
    """Return the SHA-256 of any part of an edition whose first day lies in `year`."""
    written = json.dumps(
        _plain(said, year), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(written.encode()).hexdigest()


def _relied_on(draft: Draft) -> dict[str, object]:
    """Return what terms.yaml says that this edition's answers depend on."""
    declared = draft.declared
    asked = {clause.question for clause in draft.clauses.values()}
    return _assumed(draft, asked) | {
        "pack": declared.name,
        "publisher": declared.publisher,
        "authoritative": declared.authoritative,
        "facts": {name: _fact(declared.facts[name]) for name in _facts_used(draft)},
        "questions": {
            name: {
                "day": question.day,
                "combine": question.combine,
                "by": question.by,
                "better": question.better,
                "answer": [answered(field) for field in question.answer],
            }
            for name, question in declared.questions.items()
            if name in asked
        },
    }


def _fact(fact: Fact) -> object:
    """Return what is said of a fact; its default stands in it only if there is one."""
    return fact.type if fact.default is None else [fact.type, fact.default]


def _assumed(draft: Draft, asked: set[str]) -> dict[str, object]:
    """Return what is assumed of the facts asked for, which may be refused by it; often nothing."""
    questions = draft.declared.questions
    facts = [set(question.facts) for name, question in questions.items() if name in asked]
    found = [
        (one.id, one.when, one.that)
        for one in draft.declared.assumptions
        if any(known.issuperset(one.reads) for known in facts)
    ]
    return {"assumed": found} if found else {}


def answered(field: Field) -> tuple[object, ...]:
    """Return what is said of a field; which way is good stands in it only if anything says so."""
    good = tuple(said for said in (field.good, field.best_first) if said)
    return field.name, field.type, *good


def _facts_used(draft: Draft) -> list[str]:
    names: set[str] = set()
    for clause in draft.clauses.values():
        names.update(facts_of_condition(clause.when))
        for then in clause.then:
            names.update(facts_of(then.expression, draft.countings))
    for limit in draft.limits.values():
        names.update(limit.per)
    names.update(question.day for question in draft.declared.questions.values())
    raw = {read for name in names for read in draft.reads(name)}
    return sorted(raw & set(draft.declared.facts))


def _plain(item: object, year: int) -> object:  # noqa: PLR0911 - a case per kind
    """Return the item as JSON can write it, one way only."""
    if isinstance(item, Type):
        # The values of an enum may grow: those that matter stand in the conditions.
        return [item.kind, item.unit, item.nullable, item.minimum, item.maximum]
    if isinstance(item, FactRef):
        return ["fact", item.name]
    if isinstance(item, Calendar):
        return _calendar(item, year)
    if is_dataclass(item) and not isinstance(item, type):
        return {"is": type(item).__name__} | {
            part.name: _plain(getattr(item, part.name), year)
            for part in fields(item)
            if not isinstance(getattr(item, part.name), Place)
        }
    if isinstance(item, Mapping):
        return {str(key): _plain(value, year) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [_plain(part, year) for part in item]
    if isinstance(item, set | frozenset):
        return sorted(str(part) for part in item)
    return item


def _calendar(calendar: Calendar, year: int) -> object:
    """Return a calendar without the years after the edition's first: they are announced later."""
    end = parse_value(f"{year:04}-12-31", Type(Kind.DATE))
    until = end if isinstance(end, int) else 0
    return {
        "name": calendar.name,
        "weekend": sorted(calendar.weekend),
        "holidays": sorted(day for day in calendar.holidays if day <= until),
        "workdays": sorted(day for day in calendar.workdays if day <= until),
    }
