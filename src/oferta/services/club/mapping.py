"""How rows of a card export are read as payments of the club: data, not code.

A mapping names every assumption it makes, converts the file's currency at a declared rate, gives
the facts that hold for all rows, and then lets groups of rules set further facts: in each group
the first rule that matches the row wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from operator import attrgetter
from pathlib import Path
from typing import Any

import yaml

from oferta.services.club.errors import MappingInvalid
from oferta.services.club.types import PaymentRow

_KEYS = {"assumptions", "currency", "facts", "groups"}
_TESTS = {"merchant_has", "merchant_starts", "payer_category", "currency_not", "card_ends"}


@dataclass(frozen=True, slots=True)
class Rule:
    """Sets facts on rows that every given test matches; a test matches if any of its words does."""

    tests: tuple[tuple[str, tuple[str, ...]], ...]
    sets: dict[str, object]

    def matches(self, row: PaymentRow) -> bool:
        """Tell whether all tests hold of the row."""
        return all(_TESTERS[name](row, words) for name, words in self.tests)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of which the first that matches a row counts."""

    rules: tuple[Rule, ...]
    #: Picks the columns that the rules look at: rows that agree in them have the same rule.
    columns: Callable[[PaymentRow], object]
    seen: dict[object, int | None] = field(default_factory=dict, repr=False)

    def choose(self, row: PaymentRow) -> int | None:
        """Return the number of the rule that counts for a row, if any does."""
        key = self.columns(row)
        if key not in self.seen:
            matching = (n for n, rule in enumerate(self.rules) if rule.matches(row))
            self.seen[key] = next(matching, None)
        return self.seen[key]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping."""

    #: What the record does not say and the mapping supposes, in words.
    assumptions: tuple[str, ...]
    home_currency: str
    #: Units of the club's currency for one unit of the file's.
    rate: Fraction
    facts: dict[str, object]
    groups: dict[str, Group]
    #: Facts by the rules that gave them: a year of payments has a few hundred ways.
    chosen: dict[tuple[int | None, ...], dict[str, object]] = field(
        default_factory=dict, repr=False
    )

    def converted(self, minor: int) -> int:
        """Return an amount of the file in the club's currency, rounded half to even.

        Args:
            minor: minor units of the file's currency.
        """
        # As round(minor * self.rate), at a fifth of the price.
        parts = self.rate.denominator
        whole, rest = divmod(minor * self.rate.numerator, parts)
        up = 2 * rest > parts or (2 * rest == parts and whole % 2 == 1)
        return whole + up

    def partners(self) -> set[str]:
        """Return the names of every partner that a rule may set."""
        rules = [rule for group in self.groups.values() for rule in group.rules]
        return {str(rule.sets["partner"]) for rule in rules if "partner" in rule.sets}

    def facts_of(self, row: PaymentRow) -> dict[str, object]:
        """Return the facts that the mapping gives a row."""
        chosen = tuple(group.choose(row) for group in self.groups.values())
        found = self.chosen.get(chosen)
        if found is None:
            found = dict(self.facts)
            for group, number in zip(self.groups.values(), chosen, strict=True):
                found |= group.rules[number].sets if number is not None else {}
            self.chosen[chosen] = found
        return dict(found)


_TESTERS: dict[str, Callable[[PaymentRow, tuple[str, ...]], bool]] = {
    "merchant_has": lambda row, words: any(word in row.merchant for word in words),
    "merchant_starts": lambda row, words: row.merchant.startswith(words),
    "payer_category": lambda row, words: row.category in words,
    "currency_not": lambda row, words: row.currency not in words,
    "card_ends": lambda row, words: row.card.endswith(words),
}


#: The column of a row that each test looks at.
_COLUMNS = {
    "merchant_has": "merchant",
    "merchant_starts": "merchant",
    "payer_category": "category",
    "currency_not": "currency",
    "card_ends": "card",
}


def load_mapping(path: Path) -> Mapping:
    """Return the mapping that a YAML file describes.

    Raises:
        MappingInvalid: unreadable, or a key, test or rate that is none.
    """
    reader = _Reader(path.name)
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise reader.wrong("file", str(problem), "a YAML file") from problem
    top = reader.mapping(raw, "file", _KEYS)
    currency = reader.mapping(top.get("currency"), "currency", {"of_file", "home", "rate"})
    groups = reader.mapping(top.get("groups", {}), "groups", None)
    return Mapping(
        assumptions=tuple(reader.texts(top.get("assumptions", []), "assumptions")),
        home_currency=str(currency.get("home", "")),
        rate=reader.rate(currency.get("rate")),
        facts=reader.mapping(top.get("facts", {}), "facts", None),
        groups={
            name: _group(reader.rules(rules, f"groups.{name}")) for name, rules in groups.items()
        },
    )


def _group(rules: tuple[Rule, ...]) -> Group:
    looked_at = {_COLUMNS[test] for rule in rules for test, _ in rule.tests}
    return Group(rules, attrgetter(*sorted(looked_at)) if looked_at else lambda _: None)


@dataclass(frozen=True, slots=True)
class _Reader:
    file: str

    def wrong(self, where: str, what: str, expected: str) -> MappingInvalid:
        return MappingInvalid(file=self.file, where=where, what=what, expected=expected)

    def mapping(self, raw: object, where: str, known: set[str] | None) -> dict[str, Any]:
        if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
            raise self.wrong(where, f"it is {type(raw).__name__}", "a mapping of names to values")
        strange = sorted(raw.keys() - known) if known else []
        if strange:
            raise self.wrong(where, f"unknown key {strange[0]}", ", ".join(sorted(known or ())))
        return raw

    def texts(self, raw: object, where: str) -> list[str]:
        if isinstance(raw, str):
            return [raw]
        if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
            raise self.wrong(where, f"it is {raw!r}", "a text or a list of texts")
        return raw

    def rate(self, raw: object) -> Fraction:
        try:
            rate = Fraction(raw) if isinstance(raw, str) else Fraction(0)
        except (ValueError, ZeroDivisionError):
            rate = Fraction(0)
        if rate <= 0:
            raise self.wrong("currency.rate", f"it is {raw!r}", "a number above 0 in quotes")
        return rate

    def rules(self, raw: object, where: str) -> tuple[Rule, ...]:
        if not isinstance(raw, list):
            raise self.wrong(where, f"it is {type(raw).__name__}", "a list of rules")
        return tuple(self.rule(one, f"{where}[{number}]") for number, one in enumerate(raw))

    def rule(self, raw: object, where: str) -> Rule:
        given = self.mapping(raw, where, _TESTS | {"set"})
        tests = tuple(
            (name, tuple(self.texts(words, f"{where}.{name}")))
            for name, words in given.items()
            if name != "set"
        )
        return Rule(tests, self.mapping(given.get("set"), f"{where}.set", None))
