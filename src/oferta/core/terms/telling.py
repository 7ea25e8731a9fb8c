"""An explanation as text for a terminal."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from typing import TYPE_CHECKING

from oferta.core.terms.explanation import Role
from oferta.core.terms.wording import upper_first, wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from oferta.core.terms.explanation import ClauseShown, Explanation, LimitShown, Note, Work
    from oferta.core.terms.wording import Wording

#: Columns of a line; a Chinese sign takes two.
_WIDTH = 96
#: What is not torn apart: a word of Latin letters or figures, with its no-break space; else one
#: sign.
_PIECES = re.compile("[!-~\u00a0]+|.")
_CLOSING = frozenset("，。；：、）」”》？！ ")
_DECIDING = (Role.DECIDED, Role.ADDED, Role.CLASHED)


def told(explanation: Explanation) -> str:
    """Return the explanation as lines, most important first."""
    lines = "\n".join(_Telling(explanation).lines()) + "\n"
    # Once the lines are broken a plain space does, and can be searched for.
    return lines.replace("\u00a0", " ")


class _Telling:
    def __init__(self, explanation: Explanation) -> None:
        self._it = explanation
        self._words: Wording = wording(explanation.language)

    def lines(self) -> Iterator[str]:
        """Yield every line."""
        it = self._it
        yield from _wrapped(it.answer, 0)
        deciding = [clause for clause in it.clauses if clause.role in _DECIDING]
        others = [clause for clause in it.clauses if clause.role not in _DECIDING]
        yield from self._part("decided", self._clauses(deciding, whole=True))
        yield from self._part("arithmetic", self._work())
        yield from self._part("limits", self._limits())
        yield from self._part("other", self._others(others))
        yield from self._part("facts", self._facts())
        yield from self._part("changes", (f"- {change.said}" for change in it.changes))
        yield from self._part("choices", self._notes())
        yield from self._part("edition", (it.edition.said, it.edition.note, self._digest()))

    def _say(self, key: str, **parts: object) -> str:
        return self._words.say(key, **parts)

    def _digest(self) -> str:
        return self._say("edition.digest", digest=self._it.edition.digest)

    def _part(self, heading: str, lines: Iterable[str]) -> Iterator[str]:
        found = [line for line in lines if line]
        if found:
            yield ""
            yield self._say(f"heading.{heading}")
            for line in found:
                yield from _wrapped(line, 2)

    def _clauses(self, clauses: Iterable[ClauseShown], *, whole: bool) -> Iterator[str]:
        for clause in clauses:
            yield f"- {clause.title} [{clause.id}]"
            yield f"  {clause.said}"
            if whole:
                yield f"  {self._words.quoted(clause.words)}" if clause.words else ""
                yield f"  {self._headed('condition', clause.condition)}"
            for part in clause.failing:
                yield f"  {part.said}"
            if clause.cites:
                yield f"  {self._headed('sources', ', '.join(clause.cites))}"

    def _others(self, clauses: Iterable[ClauseShown]) -> Iterator[str]:
        yield from self._clauses(clauses, whole=False)
        yield from self._it.rest

    def _facts(self) -> Iterator[str]:
        for fact in self._it.facts:
            yield self._say("fact.said", label=fact.label, value=fact.shown)

    def _headed(self, heading: str, text: str) -> str:
        return self._say("signs.colon", head=self._say(f"heading.{heading}"), text=text)

    def _work(self) -> Iterator[str]:
        for work in self._it.work:
            yield from self._one_work(work)

    def _one_work(self, work: Work) -> Iterator[str]:
        if work.formula == work.result:
            yield f"- {self._say('formula.equals', left=work.label, right=work.result)}"
            return
        yield f"- {self._say('formula.equals', left=work.label, right=work.formula)}"
        for step in work.steps:
            yield f"  {step}"
        if not work.steps and work.result not in work.formula:
            yield f"  {self._say('formula.equals', left=work.label, right=work.result)}"

    def _limits(self) -> Iterator[str]:
        for limit in self._it.limits:
            yield f"- {upper_first(limit.label)} [{limit.id}]"
            yield f"  {limit.said}"
            if limit.cites:
                yield f"  {self._headed('sources', ', '.join(limit.cites))}"

    def _notes(self) -> Iterator[str]:
        """Yield each choice once, those of what decided and what cut."""
        sources: list[ClauseShown | LimitShown] = [
            clause for clause in self._it.clauses if clause.role in _DECIDING
        ]
        sources += self._it.limits
        notes: dict[Note, None] = {note: None for one in sources for note in one.notes}
        for note in notes:
            yield f"- {self._say('signs.colon', head=note.requirement, text=note.note)}"


def _wrapped(text: str, indent: int) -> list[str]:
    """Return the text in lines; Chinese is broken anywhere, other languages between words."""
    # A no-break space stays: it holds a number and its sign together.
    flat = " ".join(re.split(r"[ \t\n]+", text.strip(" \t\n")))
    line = f"  {flat}" if text.startswith(" ") else flat
    hanging = indent + 2 if text.startswith(("- ", "  ")) else indent
    if any(unicodedata.east_asian_width(sign) in "WF" for sign in line):
        return _broken(line, indent, hanging)
    return textwrap.wrap(
        line,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    ) or [""]


def _broken(text: str, indent: int, hanging: int) -> list[str]:
    lines, line, used = [], " " * indent, indent
    for piece in _PIECES.findall(text):
        wide = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in piece)
        # A closing sign never begins a line.
        if used + wide > _WIDTH and piece not in _CLOSING:
            lines.append(line.rstrip())
            line, used = " " * hanging, hanging
        line, used = line + piece, used + wide
    return [*lines, line.rstrip()]
