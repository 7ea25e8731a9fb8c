"""Facts read column by column: what was read once is remembered, by fact and value.

Most facts take few values (a channel, a category, a day), so that a batch of a thousand payments
reads each of them once. What this way cannot take goes to the terms' own reader, which decides what
is right and says precisely what is wrong: here nothing is ever refused, only left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from oferta.core.terms import shelf
from oferta.core.terms.engine import Terms
from oferta.core.terms.errors import NotInForce, TermsError, UnknownEdition
from oferta.core.terms.facts import used_type
from oferta.core.terms.program import Program
from oferta.core.terms.relations import breaks
from oferta.core.terms.types import Coded, Edition, Kind, Pack, Question, Type
from oferta.core.terms.values import BadValue, reader, writer
from oferta.kernel.jsontext import json_bytes

#: Remembered values of one fact; then it is begun anew.
VALUES_MAX = 20_000

#: A coded value and its piece of the stored JSON: name and value.
Cell: TypeAlias = tuple[Coded, bytes]
#: In the place of what cannot be read; its row is left.
_NOTHING: Cell = (None, b"")
#: In the place of a fact that is not given and need not be.
_LEFT_OUT = object()


class Standing(NamedTuple):
    """What answers a question on a day."""

    pack: Pack
    edition: Edition
    program: Program
    #: Names of the answer's fields.
    fields: tuple[str, ...]


class Row(NamedTuple):
    """The facts of one question of one event, read."""

    standing: Standing
    day: int
    #: Coded, in the order of the question's facts.
    coded: tuple[Coded, ...]
    #: As they are stored: JSON.
    stored: bytes


class Column:
    """One fact of a pack: how its values are read and written."""

    def __init__(self, name: str, type_: Type, default: Coded = None) -> None:
        self._name = json_bytes(name)
        self._parse = reader(type_)
        #: Texts may hold what JSON escapes; numbers, days and sums are written without.
        self._is_text = type_.kind in (Kind.TEXT, Kind.ENUM)
        self._write = writer(type_)
        #: By class, because True is not 1 here.
        self._cells: dict[type, dict[object, Cell]] = {
            object: {_LEFT_OUT: (default, self._piece(default))}
        }
        self._pieces: dict[Coded, bytes] = {}

    def read(self, values: Sequence[object]) -> list[Cell | None]:
        """Read one value of each row; None for one that is not of the fact's type."""
        classes = set(map(type, values))
        if len(classes) > 1:
            return [cell for value in values for cell in self.read([value])]
        known = self._cells.setdefault(classes.pop(), {})
        try:
            found = list(map(known.get, values))
        except TypeError:  # something that cannot be remembered
            return [self._cell(value) for value in values]
        if all(found):  # a cell is a pair, and never empty
            return found
        for place, cell in enumerate(found):
            if cell is None:
                found[place] = self._remembered(known, values[place])
        return found

    def piece(self, value: Coded) -> bytes:
        """Return a coded value's piece of the stored JSON: null, a boolean or canonical text."""
        found = self._pieces.get(value)
        if found is None:
            if len(self._pieces) >= VALUES_MAX:
                self._pieces.clear()
            found = self._pieces[value] = self._piece(value)
        return found

    def _piece(self, value: Coded) -> bytes:
        if self._is_text or value is None or isinstance(value, bool | str):
            return b"%b:%b" % (self._name, json_bytes(value))
        return b'%b:"%b"' % (self._name, self._write(value).encode())

    def _remembered(self, known: dict[object, Cell], raw: object) -> Cell | None:
        cell = self._cell(raw)
        if cell is not None:
            if len(known) >= VALUES_MAX:
                known.clear()
            known[raw] = cell
        return cell

    def _cell(self, raw: object) -> Cell | None:
        try:
            coded = self._parse(raw)
        except BadValue:
            return None
        return coded, self._piece(coded)


