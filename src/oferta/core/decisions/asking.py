"""Put an event's questions to the terms: read its facts, choose the edition, decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from oferta.core.decisions.reading import Row, Standing, memory
from oferta.core.decisions.rules import own_facts
from oferta.core.decisions.types import Event, LimitShare
from oferta.core.terms.engine import Asked
from oferta.core.terms.errors import Stopped, TermsError, UnknownFact
from oferta.core.terms.limits import LimitWindow
from oferta.core.terms.types import Coded, Decided
from oferta.kernel.ids import uuid7

#: The ordinal of the day from which coded days are counted.
EPOCH = date(1970, 1, 1).toordinal()

#: Whose use of which limit in which period: pack, limit, holder, first day.
Holder: TypeAlias = tuple[str, str, str, date]


@dataclass(slots=True)
class Question:
    """One question of an event, read and ready to be answered."""

    name: str
    standing: Standing
    day: int
    #: Coded facts in the order of the question's, if no limit has a say: `answer` is shorter then.
    row: tuple[Coded, ...] | None
    #: Facts as they are stored; empty until they are told with what is used of limits.
    stored: bytes = b""
    asked: Asked | None = None
    #: Each limit in force: the fact that says what is used, and whose use it is.
    holders: tuple[tuple[LimitWindow, Holder], ...] = ()
    #: Of the Decision to come.
    id: UUID = field(default_factory=uuid7)
    #: Set by `answer`: what was used so far of each limit, by the fact that says so.
    given: Mapping[str, int] = field(default_factory=dict)
    #: Set by `answer`: an outcome, or what stopped it.
    outcome: Mapping[str, Coded] | None = None
    stopped: Stopped | None = None
    mask: int = 0
    decided_by: tuple[str, ...] = ()
    uses: tuple[LimitShare, ...] = ()

    def facts(self) -> bytes:
        """Return the facts as they are stored, those of limits included: JSON."""
        if self.stored or self.asked is None:
            return self.stored
        known = {**self.asked.facts, **self.given}
        if self.outcome is not None:
            # What was used of a limit that does not stand on the day is stored as nothing used.
            known = {name: known.get(name, 0) for name in self.standing.program.names}
        return memory().stored(self.standing.pack, self.standing.edition, known)


def read_many(events: Sequence[Event]) -> list[list[Question] | None]:
    """Read plainly given facts of many events at once; None where `read` must have its say."""
    read: list[list[Question] | None] = [None] * len(events)
    forms: dict[tuple[str, tuple[str, ...], str | None], list[int]] = {}
    for place, event in enumerate(events):
        asked = event.pack, tuple(event.questions), event.edition
        forms.setdefault(asked, []).append(place)
    for (pack, names, edition), places in forms.items():
        try:
            form = memory().form(pack, names, edition)
        except TermsError:
            continue
        rows = form.read([events[place].facts for place in places])
        for place, own in zip(places, rows, strict=True):
            if own is not None:
                read[place] = [_from_row(name, row) for name, row in zip(names, own, strict=True)]
    return read


def _from_row(name: str, row: Row) -> Question:
    standing, day, coded, stored = row
    if not standing.program.limit_facts:
        return Question(name, standing, day, coded, stored)
    pack = standing.pack.name
    facts = dict(zip(memory().reader(pack, name).names, coded, strict=True))
    edition = standing.edition.id
    return _limited(name, memory().terms.read_coded(pack, name, facts, day, edition))


def read(event: Event) -> list[Question]:
    """Read the event's facts for each of its questions.

    Raises:
        TermsError: an unknown pack, question or fact, a missing or wrong fact, no edition that day.
    """
    known = memory()
    if len(event.questions) == 1:
        return [read_question(event.pack, event.questions[0], event.facts, event.edition)]
    _refuse_unknown_facts(event, known.known_facts(event.pack, event.questions))
    return [
        read_question(
            event.pack,
            name,
            own_facts(event.facts, known.reader(event.pack, name).names),
            event.edition,
        )
        for name in event.questions
    ]


def read_question(
    pack: str, name: str, facts: Mapping[str, Any], edition: str | None = None
) -> Question:
    """Read the facts of one question, under an edition if one is kept; errors as of `read`."""
    return _limited(name, memory().terms.read(pack, name, facts, edition=edition))


def _limited(name: str, asked: Asked) -> Question:
    fields = tuple(field.name for field in asked.pack.questions[name].answer)
    return Question(
        name=name,
        standing=Standing(asked.pack, asked.edition, asked.program, fields),
        day=asked.day,
        row=None,
        asked=asked,
        holders=tuple(
            (window, (asked.pack.name, window.limit, window.holder, _since(window)))
            for window in asked.windows
        ),
    )


def answer(question: Question, used: dict[Holder, int]) -> None:
    """Decide a question with what was used of its limits so far, and add what it uses.

    A stop (gap, conflict, impossible outcome) is kept, not raised: it is an answer too.
    """
    try:
        if question.row is not None:
            _answer_row(question, question.row)
        elif question.asked is not None:
            _answer_limited(question, question.asked, used)
    except Stopped as error:
        question.outcome, question.decided_by, question.uses = None, (), ()
        question.stopped, question.mask = error, error.mask


def _answer_row(question: Question, row: tuple[Coded, ...]) -> None:
    standing = question.standing
    question.mask, verdict, outcome = standing.program.run(question.day, row)
    question.outcome = dict(zip(standing.fields, outcome, strict=True))
    question.decided_by = verdict.deciding


def _answer_limited(question: Question, asked: Asked, used: dict[Holder, int]) -> None:
    given = {window.used: used[holder] for window, holder in question.holders}
    question.given, question.uses = given, ()
    decided = asked.decide(given)
    question.stopped, question.mask = None, decided.mask
    question.outcome, question.decided_by = decided.outcome, decided.decided_by
    if decided.limited:
        question.uses = _uses(question, decided)
        change(used, question.uses, asked.pack.name, sign=1)


def change(used: dict[Holder, int], shares: Iterable[LimitShare], pack: str, *, sign: int) -> None:
    """Add (`sign=1`) or give back (`sign=-1`) what was used of limits."""
    for share in shares:
        used[pack, share.limit, share.holder, share.since] += sign * share.amount


def day_of(coded: int) -> date:
    """Return the date that a coded day stands for."""
    return date.fromordinal(EPOCH + coded)


def _since(window: LimitWindow) -> date:
    # A campaign without a first day has one period since ever.
    return date.min if window.start is None else day_of(window.start)


def _uses(question: Question, decided: Decided) -> tuple[LimitShare, ...]:
    limits = question.standing.edition.limits
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
