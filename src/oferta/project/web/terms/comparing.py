"""What the page about two editions shows."""

from __future__ import annotations

from typing import Any

from oferta.core.terms.diffing import EditionDiff, ItemDiff, Status, diff, grouped
from oferta.core.terms.types import Edition, Pack
from oferta.kernel.i18n import OWN_NAMES, Language
from oferta.project.web.terms.pages import edition_heading, headings


def compare_page(pack: Pack, before: Edition, after: Edition, language: Language) -> dict[str, Any]:
    """Return what changed from `before` to `after`; which of the two is newer does not matter."""
    found = diff(pack, before, after, language)
    return headings(pack, language) | {
        "before": edition_heading(pack, before, language),
        "after": edition_heading(pack, after, language),
        "same": before.id == after.id,
        "groups": [_group(found, group) for group in grouped(found.items)],
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
