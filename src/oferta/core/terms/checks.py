"""What must hold across a whole edition: defeats, windows, limits, the day, required values."""

from __future__ import annotations

from oferta.core.terms.draft import Draft
from oferta.core.terms.parts import Part
from oferta.core.terms.problems import Code, choices, shown
from oferta.core.terms.reader import Fields
from oferta.core.terms.types import Clause, Kind, Place, Question, Type, Window
from oferta.core.terms.values import write_value

_DATE = Type(Kind.DATE)


def check_edition(draft: Draft, last_day: int | None) -> None:
    """Report what is wrong with an edition as a whole.

    Args:
        draft: the edition, every clause and limit read.
        last_day: coded last day in force; None if no later edition is known.
    """
    for clause in draft.clauses.values():
        _check_defeats(clause, draft)
        _check_in_force(clause.id, clause.in_force, clause.place, draft, last_day)
    for limit in draft.limits.values():
        _check_limited_clauses(limit.id, draft)
        _check_in_force(limit.id, limit.in_force, limit.place, draft, last_day)
    _check_groups(draft)
    _check_circles(draft)
    _check_required(draft)
    for question in draft.declared.questions.values():
        _check_day(question, draft)


def _spot(draft: Draft, section: str, id_: str, key: str, item: str = "") -> Place:
    """Return where a key of a clause or limit stands, or one item of its list."""
    place, node = draft.part.sections[section][id_]
    if item:
        quiet = Fields(node, node.entries, id_, draft.report)
        for scalar in quiet.names(key):
            if scalar.text == item:
                return Place(scalar.file, scalar.line)
    return node.keys.get(key, place)


def _check_defeats(clause: Clause, draft: Draft) -> None:
    known = draft.part.sections["clauses"]
    for name in clause.defeats:
        other = draft.clauses.get(name)
        if name not in known:
            draft.report.add(
                Code.UNKNOWN_CLAUSE, _spot(draft, "clauses", clause.id, "defeats", name),
                clause.id, f"{shown(name)} is not a clause of the edition {draft.part.id}",
                choices(name, known),
            )  # fmt: skip
        elif other is not None and other.question != clause.question:
            draft.report.add(
                Code.DEFEATS_OTHER_QUESTION,
                _spot(draft, "clauses", clause.id, "defeats", name), clause.id,
                f"{shown(name)} belongs to the question {other.question}",
                f"a clause of {clause.question}",
            )  # fmt: skip


def _check_groups(draft: Draft) -> None:
    known = draft.part.sections["clauses"]
    for name, members in draft.part.groups.items():
        for item in members:
            if name in known:
                draft.report.add(
                    Code.NAME_TAKEN, item, name, f"the group {shown(name)} is a clause already",
                    "another name",
                )  # fmt: skip
            if item.text not in known:
                draft.report.add(
                    Code.UNKNOWN_CLAUSE, item, name,
                    f"{shown(item.text)} is not a clause of the edition {draft.part.id}",
                    choices(item.text, known),
                )  # fmt: skip


def _check_circles(draft: Draft) -> None:
    """Report each circle of defeats once, from its first clause in published order."""
    order = list(draft.clauses)
    done: set[str] = set()
    for start in order:
        path = _circle_from(start, draft, done)
        if path:
            draft.report.add(
                Code.DEFEATS_CYCLE, _spot(draft, "clauses", path[0], "defeats", path[1]), path[0],
                f"clauses defeat each other in a circle: {' → '.join(path)}",
                "one of them without 'defeats'",
            )  # fmt: skip


def _circle_from(start: str, draft: Draft, done: set[str]) -> list[str]:
    """Walk what `start` defeats, depth first and without recursion."""
    path: list[str] = []
    waiting: list[tuple[str, bool]] = [(start, False)]
    while waiting:
        name, leaving = waiting.pop()
        if leaving:
            path.pop()
            done.add(name)
            continue
        if name in path:
            circle = path[path.index(name) :]
            done.update(circle)
            return [*circle, name]
        if name in done or name not in draft.clauses:
            continue
        path.append(name)
        waiting.append((name, True))
        waiting.extend((other, False) for other in reversed(draft.clauses[name].defeats))
    return []


def _check_in_force(
    id_: str, window: Window, place: Place, draft: Draft, last_day: int | None
) -> None:
    first = draft.part.start
    after = window.start is not None and last_day is not None and window.start > last_day
    before = window.through is not None and window.through < first
    if after or before:
        life = f"from {draft.part.id}"
        if last_day is not None:
            life += f" through {write_value(last_day, _DATE)}"
        draft.report.add(
            Code.NEVER_IN_FORCE, place, id_,
            f"it is never in force during the edition {draft.part.id}",
            f"a window that meets {life}, or the id under 'withdrawn'",
        )  # fmt: skip


def _check_limited_clauses(id_: str, draft: Draft) -> None:
    limit = draft.limits[id_]
    known = draft.part.sections["clauses"]
    for name in limit.clauses:
        clause = draft.clauses.get(name)
        spot = _spot(draft, "limits", id_, "clauses", name)
        if name not in known:
            draft.report.add(
                Code.UNKNOWN_CLAUSE, spot, id_,
                f"{shown(name)} is not a clause of the edition {draft.part.id}",
                choices(name, known),
            )  # fmt: skip
        elif clause is not None and (clause.question != limit.question or not clause.then):
            what = "never decides" if not clause.then else f"decides {clause.question}"
            draft.report.add(
                Code.LIMIT_CLAUSE, spot, id_, f"{shown(name)} {what}",
                f"clauses with an outcome of {limit.question}",
            )  # fmt: skip


def _check_required(draft: Draft) -> None:
    for item in draft.declared.required_values:
        if item.text not in draft.values and item.text not in draft.broken:
            draft.report.add(
                Code.REQUIRED_VALUE, draft.part.place, item.text,
                f"the edition {draft.part.id} has no value {shown(item.text)}",
                "the value: terms.yaml requires it of every edition",
            )  # fmt: skip


def _check_day(question: Question, draft: Draft) -> None:
    """Report a day of the event that is no date or not always known."""
    name = question.day
    declared = draft.declared
    if not name or name in draft.broken or name in declared.broken:
        return
    types = draft.types()
    what = ""
    if name not in types:
        what = f"{shown(name)} is no fact of the edition {draft.part.id}"
    elif types[name].kind is not Kind.DATE:
        what = f"{shown(name)} is a {types[name].kind}"
    elif types[name].nullable:
        what = f"{shown(name)} may be null"
    elif not set(question.facts).issuperset(draft.reads(name)):
        what = f"{shown(name)} reads what the question does not ask for"
    if what:
        dates = [fact for fact, type_ in types.items() if type_.kind is Kind.DATE]
        draft.report.add(
            Code.DAY_FACT, question.place, f"{question.name} day", what,
            f"a date that is always given: {choices(name, dates)}",
        )  # fmt: skip


def last_day_of(part: Part, starts: list[int]) -> int | None:
    """Return the day before the next edition starts."""
    later = [start for start in starts if start > part.start]
    return min(later) - 1 if later else None
