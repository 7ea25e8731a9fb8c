"""A simulation for people: an HTML page that needs nothing else."""

from __future__ import annotations

import re
from html import escape

from oferta.core.terms.simulating.chart import svg
from oferta.core.terms.simulating.shown import Shown, both_editions
from oferta.core.terms.simulating.types import Asked, Share, Simulation
from oferta.kernel.i18n import Language

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --paper: #fdfdfb; --line: #c9cdd4;
  --before: #5b7fa6; --after: #b5651d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #14181f; --line: #3a414d;
  --before: #8fb4dc; --after: #e0a060; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: var(--ink);
  background: var(--paper); max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
:lang(zh-Hant) { font-family: system-ui, "Noto Sans CJK TC", "Microsoft JhengHei", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
.cost { font-size: 1.15rem; font-weight: 600; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1.5rem; }
th, td { border-bottom: 1px solid var(--line); padding: 0.35rem 0.6rem; text-align: left;
  vertical-align: top; }
thead th { vertical-align: bottom; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n, .day { white-space: nowrap; }
th:first-child { min-width: min(12rem, 36vw); }
.wide:focus-visible { outline: 3px solid var(--before); }
svg { width: 100%; min-width: 38rem; height: auto; } svg text { fill: var(--ink); font-size: 12px; }
.before { fill: var(--before); } .after { fill: var(--after); }
.key { display: inline-block; width: 0.8em; height: 0.8em; margin: 0 0.3em 0 1em; }
.key.before { background: var(--before); } .key.after { background: var(--after); }
tbody th { font-weight: 400; }
@media print { body { margin: 0; max-width: none; } .wide { overflow: visible; }
  svg, tr { break-inside: avoid; } svg { min-width: 0; } }
"""


def html(asked: Asked, simulation: Simulation, language: Language = "en") -> str:
    """Return the report as one page without network, script or picture file."""
    shown = Shown(asked, simulation, language)
    read = shown.words.count(
        "simulation.read",
        simulation.events,
        shown.number(simulation.events),
        file=asked.events.name,
    )
    parts = [f"<h1>{_said(shown.title)}</h1>", f"<p>{escape(read)}</p>"]
    if shown.cost:
        parts.append(f'<p class="cost">{escape(shown.cost)}</p>')
    parts += [
        _head(shown, "totals"),
        _shares(shown, "", [(shown.say("all"), simulation.total)], simulation),
        _statuses(shown, simulation),
    ]
    if simulation.transitions:
        parts += [_head(shown, "changed"), _transitions(shown, simulation)]
    named = [(shown.clause(one.name), one) for one in both_editions(simulation)]
    parts += [
        _head(shown, "by_clause"),
        _chart(shown, simulation),
        _shares(shown, shown.say("clause"), named, simulation),
    ]
    if simulation.groups:
        named = [(shown.group(one.name), one) for one in simulation.groups]
        parts += [
            f"<h2>{escape(shown.say('by_fact', fact=shown.grouped_by))}</h2>",
            _shares(shown, shown.grouped_by, named, simulation),
        ]
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(shown.title)}</title>"
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _head(shown: Shown, key: str) -> str:
    return f"<h2>{escape(shown.say(key))}</h2>"


def _shares(shown: Shown, head: str, named: list[tuple[str, Share]], simulation: Simulation) -> str:
    two = bool(simulation.against)
    tells = two and bool(simulation.better) and any(one.winners or one.losers for _, one in named)
    heads = [head, shown.say("events")]
    for field in simulation.total.sums:
        heads.append(shown.beside(shown.label(field), shown.edition(simulation.edition)))
        if two:
            after = shown.beside(shown.label(field), shown.edition(simulation.against))
            heads += [after, shown.say("change")]
    if tells:
        heads += [shown.say("gain"), shown.say("lose")]
    rows = []
    for name, share in named:
        row = [name, shown.number(share.events)]
        for field, value in share.sums.items():
            row.append(shown.amount(field, value))
            if two:
                other = share.against.get(field, 0)
                row += [shown.amount(field, other), shown.amount(field, other - value)]
        if tells:
            row += [shown.number(share.winners), shown.number(share.losers)]
        rows.append(row)
    return _table(heads, rows)


def _statuses(shown: Shown, simulation: Simulation) -> str:
    rows = []
    for name in dict.fromkeys([*simulation.statuses, *simulation.against_statuses]):
        row = [shown.say(name), shown.number(simulation.statuses.get(name, 0))]
        if simulation.against:
            row.append(shown.number(simulation.against_statuses.get(name, 0)))
        rows.append(row)
    heads = [shown.say("status"), shown.edition(simulation.edition)]
    return _table([*heads, shown.edition(simulation.against)][: 2 + bool(simulation.against)], rows)


def _transitions(shown: Shown, simulation: Simulation) -> str:
    rows = []
    for one in simulation.transitions:
        summed = simulation.better == shown.main
        change = shown.amount(simulation.better, one.change) if summed else ""
        names = [shown.clause(" + ".join(side)) for side in (one.before, one.after)]
        rows.append([*names, *map(shown.number, (one.events, one.winners, one.losers)), change])
    heads = [shown.say(key) for key in ("before", "after", "events", "gain", "lose", "change")]
    return _table(heads, rows, words=2)


def _table(heads: list[str], rows: list[list[str]], words: int = 1) -> str:
    def line(cells: list[str], tag: str) -> str:
        first = "col" if tag == "th" else "row"
        made = [f'<th scope="{first}">{_said(cells[0])}</th>']
        scope = ' scope="col"' if tag == "th" else ""
        made += [
            f"<{tag}{scope}{'' if at < words else ' class=n'}>{_said(cell)}</{tag}>"
            for at, cell in enumerate(cells[1:], start=1)
        ]
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(line(row, "td") for row in rows)
    table = f"<table><thead>{line(heads, 'th')}</thead><tbody>{body}</tbody></table>"
    return _wide(table, heads[0] or heads[1])


def _wide(content: str, name: str) -> str:
    """Return what scrolls by itself where there is no room for it, by the keyboard too."""
    label = escape(name, quote=True)
    return f'<div class="wide" tabindex="0" role="region" aria-label="{label}">{content}</div>'


def _said(text: str) -> str:
    """Return a text whose days do not break at their hyphens."""
    return re.sub(r"\d{4}-\d\d-\d\d", r'<span class="day">\g<0></span>', escape(text))


def _chart(shown: Shown, simulation: Simulation) -> str:
    drawn = svg(shown, simulation)
    if not drawn:
        return ""
    drawn = _wide(drawn, shown.say("by_clause"))
    if not simulation.against:
        return drawn
    keys = [
        f'<span class="key {side}"></span>{_said(shown.edition(name))}'
        for side, name in (("before", simulation.edition), ("after", simulation.against))
    ]
    return f"<p>{''.join(keys)}</p>{drawn}"
