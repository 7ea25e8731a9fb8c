"""What of a batch needs no database: reading facts, and deciding where no limit has a say.

It is done in small steps, so that it can be done while the database works on the batch before.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice

from oferta.core.decisions import asking, plans, rules, supplying
from oferta.core.decisions.asking import Question
from oferta.core.decisions.drafts import Draft
from oferta.core.decisions.types import Event
from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.kernel.errors import OfertaError

#: Events read at a time; more take longer than a database should wait, fewer gain less.
_READ = 64
#: Events decided at a time, for the same reasons.
_DECIDED = 16


class Prepared:
    """A batch of events and how far they have come."""

    #: Keys decided before, as far as they are known by now.
    _known: Container[str]

    def __init__(self, events: Iterable[Event]) -> None:
        self._events: list[Event] = []
        #: Those that are not made yet: making them is work too.
        self._coming = iter(events)
        self._broken: Exception | None = None
        self.following: Prepared | None = None
        self._begin()

    @property
    def events(self) -> Sequence[Event]:
        """All events of the batch, in order."""
        self._draw(None)
        return self._events

    def step(self) -> bool:
        """Do a little more of this batch, then of the one that follows; False if all is done."""
        return self._step() or (self.following is not None and self.following.step())

    def finished(self, known: Container[str]) -> list[Draft]:
        """Return a draft for each event, in order; called in the batch's database transaction.

        What was left is done now, and what only the database can tell is asked for.

        Args:
            known: keys decided before: of these nothing but the digest is needed.

        Raises:
            Exception: whatever broke that concerns no event alone.
        """
        if self._terms is not shelf.terms():
            self._begin()
        self._known = known
        while self._step():
            pass
        if self._failure is not None:
            raise self._failure
        self._read_supplied()
        return self._drafts

    def anew(self) -> Prepared:
        """Return the same batch with nothing done yet: a failed attempt has left its marks."""
        again = Prepared(self.events)
        again.following = self.following
        return again

    def _begin(self) -> None:
        self._terms: Terms | None = None
        self._drafts: list[Draft] = []
        self._known = ()
        self._failure: BaseException | None = None
        self._steps = self._prepare()

    def _step(self) -> bool:
        try:
            return next(self._steps, None) is not None
        except BaseException as failure:
            self._failure = failure
            if not isinstance(failure, Exception):
                raise  # somebody wants the process to end
            return False  # it is this batch's, and told when that has its turn

    def _prepare(self) -> Iterator[bool]:
        self._terms = shelf.terms()
        while events := self._next_events():
            yield True
            drafts = [_draft(event) for event in events]
            self._drafts += drafts
            yield True
            asked = self._unread(drafts)
            later = supplying.lacking([draft.event for draft in asked])
            asked = [draft for place, draft in enumerate(asked) if place not in later]
            read = asking.read_many([draft.event for draft in asked])
            yield True
            for place, draft in enumerate(asked):
                _fill(draft, draft.event, read[place])
                if place % _DECIDED == 0:
                    yield True

    def _next_events(self) -> Sequence[Event]:
        start = len(self._drafts)
        self._draw(max(0, start + _READ - len(self._events)))
        return self._events[start : start + _READ]

    def _draw(self, count: int | None) -> None:
        """Have so many more events made, or all; what broke on the way breaks again."""
        if self._broken is not None:
            raise self._broken
        try:
            self._events += islice(self._coming, count)
        except Exception as failure:
            self._broken = failure
            raise

    def _read_supplied(self) -> None:
        """Read the events that miss a fact which the core itself knows."""
        drafts = self._unread(self._drafts)
        supplied = supplying.supply([draft.event for draft in drafts])
        for draft, event, read in zip(drafts, supplied, asking.read_many(supplied), strict=True):
            _fill(draft, event, read)

    def _unread(self, drafts: list[Draft]) -> list[Draft]:
        return [
            draft
            for draft in drafts
            if draft.error is None and not draft.questions and draft.event.key not in self._known
        ]


def ahead(batches: Iterable[Iterable[Event]]) -> Iterator[Prepared]:
    """Yield batches; each one is prepared while the one before is decided."""
    before: Prepared | None = None
    for batch in map(Prepared, batches):
        if before is not None:
            before.following = batch
            yield before
        before = batch
    if before is not None:
        yield before


def _draft(event: Event) -> Draft:
    draft = Draft(event)
    try:
        draft.digest, draft.context = rules.asked(event)
        plans.planner(event.plan)
    except OfertaError as error:
        draft.error = error
    return draft


def _fill(draft: Draft, event: Event, read: Sequence[Question] | None) -> None:
    """Give a draft the questions of its event, and their answers unless limits have a say."""
    try:
        draft.questions = asking.read(event) if read is None else read
    except OfertaError as error:
        draft.error = error
        return
    if draft.limited:
        return
    try:
        draft.decide({}, counts=True)
    except Exception as failure:  # noqa: BLE001 - a plan of a service's; see `Draft.failure`
        draft.failure = failure
