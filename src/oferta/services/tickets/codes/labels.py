"""Address labels on sheets of A4: two beside one another, seven below."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.colors import lightgrey
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, SimpleDocTemplate, Table, TableStyle

from oferta.services.tickets.codes.paper import Setter

_COLUMNS, _ROWS = 2, 7
_WIDTH, _HEIGHT = 99 * mm, 38 * mm
_MARGIN = 6 * mm


def pdf(labels: Sequence[Sequence[str]], *, title: str, language: str) -> bytes:
    """Return labels as a PDF; the same labels are the same bytes.

    Args:
        labels: the lines of each, the addressee first; at least one label.
        title: of the file.
        language: of its reader, as "kk" or "zh-Hant".
    """
    say = Setter(language)
    cells: list[list[Flowable]] = [
        [say(line, size=11 if not place else 9, bold=not place) for place, line in enumerate(one)]
        for one in labels
    ]
    cells += [[] for _ in range(-len(cells) % _COLUMNS)]
    rows = [cells[place : place + _COLUMNS] for place in range(0, len(cells), _COLUMNS)]
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.25, lightgrey),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 6 * mm),
            ("TOPPADDING", (0, 0), (-1, -1), 4 * mm),
        ]
    )
    parts: list[Flowable] = [
        Table(
            rows[place : place + _ROWS],
            colWidths=(_WIDTH,) * _COLUMNS,
            rowHeights=_HEIGHT,
            style=style,
        )
        for place in range(0, len(rows), _ROWS)
    ]
    held = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    SimpleDocTemplate(
        held, pagesize=A4, title=title, lang=language, invariant=True, **margins
    ).build(parts)
    return held.getvalue()
