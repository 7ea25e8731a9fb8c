"""Words and signs of an outcome, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from oferta.core.terms.problems import Code, shown
from oferta.core.terms.scope import BadSource, refuse
from oferta.kernel.money import UNITS

_UNITS = "|".join(sorted(UNITS))
_FORMS = re.compile(
    r"""(?P<space>\s+)
    |(?P<moment>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2}))
    |(?P<date>\d{4}-\d{2}-\d{2}(?!\d))
    |(?P<percent>\d+(?:\.\d+)?[ ]?%)
    |(?P<money>\d+(?:\.\d+)?[ ]?(?:"""
    + _UNITS
    + r""")\b)
    |(?P<duration>\d+[ ](?:microsecond|second|minute|hour|day|week)s?\b)
    |(?P<decimal>\d+\.\d+)
    |(?P<integer>\d+)
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>[^\W\d]\w*)
    |(?P<sign>[-+*/(),])""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One literal, name or sign; `kind` is the group above, "end" after the last."""

    kind: str
    text: str
    offset: int


def words_of(source: str) -> list[Word]:
    """Return the words of `source` with an end mark.

    Raises:
        BadSource: a sign that outcomes do not have.
    """
    found: list[Word] = []
    offset = 0
    while offset < len(source):
        match = _FORMS.match(source, offset)
        if match is None:
            raise refuse(
                Code.OUTCOME_SYNTAX,
                f"{shown(source[offset : offset + 20])} cannot be read",
                "names, literals, + - * /, brackets and functions",
                offset,
            )
        if match.lastgroup != "space":
            found.append(Word(match.lastgroup or "", match[0], offset))
        offset = match.end()
    return [*found, Word("end", "", len(source))]


def names_in(source: str) -> set[str]:
    """Return every name written in an expression, whatever it means; none if it is unreadable."""
    try:
        return {word.text for word in words_of(source) if word.kind == "name"}
    except BadSource:
        return set()
