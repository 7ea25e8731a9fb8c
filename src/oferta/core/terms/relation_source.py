"""Reads the relations of terms.yaml: what is assumed of facts, what is promised of answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

from oferta.core.terms.conditions import parse_condition
from oferta.core.terms.draft import report_faults
from oferta.core.terms.expressions import parse_exact
from oferta.core.terms.operators import NUMBERS
from oferta.core.terms.problems import Code, shown
from oferta.core.terms.reader import Fields, as_shape, check_id
from oferta.core.terms.scope import BadSource, Scope, comparable, kind_words, refuse
from oferta.core.terms.types import Always, Held, Place, Relation
from oferta.core.terms.values import ORDERED
from oferta.core.terms.walk import facts_of, facts_of_condition
from oferta.core.terms.yaml_source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from oferta.core.terms.declared import Declarations
    from oferta.core.terms.problems import Report
    from oferta.core.terms.types import CompareOp, Condition, Expression

_KEYS = ("id", "that", "when", "label", "cites")
_T = TypeVar("_T")
#: A comparison outside quotes.
_SIGN = re.compile(r"'(?:[^']|'')*'|(?P<op><=|>=|<>|=|<|>)")
#: What only a condition has.
_WORDS = re.compile(r"\b(?:AND|OR|NOT|IN|BETWEEN|IS|TRUE|FALSE)\b|'", re.IGNORECASE)
_EXAMPLE = "a relation, as refunded_before + refunded <= purchase_paid"


def read_relations(root: Mapping, declared: Declarations, report: Report) -> None:
    """Add what terms.yaml assumes and promises to what it declares, having reported what is wrong.

    An assumption is about facts; a promise about the facts of its question and the fields of the
    answer. No id is used twice.
    """
    known: set[str] = set()
    facts = {name: fact.type for name, fact in declared.facts.items()}
    scope = Scope(facts=facts, lists=declared.lists, broken=frozenset(declared.broken))
    top = Fields(root, root.entries, "assume", report)
    declared.assumptions = tuple(_relations(top, "assume", scope, known))
    questions = root.entries.get("questions")
    nodes = questions.entries if isinstance(questions, Mapping) else {}
    for name, question in declared.questions.items():
        node = nodes.get(name)
        if isinstance(node, Mapping):
            own = {fact: facts[fact] for fact in question.facts}
            own |= {field.name: field.type for field in question.answer}
            inner = Fields(node, node.entries, name, report)
            found = tuple(_relations(inner, "promise", replace(scope, facts=own), known))
            declared.questions[name] = replace(question, promises=found)


def _relations(fields: Fields, key: str, scope: Scope, known: set[str]) -> Iterator[Relation]:
    node = fields.get(key, Sequence, required=False)
    if node is not None and not node.items:
        fields.add(Code.EMPTY, key, f"{key} is empty", "one relation or more")
    for item in node.items if node else ():
        mapping = as_shape(item, Mapping, fields.where, fields.report, name=key)
        if mapping is None:
            continue
        inner = Fields(mapping, _KEYS, fields.where, fields.report)
        id_ = inner.text("id")
        if not id_ or not check_id(id_, inner.at("id"), fields.report):
            continue
        if id_ in known:
            inner.add(Code.DUPLICATE_ID, "id", f"the id {shown(id_)} stands twice", "another id")
        known.add(id_)
        inner.where = id_
        found = _relation(id_, inner, scope)
        if found is not None:
            yield found


def _relation(id_: str, fields: Fields, scope: Scope) -> Relation | None:
    label, cites = fields.words("label"), fields.cites()
    written, guard = fields.get("that", Scalar), fields.get("when", Scalar, required=False)
    that = _read(written, _that, scope, fields)
    when = Always(value=True) if guard is None else _read(guard, parse_condition, scope, fields)
    if written is None or that is None or when is None:
        return None
    reads = dict.fromkeys([*_facts_in(that), *facts_of_condition(when)])
    if not reads:
        fields.add(Code.TWO_LITERALS, "that", "it looks at no fact", "a fact on one side")
        return None
    source = " ".join(written.text.split())
    if guard is not None:
        source += f", when {' '.join(guard.text.split())}"
    place = Place(written.file, written.line)
    return Relation(id_, when, that, source, label, tuple(reads), cites, place)


def _read(
    written: Scalar | None, parse: Callable[[str, Scope], _T], scope: Scope, fields: Fields
) -> _T | None:
    if written is None:
        return None
    if written.is_null or not written.text.strip():
        fields.report.add(Code.EMPTY, written, fields.where, "there is no relation", _EXAMPLE)
        return None
    try:
        return parse(written.text, scope)
    except BadSource as refused:
        report_faults(refused, written, fields.where, fields.report)
        return None


def _that(source: str, scope: Scope) -> Condition | Held:
    """Return a comparison with arithmetic, or a condition like those of clauses."""
    signs = [found for found in _SIGN.finditer(source) if found["op"]]
    if len(signs) != 1 or _WORDS.search(source):
        return parse_condition(source, scope)
    (sign,) = signs
    left = parse_exact(source[: sign.start()], scope)
    right = _right(source, sign.end(), scope)
    numbers = left.type.kind in NUMBERS and right.type.kind in NUMBERS
    if not numbers and not comparable(left.type, right.type):
        raise refuse(
            Code.TYPE_MISMATCH,
            f"{kind_words(left.type)} is held against {kind_words(right.type)}",
            kind_words(left.type), sign.start(),
        )  # fmt: skip
    if left.type.kind not in ORDERED:
        raise refuse(
            Code.NO_ORDER, f"{kind_words(left.type)} has no order",
            "a condition, its values in quotes", sign.start(),
        )  # fmt: skip
    return Held(cast("CompareOp", sign["op"]), left, right)


def _right(source: str, start: int, scope: Scope) -> Expression:
    try:
        return parse_exact(source[start:], scope)
    except BadSource as refused:
        moved = [replace(fault, offset=fault.offset + start) for fault in refused.faults]
        raise BadSource(faults=moved) from refused


def _facts_in(that: Condition | Held) -> Iterator[str]:
    if isinstance(that, Held):
        yield from facts_of(that.left, {})
        yield from facts_of(that.right, {})
    else:
        yield from facts_of_condition(that)
