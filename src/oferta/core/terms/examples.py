"""Worked examples as written; whether they come out is for whoever can decide."""

from __future__ import annotations

from collections.abc import Mapping as Named
from dataclasses import dataclass

from oferta.core.terms.declared import Declarations
from oferta.core.terms.facts import used_type
from oferta.core.terms.limit_source import used_name
from oferta.core.terms.problems import Code, Report, choices, shown
from oferta.core.terms.questions import read_question
from oferta.core.terms.reader import Fields, as_shape, check_id, read_value
from oferta.core.terms.types import Edition, Example, Kind, Place, Question, Type
from oferta.core.terms.yaml_source import Mapping, Scalar, Sequence

_KEYS = ("id", "question", "facts", "on", "outcome", "decided_by", "error", "cites", "note")
_FACT_ERRORS = ("terms.wrong_fact", "terms.missing_fact", "terms.unknown_fact")
#: What a question can be refused with.
ERRORS = (
    "terms.gap",
    "terms.conflict",
    "terms.division_by_zero",
    "terms.out_of_bounds",
    "terms.not_in_force",
    "terms.calendar_not_declared",
    "terms.facts_disagree",
    *_FACT_ERRORS,
)


@dataclass(slots=True)
class _Reading:
    """What every example is read against."""

    declared: Declarations
    given: dict[str, Scalar]
    #: By question: every fact it may be given in any edition.
    types: dict[str, dict[str, Type]]
    #: By question: the facts of limits, which some editions do not have.
    used: dict[str, set[str]]
    #: Ids of clauses and limits of every edition.
    clauses: set[str]
    report: Report


def read_examples(
    root: Mapping,
    declared: Declarations,
    editions: list[Edition],
    ids: set[str],
    report: Report,
) -> tuple[Example, ...]:
    """Return the examples of examples.yaml, having reported what is wrong with them.

    Args:
        root: the file.
        declared: terms.yaml.
        editions: as far as they could be read.
        ids: of every clause and limit, also of those that could not.
        report: takes the problems.
    """
    top = Fields(root, ("given", "examples"), "", report)
    reading = _reading(declared, editions, ids, report)
    given = top.get("given", Mapping, required=False)
    reading.given = _given(given, reading)
    found: dict[str, Example] = {}
    node = top.get("examples", Sequence)
    for item in node.items if node else ():
        mapping = as_shape(item, Mapping, "", report, name="examples")
        if mapping is None:
            continue
        example = _example(Fields(mapping, _KEYS, _subject(mapping), report), reading)
        if example.id in found:
            report.add(
                Code.DUPLICATE_ID, example.place, example.id,
                f"the example stands twice, first on line {found[example.id].place.line}",
                "another id",
            )  # fmt: skip
        found.setdefault(example.id, example)
    return tuple(found.values())


def _subject(node: Mapping) -> str:
    id_ = node.entries.get("id")
    return id_.text[:60] if isinstance(id_, Scalar) else "an example"


def _reading(
    declared: Declarations, editions: list[Edition], ids: set[str], report: Report
) -> _Reading:
    types: dict[str, dict[str, Type]] = {}
    used: dict[str, set[str]] = {}
    for name, question in declared.questions.items():
        types[name] = {fact: declared.facts[fact].type for fact in question.facts}
        used[name] = set()
        for edition in editions:
            for limit in edition.limits.values():
                if limit.question == name:
                    types[name][limit.used] = used_type(limit, question)
                    used[name].add(limit.used)
    return _Reading(declared, {}, types, used, ids, report)


def _given(node: Mapping | None, reading: _Reading) -> dict[str, Scalar]:
    if node is None:
        return {}
    known = {name: type_ for types in reading.types.values() for name, type_ in types.items()}
    known |= {name: fact.type for name, fact in reading.declared.facts.items()}
    return _written(node, known, "given", reading, check=True)


def _written(
    node: Mapping, types: Named[str, Type], where: str, reading: _Reading, *, check: bool
) -> dict[str, Scalar]:
    """Return the scalars of a mapping of values, having checked their names and forms."""
    found: dict[str, Scalar] = {}
    for name, item in node.entries.items():
        scalar = as_shape(item, Scalar, where, reading.report, name=name)
        if scalar is None:
            continue
        found[name] = scalar
        if not check or name in reading.declared.broken:
            continue
        if name not in types and name in {used_name(id_) for id_ in reading.clauses}:
            continue  # of a limit that is refused itself, or of another question
        if name not in types:
            reading.report.add(
                Code.UNKNOWN_FACT, node.keys[name], where,
                f"{shown(name)} is not a fact of the question", choices(name, types),
            )  # fmt: skip
        else:
            read_value(scalar, types[name], f"{where} {name}", reading.report)
    return found


