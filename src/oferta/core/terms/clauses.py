"""One clause: its condition, its window, whom it defeats, its outcome."""

from __future__ import annotations

from dataclasses import replace

from oferta.core.terms.conditions import parse_condition
from oferta.core.terms.draft import Doubt, Draft, report_faults
from oferta.core.terms.expressions import parse_expression
from oferta.core.terms.nulls import (
    NULLABLE_MAX,
    nullable_of,
    rules_out_null,
    unknown_when,
)
from oferta.core.terms.problems import Code, choices, shown
from oferta.core.terms.questions import read_question
from oferta.core.terms.reader import Fields, read_window
from oferta.core.terms.scope import BadSource, Scope
from oferta.core.terms.types import (
    Clause,
    Condition,
    Expression,
    Field,
    Place,
    Question,
    Then,
)
from oferta.core.terms.walk import facts_of
from oferta.core.terms.yaml_source import Mapping, Scalar

_KEYS = ("id", "question", "defeats", "in_force", "when", "then", "cites", "settles")


def read_clause(id_: str, place: Place, node: Mapping, draft: Draft) -> Clause | None:
    """Return the clause, or None after reporting what keeps it from being one."""
    fields = Fields(node, _KEYS, id_, draft.report)
    question = read_question(fields, draft.declared.questions)
    window = read_window(fields, "in_force")
    defeats = draft.expanded(fields.names("defeats"))
    cites, settles = fields.cites(), fields.settles()
    written = fields.get("when", Scalar)
    then_node = fields.get("then", Mapping, required=False)
    if then_node is None and not defeats:
        draft.report.add(
            Code.LIFTS_NOTHING, place, id_, "the clause has no outcome and defeats nothing",
            "'then', or 'defeats' with the clauses that it lifts",
        )  # fmt: skip
    if question is None or written is None:
        return None
    when = _condition(written, question, id_, draft)
    then = _outcome(then_node, question, id_, draft)
    if when is None or then is None:
        return None
    _check_nulls_in_outcome(then_node, then, when, id_, draft)
    source = " ".join(written.text.split())
    return Clause(id_, question.name, when, source, window, defeats, then, cites, settles, place)


def _condition(written: Scalar, question: Question, id_: str, draft: Draft) -> Condition | None:
    if written.is_null:
        draft.report.add(
            Code.EMPTY, written, id_, "'when' is empty", "a condition; TRUE if it always holds"
        )
        return None
    try:
        when = parse_condition(written.text, draft.scope(question.name))
    except BadSource as refused:
        report_faults(refused, written, id_, draft.report)
        return None
    sources = draft.null_sources()
    nullable = nullable_of(when, sources)
    if len(nullable) > NULLABLE_MAX:
        draft.report.add(
            Code.COULD_BE_UNKNOWN, written, id_,
            f"the condition looks at {len(nullable)} nullable facts", f"at most {NULLABLE_MAX}",
        )  # fmt: skip
        return None
    nulls = unknown_when(when, sources)
    if nulls is not None:
        spot = Place(written.file, written.line_at(_first_mention(written.text, nulls)))
        draft.doubts.append(Doubt(id_, spot, nulls))
    return when


def _first_mention(source: str, names: tuple[str, ...]) -> int:
    found = [source.find(name) for name in names if name in source]
    return min(found, default=0)


def _outcome(
    node: Mapping | None, question: Question, id_: str, draft: Draft
) -> tuple[Then, ...] | None:
    """Return the fields of an outcome in the order of the answer; None if one cannot be read."""
    if node is None:
        return ()
    names = [part.name for part in question.answer]
    for key, place in node.keys.items():
        if key not in names:
            draft.report.add(
                Code.UNKNOWN_FIELD, place, id_,
                f"{shown(key)} is not a field of the answer of {question.name}",
                choices(key, names),
            )  # fmt: skip
    if not node.entries:
        draft.report.add(Code.EMPTY, node, id_, "the outcome is empty", "one field or more")
    fields = Fields(node, node.entries, id_, draft.report)
    scope = draft.scope(question.name)
    found: list[Then] = []
    for index, part in enumerate(question.answer):
        later = frozenset(names[index:])
        earlier = {field.name: field.type for field in question.answer[:index]}
        inner = replace(scope, fields=earlier, later_fields=later)
        default = draft.declared.defaults.get((question.name, part.name))
        then = _field(fields, part, default, inner, draft)
        if then is not None:
            found.append(then)
    return tuple(found) if len(found) == len(names) else None


def _field(
    fields: Fields, part: Field, default: Scalar | None, scope: Scope, draft: Draft
) -> Then | None:
    written = fields.get(part.name, Scalar, required=default is None) or default
    if written is None:
        return None
    if written.is_null:
        fields.add(Code.EMPTY, part.name, f"{part.name} has no value", "a value or an expression")
        return None
    try:
        expression: Expression = parse_expression(written.text, scope, part.type)
    except BadSource as refused:
        report_faults(refused, written, f"{fields.where} {part.name}", draft.report)
        return None
    return Then(part.name, expression, " ".join(written.text.split()))


def _check_nulls_in_outcome(
    node: Mapping | None, then: tuple[Then, ...], when: Condition, id_: str, draft: Draft
) -> None:
    if node is None:
        return
    sources = draft.null_sources()
    for part in then:
        spot = node.entries.get(part.field, node)
        for fact in dict.fromkeys(facts_of(part.expression, draft.countings)):
            for raw in sorted(sources.get(fact, ())):
                if rules_out_null(when, raw, sources):
                    continue
                reads = "" if raw == fact else f", which {fact} reads,"
                draft.report.add(
                    Code.COULD_BE_NULL, spot, f"{id_} {part.field}",
                    f"{raw}{reads} could be null where this clause applies",
                    f"a condition that rules it out: {raw} IS NOT NULL AND …",
                )  # fmt: skip
