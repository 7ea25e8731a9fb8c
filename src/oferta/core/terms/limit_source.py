"""One limit of an edition as written."""

from __future__ import annotations

from typing import Literal, cast

from oferta.core.terms.draft import Draft
from oferta.core.terms.operators import same_type
from oferta.core.terms.problems import Code, choices, shown
from oferta.core.terms.questions import read_question
from oferta.core.terms.reader import Fields, read_window
from oferta.core.terms.scope import kind_words
from oferta.core.terms.types import (
    Const,
    Field,
    Kind,
    Limit,
    Place,
    Question,
    Type,
    Window,
)
from oferta.core.terms.values import SUMMABLE, BadValue, parse_value, plain_type
from oferta.core.terms.yaml_source import Mapping, Scalar

_KEYS = (
    "id",
    "question",
    "field",
    "at_most",
    "count",
    "clauses",
    "per",
    "period",
    "window",
    "in_force",
    "label",
    "cites",
    "settles",
)
_PERIODS = ("day", "month", "campaign")
_COUNT = Type(Kind.INTEGER, minimum=0)


def used_name(limit_id: str) -> str:
    """Return the name of the fact that says how much of a limit was used."""
    return f"{limit_id.replace('-', '_')}_used"


def read_limit(id_: str, place: Place, node: Mapping, draft: Draft) -> Limit | None:
    """Return the limit, or None after reporting what keeps it from being one."""
    fields = Fields(node, _KEYS, id_, draft.report)
    question = read_question(fields, draft.declared.questions)
    period = fields.choice("period", _PERIODS)
    window = _campaign(fields, period)
    in_force = read_window(fields, "in_force")
    label, cites, settles = fields.words("label"), fields.cites(), fields.settles()
    _check_used_name(fields, id_, draft)
    if question is None:
        return None
    field = _field(fields, question)
    per = _per(fields, question, draft)
    clauses = draft.expanded(fields.names("clauses"))
    if fields.has("clauses") and not clauses:
        fields.add(
            Code.EMPTY, "clauses", "it limits no clause", "clause ids, or no 'clauses' for all"
        )
    at_most = _at_most(fields, field, draft)
    if field is None or at_most is None or not period:
        return None
    return Limit(
        id=id_,
        question=question.name,
        field=field.name,
        kind="count" if fields.has("count") else "amount",
        at_most=at_most,
        clauses=clauses,
        per=per,
        period=cast("Literal['day', 'month', 'campaign']", period),
        used=used_name(id_),
        window=window,
        in_force=in_force,
        label=label,
        cites=cites,
        settles=settles,
        place=place,
    )


def _campaign(fields: Fields, period: str) -> Window:
    if period == "campaign":
        window = read_window(fields, "window")
        if window.start is None or window.through is None:
            fields.add(
                Code.LIMIT_WINDOW, "period", "a campaign has no days",
                "window: {from: …, through: …}",
            )  # fmt: skip
        return window
    if period and fields.has("window"):
        fields.add(
            Code.LIMIT_WINDOW, "window", f"a limit per {period} has no window", "period: campaign"
        )
    return Window()


def _check_used_name(fields: Fields, id_: str, draft: Draft) -> None:
    used = used_name(id_)
    declared = draft.declared
    taken = {*declared.facts, *declared.lists, *draft.derived, *draft.values}
    taken |= {part.name for question in declared.questions.values() for part in question.answer}
    taken |= {limit.used for limit in draft.limits.values()}
    if used in taken:
        fields.add(
            Code.NAME_TAKEN, "id", f"the limit's fact would be {used}, a name that is taken",
            "another id or another name",
        )  # fmt: skip


def _field(fields: Fields, question: Question) -> Field | None:
    name = fields.text("field")
    answer = {field.name: field for field in question.answer}
    if not name:
        return None
    if name not in answer:
        fields.add(
            Code.UNKNOWN_FIELD, "field",
            f"{shown(name)} is not a field of the answer of {question.name}",
            choices(name, answer),
        )  # fmt: skip
        return None
    if answer[name].type.kind not in SUMMABLE:
        fields.add(
            Code.LIMIT_KIND, "field", f"{shown(name)} is {kind_words(answer[name].type)}",
            "a field that can be added up: a number, a percent, an amount or a duration",
        )  # fmt: skip
        return None
    return answer[name]


def _per(fields: Fields, question: Question, draft: Draft) -> tuple[str, ...]:
    items = fields.names("per")
    if not items:
        fields.add(Code.LIMIT_HOLDER, "per", "the limit has no holder", "per: [customer]")
    facts = draft.declared.facts
    for item in items:
        if item.text in draft.declared.broken:
            continue
        if item.text not in question.facts:
            draft.report.add(
                Code.LIMIT_HOLDER, item, fields.where,
                f"{shown(item.text)} is not among the facts of the question {question.name}",
                choices(item.text, question.facts),
            )  # fmt: skip
        elif facts[item.text].type.nullable:
            draft.report.add(
                Code.LIMIT_HOLDER, item, fields.where,
                f"{shown(item.text)} may be null, so it cannot name a holder",
                "a fact that is always given",
            )  # fmt: skip
    return tuple(item.text for item in items)


def _at_most(fields: Fields, field: Field | None, draft: Draft) -> Const | None:
    if fields.has("count") == fields.has("at_most"):
        fields.add(
            Code.LIMIT_KIND, "at_most" if fields.has("at_most") else "id",
            "the limit has both a count and an amount" if fields.has("count") else
            "the limit has neither a count nor an amount",
            "'at_most' or 'count'",
        )  # fmt: skip
        return None
    key = "count" if fields.has("count") else "at_most"
    written = fields.get(key, Scalar)
    if written is None or field is None:
        return None
    type_ = _COUNT if key == "count" else plain_type(field.type)
    return _ceiling(fields, key, written, type_, draft)


def _ceiling(fields: Fields, key: str, written: Scalar, type_: Type, draft: Draft) -> Const | None:
    name = written.text.strip()
    if name in draft.broken:
        return None
    const = draft.values[name].const if name in draft.values else None
    if const is None:
        const = _literal(fields, key, written, type_, draft)
    elif not same_type(const.type, type_):
        fields.add(
            Code.TYPE_MISMATCH, key, f"{shown(name)} is {kind_words(const.type)}",
            kind_words(type_),
        )  # fmt: skip
        return None
    if const is not None and isinstance(const.value, int) and const.value < 0:
        fields.add(Code.BAD_VALUE, key, "the ceiling is below zero", "zero or more")
    return const


def _literal(fields: Fields, key: str, written: Scalar, type_: Type, draft: Draft) -> Const | None:
    try:
        value = parse_value(None if written.is_null else written.text, type_)
    except BadValue as error:
        hint = error.expected
        if draft.values:
            hint += f", or a named value: {choices(written.text, draft.values)}"
        fields.add(Code.BAD_VALUE, key, f"{error.given} is no ceiling here", hint)
        return None
    return Const(value, plain_type(type_))
