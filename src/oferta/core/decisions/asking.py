"""Put an event's questions to the terms: read its facts, choose the edition, decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from oferta.core.decisions.reading import memory
from oferta.core.decisions.rules import own_facts
from oferta.core.decisions.types import Event, LimitShare
from oferta.core.terms.engine import Asked
from oferta.core.terms.errors import Stopped, UnknownFact
from oferta.core.terms.limits import LimitWindow
from oferta.core.terms.types import Coded, Decided

_EPOCH = date(1970, 1, 1).toordinal()

#: Whose use of which limit in which period: pack, limit, holder, first day.
Holder: TypeAlias = tuple[str, str, str, date]


@dataclass(slots=True)
class Question:
    """One question of an event, read and ready to be answered."""

    name: str
    asked: Asked
    #: Each limit in force: the fact that says what is used, and whose use it is.
    holders: tuple[tuple[LimitWindow, Holder], ...]
    #: Set by `answer`: what was used so far of each limit, by the fact that says so.
    given: dict[str, int] = field(default_factory=dict)
    #: Set by `answer`: exactly one of the two.
    decided: Decided | None = None
    stopped: Stopped | None = None
    uses: tuple[LimitShare, ...] = ()


def read(event: Event) -> list[Question]:
    """Read the event's facts for each of its questions.

    Raises:
        TermsError: an unknown pack, question or fact, a missing or wrong fact, no edition that day.
    """
    known = memory()
    if len(event.questions) == 1:
        return [read_question(event.pack, event.questions[0], event.facts)]
    _refuse_unknown_facts(event, known.known_facts(event.pack, event.questions))
    return [
        read_question(
            event.pack, name, own_facts(event.facts, known.reader(event.pack, name).question.facts)
        )
        for name in event.questions
    ]


def read_question(pack: str, name: str, facts: Mapping[str, Any]) -> Question:
    """Read the facts of one question; errors as of `read`."""
    asked = memory().reader(pack, name).read(facts)
    return Question(
        name=name,
        asked=asked,
        holders=tuple(
            (window, (pack, window.limit, window.holder, _since(window)))
            for window in asked.windows
        ),
    )


def answer(question: Question, used: dict[Holder, int]) -> None:
    """Decide a question with what was used of its limits so far, and add what it uses.

    A stop (gap, conflict, impossible outcome) is kept, not raised: it is an answer too.
    """
    given = {window.used: used[holder] for window, holder in question.holders}
    question.given, question.uses = given, ()
    try:
        question.decided, question.stopped = question.asked.decide(given), None
    except Stopped as error:
        question.decided, question.stopped = None, error
        return
    if question.decided.limited:
        question.uses = _uses(question, question.decided)
        change(used, question.uses, question.asked.pack.name, sign=1)


def change(used: dict[Holder, int], shares: Iterable[LimitShare], pack: str, *, sign: int) -> None:
    """Add (`sign=1`) or give back (`sign=-1`) what was used of limits."""
    for share in shares:
        used[pack, share.limit, share.holder, share.since] += sign * share.amount


def day_of(coded: int) -> date:
    """Return the date that a coded day stands for."""
    return date.fromordinal(_EPOCH + coded)


def _since(window: LimitWindow) -> date:
    # A campaign without a first day has one period since ever.
    return date.min if window.start is None else day_of(window.start)


def written_facts(asked: Asked, values: Mapping[str, Coded]) -> tuple[dict[str, object], str]:
    """Return facts as they are stored, as values and as JSON text."""
    return memory().write(asked.pack, asked.edition, values)


def _uses(question: Question, decided: Decided) -> tuple[LimitShare, ...]:
    limits = question.asked.edition.limits
    starts = {window.limit: holder for window, holder in question.holders}
    shares = []
    for effect in decided.limited:
        limit = limits[effect.limit]
        # The field after every limit: a later limit may have left less than this one did.
        value = decided.outcome[limit.field]
        left = value if isinstance(value, int) else 0
        amount = int(left > 0) if limit.kind == "count" else max(left, 0)
        if amount:
            _, name, holder, since = starts[effect.limit]
            shares.append(LimitShare(limit=name, holder=holder, since=since, amount=amount))
    return tuple(shares)


def _refuse_unknown_facts(event: Event, known: frozenset[str]) -> None:
    """Refuse a fact that none of the questions knows: a misspelling must not pass silently."""
    if not event.facts.keys() <= known:
        fact = min(event.facts.keys() - known)
        raise UnknownFact(pack=event.pack, fact=fact, known=sorted(known))
