"""Read the terms, and ask what they would say."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from oferta.core.decisions.rest.schemas import Stopped as StoppedTold
from oferta.core.decisions.rest.values import told, told_outcome
from oferta.core.terms import shelf
from oferta.core.terms.engine import Asked
from oferta.core.terms.errors import Stopped
from oferta.core.terms.explain import explain, explain_stopped
from oferta.core.terms.explanation import Explanation
from oferta.core.terms.printing import QuestionPrinted, printed
from oferta.core.terms.types import Coded, Edition, Kind, Pack, Question, Type
from oferta.core.terms.values import parse_value
from oferta.kernel.i18n import LANGUAGES, Language
from oferta.kernel.rest.access import Needs
from oferta.kernel.rest.paging import InLanguage
from oferta.kernel.rest.schemas import (
    Day,
    Facts,
    Given,
    Name,
    Told,
    ValueTold,
    answers,
    plain_facts,
)

router = Router()
_READ = Needs("terms:read", own=True)
_DATE = Type(Kind.DATE)
_EPOCH = date(1970, 1, 1).toordinal()


class TypeTold(Told):
    """The type of a fact or of a field of an answer."""

    kind: str
    unit: str = Field(description="Of money; empty for the rest.")
    nullable: bool
    values: list[str] = Field(description="Of an enum; empty for the rest.")
    minimum: ValueTold
    maximum: ValueTold


class FactTold(Told):
    """A fact that questions look at."""

    name: str
    type: TypeTold
    label: dict[str, str] = Field(description="By language.")


class FieldTold(Told):
    """A field of an answer."""

    name: str
    type: TypeTold
    label: dict[str, str]


class QuestionTold(Told):
    """What a pack can be asked."""

    name: str
    label: dict[str, str]
    facts: list[str]
    answer: list[FieldTold]


class EditionTold(Told):
    """An edition, named."""

    id: str
    start: date
    through: date | None = Field(description="Its last day; null: none yet.")
    digest: str = Field(description="Of its text; the same text has the same.")


class PackTold(Told):
    """An operator's published terms, named."""

    name: str
    publisher: str
    title: dict[str, str]
    authoritative: Language = Field(description="The language whose text prevails.")
    editions: list[EditionTold] = Field(description="Oldest first.")


class PackWhole(PackTold):
    """A pack with what it can be asked."""

    questions: list[QuestionTold]
    facts: list[FactTold]


class PacksTold(Told):
    """Every pack."""

    items: list[PackTold]


class EditionWhole(EditionTold):
    """An edition in the words of one language."""

    pack: str
    language: Language
    questions: list[QuestionPrinted] = Field(description="Clauses and limits of each, in order.")


class Case(Given):
    """A case to be asked about; nothing is kept and nothing moves."""

    facts: Facts = Field(description="What is used of a limit is nothing if it is not given.")
    on: Day | None = Field(None, description="The day of the event, instead of the one told by"
                           " the facts.")  # fmt: skip
    edition: Name | None = Field(None, description="The edition, instead of that of the day.")
    language: Language = Field("en", description="Of the explanation.")
    explain: bool = Field(False, description="Say why as well.", strict=True)


class WouldBe(Told):
    """What the terms would say."""

    status: Literal["decided", "stopped"]
    edition: str
    edition_digest: str
    day: date
    outcome: dict[str, ValueTold] | None
    decided_by: list[str]
    error: StoppedTold | None
    explanation: Explanation | None


@router.get("/terms/packs", auth=_READ, response=answers(PacksTold))
def list_packs(request: HttpRequest) -> PacksTold:
    """List every operator's terms with their editions."""
    del request
    return PacksTold(items=[PackTold(**_pack(one)) for one in shelf.terms().packs.values()])


