"""What a proof found: the clauses, a case of facts that shows it, and an example to paste."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from oferta.core.terms.errors import Problem
from oferta.core.terms.facts import question_facts
from oferta.core.terms.problems import Code
from oferta.core.terms.types import Kind
from oferta.core.terms.values import write_value

if TYPE_CHECKING:
    from oferta.core.terms.subject import Subject
    from oferta.core.terms.types import Clause, Coded, Decided, Place

#: A case that differs from a worked example in more facts is told by its example only.
_TOLD_MAX = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a proof found."""

    problem: Problem
    #: Worth knowing, but no fault.
    note: bool = False
    #: Facts that show it, as written in a pack; none if it was proved for all facts.
    facts: dict[str, str] = field(default_factory=dict)
    #: Clauses concerned, as `bank-rate (editions/2017-01-01.yaml:41)`.
    clauses: tuple[str, ...] = ()
    #: A worked example to paste into examples.yaml; "" if there is none.
    example: str = ""

    def as_text(self) -> str:
        """Return the problem, and below it the clauses and the example, for a terminal."""
        lines = [str(self.problem)]
        if len(self.clauses) > 1:
            lines += [f"  clause {clause}" for clause in self.clauses]
        if self.example:
            lines += ["  a case, as a worked example:"]
            lines += [f"    {line}" for line in self.example.splitlines()]
        return "\n".join(lines)


class Teller:
    """Makes findings about one question of one edition."""

    def __init__(self, subject: Subject, usual: dict[str, Coded]) -> None:
        self._subject, self._usual = subject, usual
        self._types = question_facts(subject.pack, subject.question.name, subject.edition)

    def told(
        self,
        code: Code,
        clauses: list[Clause],
        what: str,
        expected: str,
        case: dict[str, Coded] | None = None,
        *,
        comes_out: str = "",
    ) -> Finding:
        """Return a finding about clauses, or about the question if there are none."""
        place: Place = clauses[0].place if clauses else self._subject.question.place
        where = clauses[0].id if clauses else self._subject.question.name
        written = self._written(case)
        said = f"in the edition {self._subject.edition.id} {what}{self._difference(case)}"
        return Finding(
            Problem(code.value, place.file, place.line, where, said, expected),
            facts=written,
            clauses=tuple(f"{one.id} ({one.place.file}:{one.place.line})" for one in clauses),
            example=self._example(code, clauses, written, comes_out) if case else "",
        )

    def not_proved(self, clauses: list[Clause], what: str) -> Finding:
        """Return the note that something was neither proved nor refuted."""
        told = self.told(Code.NOT_PROVED, clauses, what, "worked examples, or simpler conditions")
        return replace(told, note=True)

    def came_out(self, decided: Decided) -> str:
        """Return an outcome as a worked example has it: as it is, for the author to mend."""
        types = {field.name: field.type for field in self._subject.question.answer}
        said = (f"{name}: {write_value(v, types[name])}" for name, v in decided.outcome.items())
        return f"outcome: {{{', '.join(said)}}}"

    def _written(self, case: dict[str, Coded] | None) -> dict[str, str]:
        found = {}
        for name, value in (case or {}).items():
            of = self._types[name]
            text = write_value(value, of)
            found[name] = (
                json.dumps(text, ensure_ascii=False)
                if of.kind is Kind.TEXT and value is not None
                else text
            )
        return found

    def _difference(self, case: dict[str, Coded] | None) -> str:
        """Tell the case by what sets it apart from a worked example."""
        if not case:
            return ""
        apart = [name for name, value in case.items() if self._usual.get(name) != value]
        written = self._written(case)
        if not apart or len(apart) > _TOLD_MAX:
            return ", as on the facts below"
        return f", as with {', '.join(f'{name} {written[name]}' for name in apart)}"

    def _example(
        self, code: Code, clauses: list[Clause], written: dict[str, str], comes_out: str
    ) -> str:
        kind = code.value.removeprefix("terms.").replace("_", "-")
        name = "-".join([kind, *(one.id for one in clauses)]) if clauses else kind
        inner = ", ".join(f"{fact}: {value}" for fact, value in written.items())
        return "\n".join(
            [
                f"- id: {name}",
                f"  question: {self._subject.question.name}",
                f"  facts: {{{inner}}}",
                f"  {comes_out}",
            ]
        )
