"""What the page about two editions shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from oferta.core.terms.beside import NotProvedInTime, ask
from oferta.core.terms.diffing import EditionDiff, ItemDiff, Status, diff, grouped
from oferta.core.terms.meaning import QuestionDiff, meaning_of
from oferta.core.terms.types import Edition, Pack
from oferta.core.terms.writing import show_day
from oferta.kernel.i18n import OWN_NAMES, Language
from oferta.project.web.terms.pages import edition_heading, headings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oferta.core.terms.proving import Comparison

#: Of all questions together; of each, in the solver's own unit: some two seconds.
_SECONDS_MAX = 20
_COST_MAX = 8_000_000
_ONE_AT_A_TIME = Lock()


def compare_page(pack: Pack, before: Edition, after: Edition, language: Language) -> dict[str, Any]:
    """Return what changed from `before` to `after`; which of the two is newer does not matter."""
    found = diff(pack, before, after, language, meaning_between(pack, before, after))
    return headings(pack, language) | {
        "before": edition_heading(pack, before, language),
        "after": edition_heading(pack, after, language),
        "same": before.id == after.id,
        "groups": [_group(found, group) for group in grouped(found.items)],
        "questions": _questions(found.questions),
        "since": show_day(max(before.start, after.start), language),
    }


def meaning_between(pack: Pack, before: Edition, after: Edition) -> dict[str, Comparison]:
    """Return what is proved of two editions, remembered; nothing if the solver takes too long."""
    if before.id == after.id:
        return {}
    return _meaning(_Pair(pack, before, after))


@dataclass(frozen=True)
class _Pair:
    """Two editions, known by their digests: a pack has no hash of its own."""

    pack: Pack = field(compare=False)
    before: Edition = field(compare=False)
    after: Edition = field(compare=False)
    key: tuple[str, str, str] = ("", "", "")

    def __post_init__(self) -> None:
        key = (self.pack.name, self.before.digest, self.after.digest)
        object.__setattr__(self, "key", key)


@lru_cache(maxsize=128)
def _meaning(pair: _Pair) -> dict[str, Comparison]:
    with _ONE_AT_A_TIME:
        try:
            return ask(
                _SECONDS_MAX, meaning_of, pair.pack, pair.before, pair.after, cost_max=_COST_MAX
            )
        except NotProvedInTime:
            return {}


def _questions(found: Sequence[QuestionDiff]) -> list[dict[str, Any]]:
    """Return each question that differs, and those of which the same is said put together."""
    shown = [_question(one) for one in found if one.witnesses]
    alike: dict[str, list[dict[str, str]]] = {}
    for one in found:
        if not one.witnesses:
            alike.setdefault(one.said, []).append({"id": one.question, "label": one.label})
    return shown + [{"said": said, "alike": some} for said, some in alike.items()]


def _question(found: QuestionDiff) -> dict[str, Any]:
    return {
        "id": found.question,
        "label": found.label,
        "said": found.said,
        "witnesses": [
            {
                "facts": [{"label": one.label, "shown": one.shown} for one in witness.facts],
                "sides": [
                    {
                        "key": f"published.{name}",
                        "said": side.said,
                        "clauses": side.titles,
                    }
                    for name, side in (("before", witness.before), ("after", witness.after))
                ],
            }
            for witness in found.witnesses
        ],
    }


def _group(found: EditionDiff, group: tuple[ItemDiff, ...]) -> dict[str, Any]:
    first = group[0]
    stands_in = found.before if first.status is Status.WITHDRAWN else found.after
    return {
        "status": first.status,
        "status_key": f"published.status.{first.status}",
        "kind_key": f"published.kind.{first.kind}",
        "alike": len(group) > 1,
        "items": [
            {
                "id": item.id,
                "title": item.title,
                "anchored": item.kind in ("clause", "limit"),
                "edition": stands_in,
            }
            for item in group
        ],
        "changes": [
            {
                "label": change.label,
                "pieces": change.pieces,
                "languages": [OWN_NAMES[one] for one in change.languages],
            }
            for change in first.changes
        ],
    }
