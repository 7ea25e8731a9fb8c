"""A ticket as a PDF of one page, in any of the five languages.

Latin, Cyrillic and Kazakh letters are embedded (DejaVu Sans). Chinese is set in the reader's own
font by the standard names that every PDF reader replaces: embedded it would be ten megabytes for
each of the two scripts.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

import matplotlib as mpl
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from oferta.services.tickets.codes import qr

PLAIN, BOLD = "OfertaSans", "OfertaSans-Bold"
#: By language; where the language is not Chinese a Chinese name is set in the simplified one.
CHINESE = {"zh-Hant": "MSung-Light", "zh-Hans": "STSong-Light"}
_HAN = ((0x2E80, 0x303F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF))
_CODE_SIZE = 62 * mm
_MARGIN = 12 * mm
_LABELS, _VALUES = 34 * mm, 90 * mm


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a ticket of paper, in words that its caller has said in one language."""

    #: Of the performance.
    title: str
    #: Label and value, as "Hall" and "Gala, row 4, seat 21".
    lines: Sequence[tuple[str, str]]
    #: What the QR code holds.
    code: str
    #: What a clerk types where no scanner reads: the ticket's number.
    number: str
    #: When money comes back, where to ask, that the code is not to be shown around.
    notes: Sequence[str]


def pdf(papers: Sequence[Paper], *, language: str) -> bytes:
    """Return one PDF, a page for each paper; the same papers are the same bytes.

    Args:
        papers: at least one.
        language: of their words, as "kk" or "zh-Hant".
    """
    setter = Setter(language)
    story: list[Flowable] = []
    for paper in papers:
        story += [PageBreak()] if story else []
        story += _page(paper, setter)
    held = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    title = papers[0].title
    SimpleDocTemplate(
        held, pagesize=A5, title=title, lang=language, invariant=True, **margins
    ).build(story)
    return held.getvalue()


class Setter:
    """Sets words as paragraphs, each run of a script in a font that has it."""

    def __init__(self, language: str) -> None:
        _load_fonts()
        self._chinese = CHINESE.get(language, CHINESE["zh-Hans"])

    def __call__(self, text: str, *, size: float = 9.5, bold: bool = False) -> Paragraph:
        """Return words as a paragraph; the size is in points."""
        font = BOLD if bold else PLAIN
        style = ParagraphStyle(
            "words", fontName=font, fontSize=size, leading=size * 1.35, wordWrap=self._wrap(text)
        )
        return Paragraph("".join(self._runs(text)), style)

    def _runs(self, text: str) -> Iterator[str]:
        for chinese, run in groupby(text, key=_is_chinese):
            said = escape("".join(run))
            yield f'<font name="{self._chinese}">{said}</font>' if chinese else said

    @staticmethod
    def _wrap(text: str) -> str | None:
        """Chinese breaks between any two characters."""
        return "CJK" if any(map(_is_chinese, text)) else None


def _page(paper: Paper, say: Setter) -> list[Flowable]:
    lines = Table(
        [(say(label, size=8.5), say(value)) for label, value in paper.lines],
        colWidths=(_LABELS, _VALUES),
        hAlign="LEFT",
        style=TableStyle(
            [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)]
        ),
    )
    return [
        say(paper.title, size=16, bold=True),
        Spacer(1, 4 * mm),
        lines,
        Spacer(1, 3 * mm),
        _drawn(paper.code),
        say(paper.number, size=11, bold=True),
        Spacer(1, 3 * mm),
        *(say(note, size=8.5) for note in paper.notes),
    ]


def _drawn(code: str) -> Drawing:
    """Draw the code as lines, sharp at any size."""
    rows = qr.modules(code)
    size = _CODE_SIZE / (len(rows) + 2 * qr.BORDER)
    drawing = Drawing(_CODE_SIZE, _CODE_SIZE)
    for down, row in enumerate(rows, start=1):
        across = qr.BORDER
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                bottom = _CODE_SIZE - (down + qr.BORDER) * size
                drawing.add(Rect(across * size, bottom, length * size, size, strokeColor=None))
            across += length
    return drawing


def _is_chinese(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _HAN)


@cache
def _load_fonts() -> None:
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont(PLAIN, folder / "DejaVuSans.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, folder / "DejaVuSans-Bold.ttf"))
    for font in CHINESE.values():
        pdfmetrics.registerFont(UnicodeCIDFont(font))
