"""Why a case was decided as it was: recomputed from facts, edition and mask, in five languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oferta.core.terms.case import Case, decided_case, facts_named, stopped_case
from oferta.core.terms.errors import Conflict, DivisionByZero, OutOfBounds
from oferta.core.terms.explanation import (
    ChangeShown,
    EditionShown,
    Explanation,
    FactChangeShown,
    FieldShown,
    LimitShown,
    Role,
    Stop,
)
from oferta.core.terms.lexicon import field_type, limit_type
from oferta.core.terms.nearest import nearest_changes
from oferta.core.terms.showing import clauses_shown, facts_shown
from oferta.core.terms.traces import notes_of
from oferta.core.terms.types import Kind, Type
from oferta.core.terms.values import write_value
from oferta.core.terms.wording import upper_first
from oferta.core.terms.working import worked_out
from oferta.core.terms.writing import show_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oferta.core.terms.errors import Stopped
    from oferta.core.terms.explanation import ClauseShown, FactShown
    from oferta.core.terms.nearest import Change, FactChange
    from oferta.core.terms.types import Coded, Decided, LimitEffect, Pack
    from oferta.kernel.i18n import Language

_DATE = Type(Kind.DATE)


def explain(
    pack: Pack, decided: Decided, language: Language, *, full: bool = False, changes: int = 3
) -> Explanation:
    """Return why `decided` came out as it did, in the words of `language`.

    Args:
        pack: the pack that decided.
        decided: as it was decided, or rebuilt from a stored decision.
        language: of the reader.
        full: tell of every clause, not only of those that mattered.
        changes: how many nearest changes of facts to look for; 0 for none.

    Raises:
        UnknownEdition: the pack has no such edition.
    """
    case = decided_case(pack, decided, language)
    found = nearest_changes(pack, decided, changes) if changes else ()
    return _explanation(case, found, full=full)


def explain_stopped(
    pack: Pack,
    stopped: Stopped,
    facts: Mapping[str, Coded],
    day: int,
    language: Language,
    *,
    full: bool = False,
) -> Explanation:
    """Return why a case could not be decided: which clauses clash, or which came nearest.

    Args:
        pack: the pack asked.
        stopped: the refusal.
        facts: raw facts, coded, as the program was given them.
        day: coded day of the event.
        language: of the reader.
        full: tell of every clause.

    Raises:
        UnknownEdition: the pack has no such edition.
    """
    return _explanation(stopped_case(pack, stopped, facts, day, language), (), full=full)


def _explanation(case: Case, changes: Sequence[Change], *, full: bool) -> Explanation:
    terms, pack = case.terms, case.terms.pack
    clauses = clauses_shown(case, full=full)
    outcome = _fields(case, case.decided.outcome) if case.decided else ()
    return Explanation(
        language=terms.language,
        pack=pack.name,
        publisher=pack.publisher,
        terms=pack.title[terms.language],
        question=case.question.name,
        label=case.question.label[terms.language],
        day=write_value(case.day, _DATE),
        answer=_answer(case, outcome),
        outcome=outcome,
        decided_by=case.decided_by,
        clauses=clauses,
        work=worked_out(case),
        limits=tuple(_limit(case, effect) for effect in _effects(case)),
        facts=_facts(case, clauses),
        edition=_edition(case),
        changes=tuple(_change(case, change) for change in changes),
        rest=_rest(case, clauses),
        stop=_stop(case),
    )


# --- the answer -----------------------------------------------------------------------------------


def _answer(case: Case, outcome: tuple[FieldShown, ...]) -> str:
    words, stop = case.terms.words, _stop(case)
    if stop is None:
        fields = words.say("signs.semicolon").join(_told(case, field) for field in outcome)
        clauses = case.terms.titles(case.decided_by)
        said = words.say("answer.decided", fields=fields, clauses=clauses)
    else:
        key = f"answer.{stop.code.removeprefix('terms.')}"
        key = key if key in words.phrases else "answer.stopped"
        said = words.say(key, clauses=case.terms.titles(stop.clauses), code=stop.code)
    question = _asked(case)
    return words.sentences([question, said if question.endswith(":") else upper_first(said)])


def _asked(case: Case) -> str:
    """Return the question as the head of the answer: a question mark needs no colon."""
    label = upper_first(case.question.label[case.terms.language])
    return (
        label
        if label.endswith(("?", "？"))
        else case.terms.words.say("answer.asked", question=label)
    )


def _told(case: Case, field: FieldShown) -> str:
    flag = field_type(case.question, field.name).kind is Kind.BOOLEAN
    key = "answer.flag" if flag else "answer.field"
    return case.terms.words.say(key, label=field.label, value=field.shown)


def _fields(case: Case, outcome: Mapping[str, Coded]) -> tuple[FieldShown, ...]:
    language = case.terms.language
    return tuple(
        FieldShown(
            name=field.name,
            label=field.label[language],
            shown=case.terms.show(outcome[field.name], field.type),
            value=write_value(outcome[field.name], field.type),
        )
        for field in case.question.answer
    )


def _stop(case: Case) -> Stop | None:
    match case.stopped:
        case None:
            return None
        case Conflict(clauses=clauses):
            return Stop(Conflict.code, tuple(clauses))
        case DivisionByZero(clause=clause) | OutOfBounds(clause=clause):
            named = tuple(name for name in clause.split(", ") if name)
            return Stop(case.stopped.code, named)
        case _:
            return Stop(case.stopped.code, ())


# --- limits ---------------------------------------------------------------------------------------


def _effects(case: Case) -> tuple[LimitEffect, ...]:
    return case.decided.limited if case.decided else ()


def _limit(case: Case, effect: LimitEffect) -> LimitShown:
    terms, say = case.terms, case.terms.words.say
    limit = terms.edition.limits[effect.limit]
    type_, text = field_type(case.question, limit.field), terms.text(limit.id)

    def held(value: int) -> str:
        if limit.kind == "count":
            return show_count(value, terms.language)
        return terms.show(value, limit_type(terms.pack, limit))

    before, after = terms.show(effect.before, type_), terms.show(effect.after, type_)
    shown = {name: held(getattr(effect, name)) for name in ("at_most", "used", "left")}
    period = say(f"limit.{limit.period}")
    per = tuple(terms.label(name) for name in limit.per)
    stands = say("limit.stands", period=period, **shown)
    counted = say("limit.per", holders=terms.words.both(per)) if per else ""
    cut = effect.before != effect.after
    done = say("limit.cut" if cut else "limit.kept", before=before, after=after)
    return LimitShown(
        id=limit.id,
        label=limit.label[terms.language],
        words=text.body if text else "",
        period=limit.period,
        per=per,
        before=before,
        after=after,
        said=terms.words.sentences([stands, counted, done]),
        cites=limit.cites,
        notes=notes_of(limit, terms.language),
        **shown,
    )


# --- facts, edition, the rest ---------------------------------------------------------------------


def _facts(case: Case, clauses: tuple[ClauseShown, ...]) -> tuple[FactShown, ...]:
    """Return the facts that the clauses shown looked at, in the order of the question."""
    edition = case.terms.edition
    looked = {
        name for clause in clauses for name in facts_named(edition, edition.clauses[clause.id])
    }
    for name in looked & edition.derived.keys():
        looked |= set(edition.derived[name].reads)
    return facts_shown(case, (name for name in case.facts if name in looked))


def _edition(case: Case) -> EditionShown:
    terms, say, edition = case.terms, case.terms.words.say, case.terms.edition
    later = [one.start for one in terms.pack.editions if one.start > edition.start]
    through = min(later) - 1 if later else None
    parts = {"id": edition.id, "start": terms.day(edition.start)}
    said = [
        say("edition.open", **parts)
        if through is None
        else say("edition.closed", through=terms.day(through), **parts)
    ]
    prevailing = terms.pack.authoritative
    if prevailing != terms.language:
        said.append(say("edition.prevails", language=say(f"language.{prevailing}")))
    return EditionShown(
        id=edition.id,
        start=write_value(edition.start, _DATE),
        through="" if through is None else write_value(through, _DATE),
        digest=edition.digest,
        note=edition.note[terms.language],
        said=terms.words.sentences(said),
    )


def _change(case: Case, change: Change) -> ChangeShown:
    terms, say = case.terms, case.terms.words.say
    facts = tuple(
        FactChangeShown(
            name=fact.name,
            label=terms.label(fact.name),
            before=terms.fact_value(fact.name, fact.before),
            after=terms.fact_value(fact.name, fact.after),
            value=write_value(fact.after, terms.type_of(fact.name)),
        )
        for fact in change.facts
    )
    before, after = _fields(case, change.before), _fields(case, change.after)
    said = say(
        "change.change",
        facts=terms.words.both(
            [_changed_fact(case, *both) for both in zip(facts, change.facts, strict=True)]
        ),
        fields=say("signs.semicolon").join(
            say("change.field", label=new.label, after=new.shown, before=old.shown)
            for old, new in zip(before, after, strict=True)
            if old.value != new.value
        ),
    )
    return ChangeShown(upper_first(said), facts, after, change.decided_by)


def _changed_fact(case: Case, fact: FactChangeShown, change: FactChange) -> str:
    kind, words = case.terms.type_of(fact.name).kind, case.terms.words
    if kind is Kind.BOOLEAN:
        return words.say("change.flag", label=words.quoted(fact.label), after=fact.after)
    days = case.terms.days_apart(change.before, change.after) if kind is Kind.MOMENT else None
    if days:
        return words.say("change.day", label=fact.label, before=days[0], after=days[1])
    key = "change.example" if change.example else "change.fact"
    return words.say(key, label=fact.label, before=fact.before, after=fact.after)


def _rest(case: Case, clauses: tuple[ClauseShown, ...]) -> tuple[str, ...]:
    """Return sentences that count the clauses left out."""
    told = {clause.id for clause in clauses}
    left = [clause for clause in case.clauses if clause.id not in told]
    failed = sum(case.in_force(clause) for clause in left)
    counts = {Role.FAILED: failed, Role.OUT_OF_FORCE: len(left) - failed}
    count = case.terms.words.count
    return tuple(count(f"rest.{role}", number) for role, number in counts.items() if number)
