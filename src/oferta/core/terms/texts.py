"""The published words: a heading per clause and limit, in each language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from oferta.core.terms.problems import Code, Report, choices, shown
from oferta.core.terms.types import ClauseText, Place

_HEADING = re.compile(r"##\s+(?P<id>[^\s:@]+)(?:\s+@(?P<edition>[^\s:]+))?\s*:\s*(?P<title>.*)")


@dataclass(frozen=True, slots=True)
class Passage:
    """One heading with what stands below it."""

    id: str
    #: First edition whose words these are; "" from the first.
    edition: str
    words: ClauseText


def read_passages(text: str, file: str, report: Report) -> list[Passage]:
    """Return the passages of one language's file; what stands before the first is a preface."""
    lines = text.splitlines()
    starts = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if line.startswith("## ") or line == "##"
    ]
    ends = [number - 1 for number, _ in starts[1:]] + [len(lines)] if starts else []
    found: dict[tuple[str, str], Passage] = {}
    for (number, line), end in zip(starts, ends, strict=True):
        passage = _passage(line, "\n".join(lines[number:end]).strip(), Place(file, number), report)
        if passage is None:
            continue
        key = (passage.id, passage.edition)
        if key in found:
            report.add(
                Code.DUPLICATE_ID, passage.words.place, passage.id,
                f"the heading stands twice, first on line {found[key].words.place.line}",
                "one heading, or '@' and the edition from which the words differ",
            )  # fmt: skip
        else:
            found[key] = passage
    return list(found.values())


def _passage(line: str, body: str, place: Place, report: Report) -> Passage | None:
    match = _HEADING.fullmatch(line.strip())
    if match is None or not match["title"].strip():
        report.add(
            Code.TEXT_HEADING, place, "", f"{shown(line)} is not a heading of a clause",
            "'## clause-id: short title' or '## clause-id @2024-04-16: short title'",
        )  # fmt: skip
        return None
    if not body:
        report.add(Code.EMPTY, place, match["id"], "no words stand below the heading", "the words")
    words = ClauseText(match["title"].strip(), body, place)
    return Passage(match["id"], match["edition"] or "", words)


def words_of_edition(
    passages: list[Passage], edition: str, wanted: set[str]
) -> dict[str, ClauseText]:
    """Return for each wanted id the latest words that are not later than the edition."""
    chosen: dict[str, Passage] = {}
    for passage in sorted(passages, key=lambda passage: passage.edition):
        if passage.id in wanted and passage.edition <= edition:
            chosen[passage.id] = passage
    return {id_: chosen[id_].words for id_ in sorted(chosen)}


def check_passages(
    passages: list[Passage], ids: set[str], editions: list[str], report: Report
) -> None:
    """Report words for something that no edition has, and editions that do not exist."""
    for passage in passages:
        place = passage.words.place
        if passage.id not in ids:
            report.add(
                Code.TEXT_FOR_NOTHING, place, passage.id,
                f"{shown(passage.id)} is no clause or limit of any edition",
                choices(passage.id, sorted(ids)),
            )  # fmt: skip
        if passage.edition and passage.edition not in editions:
            report.add(
                Code.UNKNOWN_EDITION, place, passage.id,
                f"{shown(passage.edition)} is not an edition of this pack",
                choices(passage.edition, editions),
            )  # fmt: skip