def _example(fields: Fields, reading: _Reading) -> Example:
    place = Place(fields.node.file, fields.node.line)
    id_ = fields.text("id")
    if id_:
        check_id(id_, fields.at("id"), fields.report)
    question = read_question(fields, reading.declared.questions)
    error = fields.text("error", required=False)
    if error and error not in ERRORS:
        fields.add(
            Code.UNKNOWN_ERROR, "error", f"{shown(error)} is no error of a question",
            choices(error, ERRORS),
        )  # fmt: skip
    _check_expects(fields)
    day = fields.value("on", Type(Kind.DATE), required=False)
    name = question.name if question else ""
    return Example(
        id=id_,
        question=name,
        facts=_facts(fields, name, error, reading),
        on=day if isinstance(day, int) else None,
        outcome=_outcome(fields, question),
        decided_by=_decided_by(fields, reading),
        error=error,
        cites=fields.cites(),
        place=place,
    )


def _check_expects(fields: Fields) -> None:
    if fields.has("outcome") == fields.has("error"):
        said = "both an outcome and an error" if fields.has("error") else "nothing"
        fields.report.add(
            Code.EXAMPLE_EXPECTS, fields.node, fields.where, f"the example expects {said}",
            "'outcome' or 'error'",
        )  # fmt: skip
    elif fields.has("error") and fields.has("decided_by"):
        fields.add(
            Code.EXAMPLE_EXPECTS, "decided_by", "an error is decided by no clause",
            "'decided_by' beside an outcome only",
        )  # fmt: skip


def _facts(fields: Fields, question: str, error: str, reading: _Reading) -> dict[str, object]:
    node = fields.get("facts", Mapping, required=False)
    types = reading.types.get(question, {})
    check = bool(question) and error not in _FACT_ERRORS
    own = _written(node, types, fields.where, reading, check=check) if node else {}
    chosen = {name: scalar for name, scalar in reading.given.items() if name in types} | own
    if check:
        _check_complete(fields, question, chosen, reading)
    return {name: None if scalar.is_null else scalar.text for name, scalar in chosen.items()}


def _check_complete(
    fields: Fields, question: str, chosen: dict[str, Scalar], reading: _Reading
) -> None:
    missing = [
        name
        for name, type_ in reading.types[question].items()
        if name not in chosen and not type_.nullable and name not in reading.used[question]
    ]
    if missing:
        fields.add(
            Code.EXAMPLE_FACT_MISSING, "facts", f"no value for {', '.join(missing)}",
            "every fact of the question here or under 'given'",
        )  # fmt: skip


def _outcome(fields: Fields, question: Question | None) -> dict[str, object] | None:
    node = fields.get("outcome", Mapping, required=False)
    if node is None:
        return None
    if not node.entries:
        fields.add(Code.EMPTY, "outcome", "the outcome is empty", "one or more fields")
    answer = {field.name: field.type for field in question.answer} if question else {}
    found: dict[str, object] = {}
    for name, item in node.entries.items():
        scalar = as_shape(item, Scalar, fields.where, fields.report, name=name)
        if question is not None and name not in answer:
            fields.report.add(
                Code.UNKNOWN_FIELD, node.keys[name], fields.where,
                f"{shown(name)} is not a field of the answer of {question.name}",
                choices(name, answer),
            )  # fmt: skip
        elif scalar is not None:
            found[name] = None if scalar.is_null else scalar.text
            if name in answer:
                read_value(scalar, answer[name], f"{fields.where} {name}", fields.report)
    return found


def _decided_by(fields: Fields, reading: _Reading) -> tuple[str, ...] | None:
    if not fields.has("decided_by"):
        return None
    items = fields.names("decided_by")
    for item in items:
        if item.text not in reading.clauses:
            fields.report.add(
                Code.UNKNOWN_CLAUSE, item, fields.where,
                f"{shown(item.text)} is no clause of any edition",
                choices(item.text, sorted(reading.clauses)),
            )  # fmt: skip
    return tuple(item.text for item in items)
