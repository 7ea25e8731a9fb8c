"""The file of an export: each section as JSON, as CSV and as a page, in one ZIP.

Nothing is held whole: each row is written to three files on disk as it comes, and each file is
packed when its section is over.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from django.utils.html import escape

from oferta.kernel.i18n import Language

#: Key and language to words.
Say: TypeAlias = Callable[[str, Language], str]

_STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #999; padding: .4rem .6rem; text-align: start; vertical-align: top; }
td { white-space: pre-line; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing that is kept of a customer."""

    #: Of its files; its words are `export.<name>`.
    name: str
    #: Names of the columns; their words are `export.col.<name>`.
    columns: tuple[str, ...]
    #: JSON values by column. Read once.
    rows: Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes in as it is."""

    name: str
    content: bytes


class _Words:
    say: Say = staticmethod(lambda key, _language: key)


def use_words(say: Say) -> None:
    """Take the words of headings from `say`."""
    _Words.say = staticmethod(say)


def write(
    path: Path, parts: Iterable[Section | File], *, language: Language, now: datetime
) -> None:
    """Write the ZIP.

    Args:
        path: of the file to write; its folder takes the files in the making.
        parts: sections and files, in the order of the first page.
        language: of the pages.
        now: when the data were gathered, for the first page.
    """
    names: list[tuple[str, int]] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in parts:
            if isinstance(part, File):
                packed.writestr(part.name, part.content)
            else:
                names.append((part.name, _pack(packed, part, path.parent, language)))
        packed.writestr("style.css", _STYLE)
        packed.writestr("index.html", _first_page(names, language, now))


def _pack(packed: zipfile.ZipFile, section: Section, folder: Path, language: Language) -> int:
    ways = {"json": folder / "rows.json", "csv": folder / "rows.csv", "html": folder / "rows.html"}
    with (
        ways["json"].open("w", encoding="utf-8") as as_json,
        # The mark tells spreadsheets that it is UTF-8.
        ways["csv"].open("w", encoding="utf-8-sig", newline="") as as_csv,
        ways["html"].open("w", encoding="utf-8") as as_page,
    ):
        count = _write_rows(section, (as_json, as_csv, as_page), language)
    packed.write(ways["json"], f"data/{section.name}.json")
    packed.write(ways["csv"], f"data/{section.name}.csv")
    packed.write(ways["html"], f"pages/{section.name}.html")
    return count


def _write_rows(section: Section, files: tuple[TextIO, TextIO, TextIO], language: Language) -> int:
    as_json, as_csv, as_page = files
    title = _Words.say(f"export.{section.name}", language)
    table = csv.writer(as_csv)
    table.writerow(section.columns)
    as_json.write("[")
    as_page.write(_page_head(title, language, "../style.css") + f"<h1>{escape(title)}</h1><table>")
    heads = (escape(_Words.say(f"export.col.{name}", language)) for name in section.columns)
    as_page.write("<thead><tr>" + "".join(f"<th>{one}</th>" for one in heads) + "</tr></thead>\n")
    count = 0
    for row in section.rows:
        as_json.write(("," if count else "") + "\n" + json.dumps(row, ensure_ascii=False))
        cells = [_cell(row.get(name)) for name in section.columns]
        table.writerow([_harmless(cell) for cell in cells])
        as_page.write("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>\n")
        count += 1
    as_json.write("\n]\n")
    as_page.write("</table></body></html>\n")
    return count


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case Mapping() | list() | tuple():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking somebody's words for a formula."""
    is_number = cell.removeprefix("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell[:1] in tuple("=+-@\t\r") and not is_number else cell


def _page_head(title: str, language: Language, style: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="{style}"></head><body>'
    )


def _first_page(names: list[tuple[str, int]], language: Language, now: datetime) -> str:
    say = _Words.say
    title = say("export.title", language)
    page = io.StringIO()
    page.write(_page_head(title, language, "style.css") + f"<h1>{escape(title)}</h1>")
    page.write(f"<p>{escape(say('export.lead', language))} {escape(now.isoformat())}</p><ul>")
    for name, count in names:
        label = escape(say(f"export.{name}", language))
        page.write(f'<li><a href="pages/{name}.html">{label}</a> ({count})</li>')
    page.write("</ul></body></html>\n")
    return page.getvalue()
