"""Whether a pack is sound: it loads, examples come out, nothing is missing and nothing clashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import PackInvalid, Problem, TermsError
from oferta.core.terms.linting import lint
from oferta.core.terms.loader import load_pack
from oferta.core.terms.problems import Code
from oferta.core.terms.values import parse_value, write_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from oferta.core.terms.proving import Finding
    from oferta.core.terms.types import Decided, Example, Pack, Question


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found."""

    #: Name of the pack; of the folder if it could not be loaded.
    pack: str
    problems: tuple[Problem, ...]
    #: None if the pack could not be loaded.
    loaded: Pack | None
    #: What proofs found, with cases and examples; their problems are among `problems` already.
    findings: tuple[Finding, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether there is nothing wrong."""
        return not self.problems


def check(
    folder: Path,
    *,
    proofs: bool = True,
    today: int | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> CheckReport:
    """Load the pack in `folder`, run its worked examples, read its words and prove it whole.

    Args:
        folder: the pack.
        proofs: whether to look for gaps, conflicts and the like, which takes the longest.
        today: coded day; given, an edition that is over by then is told.
        told: takes the name of each edition and question before it is proved.

    Raises:
        OSError: the folder cannot be read.
    """
    try:
        pack = load_pack(folder)
        problems = [*run_examples(pack), *lint(pack, today)]
    except PackInvalid as error:
        return CheckReport(error.pack, tuple(error.problems), None)
    findings = _proved(pack, told) if proofs else ()
    problems += [finding.problem for finding in findings if not finding.note]
    return CheckReport(pack.name, tuple(problems), pack, findings)


def _proved(pack: Pack, told: Callable[[str], None]) -> tuple[Finding, ...]:
    from oferta.core.terms.proving import prove  # noqa: PLC0415 - only proofs wait for the solver

    return tuple(prove(pack, told))


def run_examples(pack: Pack) -> list[Problem]:
    """Return a problem for each worked example that comes out otherwise than it is written.

    Raises:
        PackInvalid: a question cannot be compiled.
    """
    terms = Terms([pack])
    return [
        _failed(example, got, expected)
        for example in pack.examples
        for got, expected in _differences(terms, pack, example)
    ]


def _failed(example: Example, got: str, expected: str) -> Problem:
    place = example.place
    code = Code.EXAMPLE_FAILED.value
    return Problem(code, place.file, place.line, example.id, f"came out as {got}", expected)


def _differences(terms: Terms, pack: Pack, example: Example) -> list[tuple[str, str]]:
    """Return what came out beside what was expected; nothing if they agree."""
    try:
        decided = terms.decide(pack.name, example.question, example.facts, example.on)
    except TermsError as error:
        return [] if error.code == example.error else [(str(error), _expected(example))]
    if example.error:
        return [(_told(pack, decided), f"error {example.error}")]
    return [*_other_fields(pack, decided, example), *_other_clauses(decided, example)]


def _other_fields(pack: Pack, decided: Decided, example: Example) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for field in _question(pack, example).answer:
        if field.name not in (example.outcome or {}):
            continue
        expected = parse_value((example.outcome or {})[field.name], field.type)
        got = decided.outcome[field.name]
        if got != expected:
            told = f"{field.name} {write_value(got, field.type)} by {_by(decided.decided_by)}"
            found.append((told, f"{field.name} {write_value(expected, field.type)}"))
    return found


def _other_clauses(decided: Decided, example: Example) -> list[tuple[str, str]]:
    """Compare the deciding clauses; in which order they are named says nothing."""
    if example.decided_by is None or set(example.decided_by) == set(decided.decided_by):
        return []
    return [(f"decided by {_by(decided.decided_by)}", f"decided by {_by(example.decided_by)}")]


def _question(pack: Pack, example: Example) -> Question:
    return pack.questions[example.question]


def _told(pack: Pack, decided: Decided) -> str:
    fields = pack.questions[decided.question].answer
    told = [
        f"{field.name} {write_value(decided.outcome[field.name], field.type)}" for field in fields
    ]
    return f"{', '.join(told)} by {_by(decided.decided_by)}"


def _expected(example: Example) -> str:
    if example.error:
        return f"error {example.error}"
    told = ", ".join(f"{name} {value}" for name, value in (example.outcome or {}).items())
    return f"{told} by {_by(example.decided_by)}" if example.decided_by else told


def _by(clauses: tuple[str, ...]) -> str:
    return ", ".join(clauses)
