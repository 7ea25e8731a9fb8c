"""What a change of editions means, in words: proved equal, or cases that come out otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.explanation import FactShown, FieldShown
from oferta.core.terms.lexicon import Lexicon, lexicon
from oferta.core.terms.showing import fact_shown
from oferta.core.terms.types import Decided, Kind
from oferta.core.terms.values import write_value
from oferta.core.terms.wording import upper_first, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oferta.core.terms.proving.comparing import Comparison
    from oferta.core.terms.proving.witnesses import Witness
    from oferta.core.terms.types import Edition, Pack, Question
    from oferta.kernel.i18n import Language


@dataclass(frozen=True, slots=True)
class SideShown:
    """What one edition decides of a case."""

    #: "rate 1%; bonus 100 KZT", or why there is no answer.
    said: str
    outcome: tuple[FieldShown, ...]
    #: Ids of the clauses that decide, and their titles as one phrase.
    clauses: tuple[str, ...]
    titles: str
    #: Code of the error that stops the case; "" if it is decided.
    error: str


@dataclass(frozen=True, slots=True)
class WitnessShown:
    """A case that the two editions decide differently."""

    #: What is unusual about it, and what the deciding clauses look at.
    facts: tuple[FactShown, ...]
    #: Names of the facts in which it is not like a worked example.
    apart: tuple[str, ...]
    #: All facts as a pack writes them.
    given: Mapping[str, str]
    before: SideShown
    after: SideShown


@dataclass(frozen=True, slots=True)
class QuestionDiff:
    """What became of the answers to one question."""

    question: str
    label: str
    #: None: neither proved nor refuted.
    equal: bool | None
    #: That in a sentence.
    said: str
    #: The plainest first.
    witnesses: tuple[WitnessShown, ...]


def meaning_of(
    pack: Pack, before: Edition, after: Edition, *, cost_max: int | None = None
) -> dict[str, Comparison]:
    """Return what is proved of each question that both editions have clauses for.

    Args:
        pack: the pack of both.
        before: the edition that is left.
        after: the edition that takes its place.
        cost_max: how much each question may cost, in the solver's own unit: a second is some four
            million. None: as much as a check.
    """
    from oferta.core.terms.proving import compare  # noqa: PLC0415 - it waits for the solver
    from oferta.core.terms.proving.sides import COST_MAX  # noqa: PLC0415

    return {
        name: compare(pack, (before, after), name, cost_max=cost_max or COST_MAX)
        for name in pack.questions
        if all(_asked(edition, name) for edition in (before, after))
    }


def _asked(edition: Edition, question: str) -> bool:
    return any(clause.question == question for clause in edition.clauses.values())


def questions_told(
    pack: Pack,
    editions: tuple[Edition, Edition],
    found: Mapping[str, Comparison],
    language: Language,
) -> tuple[QuestionDiff, ...]:
    """Return what was proved, in words: questions with another answer first."""
    terms = lexicon(pack, editions[0], language), lexicon(pack, editions[1], language)
    told = [
        QuestionDiff(
            question=name,
            label=pack.questions[name].label[language],
            equal=one.equal,
            said=terms[1].words.say(_KEYS[one.equal]),
            witnesses=tuple(_witness(terms, pack.questions[name], w) for w in one.witnesses),
        )
        for name, one in found.items()
    ]
    return tuple(sorted(told, key=lambda one: list(_KEYS).index(one.equal)))


_KEYS = {False: "meaning.differs", None: "meaning.unknown", True: "meaning.equal"}


def _witness(terms: tuple[Lexicon, Lexicon], question: Question, found: Witness) -> WitnessShown:
    editions = terms[0].edition, terms[1].edition
    at = {name: _knowing(terms, name) for name in found.facts}
    return WitnessShown(
        facts=tuple(
            fact_shown(at[name], name, found.facts[name]) for name in found.looked_at(editions)
        ),
        apart=found.apart,
        given={n: write_value(v, at[n].type_of(n)) for n, v in found.facts.items()},
        before=_side(terms[0], question, found.before),
        after=_side(terms[1], question, found.after),
    )


def _knowing(terms: tuple[Lexicon, Lexicon], fact: str) -> Lexicon:
    """Return the edition that knows a fact: what is used of a limit is not known to every one."""
    old, new = terms
    is_known = fact in new.pack.facts or any(
        limit.used == fact for limit in new.edition.limits.values()
    )
    return new if is_known else old


def _side(terms: Lexicon, question: Question, decided: Decided | str) -> SideShown:
    words = terms.words
    if isinstance(decided, str):
        key = "answer.gap" if decided == "terms.gap" else "answer.stopped"
        said = upper_first(words.say(key, code=decided, clauses=""))
        return SideShown(said, (), (), "", decided)
    fields = tuple(
        FieldShown(
            name=field.name,
            label=field.label[terms.language],
            shown=terms.show(decided.outcome[field.name], field.type),
            value=write_value(decided.outcome[field.name], field.type),
        )
        for field in question.answer
    )
    kinds = {field.name: field.type.kind for field in question.answer}
    said = words.say("signs.semicolon").join(
        words.say(
            "answer.flag" if kinds[one.name] is Kind.BOOLEAN else "answer.field",
            label=one.label, value=one.shown,
        )
        for one in fields
    )  # fmt: skip
    return SideShown(said, fields, decided.decided_by, terms.titles(decided.decided_by), "")


def lines_of(questions: tuple[QuestionDiff, ...], language: Language) -> Iterator[str]:
    """Yield it as lines for a terminal."""
    words = wording(language)
    for one in questions:
        yield ""
        yield f"= {one.label} [{one.question}]: {one.said}"
        for witness in one.witnesses:
            facts = (words.say("answer.field", label=f.label, value=f.shown) for f in witness.facts)
            yield "    " + words.say("meaning.case", facts=words.say("signs.semicolon").join(facts))
            for key, side in (("before", witness.before), ("after", witness.after)):
                yield "      " + words.say(f"meaning.{key}", said=_ended(side))


def _ended(side: SideShown) -> str:
    return f"{side.said} {side.titles}".strip()
