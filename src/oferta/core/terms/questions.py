"""The questions of terms.yaml: what a pack can be asked and what an answer holds."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Named
from typing import TYPE_CHECKING, Literal, cast

from oferta.core.terms.problems import Code, Report, choices, shown
from oferta.core.terms.reader import Fields, as_shape, check_name, entries_of
from oferta.core.terms.types import Field, Place, Question
from oferta.core.terms.values import ORDERED, SUMMABLE
from oferta.core.terms.yaml_source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from oferta.core.terms.declared import Declarations

_KEYS = ("about", "label", "day", "facts", "answer", "combine", "by", "better", "promise")
_COMBINES = ("one", "sum", "max", "min")

ReadField = Callable[[str, Mapping, str, Report], Field | None]


def read_questions(top: Fields, found: Declarations, read_field: ReadField) -> None:
    """Add every question of terms.yaml to `found`."""
    node = top.get("questions", Mapping)
    if node is not None and not node.entries:
        top.add(Code.EMPTY, "questions", "the pack answers no question", "one or more questions")
    for name, place, item in entries_of(node, "", top.report):
        if not check_name(name, place, top.report):
            continue
        fields = Fields(item, _KEYS, name, top.report)
        found.questions[name] = _question(name, fields, place, found, read_field)


def read_question(fields: Fields, known: Named[str, Question]) -> Question | None:
    """Return the question that a clause, a limit or an example belongs to."""
    name = fields.text("question")
    if name and name not in known:
        fields.add(
            Code.UNKNOWN_QUESTION, "question", f"{shown(name)} is not a question of this pack",
            choices(name, known),
        )  # fmt: skip
    return known.get(name)


def _question(
    name: str, fields: Fields, place: Place, found: Declarations, read_field: ReadField
) -> Question:
    facts = _question_facts(fields, found)
    answer = _answer(fields, found, read_field)
    combine = fields.choice("combine", _COMBINES) or "one"
    by = fields.text("by", required=combine in ("max", "min"))
    better = fields.text("better", required=False)
    if combine not in ("max", "min") and by:
        fields.add(Code.BY_FIELD, "by", f"combine: {combine} compares nothing", "no 'by' here")
    for key, word in (("by", by), ("better", better)):
        if word:
            _check_compared(fields, key, word, answer)
    if combine == "sum":
        _check_summable(fields, answer)
    return Question(
        name=name,
        about=fields.text("about"),
        label=fields.words("label"),
        day=fields.text("day"),
        answer=answer,
        combine=cast("Literal['one', 'sum', 'max', 'min']", combine),
        by=by,
        better=better,
        facts=facts,
        place=place,
    )


def _question_facts(fields: Fields, found: Declarations) -> tuple[str, ...]:
    fields.get("facts", Sequence)
    known = []
    for item in fields.names("facts"):
        if item.text in found.facts:
            known.append(item.text)
        elif item.text not in found.broken:
            fields.report.add(
                Code.UNKNOWN_FACT, item, fields.where,
                f"{shown(item.text)} is not a fact of this pack", choices(item.text, found.facts),
            )  # fmt: skip
    return tuple(known)


def _answer(fields: Fields, found: Declarations, read_field: ReadField) -> tuple[Field, ...]:
    node = fields.get("answer", Mapping)
    if node is not None and not node.entries:
        fields.add(Code.EMPTY, "answer", "the answer has no field", "one or more fields")
    answer = []
    for name, place, item in entries_of(node, fields.where, fields.report):
        if not check_name(name, place, fields.report):
            continue
        if name in found.facts or name in found.lists:
            fields.report.add(
                Code.NAME_TAKEN, place, fields.where,
                f"{shown(name)} is a fact or a list already", "another name for the field",
            )  # fmt: skip
        field = read_field(name, item, f"{fields.where} {name}", fields.report)
        if field is not None:
            answer.append(field)
        default = item.entries.get("default")
        if isinstance(default, Scalar):
            found.defaults[fields.where, name] = default
        elif default is not None:
            as_shape(default, Scalar, f"{fields.where} {name}", fields.report, name="default")
    return tuple(answer)


def _check_compared(fields: Fields, key: str, word: str, answer: tuple[Field, ...]) -> None:
    ordered = [field.name for field in answer if field.type.kind in ORDERED]
    if word not in ordered:
        fields.add(
            Code.BY_FIELD, key, f"{shown(word)} is no field of the answer that has an order",
            choices(word, ordered),
        )  # fmt: skip


def _check_summable(fields: Fields, answer: tuple[Field, ...]) -> None:
    for field in answer:
        if field.type.kind not in SUMMABLE:
            fields.add(
                Code.NOT_SUMMABLE, "combine", f"{field.name} is a {field.type.kind}: it has no sum",
                "only numbers, percents, amounts and durations under combine: sum",
            )  # fmt: skip
