"""Which boxes each value of a fact leaves, as bits, and how DuckDB looks that up."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from oferta.core.terms.sql.boxes import OTHER, Box, Domain, Key
from oferta.core.terms.sql.writing import called, case, cast, is_null, literal, negated, steps
from oferta.core.terms.types import Coded, Kind

#: More pieces than this are looked up by a join.
STEPS_MAX = 12
#: A piece of more numbers than this is told by its ends.
RANGE_MAX = 2_000
_WORDS = (Kind.ENUM, Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Masks:
    """Of one fact, the bits of each piece of its domain."""

    domain: Domain
    bits: tuple[int, ...]

    @classmethod
    def of(cls, boxes: Sequence[Box], key: Key, domain: Domain) -> Masks | None:
        """Return the bits; None: the boxes do not look at it."""
        if not any(key in box for box in boxes):
            return None
        found = (
            sum(1 << bit for bit, box in enumerate(boxes) if box.get(key, -1) >> piece & 1)
            for piece in range(len(domain.values))
        )
        return cls(domain, tuple(found))

    # --- by a join ----------------------------------------------------------------------------

    def listed(self) -> list[Coded]:
        """Return the values to look up by a join; none: there are few pieces."""
        if self.domain.kind in _WORDS:
            named: list[Coded] = [
                value for value in self.domain.values if value not in (OTHER, None)
            ]
            return named if len(named) > STEPS_MAX else []
        if self.domain.kind is Kind.BOOLEAN or len(self._merged(self.bits)[1]) <= STEPS_MAX:
            return []
        cuts = self.domain.cuts
        spans = zip(cuts, cuts[1:], self.bits[1:], self._passed_over()[1:], strict=False)
        return [
            code for cut, end, bits, other in spans if bits != other for code in range(cut, end)
        ]

    def of_value(self, value: Coded) -> int:
        """Return the bits of a value."""
        if isinstance(value, int):
            return self.bits[bisect_right(self.domain.cuts, value)]
        known = value in self.domain.values
        return self.bits[self.domain.values.index(value if known else OTHER)]

    def unlisted(self, asked: exp.Expr, *, nulls: bool) -> exp.Expr:
        """Return the bits of a value that is not among `listed`."""
        if self.domain.kind in _WORDS:
            other, null = (
                literal(self.bits[self.domain.values.index(OTHER)]),
                literal(self.bits[-1]),
            )
            return case([(is_null(asked), null)], other) if nulls and other != null else other
        return self._stepped(asked, self._passed_over(), nulls=nulls)

    def _passed_over(self) -> list[int]:
        """Return the bits of the pieces of numbers, listed ones being as what is below them."""
        ends = [*self.domain.cuts[1:], None]
        found = [self.bits[0]]
        for cut, end, bits in zip(self.domain.cuts, ends, self.bits[1:-1], strict=True):
            found.append(bits if end is None or end - cut > RANGE_MAX else found[-1])
        return [*found, self.bits[-1]]

    # --- by itself ----------------------------------------------------------------------------

    def looked_up(self, asked: exp.Expr, *, nulls: bool, packed: bool = False) -> exp.Expr:
        """Return the bits of a value.

        Args:
            asked: the value.
            nulls: it may be null.
            packed: if it is a word, DuckDB reads it in a dictionary.
        """
        if self.domain.kind is Kind.BOOLEAN:
            true, false, null = map(literal, self.bits)
            if not nulls:
                return case([(asked, true)], false)
            return case([(asked, true), (negated(asked.copy()), false)], null)
        if self.domain.kind in _WORDS:
            return self._packed(asked) if packed else self._word(asked, nulls=nulls)
        return self._stepped(asked, self.bits, nulls=nulls)

    def _word(self, asked: exp.Expr, *, nulls: bool) -> exp.Expr:
        by = dict(zip(self.domain.values, self.bits, strict=True))
        other, null = by.pop(OTHER), by.pop(None)
        usual = Counter(by.values()).most_common(1)[0][0] if self.domain.closed else other
        tests = [(is_null(asked), literal(null))] if nulls and null != usual else []
        alike: dict[int, list[exp.Expr]] = {}
        for value, bits in by.items():
            alike.setdefault(bits, []).append(literal(value))
        for bits, some in alike.items():
            if bits != usual:
                tests.append((exp.In(this=asked.copy(), expressions=some), literal(bits)))
        return case(tests, literal(usual))

    def _packed(self, asked: exp.Expr) -> exp.Expr:
        """Return the bits of a word by its place in a list.

        DuckDB calls functions once for each word of a dictionary, but asks a CASE of every row.
        """
        by = dict(zip(self.domain.values, self.bits, strict=True))
        other = by.pop(OTHER)
        named = [OTHER, *(value for value, bits in by.items() if bits != other)]
        words = exp.Array(expressions=[literal(value) for value in named])
        place = called("greatest", literal(1), called("list_position", words, asked))
        bits = exp.Array(expressions=[literal(by.get(value, other)) for value in named])
        return called("list_extract", cast(bits, "BIGINT[]"), place)

    def _stepped(self, asked: exp.Expr, bits: Sequence[int], *, nulls: bool) -> exp.Expr:
        cuts, found = self._merged(bits)
        null = bits[-1]
        if not nulls or null in (found[0], found[-1]):
            return steps(asked, cuts, found, null_first=nulls and null != found[-1])
        return case([(is_null(asked.copy()), literal(null))], steps(asked, cuts, found))

    def _merged(self, bits: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return the pieces of numbers, put together where they have the same bits."""
        cuts, found = [], [bits[0]]
        for cut, mask in zip(self.domain.cuts, bits[1:-1], strict=True):
            if mask != found[-1]:
                cuts.append(cut)
                found.append(mask)
        return cuts, found
