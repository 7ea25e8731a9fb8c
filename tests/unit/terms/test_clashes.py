"""A clash is found whatever else holds beside it."""

from __future__ import annotations

from made import clause, edition, equals, holds, pack

from oferta.core.terms.proving import compare, prove
from oferta.core.terms.types import Const, Pick, Type


def clashes(*clauses: object) -> set[tuple[str, ...]]:
    found = prove(pack(edition(list(clauses))))  # type: ignore[arg-type]
    return {
        tuple(told.split()[0] for told in one.clauses)
        for one in found
        if one.problem.code == "terms.has_conflict"
    }


def the_same(amount: int, of: Type) -> Pick:
    """Write an amount otherwise, so that it stands for a class of its own."""
    return Pick("least", (Const(amount, of), Const(amount + 1, of)), of)


def test_two_that_agree_do_not_hide_a_third_that_does_not() -> None:
    money = clause("x", None, 1).then[0].expression.type
    one, twin = clause("one", None, 5), clause("twin", None, {"amount": the_same(5, money)})
    third = clause("third", None, 6)
    assert clashes(one, twin) == set()
    assert clashes(one, twin, third) >= {("one", "third")}
    assert clashes(third, one, twin) != set()


def test_each_two_clauses_of_two_classes_are_told() -> None:
    app, insured = equals("channel", "app"), holds("insured")
    found = clashes(clause("all", None, 5), clause("app", app, 6), clause("insured", insured, 6))
    assert found == {("all", "app"), ("all", "insured")}


def test_a_clash_beside_clauses_that_agree_is_a_difference_of_editions() -> None:
    money = clause("x", None, 1).then[0].expression.type
    agree = [clause("one", None, 5), clause("twin", None, {"amount": the_same(5, money)})]
    old, new = edition(agree), edition([*agree, clause("third", None, 6)], start=50)
    found = compare(pack(old, new), (old, new), "q")
    assert found.equal is False
    assert found.witnesses[0].after == "terms.conflict"
