"""Builds an edition: its values, countings, derived facts, then clauses and limits over them."""

from __future__ import annotations

from collections.abc import Container

from oferta.core.terms.clauses import read_clause
from oferta.core.terms.counting import time_zones
from oferta.core.terms.declared import Declarations
from oferta.core.terms.draft import Draft, report_faults
from oferta.core.terms.expressions import parse_expression
from oferta.core.terms.lexer import names_in
from oferta.core.terms.limit_source import read_limit
from oferta.core.terms.operators import same_type
from oferta.core.terms.parts import Part
from oferta.core.terms.problems import Code, Report, Spot, choices, shown
from oferta.core.terms.reader import Fields
from oferta.core.terms.scope import BadSource, kind_words
from oferta.core.terms.types import (
    Choose,
    Const,
    Counting,
    Derived,
    Expression,
    FactRef,
    Kind,
    NamedValue,
    Place,
    Type,
)
from oferta.core.terms.values import BadValue, infer_value, plain_type
from oferta.core.terms.walk import facts_of
from oferta.core.terms.yaml_source import Mapping, Scalar

#: They may rest on each other in one chain, which is walked by recursion.
DERIVED_MAX = 200


def build_draft(part: Part, declared: Declarations, report: Report) -> Draft:
    """Return the edition of one merged part, as far as it could be read."""
    draft = Draft(part, declared, report)
    for name, (place, node) in part.sections["values"].items():
        _add_value(draft, name, place, node)
    for name, (_, node) in part.sections["countings"].items():
        _add_counting(draft, name, node)
    _add_derived(draft)
    for id_, (place, node) in part.sections["clauses"].items():
        clause = read_clause(id_, place, node, draft)
        if clause is not None:
            draft.clauses[id_] = clause
    for id_, (place, node) in part.sections["limits"].items():
        limit = read_limit(id_, place, node, draft)
        if limit is not None:
            draft.limits[id_] = limit
    return draft


def _name_free(draft: Draft, name: str, place: Place) -> bool:
    declared = draft.declared
    fields = {part.name for question in declared.questions.values() for part in question.answer}
    taken: dict[str, Container[str]] = {
        "a fact": declared.facts,
        "a list": declared.lists,
        "a field of an answer": fields,
        "a named value": draft.values,
    }
    for said, names in taken.items():
        if name in names:
            draft.report.add(
                Code.NAME_TAKEN, place, name, f"{shown(name)} is {said} already", "another name"
            )
            return False
    return True


def _add_value(draft: Draft, name: str, place: Place, node: Mapping) -> None:
    fields = Fields(node, ("is", "label", "cites", "settles"), name, draft.report)
    written = fields.get("is", Scalar)
    label, cites, settles = fields.words("label"), fields.cites(), fields.settles()
    draft.broken.add(name)
    if not _name_free(draft, name, place) or written is None:
        return
    try:
        value, type_ = infer_value(written.text)
    except BadValue as error:
        fields.add(Code.BAD_VALUE, "is", f"{error.given} is not a value", error.expected)
        return
    if not written.text.strip():
        fields.add(Code.EMPTY, "is", "the value is empty", "a value, as 1% or 1000 KZT")
        return
    const = Const(value, type_, name)
    draft.values[name] = NamedValue(name, const, written.text, label, cites, settles, place)
    draft.broken.discard(name)


def _add_counting(draft: Draft, name: str, node: Mapping) -> None:
    keys = ("calendar", "first_day", "last_day", "time_zone", "settles")
    fields = Fields(node, keys, name, draft.report)
    calendars = draft.declared.calendars
    calendar = fields.text("calendar")
    if calendar not in ("", "none", *calendars):
        fields.add(
            Code.UNKNOWN_CALENDAR, "calendar", f"{shown(calendar)} is not a calendar of this pack",
            choices(calendar, ["none", *calendars]),
        )  # fmt: skip
    zone, is_fact = _time_zone(draft, fields)
    draft.countings[name] = Counting(
        name=name,
        calendar=calendars.get(calendar),
        first_day=fields.flag("first_day"),
        last_day=fields.flag("last_day"),
        time_zone=zone,
        time_zone_is_fact=is_fact,
        settles=fields.settles(),
    )


def _check_zone(zone: str, at: Spot, where: str, report: Report) -> None:
    if zone not in time_zones():
        report.add(
            Code.UNKNOWN_TIME_ZONE, at, where, f"{shown(zone)} is not a time zone",
            f"an IANA name, as Asia/Almaty{_near_zone(zone)}",
        )  # fmt: skip


def _near_zone(zone: str) -> str:
    said = choices(zone, sorted(time_zones()))
    return said[said.index(" (did") :] if " (did" in said else ""


def _time_zone(draft: Draft, fields: Fields) -> tuple[str, bool]:
    node = fields.node.entries.get("time_zone")
    if not isinstance(node, Mapping):
        zone = fields.text("time_zone")
        if zone:
            _check_zone(zone, fields.at("time_zone"), fields.where, draft.report)
        return zone, False
    name = Fields(node, ("fact",), fields.where, draft.report).text("fact")
    facts = draft.declared.facts
    fact = facts.get(name)
    if fact is None:
        if name and name not in draft.declared.broken:
            fields.add(
                Code.UNKNOWN_FACT, "time_zone", f"{shown(name)} is not a fact of this pack",
                choices(name, facts),
            )  # fmt: skip
    elif fact.type.kind not in (Kind.TEXT, Kind.ENUM):
        fields.add(
            Code.TYPE_MISMATCH, "time_zone", f"{shown(name)} is a {fact.type.kind}",
            "a text or an enum of time zones",
        )  # fmt: skip
    else:
        for zone in fact.type.values:
            _check_zone(zone, fact.place, name, draft.report)
    return name, True


