"""What can be wrong with a pack, by stable code, and the list that a load fills."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from oferta.core.terms.errors import Problem

#: More choices than this are not read through by anyone, so the rest is only counted.
CHOICES_SHOWN_MAX = 12
#: Longer words are shown shortened: a problem stays one line.
WORD_SHOWN_MAX = 60
_ORDERS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Code(StrEnum):
    """Every code that a problem of a pack can have; each stands in the reference."""

    NO_PACK = "terms.no_pack"
    UNREADABLE = "terms.unreadable"
    TOO_LARGE = "terms.too_large"
    NOT_UTF8 = "terms.not_utf8"
    BAD_YAML = "terms.bad_yaml"
    YAML_TAG = "terms.yaml_tag"
    YAML_ALIAS = "terms.yaml_alias"
    YAML_KEY = "terms.yaml_key"
    DUPLICATE_KEY = "terms.duplicate_key"
    TOO_DEEP = "terms.too_deep"
    WRONG_SHAPE = "terms.wrong_shape"
    UNKNOWN_KEY = "terms.unknown_key"
    MISSING_KEY = "terms.missing_key"
    MISSING_LANGUAGE = "terms.missing_language"
    EMPTY = "terms.empty"
    BAD_NAME = "terms.bad_name"
    RESERVED_NAME = "terms.reserved_name"
    NAME_TAKEN = "terms.name_taken"
    DUPLICATE_ID = "terms.duplicate_id"
    PACK_NAME = "terms.pack_name"
    BAD_TYPE = "terms.bad_type"
    BAD_VALUE = "terms.bad_value"
    BOUNDS_UPSIDE_DOWN = "terms.bounds_upside_down"
    UNKNOWN_FACT = "terms.unknown_fact"
    UNKNOWN_NAME = "terms.unknown_name"
    UNKNOWN_QUESTION = "terms.unknown_question"
    UNKNOWN_FIELD = "terms.unknown_field"
    UNKNOWN_LIST = "terms.unknown_list"
    UNKNOWN_CALENDAR = "terms.unknown_calendar"
    UNKNOWN_COUNTING = "terms.unknown_counting"
    UNKNOWN_TIME_ZONE = "terms.unknown_time_zone"
    UNKNOWN_CLAUSE = "terms.unknown_clause"
    UNKNOWN_EDITION = "terms.unknown_edition"
    UNKNOWN_FUNCTION = "terms.unknown_function"
    UNKNOWN_ERROR = "terms.unknown_error"
    NOT_ASKED = "terms.not_asked"
    DAY_FACT = "terms.day_fact"
    BY_FIELD = "terms.by_field"
    NOT_SUMMABLE = "terms.not_summable"
    NO_EDITION = "terms.no_edition"
    EDITION_NAME = "terms.edition_name"
    AMENDS = "terms.amends"
    WITHDRAWN = "terms.withdrawn"
    REQUIRED_VALUE = "terms.required_value"
    CONDITION_SYNTAX = "terms.condition_syntax"
    NOT_ALLOWED = "terms.not_allowed"
    COMPARED_WITH_NULL = "terms.compared_with_null"
    TWO_LITERALS = "terms.two_literals"
    TYPE_MISMATCH = "terms.type_mismatch"
    NO_ORDER = "terms.no_order"
    NEVER_TRUE = "terms.never_true"
    COULD_BE_UNKNOWN = "terms.could_be_unknown"
    OUTCOME_SYNTAX = "terms.outcome_syntax"
    DIVISION_OUTSIDE_ROUNDING = "terms.division_outside_rounding"
    DIVISION_BY_ZERO = "terms.division_by_zero"
    NOT_ROUNDED = "terms.not_rounded"
    LATER_FIELD = "terms.later_field"
    COULD_BE_NULL = "terms.could_be_null"
    OUT_OF_BOUNDS = "terms.out_of_bounds"
    DERIVED_CYCLE = "terms.derived_cycle"
    LIFTS_NOTHING = "terms.lifts_nothing"
    DEFEATS_OTHER_QUESTION = "terms.defeats_other_question"
    DEFEATS_CYCLE = "terms.defeats_cycle"
    WINDOW_UPSIDE_DOWN = "terms.window_upside_down"
    NEVER_IN_FORCE = "terms.never_in_force"
    LIMIT_KIND = "terms.limit_kind"
    LIMIT_WINDOW = "terms.limit_window"
    LIMIT_HOLDER = "terms.limit_holder"
    LIMIT_CLAUSE = "terms.limit_clause"
    EDITION_CHANGED = "terms.edition_changed"
    PUBLISHED_RECORD = "terms.published_record"
    TEXT_MISSING = "terms.text_missing"
    TEXT_HEADING = "terms.text_heading"
    TEXT_FOR_NOTHING = "terms.text_for_nothing"
    EXAMPLE_EXPECTS = "terms.example_expects"
    EXAMPLE_FACT_MISSING = "terms.example_fact_missing"
    EXAMPLE_FAILED = "terms.example_failed"
    HAS_GAP = "terms.has_gap"
    HAS_CONFLICT = "terms.has_conflict"
    NEVER_DECIDES = "terms.never_decides"
    BREAKS_BOUNDS = "terms.breaks_bounds"
    BREAKS_PROMISE = "terms.breaks_promise"
    SAYS_THE_SAME = "terms.says_the_same"
    SUSPENDED = "terms.suspended"
    NOT_PROVED = "terms.not_proved"
    FIGURES_DIFFER = "terms.figures_differ"
    MIXED_LETTERS = "terms.mixed_letters"
    CUT_CITATION = "terms.cut_citation"
    OPEN_POINT = "terms.open_point"
    WINDOWS_PAST = "terms.windows_past"


class Spot(Protocol):
    """Anything that stands somewhere in a pack: a node of a file, a place of the model."""

    @property
    def file(self) -> str:
        """Relative to the pack."""

    @property
    def line(self) -> int:
        """Counted from 1."""


@dataclass(slots=True)
class Report:
    """Problems in the order they were met, each once."""

    _found: dict[tuple[str, str, int, str, str], Problem] = field(default_factory=dict)

    def add(self, code: Code, at: Spot, where: str, what: str, expected: str = "") -> None:
        """Note one problem; the same one met again (in an inherited clause) is not repeated."""
        key = (code.value, at.file, at.line, where, what)
        self._found.setdefault(key, Problem(*key, expected))

    def problems(self) -> list[Problem]:
        """Return what was found, by file and line."""
        return sorted(self._found.values(), key=lambda found: (found.file, found.line))

    def __len__(self) -> int:
        return len(self._found)


def printable(text: str) -> str:
    """Return `text` with every sign that is an order and no letter written as its number.

    Orders to a terminal, orders to turn the direction of writing, halves of pairs.
    """
    return _ORDERS.sub(lambda found: ascii(found[0])[1:-1], text)


def shown(word: str) -> str:
    """Return `word` in quotes, on one line, not too long, and nothing in it but what prints."""
    flat = printable(" ".join(word[: WORD_SHOWN_MAX * 8].split()))
    if len(flat) > WORD_SHOWN_MAX:
        flat = flat[: WORD_SHOWN_MAX - 1] + "…"
    return f"'{flat}'"


def listed(known: Iterable[str]) -> str:
    """Return the choices in words: "one of a, b, c"."""
    names = list(known)
    if not names:
        return "none: there are none"
    if len(names) == 1:
        return names[0]
    if len(names) > CHOICES_SHOWN_MAX:
        return f"one of {', '.join(names[:CHOICES_SHOWN_MAX])}… ({len(names)} in all)"
    return f"one of {', '.join(names)}"


def choices(word: str, known: Iterable[str]) -> str:
    """Return the choices in words and, where one is near, the one that was probably meant."""
    names = list(known)
    near = difflib.get_close_matches(word[:WORD_SHOWN_MAX], names, n=1, cutoff=0.6)
    return listed(names) + (f" (did you mean '{near[0]}'?)" if near else "")
