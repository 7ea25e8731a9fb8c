"""Papers of A4 in any of the five languages: forms, receipts, letters, the parts of a file."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    PageBreak,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from oferta.services.tickets.codes.paper import Setter
from oferta.services.tickets.codes.sheet import Sheet

_MARGIN = 20 * mm
_LABELS, _VALUES = 55 * mm, 115 * mm
_TO = 85 * mm
#: Empty lines that are written on by hand.
_WRITTEN = 7 * mm


def pdf(sheets: Sequence[Sheet], *, language: str) -> bytes:
    """Return one PDF, each sheet from a new page; the same sheets are the same bytes.

    Args:
        sheets: at least one.
        language: of their words, as "kk" or "zh-Hant".
    """
    say = Setter(language)
    story: list[Flowable] = []
    for sheet in sheets:
        story += [PageBreak()] if story else []
        story += _page(sheet, say)
    held = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    SimpleDocTemplate(
        held, pagesize=A4, title=sheets[0].title, lang=language, invariant=True, **margins
    ).build(story)
    return held.getvalue()


def _page(sheet: Sheet, say: Setter) -> list[Flowable]:
    parts: list[Flowable] = []
    if sheet.to:
        to = [say(line, size=10) for line in sheet.to if line] or [_line(_TO)]
        parts += [Table([[to]], colWidths=(_TO,), hAlign="RIGHT"), Spacer(1, 8 * mm)]
    parts += [say(sheet.title, size=15, bold=True), Spacer(1, 5 * mm)]
    if sheet.lines:
        parts += [_lines(sheet, say), Spacer(1, 4 * mm)]
    for text in sheet.body:
        parts += [say(text, size=10), Spacer(1, 3 * mm)]
    if sheet.signed:
        parts += [Spacer(1, 6 * mm), _signature(sheet.signed, say)]
    if sheet.foot:
        parts += [Spacer(1, 4 * mm), say(sheet.foot, size=7.5)]
    return parts


def _lines(sheet: Sheet, say: Setter) -> Table:
    rows = [
        (say(label, size=9), say(value, size=10) if value else _line(_VALUES - 4 * mm))
        for label, value in sheet.lines
    ]
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)]
    return Table(rows, colWidths=(_LABELS, _VALUES), hAlign="LEFT", style=TableStyle(style))


def _signature(names: Sequence[str], say: Setter) -> Table:
    """Return where it is signed, with a line over each name (TR-68)."""
    width = 52 * mm
    return Table(
        [[_line(width)] * len(names), [say(name, size=8) for name in names]],
        colWidths=[width + 4 * mm] * len(names),
        hAlign="LEFT",
    )


def _line(width: float) -> Flowable:
    return HRFlowable(width=width, thickness=0.5, spaceBefore=_WRITTEN, spaceAfter=0, hAlign="LEFT")
