"""A simulation for people: an HTML page that needs nothing else, and a chart as a picture."""

from __future__ import annotations

from html import escape
from pathlib import Path

from oferta.core.terms.simulating.types import Asked, Share, Simulation
from oferta.core.terms.types import Type
from oferta.core.terms.values import write_value

#: Clauses that a chart shows; the table has them all.
_BARS_MAX = 20
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --paper: #fdfdfb; --line: #c9cdd4;
  --before: #5b7fa6; --after: #b5651d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #14181f; --line: #3a414d;
  --before: #8fb4dc; --after: #e0a060; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 2rem; }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.6rem; text-align: left; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 12px; }
.before { fill: var(--before); } .after { fill: var(--after); }
@media print { body { margin: 0; max-width: none; } }
"""


class Shown:
    """Writes coded sums of one simulation."""

    def __init__(self, asked: Asked, simulation: Simulation) -> None:
        answer = asked.pack.questions[asked.question].answer
        self._types = {one.name: one.type for one in answer}
        self._labels = {one.name: one.label.get("en", one.name) for one in answer}
        self._asked, self._simulation = asked, simulation

    def value(self, field: str, coded: int) -> str:
        """Return a sum as it is written."""
        type_ = self._types[field]
        return write_value(coded, Type(type_.kind, unit=type_.unit))

    def label(self, field: str) -> str:
        """Return how a field reads."""
        return self._labels[field]

    def clause(self, name: str) -> str:
        """Return ids of clauses with their titles."""
        texts = self._asked.pack.editions[-1].text.get("en", {})
        parts = [
            f"{one} ({texts[one].title})" if one in texts else one for one in name.split(" + ")
        ]
        return " + ".join(parts)

    @property
    def main(self) -> str:
        """The field that charts show."""
        fields = list(self._simulation.total.sums)
        better = self._simulation.better
        return better if better in fields else fields[0] if fields else ""


def html(asked: Asked, simulation: Simulation) -> str:
    """Return the report as one page without network, script or picture file."""
    shown = Shown(asked, simulation)
    compared = f" against {simulation.against}" if simulation.against else ""
    title = f"{simulation.pack}: {simulation.question}, {simulation.edition or 'by day'}{compared}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{simulation.events} events of {escape(asked.events.name)}.</p>",
        "<h2>Totals</h2>",
        _shares(shown, [("all events", simulation.total)], simulation),
        _statuses(simulation),
        "<h2>By deciding clauses</h2>",
        _chart(shown, simulation),
        _shares(shown, [(shown.clause(one.name), one) for one in _clauses(simulation)], simulation),
    ]
    if simulation.transitions:
        parts += ["<h2>What changed, and which clause did it</h2>", _transitions(shown, simulation)]
    if simulation.groups:
        named = [(one.name, one) for one in simulation.groups]
        parts += [f"<h2>By {escape(asked.group)}</h2>", _shares(shown, named, simulation)]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _clauses(simulation: Simulation) -> list[Share]:
    """Return the shares of the clauses of both editions side by side."""
    after = {one.name: one for one in simulation.against_clauses}
    before = {one.name: one for one in simulation.clauses}
    return [
        Share(
            name,
            max(side[name].events for side in (before, after) if name in side),
            before[name].sums if name in before else dict.fromkeys(simulation.total.sums, 0),
            after[name].sums if name in after else dict.fromkeys(simulation.total.against, 0),
        )
        for name in dict.fromkeys([*before, *after])
    ]


def _shares(shown: Shown, named: list[tuple[str, Share]], simulation: Simulation) -> str:
    heads = ["", "events"]
    for field in simulation.total.sums:
        heads.append(f"{shown.label(field)}, {simulation.edition or 'by day'}")
        if simulation.against:
            heads += [f"{shown.label(field)}, {simulation.against}", "change"]
    rows = []
    for name, share in named:
        row = [name, str(share.events)]
        for field, value in share.sums.items():
            row.append(shown.value(field, value))
            if simulation.against:
                other = share.against.get(field, 0)
                row += [shown.value(field, other), shown.value(field, other - value)]
        rows.append(row)
    return _table(heads, rows)


def _statuses(simulation: Simulation) -> str:
    rows = []
    for name in dict.fromkeys([*simulation.statuses, *simulation.against_statuses]):
        row = [name, str(simulation.statuses.get(name, 0))]
        if simulation.against:
            row.append(str(simulation.against_statuses.get(name, 0)))
        rows.append(row)
    heads = ["status", simulation.edition or "by day"]
    return _table([*heads, simulation.against] if simulation.against else heads, rows)


def _transitions(shown: Shown, simulation: Simulation) -> str:
    rows = []
    for one in simulation.transitions:
        change = (
            shown.value(simulation.better, one.change) if simulation.better == shown.main else ""
        )
        names = [shown.clause(" + ".join(side)) for side in (one.before, one.after)]
        rows.append([*names, *map(str, (one.events, one.winners, one.losers)), change])
    return _table(["before", "after", "events", "gain", "lose", "change"], rows, words=2)


def _table(heads: list[str], rows: list[list[str]], words: int = 1) -> str:
    def line(cells: list[str], tag: str) -> str:
        made = [
            f"<{tag}{'' if at < words else ' class=n'}>{escape(cell)}</{tag}>"
            for at, cell in enumerate(cells)
        ]
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<table><thead>{line(heads, 'th')}</thead><tbody>{body}</tbody></table>"


def _bars(shown: Shown, simulation: Simulation) -> list[tuple[str, list[int]]]:
    field = shown.main
    found = []
    for one in _clauses(simulation)[:_BARS_MAX]:
        values = [one.sums.get(field, 0)]
        if simulation.against:
            values.append(one.against.get(field, 0))
        found.append((one.name, values))
    return found


def _chart(shown: Shown, simulation: Simulation) -> str:
    bars = _bars(shown, simulation)
    most = max((abs(value) for _, values in bars for value in values), default=0)
    if not shown.main or not most:
        return ""
    drawn, y = [], 0
    for name, values in bars:
        drawn.append(f'<text x="0" y="{y + 14}">{escape(name)}</text>')
        for value, side in zip(values, ("before", "after"), strict=False):
            width = round(400 * abs(value) / most, 1)
            told = escape(shown.value(shown.main, value))
            drawn.append(f'<rect class="{side}" x="220" y="{y + 3}" width="{width}" height="12"/>')
            drawn.append(f'<text x="{226 + width}" y="{y + 14}">{told}</text>')
            y += 16
        y += 6
    label = escape(shown.label(shown.main))
    return f'<svg viewBox="0 0 800 {y}" role="img" aria-label="{label}">{"".join(drawn)}</svg>'


def write_chart(asked: Asked, simulation: Simulation, path: Path) -> None:
    """Write the chart of the deciding clauses as a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to load
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    shown = Shown(asked, simulation)
    bars = _bars(shown, simulation)[::-1]
    figure = Figure(figsize=(9, 1.5 + 0.4 * max(len(bars), 1)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    sides = [simulation.edition or "by day", simulation.against]
    for at, (side, colour) in enumerate(zip(sides, ("#5b7fa6", "#b5651d"), strict=True)):
        if side:
            places = [place - 0.4 * at for place in range(len(bars))]
            sums = [values[at] for _, values in bars]
            axes.barh(places, sums, height=0.4, color=colour, label=side)
    axes.set_yticks(range(len(bars)), [name for name, _ in bars])
    axes.set_xlabel(f"{shown.label(shown.main)}, coded" if shown.main else "")
    axes.set_title(f"{simulation.pack}: {simulation.question}")
    axes.legend()
    figure.savefig(path, dpi=120)
