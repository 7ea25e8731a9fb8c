"""The facts of a question as they come in from outside: named, typed, complete."""

from __future__ import annotations

from collections.abc import Mapping

from oferta.core.terms.errors import MissingFact, UnknownFact, UnknownQuestion, WrongFact
from oferta.core.terms.problems import printable
from oferta.core.terms.types import Coded, Edition, Field, Kind, Limit, Pack, Question, Type
from oferta.core.terms.values import BadValue, expected_of, parse_value


def used_type(limit: Limit, question: Question) -> Type:
    """Return the type of the fact that says how much of a limit was used: never below zero."""
    if limit.kind == "count":
        return Type(Kind.INTEGER, minimum=0)
    field: Field = next(field for field in question.answer if field.name == limit.field)
    return Type(field.type.kind, field.type.unit, minimum=0)


def question_facts(pack: Pack, question_name: str, edition: Edition) -> dict[str, Type]:
    """Return the type of every fact that must be given: the question's, then the limits' `used`.

    Raises:
        UnknownQuestion: the pack has no such question.
    """
    question = pack.questions.get(question_name)
    if question is None:
        raise UnknownQuestion(pack=pack.name, question=question_name, known=list(pack.questions))
    types = {name: pack.facts[name].type for name in question.facts}
    for limit in edition.limits.values():
        if limit.question == question_name:
            types[limit.used] = used_type(limit, question)
    return types


def read_facts(
    pack: Pack, question_name: str, edition: Edition, given: Mapping[str, object]
) -> dict[str, Coded]:
    """Return the facts coded, in the order of `question_facts`.

    A nullable fact may be left out: it is null; so may one with a default. What another edition of
    the pack asks for under its limits is left aside, since whoever asks need not know which edition
    will answer.

    Args:
        pack: declares the facts.
        question_name: what is asked.
        edition: of the day of the event: its limits add facts.
        given: by name, as written texts or typed Python values.

    Raises:
        UnknownQuestion: the pack has no such question.
        UnknownFact: a name that the question does not know.
        MissingFact: a fact that must be given is not.
        WrongFact: a value is not of its type, or null where that is not declared.
    """
    types = question_facts(pack, question_name, edition)
    elsewhere = {limit.used for other in pack.editions for limit in other.limits.values()}
    for name in given:
        if name not in types and name not in elsewhere:
            raise UnknownFact(pack=pack.name, fact=printable(str(name)), known=list(types))
    return {name: _read(pack, name, type_, given) for name, type_ in types.items()}


def _read(pack: Pack, name: str, type_: Type, given: Mapping[str, object]) -> Coded:
    if name not in given:
        fact = pack.facts.get(name)
        if fact is not None and fact.may_be_left_out:
            return fact.default
        raise MissingFact(pack=pack.name, fact=name, expected=expected_of(type_))
    try:
        return parse_value(given[name], type_)
    except BadValue as error:
        raise WrongFact(
            pack=pack.name, fact=name, given=error.given, expected=error.expected
        ) from error
