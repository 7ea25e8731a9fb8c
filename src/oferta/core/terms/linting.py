"""What reads wrong in a pack though it means something: words, figures, letters, citations.

These are heuristics over the published words, tuned so that what they tell is nearly always a
slip: a lint that cries often is soon not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oferta.core.terms.problems import Code, Report, shown
from oferta.core.terms.types import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oferta.core.terms.errors import Problem
    from oferta.core.terms.types import ClauseText, Edition, Pack
    from oferta.kernel.i18n import Language

_MONTHS = (
    ("January", "январ", "қаңтар"),
    ("February", "феврал", "ақпан"),
    ("March", "март", "наурыз"),
    ("April", "апрел", "сәуір"),
    ("May", "мая", "мамыр"),
    ("June", "июн", "маусым"),
    ("July", "июл", "шілде"),
    ("August", "август", "тамыз"),
    ("September", "сентябр", "қыркүйек"),
    ("October", "октябр", "қазан"),
    ("November", "ноябр", "қараша"),
    ("December", "декабр", "желтоқсан"),
)
#: A month's name counts where a figure stands beside it, and in its own case: "may" is a verb.
_MONTH = re.compile(r"(?<=\d )(" + "|".join(name for names in _MONTHS for name in names) + r")\w*")
_MONTH_AFTER = re.compile(
    r"\b(" + "|".join(name for names in _MONTHS for name in names) + r")\w*(?= \d)"
)
_NUMBER_OF = {name: str(place + 1) for place, names in enumerate(_MONTHS) for name in names}
_GROUPED = re.compile(r"(?<=\d)[ ,\u00a0\u202f](?=\d{3}(?!\d))")
_FIGURE = re.compile(r"\d+(?:\.\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LOOKALIKE = str.maketrans("АВЕКМНОРСТХУІЅ", "ABEKMHOPCTXYIS")
_CUT = re.compile(
    r"(?:\b(?:от|dated|of|from)\s+\d{1,2}\.?|(?:№|\bNo\.?|\bст\.|\bп\.|\bart\.|第)\s*\.?)$",
    re.IGNORECASE,
)


def lint(pack: Pack, today: int | None = None) -> list[Problem]:
    """Return what reads wrong.

    Args:
        pack: the pack, loaded.
        today: coded day; given, clauses that are all over by then are told too.
    """
    report = Report()
    for edition in pack.editions:
        _open_points(edition, report)
        for name in {**edition.clauses, **edition.limits}:
            texts = {
                language: texts[name] for language, texts in edition.text.items() if name in texts
            }
            _figures(name, texts, report)
            for text in texts.values():
                _citation(name, text, report)
    _letters(pack, report)
    if today is not None and pack.editions:
        _past(pack, pack.editions[-1], today, report)
    return report.problems()


def _open_points(edition: Edition, report: Report) -> None:
    for point in edition.open_points:
        report.add(
            Code.OPEN_POINT, edition.place, edition.id, f"{point} is not decided yet",
            "a choice under 'settles', with its note",
        )  # fmt: skip


# --- figures -------------------------------------------------------------------------------------


def figures(words: str) -> set[str]:
    """Return the figures of a text, dates and thousands written alike in every language."""
    found = _MONTH.sub(lambda month: _month(month[1]), words)
    found = _MONTH_AFTER.sub(lambda month: _month(month[1]), found)
    found = _GROUPED.sub("", found)
    found = re.sub(r"(?<=\d),(?=\d)", ".", found)
    return {figure.lstrip("0") or "0" for figure in _FIGURE.findall(found)}


def _month(name: str) -> str:
    return _NUMBER_OF[name]


def _figures(name: str, texts: dict[Language, ClauseText], report: Report) -> None:
    """Report a figure that one language lacks while every other has it, or has alone."""
    of = {language: figures(f"{text.title}\n{text.body}") for language, text in texts.items()}
    for language, own in of.items():
        others = [found for other, found in of.items() if other != language]
        if len(others) < 2:  # noqa: PLR2004 - of two that differ neither is known to be wrong
            return
        lacking = set.intersection(*others) - own
        alone = own.difference(*others)
        if lacking or alone:
            report.add(
                Code.FIGURES_DIFFER, texts[language].place, name,
                f"the text in {language} says {_said(alone) or 'less'} where the others say "
                f"{_said(lacking) or 'nothing'}", "the same figures and dates in every language",
            )  # fmt: skip


def _said(found: set[str]) -> str:
    return ", ".join(sorted(found))


# --- letters -------------------------------------------------------------------------------------


def _letters(pack: Pack, report: Report) -> None:
    latin = {
        word
        for words, _, _ in _all_words(pack)
        for word in _WORD.findall(words)
        if not _CYRILLIC.search(word)
    }
    for words, place, where in _all_words(pack):
        for word in _WORD.findall(words):
            if _LATIN.search(word) and _CYRILLIC.search(word):
                what = f"{shown(word)} mixes Latin and Cyrillic letters"
                report.add(Code.MIXED_LETTERS, place, where, what, "letters of one alphabet")
            elif _looks_latin(word, latin):
                what = f"{shown(word)} is written in Cyrillic letters and elsewhere in Latin ones"
                expected = f"{shown(word.translate(_LOOKALIKE))} in Latin letters"
                report.add(Code.MIXED_LETTERS, place, where, what, expected)


def _looks_latin(word: str, latin: set[str]) -> bool:
    twin = word.translate(_LOOKALIKE)
    return len(word) > 1 and word.isupper() and twin.isascii() and twin != word and twin in latin


def _all_words(pack: Pack) -> Iterator[tuple[str, Place, str]]:
    for fact in pack.facts.values():
        labels = (fact.label, *fact.value_labels.values())
        yield from ((words, fact.place, fact.name) for said in labels for words in said.values())
    for name, values in pack.lists.items():
        place = Place("terms.yaml", 0)
        yield from ((value, place, name) for value in values if isinstance(value, str))
    for edition in pack.editions:
        for texts in edition.text.values():
            for name, text in texts.items():
                yield f"{text.title}\n{text.body}", text.place, name


# --- citations and windows -----------------------------------------------------------------------


def _citation(name: str, text: ClauseText, report: Report) -> None:
    for paragraph in text.body.split("\n\n"):
        end = " ".join(paragraph.split())
        if _CUT.search(end) or end.count("(") > end.count(")"):
            report.add(
                Code.CUT_CITATION, text.place, name, f"it ends in the middle: {shown(end[-40:])}",
                "the whole citation, with its full date and number",
            )  # fmt: skip


def _past(pack: Pack, edition: Edition, today: int, report: Report) -> None:
    for question in pack.questions.values():
        clauses = [
            one for one in edition.clauses.values() if one.question == question.name and one.then
        ]
        ends = [one.in_force.through for one in clauses]
        if clauses and all(end is not None and end < today for end in ends):
            report.add(
                Code.WINDOWS_PAST, edition.place, question.name,
                f"every clause of the edition {edition.id} that decides it is over",
                "an edition that is in force",
            )  # fmt: skip
