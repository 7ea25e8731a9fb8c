"""What each clause gives, drawn: in the page, and as a picture."""

from __future__ import annotations

from html import escape
from pathlib import Path

from oferta.core.terms.simulating.shown import Shown, both_editions
from oferta.core.terms.simulating.types import Asked, Simulation
from oferta.kernel.i18n import Language

#: Clauses that a chart shows, those with the greatest change first; the table has them all.
_BARS_MAX = 20
_COLOURS = ("#5b7fa6", "#b5651d")
#: Fonts with the letters of a language; DejaVu, which is always there, has Kazakh and Russian.
_FONTS: dict[Language, tuple[str, ...]] = {
    "zh-Hant": ("Noto Sans CJK TC", "Noto Sans TC", "Microsoft JhengHei", "PingFang TC"),
    "zh-Hans": ("Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC"),
}


def _bars(shown: Shown, simulation: Simulation) -> list[tuple[str, list[int]]]:
    field, found = shown.main, []
    for one in both_editions(simulation):
        values = [one.sums.get(field, 0)]
        if simulation.against:
            values.append(one.against.get(field, 0))
        if any(values):
            found.append((one.name, values))
    found.sort(key=lambda bar: (-abs(bar[1][-1] - bar[1][0]), -max(map(abs, bar[1])), bar[0]))
    return found[:_BARS_MAX]


def svg(shown: Shown, simulation: Simulation) -> str:
    """Return the bars as part of a page; "" if there is nothing to draw."""
    bars = _bars(shown, simulation)
    if not bars:
        return ""
    most = max(abs(value) for _, values in bars for value in values)
    drawn, y = [], 0
    for name, values in bars:
        drawn.append(f'<text x="0" y="{y + 14}">{escape(name)}</text>')
        for value, side in zip(values, ("before", "after"), strict=False):
            width = round(400 * abs(value) / most, 1)
            told = escape(shown.amount(shown.main, value))
            drawn.append(f'<rect class="{side}" x="220" y="{y + 3}" width="{width}" height="12"/>')
            drawn.append(f'<text x="{226 + width}" y="{y + 14}">{told}</text>')
            y += 16
        y += 6
    label = escape(shown.label(shown.main))
    return f'<svg viewBox="0 0 800 {y}" role="img" aria-label="{label}">{"".join(drawn)}</svg>'


def write_chart(
    asked: Asked, simulation: Simulation, path: Path, language: Language = "en"
) -> Language:
    """Write the bars as a PNG, and return the language of its words.

    It is English where this machine has no font with the letters of the language asked for.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to load
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    fonts = _fonts(language)
    language = language if fonts else "en"
    shown = Shown(asked, simulation, language)
    bars = _bars(shown, simulation)[::-1]
    figure = Figure(figsize=(9, 1.5 + 0.4 * max(len(bars), 1)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    told = {"family": fonts or ["DejaVu Sans"]}
    for at, (side, colour) in enumerate(
        zip((simulation.edition, simulation.against), _COLOURS, strict=True)
    ):
        if side or not at:
            places = [place - 0.4 * at for place in range(len(bars))]
            sums = [values[at] for _, values in bars]
            axes.barh(places, sums, height=0.4, color=colour, label=shown.edition(side))
    axes.set_yticks(range(len(bars)), [name for name, _ in bars], fontfamily=told["family"])
    if shown.main:
        axes.xaxis.set_major_formatter(
            lambda value, _: shown.amount(shown.main, round(value)).replace("\u202f", "\u00a0")
        )
        axes.set_xlabel(shown.label(shown.main), fontfamily=told["family"])
        axes.tick_params(axis="x", labelrotation=20, labelfontfamily=told["family"])
    axes.set_title(shown.title, fontfamily=told["family"], wrap=True)
    axes.legend(prop=told)
    figure.savefig(path, dpi=120)
    return language


def _fonts(language: Language) -> list[str]:
    """Return fonts that have the letters of a language, DejaVu first; none: it cannot be drawn."""
    from matplotlib import font_manager  # noqa: PLC0415 - slow to load

    wanted = _FONTS.get(language, ())
    there = {font.name for font in font_manager.fontManager.ttflist}
    found = [name for name in wanted if name in there]
    return ["DejaVu Sans", *found] if found or not wanted else []
