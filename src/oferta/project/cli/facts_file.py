"""Facts from a file or standard input, as JSON or YAML."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from oferta.core.terms.problems import Report
from oferta.core.terms.yaml_source import Mapping, Scalar, read_yaml
from oferta.kernel.errors import OfertaError

STANDARD_INPUT = "-"
#: The facts of one question take a few hundred bytes; a device never ends.
BYTES_MAX = 4_000_000


@dataclass(eq=False, kw_only=True)
class BadFacts(OfertaError):
    """The file of facts cannot be read as one value per fact."""

    code: ClassVar[str] = "cli.bad_facts"
    file: str
    line: int
    what: str
    expected: str


def read_facts_file(name: str) -> dict[str, object]:
    """Return the facts in a file, or on standard input if `name` is "-".

    A text that begins with a brace is read as JSON, any other as YAML; values stay as written.

    Raises:
        BadFacts: it is neither, or not one value per name.
        OSError: the file cannot be read.
    """
    shown = "standard input" if name == STANDARD_INPUT else name
    raw = _read(name)
    if len(raw) > BYTES_MAX:
        what, expected = "it is too large", f"at most {BYTES_MAX} bytes"
        raise BadFacts(file=shown, line=0, what=what, expected=expected)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = "it is not UTF-8"
        raise BadFacts(file=shown, line=line, what=what, expected="text in UTF-8") from error
    if text.lstrip().startswith("{"):
        return _from_json(text, shown)
    return _from_yaml(text, shown)


def _read(name: str) -> bytes:
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(BYTES_MAX + 1)
    with Path(name).open("rb") as stream:
        return stream.read(BYTES_MAX + 1)


def _from_json(text: str, file: str) -> dict[str, object]:
    try:
        # A float would lose what was written; facts are texts, whole numbers, true, false, null.
        found: dict[str, object] = json.loads(text, parse_float=str, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        what = getattr(error, "msg", str(error))
        raise BadFacts(file=file, line=line, what=what, expected="one JSON object") from error
    for name, value in found.items():
        if isinstance(value, list | dict):
            what = f"{name} has more than one value"
            raise BadFacts(file=file, line=0, what=what, expected="one value per fact")
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the object; JSON itself would let the last of two equal names win."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for place, (name, _) in enumerate(pairs) if name in dict(pairs[:place]))
        raise ValueError(f"{twice} stands twice")
    return found


def _from_yaml(text: str, file: str) -> dict[str, object]:
    report = Report()
    root = read_yaml(text, file, report)
    for problem in report.problems():
        raise BadFacts(file=file, line=problem.line, what=problem.what, expected=problem.expected)
    if not isinstance(root, Mapping):
        what = "it does not name any facts"
        raise BadFacts(file=file, line=1, what=what, expected="lines like 'name: value'")
    return {name: _scalar(name, node, file) for name, node in root.entries.items()}


def _scalar(name: str, node: object, file: str) -> object:
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    line = getattr(node, "line", 0)
    what = f"{name} has more than one value"
    raise BadFacts(file=file, line=line, what=what, expected="one value per fact")