class Reader:
    """One question of one pack, and what answers it on which day."""

    __slots__ = (
        "_by_day", "_fields", "_kept", "_pack", "_terms", "assumed", "day", "names", "question"
    )  # fmt: skip

    def __init__(self, terms: Terms, pack: Pack, question: Question, kept: str | None) -> None:
        self._terms = terms
        self._pack = pack
        #: The edition that answers on every day, if not the day's own.
        self._kept = kept
        self.question = question
        self.names: tuple[str, ...] = tuple(question.facts)
        self._fields = tuple(field.name for field in question.answer)
        #: The fact that is the day itself; "" if the day is worked out by each edition.
        self.day = question.day if question.day in self.names else ""
        self._by_day: dict[Coded, Standing | None] = {}
        self.assumed = pack.assumed(question)

    def left(self, coded: tuple[Coded, ...]) -> bool:
        """Tell whether facts break an assumption of the pack: the terms' own reader says how."""
        facts = dict(zip(self.names, coded, strict=True))
        return any(breaks(one, facts) for one in self.assumed)

    def standing(self, day: Coded) -> Standing | None:
        """Return what answers on a day; None if nothing does."""
        try:
            return self._by_day[day]
        except KeyError:
            found = self._by_day[day] = self._find(day)
            return found

    def day_of(self, coded: tuple[Coded, ...]) -> Coded:
        """Return the day that the kept edition works out; None if it cannot."""
        try:
            standing = self.standing(0)  # the kept edition answers on every day
            if standing is None:
                return None
            return standing.program.day_of(dict(zip(self.names, coded, strict=True)))
        except TermsError:
            return None

    def tells_day(self) -> bool:
        """Tell whether the day is plain: a fact, or worked out by one edition only."""
        return bool(self.day) or self._kept is not None

    def _find(self, day: Coded) -> Standing | None:
        if not isinstance(day, int):
            return None
        try:
            if self._kept is None:
                edition = self._terms.edition(self._pack.name, day)
            else:
                edition = self._terms.edition_called(self._pack.name, self._kept)
        except (NotInForce, UnknownEdition):
            return None
        program = self._terms.program(self._pack.name, self.question.name, edition)
        return Standing(self._pack, edition, program, self._fields)


class Form:
    """Events of one pack that ask the same questions, read together."""

    def __init__(
        self, readers: Sequence[Reader], columns: Mapping[str, Column], optional: Iterable[str]
    ) -> None:
        self._readers = readers
        self._columns = columns
        self._left_out = dict.fromkeys(optional, _LEFT_OUT)
        self._pick = _picker(tuple(columns))

    def read(self, given: Sequence[Mapping[str, Any]]) -> list[tuple[Row, ...] | None]:
        """Return each event's facts, a row a question; None where they are not all plainly given.

        Left to the terms' own reader: a fact too few that has no default, too many or of another
        type, a day that each edition works out, a day before the first edition.
        """
        read: list[tuple[Row, ...] | None] = [None] * len(given)
        places, rows = [], []
        for place, named in enumerate(given):
            facts = named
            if len(facts) < len(self._columns):
                facts = {**self._left_out, **named}
            if len(facts) == len(self._columns):
                try:
                    rows.append(self._pick(facts))
                except KeyError:
                    continue
                places.append(place)
        if not rows or not all(reader.tells_day() for reader in self._readers):
            return read
        coded, pieces, bad = self._cells(rows)
        by_question = [_rows(reader, coded, pieces, bad) for reader in self._readers]
        for at, (place, own) in enumerate(zip(places, zip(*by_question, strict=True), strict=True)):
            if at not in bad:
                read[place] = own
        return read

    def _cells(
        self, rows: list[tuple[object, ...]]
    ) -> tuple[dict[str, tuple[Coded, ...]], dict[str, tuple[bytes, ...]], set[int]]:
        """Return the coded values and the JSON pieces by fact, and which rows cannot be read."""
        coded, pieces, bad = {}, {}, set[int]()
        for (name, column), values in zip(
            self._columns.items(), zip(*rows, strict=True), strict=True
        ):
            cells = column.read(values)
            if not all(cells):
                bad.update(at for at, cell in enumerate(cells) if cell is None)
                cells = [cell or _NOTHING for cell in cells]
            coded[name], pieces[name] = zip(*cells, strict=True)
        return coded, pieces, bad


