"""YAML read as text with a line for every node: no tags, no objects, no guessed types.

A scalar stays what was written, since its meaning depends on the declared type (`on` is not
true here, and `1_000` is not a thousand). Only `null`, `~` and nothing at all are null.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import yaml

from oferta.core.terms.problems import Code, Report, choices, shown
from oferta.core.terms.types import Place

#: A pack nests six deep at most; far below what any parser minds.
DEPTH_MAX = 20
#: Values in one file, those behind aliases counted at every use.
NODES_MAX = 300_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One written value."""

    file: str
    line: int
    text: str
    is_null: bool
    #: The raw lines it stands on, the first one cut to where it starts.
    span: tuple[str, ...] = ()

    def line_at(self, offset: int) -> int:
        """Return the line of the file on which the character at `offset` of the text stands.

        Folding changes spaces and line ends only, so the characters between them are counted.
        """
        wanted = sum(not char.isspace() for char in self.text[:offset])
        seen = 0
        for number, raw in enumerate(self.span):
            seen += sum(not char.isspace() for char in raw)
            if seen > wanted:
                return self.line + number
        return self.line + max(len(self.span) - 1, 0)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    file: str
    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in written order."""

    file: str
    line: int
    entries: dict[str, Node]
    #: Where each key stands.
    keys: dict[str, Place]


Node: TypeAlias = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been met."""

    line: int
    is_mapping: bool
    children: list[Node] = field(default_factory=list)
    anchor: str = ""
    #: Nodes inside, those behind aliases counted every time.
    size: int = 1


class _Refused(Exception):
    """The rest of the file is not read: its first problem is reported."""


def read_yaml(text: str, file: str, report: Report) -> Node | None:
    """Return the one document in `text`, or None after reporting why it cannot be read."""
    try:
        found = _Composer(text, file, report).compose()
    except _Refused:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        told = " ".join(part for part in (error.context, error.problem) if part)
        report.add(Code.BAD_YAML, Place(file, line), "", f"not YAML: {told}", _hint(told))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"a control character (U+{_ordinal(error):04X}) stands here"
        report.add(Code.BAD_YAML, Place(file, line), "", what, "printable text")
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        what = f"not YAML: {' '.join(str(error).split())[:200]}"
        report.add(Code.BAD_YAML, Place(file, 0), "", what)
    else:
        if found is None:
            report.add(Code.EMPTY, Place(file, 0), "", "the file is empty", "a mapping")
        return found
    return None


def _ordinal(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character[:1] or " ")


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _hint(told: str) -> str:
    if "mapping values are not allowed" in told:
        return "quotes around a text that holds a colon and a space"
    if "cannot start any token" in told:
        return "spaces, not tabs; quotes around a text that starts with @, ` or %"
    return ""


class _Composer:
    """Builds nodes from parse events, with a stack of its own: depth cannot break it."""

    def __init__(self, text: str, file: str, report: Report) -> None:
        self._text = text
        self._lines = text.splitlines()
        self._file = file
        self._report = report
        self._root: list[Node] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}

    def compose(self) -> Node | None:
        documents = 0
        for event in self._events():
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(Code.BAD_YAML, event, "a second document starts", "one document")
            self._take(event)
        return self._root[0] if self._root else None

    def _events(self) -> Iterator[yaml.Event]:
        yield from yaml.parse(self._text, Loader=_LOADER)

    def _refuse(self, code: Code, event: yaml.Event, what: str, expected: str) -> None:
        self._report.add(code, Place(self._file, _line_of(event)), "", what, expected)
        raise _Refused

    def _take(self, event: yaml.Event) -> None:
        if getattr(event, "tag", None):
            tag = str(getattr(event, "tag", ""))
            self._refuse(Code.YAML_TAG, event, f"{shown(tag)} is a tag", "a plain value")
        if isinstance(event, yaml.ScalarEvent):
            self._put(event, self._scalar(event), 1, event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._put(event, *self._anchored(event))
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            if len(self._stack) >= DEPTH_MAX:
                self._refuse(
                    Code.TOO_DEEP, event, "nested too deeply", f"at most {DEPTH_MAX} levels"
                )
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            self._stack.append(_Open(_line_of(event), is_mapping, anchor=event.anchor or ""))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            opened = self._stack.pop()
            self._put(event, self._closed(opened), opened.size, opened.anchor)

    def _anchored(self, event: yaml.AliasEvent) -> tuple[Node, int]:
        """Return what an alias stands for: the same node, with the lines where it is written."""
        name = event.anchor or ""
        if name not in self._anchors:
            what = f"nothing above is anchored as {shown(name)}"
            self._refuse(Code.YAML_ALIAS, event, what, choices(name, self._anchors))
        return self._anchors[name]

    def _put(self, event: yaml.Event, node: Node, size: int, anchor: str | None = None) -> None:
        if anchor:
            self._anchors[anchor] = (node, size)
        if not self._stack:
            self._root.append(node)
            return
        opened = self._stack[-1]
        opened.children.append(node)
        opened.size += size
        if opened.size > NODES_MAX:
            self._refuse(Code.TOO_LARGE, event, "there are too many values", f"at most {NODES_MAX}")

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        start, end = cast("yaml.Mark", event.start_mark), cast("yaml.Mark", event.end_mark)
        is_plain = event.implicit[0]
        is_null = is_plain and event.value in _NULLS
        is_block = event.style in ("|", ">")
        first = start.line + 1 if is_block else start.line
        span = self._lines[first : end.line + 1]
        if span and not is_block:
            column = start.column + (0 if is_plain else 1)
            span = [span[0][column:], *span[1:]]
        line = min(first, max(len(self._lines) - 1, 0)) + 1
        return Scalar(self._file, line, event.value, is_null, tuple(span))

    def _closed(self, opened: _Open) -> Node:
        if not opened.is_mapping:
            return Sequence(self._file, opened.line, tuple(opened.children))
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        pairs = zip(opened.children[::2], opened.children[1::2], strict=False)
        for key, value in pairs:
            place = Place(self._file, key.line)
            if not isinstance(key, Scalar):
                self._report.add(Code.YAML_KEY, place, "", "a key is not a word", "a plain word")
            elif key.text in entries:
                self._report.add(
                    Code.DUPLICATE_KEY,
                    place,
                    key.text[:60],
                    f"the key {shown(key.text)} stands twice, first on line {keys[key.text].line}",
                    "each key once",
                )
            else:
                entries[key.text] = value
                keys[key.text] = place
        return Mapping(self._file, opened.line, entries, keys)
