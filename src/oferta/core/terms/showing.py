"""Facts and the clauses that mattered, as an explanation shows them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from oferta.core.terms.errors import Gap
from oferta.core.terms.explanation import ClauseShown, FactShown, Failing, Role
from oferta.core.terms.figures import Figures
from oferta.core.terms.grounds import grounds_of
from oferta.core.terms.sentences import sentence
from oferta.core.terms.traces import card_of, cite
from oferta.core.terms.types import IsNull
from oferta.core.terms.values import write_value
from oferta.core.terms.walk import atoms, facts_of_condition
from oferta.core.terms.weighing import distance, failures, truth, without_guards

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oferta.core.terms.case import Case
    from oferta.core.terms.figures import Figure
    from oferta.core.terms.lexicon import Lexicon
    from oferta.core.terms.types import Clause, Coded, Condition

#: Near misses told of, besides the clauses that applied.
NEAR_MAX = 3


def fact_shown(terms: Lexicon, name: str, value: Coded) -> FactShown:
    """Return a fact for a reader and in canonical text."""
    return FactShown(
        name=name,
        label=terms.label(name),
        shown=terms.fact_value(name, value),
        value=write_value(value, terms.type_of(name)),
    )


def facts_shown(case: Case, names: Iterable[str]) -> tuple[FactShown, ...]:
    """Return facts, each once, in the order they are named."""
    return tuple(
        fact_shown(case.terms, name, case.facts[name])
        for name in dict.fromkeys(names)
        if name in case.facts
    )


def clauses_shown(case: Case, *, full: bool) -> tuple[ClauseShown, ...]:
    """Return the clauses that mattered: what decided, what else applied, what came near.

    With `full` every clause of the question, the others last.
    """
    applied = [_applied(case, clause) for i, clause in enumerate(case.clauses) if case.applied(i)]
    applied.sort(key=lambda shown: _ORDER[shown.role])
    missed = [clause for i, clause in enumerate(case.clauses) if not case.applied(i)]
    near = _near(case, missed)
    if full:
        near += [clause for clause in missed if clause not in near]
    return (*applied, *(_missed(case, clause) for clause in near))


#: Roles of clauses that applied: what they rest on mattered, too.
_APPLIED = (Role.DECIDED, Role.ADDED, Role.OUTDONE, Role.CLASHED)
_ORDER = {role: place for place, role in enumerate(Role)}


def _applied(case: Case, clause: Clause) -> ClauseShown:
    cited = cite(case.terms, clause, case.verdict)
    role, said, by = cited.role, cited.said, cited.by
    if role is Role.DECIDED:
        role, said, by = _deciding(case, clause, said)
    return _shown(case, clause, role, said, by=by, set_aside=cited.set_aside)


def _deciding(case: Case, clause: Clause, said: str) -> tuple[Role, str, tuple[str, ...]]:
    """Return what became of an undefeated clause with an outcome, now that the answer is known."""
    terms, say = case.terms, case.terms.words.say
    if case.decided is None:
        return Role.CLASHED, say("role.clashed"), ()
    if clause.id not in case.decided_by:
        by = case.decided_by
        said = terms.words.count("role.outdone", len(by), by=terms.titles(by))
        return Role.OUTDONE, said, by
    if case.question.combine == "sum" and len(case.decided_by) > 1:
        return Role.ADDED, say("role.added"), ()
    return Role.DECIDED, said, ()


def _missed(case: Case, clause: Clause) -> ClauseShown:
    say = case.terms.words.say
    if case.in_force(clause):
        return _shown(case, clause, Role.FAILED, say("role.failed"), failing=_failing(case, clause))
    met = truth(clause.when, case.facts) is True
    key = "role.out_of_force_met" if met else "role.out_of_force"
    day, window = case.terms.day(case.day), case.terms.window(clause.in_force)
    said = say(key, day=day, window=window)
    return _shown(case, clause, Role.OUT_OF_FORCE, said, failing=_failing(case, clause))


def _shown(  # noqa: PLR0913 - the parts of one value, by keyword
    case: Case,
    clause: Clause,
    role: Role,
    said: str,
    *,
    by: tuple[str, ...] = (),
    set_aside: tuple[str, ...] = (),
    failing: tuple[Failing, ...] = (),
) -> ClauseShown:
    card = card_of(case.terms, clause)
    return ClauseShown(
        id=card.id,
        title=card.title,
        words=card.words,
        role=role,
        said=said,
        by=by,
        set_aside=set_aside,
        condition=card.condition,
        facts=facts_shown(case, facts_of_condition(clause.when)),
        failing=failing,
        window=card.window,
        cites=card.cites,
        notes=grounds_of(case.terms.edition, clause, case.terms.language)
        if role in _APPLIED
        else card.notes,
    )


def _failing(case: Case, clause: Clause) -> tuple[Failing, ...]:
    parts = without_guards(failures(clause.when, case.facts))
    return tuple(_failed(case, part) for part in parts)


def _failed(case: Case, part: Condition) -> Failing:
    say = case.terms.words.say
    needed = sentence(part, case.terms)
    given = facts_shown(case, facts_of_condition(part))
    listed = [say("fact.said", label=fact.label, value=fact.shown) for fact in given]
    told = say("signs.comma").join(listed)
    return Failing(needed, given, say("failing.said", needed=needed, given=told))


# --- near misses --------------------------------------------------------------------------------


def _near(case: Case, missed: list[Clause]) -> list[Clause]:
    """Return the clauses that came nearest to changing the answer, nearest first."""
    found = [(_nearness(case, clause), clause) for clause in missed]
    reached = [(rank, clause) for rank, clause in found if rank is not None]
    reached.sort(key=lambda pair: pair[0])  # stable: published order among equals
    return [clause for _, clause in reached[:NEAR_MAX]]


def _nearness(case: Case, clause: Clause) -> int | None:
    """Return how far the clause was from mattering; None: too far to speak of.

    One that held outside its days is nearest. One atom may have failed, if others held: a clause
    of a single atom is near to everything and tells nothing, unless it lifts what decided.
    """
    far = distance(clause.when, case.facts)
    if not case.in_force(clause):
        return 0 if far == 0 else None
    if isinstance(case.stopped, Gap):
        return far if clause.then else None
    if far > 1 or case.deciding_with(clause) == case.verdict.deciding:
        return None
    if not clause.then:
        return 1
    telling = sum(not isinstance(atom, IsNull) for atom in atoms(clause.when)) > 1
    return 1 if telling and _would_help(case, clause) else None


def _would_help(case: Case, clause: Clause) -> bool:
    """Return whether the clause would have given the customer more; yes if nobody can say."""
    better = case.question.better
    if case.decided is None or not better:
        return True
    fields: dict[str, Figure] = {}
    try:
        for then in clause.then:
            fields[then.field] = Figures(case.terms.edition, case.facts, fields).of(then.expression)
    except (ArithmeticError, ValueError, TypeError):
        return False
    return Fraction(fields[better] or 0) > int(case.decided.outcome[better] or 0)