def _rows(
    reader: Reader,
    coded: Mapping[str, tuple[Coded, ...]],
    pieces: Mapping[str, tuple[bytes, ...]],
    bad: set[int],
) -> list[Row]:
    """Put the columns of a question together, and add to `bad` the rows that must be left."""
    rows = list(zip(*[coded[name] for name in reader.names], strict=True))
    days = coded[reader.day] if reader.day else [reader.day_of(row) for row in rows]
    standings = [reader.standing(day) for day in days]
    bad.update(
        at
        for at, standing in enumerate(standings)
        if standing is None or (reader.assumed and reader.left(rows[at]))
    )
    stored = [
        b"{%b}" % b",".join(own)
        for own in zip(*[pieces[name] for name in reader.names], strict=True)
    ]
    return list(map(Row._make, zip(standings, days, rows, stored, strict=True)))


def _picker(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[object, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda facts: tuple(facts[name] for name in names)


class Memory:
    """What was read by one set of packs."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._readers: dict[tuple[str, str, str | None], Reader] = {}
        self._forms: dict[tuple[str, tuple[str, ...], str | None], Form] = {}
        self._columns: dict[tuple[str, str], Column] = {}

    def reader(self, pack: str, question: str, edition: str | None = None) -> Reader:
        """Return the reader of a question, under one edition or under that of each day.

        Raises:
            UnknownPack, UnknownQuestion: there is none.
        """
        found = self._readers.get((pack, question, edition))
        if found is None:
            model = self.terms.question(pack, question)
            found = Reader(self.terms, self.terms.pack(pack), model, edition)
            self._readers[pack, question, edition] = found
        return found

    def known_facts(self, pack: str, questions: tuple[str, ...]) -> frozenset[str]:
        """Return every fact that one of the questions asks for."""
        return frozenset().union(*(self.reader(pack, name).names for name in questions))

    def form(self, pack: str, questions: tuple[str, ...], edition: str | None = None) -> Form:
        """Return the reader of events that ask these questions; errors as of `reader`."""
        found = self._forms.get((pack, questions, edition))
        if found is None:
            readers = [self.reader(pack, name, edition) for name in questions]
            model = self.terms.pack(pack)
            names = dict.fromkeys(name for reader in readers for name in reader.names)
            columns = {name: self._column(model, name, model.facts[name].type) for name in names}
            optional = [name for name in names if model.facts[name].may_be_left_out]
            found = self._forms[pack, questions, edition] = Form(readers, columns, optional)
        return found

    def stored(self, pack: Pack, edition: Edition, values: Mapping[str, Coded]) -> bytes:
        """Return facts as they are stored: JSON."""
        pieces = [
            self._column(pack, name, type_of_fact(pack, edition, name)).piece(value)
            for name, value in values.items()
        ]
        return b"{" + b",".join(pieces) + b"}"

    def _column(self, pack: Pack, name: str, type_: Type) -> Column:
        found = self._columns.get((pack.name, name))
        if found is None:
            fact = pack.facts.get(name)
            default = None if fact is None else fact.default
            found = self._columns[pack.name, name] = Column(name, type_, default)
        return found


class _Current:
    memory: Memory | None = None


def memory() -> Memory:
    """Return what was read by the packs in use; other packs, another memory."""
    terms = shelf.terms()
    if _Current.memory is None or _Current.memory.terms is not terms:
        _Current.memory = Memory(terms)
    return _Current.memory


def type_of_fact(pack: Pack, edition: Edition, name: str) -> Type:
    """Return the type of a raw fact, or of the fact that says what of a limit is used."""
    declared = pack.facts.get(name)
    if declared is not None:
        return declared.type
    limit = next(item for item in edition.limits.values() if item.used == name)
    return used_type(limit, pack.questions[limit.question])
