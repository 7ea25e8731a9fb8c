"""A ticket's code as a picture: SVG for pages, PNG for passes."""

from __future__ import annotations

import io

import segno

#: Quiet zone in modules (ISO/IEC 18004).
BORDER = 4


def svg(text: str, *, title: str) -> str:
    """Return the QR code as an inline SVG that scales with its box.

    Args:
        text: of `signed.sign` or `signed.rotated`.
        title: what a screen reader says of it.
    """
    return str(_made(text).svg_inline(omitsize=True, border=BORDER, svgclass="qr", title=title))


def png(text: str, *, scale: int = 8) -> bytes:
    """Return the QR code as a PNG picture, `scale` pixels a module."""
    held = io.BytesIO()
    _made(text).save(held, kind="png", scale=scale, border=BORDER)
    return held.getvalue()


def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the dark modules, row by row and without border, for who draws them himself."""
    return tuple(tuple(bool(cell) for cell in row) for row in _made(text).matrix)


def _made(text: str) -> segno.QRCode:
    # M: a seventh of the picture may be lost. More would make it larger and no quicker to read.
    return segno.make_qr(text, error="m", boost_error=False)