@router.get("/terms/packs/{pack}", auth=_READ, response=answers(PackWhole, 404))
def get_pack(request: HttpRequest, pack: str) -> PackWhole:
    """Read what a pack declares: questions, facts and their types."""
    del request
    found = shelf.terms().pack(pack)
    return PackWhole(
        **_pack(found),
        questions=[_question(one) for one in found.questions.values()],
        facts=[
            FactTold(name=one.name, type=_type(one.type), label=_words(one.label))
            for one in found.facts.values()
        ],
    )


@router.get(
    "/terms/packs/{pack}/editions/{edition}", auth=_READ, response=answers(EditionWhole, 404)
)
def get_edition(
    request: HttpRequest,
    pack: str,
    edition: str,
    language: InLanguage,
) -> EditionWhole:
    """Read every clause of an edition: its words, its condition as a sentence, its outcome."""
    del request
    found = shelf.terms().edition_called(pack, edition)
    whole = shelf.terms().pack(pack)
    return EditionWhole(
        **_edition(whole, found),
        pack=pack,
        language=language,
        questions=list(printed(whole, found, language)),
    )


@router.post(
    "/terms/packs/{pack}/questions/{question}/would-be",
    auth=_READ,
    response=answers(WouldBe, 404, body=True),
)
def ask_terms(request: HttpRequest, pack: str, question: str, given: Case) -> WouldBe:
    """Ask what the terms would say of a case, and why. Nothing is kept and nothing moves."""
    del request
    facts = plain_facts(given.facts)
    day = None if given.on is None else int(parse_value(given.on, _DATE) or 0)
    asked = shelf.terms().read(pack, question, facts, day, given.edition)
    outcome: dict[str, Coded] | None = None
    decided_by: tuple[str, ...] = ()
    why: Explanation | None = None
    error: StoppedTold | None = None
    try:
        decided = asked.decide(_nothing_used(asked))
    except Stopped as stopped:
        facts_told = stopped.as_json()
        error = StoppedTold(code=str(facts_told.pop("error")), facts=facts_told)
        if given.explain:
            known = {**_nothing_used(asked), **asked.facts}
            why = explain_stopped(asked.pack, stopped, known, asked.day, given.language)
    else:
        outcome, decided_by = dict(decided.outcome), tuple(decided.decided_by)
        why = explain(asked.pack, decided, given.language) if given.explain else None
    return WouldBe(
        status="stopped" if error else "decided",
        edition=asked.edition.id,
        edition_digest=asked.edition.digest,
        day=date.fromordinal(asked.day + _EPOCH),
        outcome=told_outcome(pack, question, outcome),
        decided_by=list(decided_by),
        error=error,
        explanation=why,
    )


def _nothing_used(asked: Asked) -> dict[str, int]:
    """Return that nothing is used yet of the limits about which nothing was given."""
    return {name: 0 for name in asked.program.limit_facts if name not in asked.facts}


def _pack(pack: Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "publisher": pack.publisher,
        "title": _words(pack.title),
        "authoritative": pack.authoritative,
        "editions": [EditionTold(**_edition(pack, one)) for one in pack.editions],
    }


def _edition(pack: Pack, edition: Edition) -> dict[str, Any]:
    later = [one.start for one in pack.editions if one.start > edition.start]
    return {
        "id": edition.id,
        "start": date.fromordinal(edition.start + _EPOCH),
        "through": date.fromordinal(min(later) - 1 + _EPOCH) if later else None,
        "digest": edition.digest,
    }


def _question(question: Question) -> QuestionTold:
    return QuestionTold(
        name=question.name,
        label=_words(question.label),
        facts=list(question.facts),
        answer=[
            FieldTold(name=one.name, type=_type(one.type), label=_words(one.label))
            for one in question.answer
        ],
    )


def _type(type_: Type) -> TypeTold:
    return TypeTold(
        kind=type_.kind.value,
        unit=type_.unit,
        nullable=type_.nullable,
        values=list(type_.values),
        minimum=told(type_.minimum, type_),
        maximum=told(type_.maximum, type_),
    )


def _words(words: Any) -> dict[str, str]:
    return {language: words[language] for language in LANGUAGES}