def _add_derived(draft: Draft) -> None:
    """Add derived facts, those that others read first; a circle is a problem."""
    waiting = dict(draft.part.sections["derived"])
    if len(waiting) > DERIVED_MAX:
        draft.report.add(
            Code.TOO_LARGE, draft.part.place, "derived",
            f"the edition {draft.part.id} has {len(waiting)} derived facts",
            f"at most {DERIVED_MAX}",
        )  # fmt: skip
        draft.broken.update(waiting)
        return
    uses = {name: _names_of(node) & set(waiting) for name, (_, node) in waiting.items()}
    while waiting:
        ready = [name for name in waiting if not uses[name] & set(waiting)]
        if not ready:
            _report_circle(draft, waiting, uses)
            break
        for name in ready:
            _add_one_derived(draft, name, *waiting.pop(name))
    # Published order, whatever the order of computing: a reader finds things where they stand.
    written = draft.part.sections["derived"]
    draft.derived = {name: draft.derived[name] for name in written if name in draft.derived}


def _names_of(node: Mapping) -> set[str]:
    """Return every name that the definition of a derived fact writes."""
    written = node.entries.get("is")
    sources = written.entries.values() if isinstance(written, Mapping) else [written]
    return {
        name for source in sources if isinstance(source, Scalar) for name in names_in(source.text)
    }


def _report_circle(
    draft: Draft, waiting: dict[str, tuple[Place, Mapping]], uses: dict[str, set[str]]
) -> None:
    draft.broken.update(waiting)
    name = next(iter(waiting))
    path = [name]
    while True:
        name = min(uses[name] & set(waiting))
        if name in path:
            break
        path.append(name)
    circle = path[path.index(name) :]
    draft.report.add(
        Code.DERIVED_CYCLE, waiting[name][0], name,
        f"derived facts read each other in a circle: {' → '.join([*circle, name])}",
        "an order in which each reads only earlier ones",
    )  # fmt: skip


def _add_one_derived(draft: Draft, name: str, place: Place, node: Mapping) -> None:
    fields = Fields(node, ("is", "by", "label"), name, draft.report)
    label = fields.words("label")
    draft.broken.add(name)
    if not _name_free(draft, name, place):
        return
    by = fields.text("by", required=False)
    read = _chosen(fields, by, draft) if by else _single(fields, draft)
    if read is None:
        return
    expression, source = read
    used = facts_of(expression, draft.countings)
    reads = tuple(dict.fromkeys(raw for fact in used for raw in draft.reads(fact)))
    facts = draft.declared.facts
    nullable = any(facts[raw].type.nullable for raw in reads)
    plain = expression.type
    type_ = Type(plain.kind, plain.unit, plain.values, nullable)
    draft.derived[name] = Derived(name, expression, source, type_, label, place, reads)
    draft.broken.discard(name)


def _single(fields: Fields, draft: Draft) -> tuple[Expression, str] | None:
    written = fields.get("is", Scalar)
    if written is None:
        return None
    expression = _parsed(written, fields.where, draft)
    return None if expression is None else (expression, " ".join(written.text.split()))


def _parsed(written: Scalar, where: str, draft: Draft) -> Expression | None:
    try:
        return parse_expression(written.text, draft.scope())
    except BadSource as refused:
        report_faults(refused, written, where, draft.report)
        return None


def _chosen(fields: Fields, by: str, draft: Draft) -> tuple[Expression, str] | None:
    """Return a derived fact that an enum fact chooses: one expression for each of its values."""
    node = fields.get("is", Mapping)
    type_ = draft.types().get(by)
    if type_ is None or type_.kind is not Kind.ENUM or type_.nullable:
        if by not in draft.broken and by not in draft.declared.broken:
            enums = [name for name, known in draft.types().items() if known.kind is Kind.ENUM]
            fields.add(
                Code.BAD_TYPE, "by", f"{shown(by)} is no enum fact that is always given",
                choices(by, enums),
            )  # fmt: skip
        return None
    if node is None:
        return None
    inner = Fields(node, type_.values, fields.where, draft.report)
    cases: list[tuple[str, Expression]] = []
    for value in type_.values:
        written = inner.get(value, Scalar)
        expression = _parsed(written, f"{fields.where} {value}", draft) if written else None
        if expression is not None:
            cases.append((value, expression))
    if len(cases) < len(type_.values):
        return None
    return _choose(FactRef(by, type_), cases, inner)


def _choose(
    on: FactRef, cases: list[tuple[str, Expression]], fields: Fields
) -> tuple[Expression, str] | None:
    first = cases[0][1].type
    for value, expression in cases:
        if not same_type(expression.type, first):
            fields.add(
                Code.TYPE_MISMATCH, value, f"this case is {kind_words(expression.type)}",
                f"as the first case: {kind_words(first)}",
            )  # fmt: skip
            return None
    entries = fields.node.entries
    texts = {value: node.text for value, node in entries.items() if isinstance(node, Scalar)}
    source = "; ".join(f"{value}: {' '.join(texts[value].split())}" for value, _ in cases)
    return Choose(on, tuple(cases), plain_type(first)), f"by {on.name}: {source}"
