"""Whether a new edition gives the customer less than the old one: proved not, or a case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from oferta.core.terms.facts import question_facts
from oferta.core.terms.proving.encoding import alike
from oferta.core.terms.proving.logic import both, negated
from oferta.core.terms.proving.numbers import Ratio, choose, less
from oferta.core.terms.proving.sides import Sides
from oferta.core.terms.proving.witnesses import Simplest, usual_cases
from oferta.core.terms.types import Decided
from oferta.core.terms.values import write_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oferta.core.terms.types import Coded, Edition, Field, Pack


class Loss(StrEnum):
    """How surely the customer has less."""

    #: The new edition gives less of what is good, or more of what is not.
    LESS = "less"
    #: The field differs and nothing says which way is good for the customer.
    DIFFERS = "differs"
    #: The old edition answers and the new one stops: a gap, a conflict, an error.
    NO_ANSWER = "no_answer"
    #: Neither found nor proved impossible: a person has to look.
    NOT_PROVED = "not_proved"


@dataclass(frozen=True, slots=True)
class Fall:
    """One case in which the new edition gives the customer less than the old one."""

    question: str
    #: Field of the answer; "" if the new edition has no answer, or nothing was proved.
    field: str
    loss: Loss
    #: The case as a pack writes it, and coded; empty if nothing was proved.
    facts: Mapping[str, str]
    case: Mapping[str, Coded]
    #: The field under the old and the new edition, as a pack writes it; or the error's code.
    before: str = ""
    after: str = ""
    #: Clauses that decided, as `bank-rate (editions/2017-01-01.yaml:41)`.
    clauses_before: tuple[str, ...] = ()
    clauses_after: tuple[str, ...] = ()


def rights_fall(
    pack: Pack,
    old: Edition,
    new: Edition,
    question: str,
) -> list[Fall]:
    """Return a case for each field of the answer in which the customer has less from now on.

    An empty list is a proof: on every set of facts, limits included, and every day from the first
    of the new edition on, the new edition gives the customer as much as the old one would have.

    Args:
        pack: the pack of both editions.
        old: the edition that the customer accepted.
        new: the edition that is to take its place.
        question: its name. Each field of its answer says by `good` which way is good for the
            customer; where it says nothing, any difference counts.
    """
    usual = usual_cases(pack, pack.questions[question], (old, new), new.start)
    sides = Sides(pack, (old, new), question, usual[0] if usual else {}, (new.start, None))
    return _Falling(pack, (old, new), question, sides).found()


class _Falling:
    def __init__(
        self, pack: Pack, editions: tuple[Edition, Edition], question: str, sides: Sides
    ) -> None:
        self._pack, self._sides, self._question = pack, sides, pack.questions[question]
        self._editions = editions
        self._types = {
            name: of for one in editions for name, of in question_facts(pack, question, one).items()
        }

    def found(self) -> list[Fall]:
        """Return a fall for each field that can fall, surest first."""
        found: dict[str, Fall] = {}
        for asked in self._sides.unanswered(1):
            self._look("", asked, found)
        for first, second in self._sides.met():
            taken = [*self._sides.sound, first.taken, second.taken, negated(first.stops)]
            self._look("", [*taken, second.stops], found)
            for place, field in enumerate(self._question.answer):
                worse = self._worse(field, first.fields[place], second.fields[place])
                self._look(field.name, [*taken, negated(second.stops), worse], found)
            if len(found) > len(self._question.answer):
                break
        if self._sides.unsure:
            found.setdefault("?", Fall(self._question.name, "", Loss.NOT_PROVED, {}, {}))
        return sorted(found.values(), key=lambda fall: list(Loss).index(fall.loss))

    def _worse(self, field: Field, before: Any, after: Any) -> Any:
        """Return the condition that a field is worse for the customer, or may be."""
        if field.good == "any":
            return False
        if field.best_first:
            ranks = self._ranked(field, before), self._ranked(field, after)
            return both([negated(alike(before, after)), ranks[1] >= ranks[0]])
        if not field.good:
            return negated(alike(before, after))
        if field.good == "less":
            before, after = after, before
        if isinstance(before, Ratio):
            return less(after, before)
        return both([before, negated(after)])

    def _ranked(self, field: Field, value: Any) -> Any:
        """Return how good a value of an enum is, as the solver takes it."""
        code = self._sides.models[0].symbols.words.code
        found: Any = len(field.best_first)
        for rank, word in enumerate(field.best_first):
            found = choose(value == code(word), rank, found)
        return found

    def _look(self, name: str, asked: list[Any], found: dict[str, Fall]) -> None:
        if name in found:
            return

        def really(case: Mapping[str, Coded]) -> bool:
            return self._loss(name, *self._sides.decided(case)) is not None

        case = self._sides.case(asked, really)
        if case is not None:
            days = self._editions[1].start, None
            plain = Simplest(
                self._pack, self._editions, self._question, days,
                lambda before, after: self._loss(name, before, after) is not None,
            )  # fmt: skip
            found[name] = self._fall(name, plain.plainer(case).facts)

    def _loss(self, name: str, before: Decided | str, after: Decided | str) -> Loss | None:
        if isinstance(before, str):
            return None
        if isinstance(after, str):
            return None if name else Loss.NO_ANSWER
        field = next((one for one in self._question.answer if one.name == name), None)
        if field is None:
            return None
        return loss(field, before.outcome[name], after.outcome[name])

    def _fall(self, name: str, case: Mapping[str, Coded]) -> Fall:
        decided = self._sides.decided(case)
        found = self._loss(name, *decided)
        assert found is not None  # noqa: S101 - it was really decided so
        told = [self._told(name, one) for one in decided]
        clauses = [
            self._clauses(one, edition)
            for one, edition in zip(decided, self._editions, strict=True)
        ]
        facts = {fact: write_value(value, self._types[fact]) for fact, value in case.items()}
        return Fall(
            self._question.name, name, found, facts, dict(case),
            before=told[0], after=told[1], clauses_before=clauses[0], clauses_after=clauses[1],
        )  # fmt: skip

    def _told(self, name: str, decided: Decided | str) -> str:
        if isinstance(decided, str):
            return decided
        types = {field.name: field.type for field in self._question.answer}
        if name:
            return write_value(decided.outcome[name], types[name])
        said = (
            f"{field} {write_value(value, types[field])}"
            for field, value in decided.outcome.items()
        )
        return ", ".join(said)

    @staticmethod
    def _clauses(decided: Decided | str, edition: Edition) -> tuple[str, ...]:
        ids = decided.decided_by if isinstance(decided, Decided) else ()
        places = ((name, edition.clauses[name].place) for name in ids)
        return tuple(f"{name} ({place.file}:{place.line})" for name, place in places)


def loss(field: Field, before: Coded, after: Coded) -> Loss | None:
    """Return what a customer loses by one field's value becoming another; None: nothing."""
    if before == after or field.good == "any":
        return None
    if field.best_first:
        ranks = [_rank(field, str(value)) for value in (before, after)]
        return Loss.LESS if ranks[1] > ranks[0] else None if ranks[1] < ranks[0] else Loss.DIFFERS
    if not field.good:
        return Loss.DIFFERS
    grows = int(after or 0) > int(before or 0)
    return None if grows == (field.good == "more") else Loss.LESS


def _rank(field: Field, value: str) -> int:
    """Return how good a value of an enum is, 0 the best; all that are not named come last."""
    order = field.best_first
    return order.index(value) if value in order else len(order)
