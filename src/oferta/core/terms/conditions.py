"""Conditions: a closed subset of SQL, parsed by sqlglot, every node and word on an allow-list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from oferta.core.terms.problems import Code, choices, listed, shown
from oferta.core.terms.scope import BadSource, Fault, Scope, comparable, kind_words, refuse
from oferta.core.terms.sql_source import ALLOWED, DEPTH_MAX, DIALECT, parsed
from oferta.core.terms.types import (
    Always,
    And,
    Between,
    Coded,
    Compare,
    CompareOp,
    Condition,
    Const,
    FactRef,
    InList,
    IsNull,
    Kind,
    Not,
    Operand,
    Or,
    Truth,
    Type,
)
from oferta.core.terms.values import ORDERED, BadValue, literal_example, parse_value, plain_type

_COMPARISONS: dict[type[exp.Expr], CompareOp] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_TURNED: dict[CompareOp, CompareOp] = {
    "=": "=",
    "<>": "<>",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}


def parse_condition(source: str, scope: Scope) -> Condition:
    """Return the condition that `source` writes.

    In every comparison the left operand is a fact: `'1000 KZT' <= money_paid` is turned round.

    Raises:
        BadSource: every word, type or name in it that the language does not take.
    """
    names = frozenset({*scope.facts, *scope.values, *scope.lists, *scope.broken})
    tree = parsed(source, names)
    converter = _Converter(source, scope)
    try:
        condition = converter.condition(tree, 0)
    except RecursionError as error:
        raise refuse(Code.CONDITION_SYNTAX, "the condition is nested too deeply") from error
    if converter.faults:
        raise BadSource(faults=converter.faults)
    return condition


class _Converter:
    """Turns sqlglot's tree into ours; gathers faults, one for each atom at most."""

    def __init__(self, source: str, scope: Scope) -> None:
        self._source = source
        self._scope = scope
        self.faults: list[Fault] = []

    def condition(self, node: exp.Expr, depth: int) -> Condition:
        """Convert a condition; a faulty atom stands as FALSE beside its fault."""
        if depth > DEPTH_MAX * 4:
            raise RecursionError
        node = node.unnest()
        if isinstance(node, exp.And | exp.Or):
            items = tuple(self.condition(item, depth + 1) for item in node.flatten())
            flat = tuple(part for item in items for part in _spliced(item, node))
            return And(flat) if isinstance(node, exp.And) else Or(flat)
        if isinstance(node, exp.Not):
            return Not(self.condition(node.this, depth + 1))
        try:
            return self._atom(node)
        except BadSource as refused:
            self.faults.extend(refused.faults)
            return Always(value=False)

    def _atom(self, node: exp.Expr) -> Condition:
        if isinstance(node, exp.Boolean):
            return Always(bool(node.this))
        if type(node) in _COMPARISONS:
            return self._compare(node)
        handlers: dict[type[exp.Expr], Callable[[exp.Expr], Condition]] = {
            exp.Is: self._is,
            exp.In: self._in,
            exp.Between: self._between,
            exp.Column: self._truth,
        }
        handler = handlers.get(type(node))
        if handler is None:
            raise self._refuse(
                Code.NOT_ALLOWED, node, f"{shown(node.sql(DIALECT))} is not a condition", ALLOWED
            )
        return handler(node)

    def _is(self, node: exp.Expr) -> Condition:
        operand = node.this.unnest()
        if not isinstance(node.expression, exp.Null):
            raise self._refuse(
                Code.NOT_ALLOWED,
                node,
                f"IS {node.expression.sql(DIALECT)} is not allowed in a condition",
                "IS NULL, IS NOT NULL, or the boolean fact by its bare name",
            )
        found = IsNull(self._fact(operand))
        return Not(found) if node.args.get("negate") else found

    def _truth(self, node: exp.Expr) -> Condition:
        fact = self._fact(node)
        if fact.type.kind is not Kind.BOOLEAN:
            raise self._refuse(
                Code.TYPE_MISMATCH,
                node,
                f"{shown(fact.name)} stands alone but is {kind_words(fact.type)}",
                "a comparison, or a boolean fact",
            )
        return Truth(fact)

    def _compare(self, node: exp.Expr) -> Condition:
        op = _COMPARISONS[type(node)]
        left, right = node.this.unnest(), node.args["expression"].unnest()
        if isinstance(left, exp.Null) or isinstance(right, exp.Null):
            raise self._refuse(
                Code.COMPARED_WITH_NULL,
                node,
                "a comparison with NULL is never true",
                "IS NULL or IS NOT NULL",
            )
        if not self._is_fact(left):
            left, right, op = right, left, _TURNED[op]
        if not self._is_fact(left):
            self._check_named(left, right)
            raise self._refuse(
                Code.TWO_LITERALS,
                node,
                f"{shown(node.sql(DIALECT))} compares two fixed values",
                "a fact on one side",
            )
        fact = self._fact(left)
        self._check_order(op, fact, node)
        return Compare(op, fact, self._operand(right, fact))

    def _check_named(self, *sides: exp.Expr) -> None:
        """Refuse a side that is a name but of nothing: that is what is wrong with it."""
        for side in sides:
            if isinstance(side, exp.Column) and self._name(side) not in self._scope.values:
                self._fact(side)

    def _check_order(self, op: str, fact: FactRef, node: exp.Expr) -> None:
        if op not in ("=", "<>") and fact.type.kind not in ORDERED:
            raise self._refuse(
                Code.NO_ORDER,
                node,
                f"{shown(fact.name)} is {kind_words(fact.type)}: it has no order, so no {op}",
                "= or <> or IN (…)",
            )

    def _between(self, node: exp.Expr) -> Condition:
        if node.args.get("symmetric"):
            raise self._refuse(
                Code.NOT_ALLOWED, node, "SYMMETRIC is not allowed", "BETWEEN low AND high"
            )
        fact = self._fact(node.this.unnest())
        self._check_order("BETWEEN", fact, node)
        low = self._operand(node.args["low"].unnest(), fact)
        high = self._operand(node.args["high"].unnest(), fact)
        if _upside_down(low, high):
            raise self._refuse(
                Code.NEVER_TRUE, node, "this BETWEEN is never true", "the lower value first"
            )
        return Between(fact, low, high)

    def _in(self, node: exp.Expr) -> Condition:
        items = node.args.get("expressions") or []
        if not items or any(key not in ("this", "expressions") for key in _given(node)):
            raise self._refuse(
                Code.NOT_ALLOWED,
                node,
                "IN without a bracketed list",
                "a list's name or literals in brackets, as IN (wallets)",
            )
        fact = self._fact(node.this.unnest())
        values: dict[Coded, None] = {}
        lists: list[str] = []
        for item in items:
            if isinstance(item, exp.Column):
                lists.append(item.name)
                values.update(dict.fromkeys(self._list(item, fact)))
            else:
                values[self._literal(item.unnest(), fact)] = None
        return InList(fact, tuple(values), tuple(lists))

    def _list(self, node: exp.Column, fact: FactRef) -> tuple[Coded, ...]:
        name = self._name(node)
        found = self._scope.lists.get(name)
        if found is None:
            raise self._refuse(
                Code.UNKNOWN_LIST,
                node,
                f"{shown(name)} is not a list of this pack",
                _or_quoted(name, fact.type) or choices(name, self._scope.lists),
            )
        if found.type.kind is not fact.type.kind or found.type.unit != fact.type.unit:
            raise self._mismatch(node, fact, found.type, f"the list {shown(name)} holds")
        if fact.type.kind is Kind.ENUM and not set(found.values) <= set(fact.type.values):
            raise self._refuse(
                Code.BAD_VALUE,
                node,
                f"the list {shown(name)} holds values that {shown(fact.name)} never has",
                listed(fact.type.values),
            )
        return found.values

    # --- operands -------------------------------------------------------------------------

    def _operand(self, node: exp.Expr, fact: FactRef) -> Operand:
        if not isinstance(node, exp.Column):
            coded = self._literal(node, fact)
            return Const(coded, plain_type(fact.type))
        name = self._name(node)
        if name in self._scope.values:
            return self._named_value(node, self._scope.values[name], fact)
        if name not in self._scope.facts and _or_quoted(name, fact.type):
            raise self._refuse(
                Code.UNKNOWN_NAME,
                node,
                f"{shown(name)} is a value, not a name",
                _or_quoted(name, fact.type),
            )
        other = self._fact(node)
        if not comparable(fact.type, other.type):
            raise self._mismatch(node, fact, other.type, f"{shown(name)} is")
        return other

    def _named_value(self, node: exp.Expr, const: Const, fact: FactRef) -> Const:
        if const.type.kind is Kind.TEXT and fact.type.kind is Kind.ENUM:
            if const.value not in fact.type.values:
                raise self._refuse(
                    Code.BAD_VALUE,
                    node,
                    f"{shown(fact.name)} never has the value of {shown(const.name)}",
                    listed(fact.type.values),
                )
            return Const(const.value, plain_type(fact.type), const.name)
        if not comparable(fact.type, const.type):
            raise self._mismatch(node, fact, const.type, f"{shown(const.name)} is")
        return const

    def _mismatch(self, node: exp.Expr, fact: FactRef, other: Type, said: str) -> BadSource:
        return self._refuse(
            Code.TYPE_MISMATCH,
            node,
            f"{shown(fact.name)} is {kind_words(fact.type)}, but {said} {kind_words(other)}",
            f"two of one type: {kind_words(fact.type)}",
        )

    def _literal(self, node: exp.Expr, fact: FactRef) -> Coded:
        written = self._written(node, fact)
        try:
            return parse_value(written, replace(fact.type, nullable=False))
        except BadValue as error:
            raise self._refuse(
                Code.BAD_VALUE,
                node,
                f"{error.given} is no value of {shown(fact.name)}",
                error.expected,
            ) from error

    def _written(self, node: exp.Expr, fact: FactRef) -> object:
        """Return a literal as text, or a truth value."""
        if isinstance(node, exp.Boolean):
            return bool(node.this)
        if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal):
            if fact.type.kind is not Kind.DATE:
                raise self._mismatch(node, fact, Type(Kind.DATE), "the literal is")
            return str(node.this.this)
        sign = "-" if isinstance(node, exp.Neg) else ""
        literal = node.this.unnest() if isinstance(node, exp.Neg) else node
        if not isinstance(literal, exp.Literal):
            raise self._refuse(
                Code.NOT_ALLOWED, node, f"{shown(node.sql(DIALECT))} is not a literal", ALLOWED
            )
        if not literal.is_string and fact.type.kind is not Kind.INTEGER:
            raise self._refuse(
                Code.TYPE_MISMATCH,
                node,
                f"{shown(fact.name)} is {kind_words(fact.type)}, not a bare number",
                f"it in quotes: {literal_example(fact.type)}",
            )
        return sign + str(literal.this)

    def _is_fact(self, node: exp.Expr) -> bool:
        return isinstance(node, exp.Column) and (
            node.name in self._scope.facts or node.name in self._scope.out_of_reach
        )

    def _fact(self, node: exp.Expr) -> FactRef:
        name = self._name(node)
        if name in self._scope.facts:
            return FactRef(name, self._scope.facts[name])
        if name in self._scope.out_of_reach:
            raise self._refuse(
                Code.NOT_ASKED, node, f"{shown(name)} {self._scope.out_of_reach[name]}",
                "the fact among the question's facts, or another fact",
            )  # fmt: skip
        if name in self._scope.values or name in self._scope.lists:
            raise self._refuse(
                Code.TYPE_MISMATCH, node, f"{shown(name)} is not a fact", "a fact in this place"
            )
        raise self._refuse(
            Code.UNKNOWN_FACT,
            node,
            f"{shown(name)} is not a fact of this pack",
            choices(name, [*self._scope.facts, *self._scope.values]),
        )

    def _name(self, node: exp.Expr) -> str:
        if not isinstance(node, exp.Column):
            raise self._refuse(
                Code.TYPE_MISMATCH,
                node,
                f"{shown(node.sql(DIALECT))} is not a name",
                "the name of a fact",
            )
        if node.name in self._scope.broken:
            raise refuse(Code.UNKNOWN_FACT, "")  # its own declaration is reported already
        return node.name

    def _refuse(self, code: Code, node: exp.Expr, what: str, expected: str) -> BadSource:
        return refuse(code, what, expected, self._offset(node))

    def _offset(self, node: exp.Expr) -> int:
        """Return where the node starts: where its first name or literal with a place starts."""
        starts = [
            part.meta["start"]
            for part in node.find_all(exp.Identifier, exp.Literal)
            if "start" in part.meta
        ]
        return min(starts, default=0)


def _spliced(item: Condition, node: exp.Expr) -> tuple[Condition, ...]:
    """Return the parts of a bracketed condition joined by the same word."""
    same = And if isinstance(node, exp.And) else Or
    return item.items if isinstance(item, same) else (item,)


def _given(node: exp.Expr) -> list[str]:
    return [key for key, value in node.args.items() if value]


def _upside_down(low: Operand, high: Operand) -> bool:
    return (
        isinstance(low, Const)
        and isinstance(high, Const)
        and isinstance(low.value, int)
        and isinstance(high.value, int)
        and low.value > high.value
    )


def _or_quoted(name: str, type_: Type) -> str:
    return f"quotes: '{name}'" if type_.kind is Kind.ENUM and name in type_.values else ""
