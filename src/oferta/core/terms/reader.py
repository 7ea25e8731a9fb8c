"""Reads the known keys of one mapping; whatever is wrong is reported where it stands."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from oferta.core.terms.expressions import FUNCTIONS
from oferta.core.terms.problems import Code, Report, Spot, choices, shown
from oferta.core.terms.scope import kind_words
from oferta.core.terms.sql_source import reads_as_name
from oferta.core.terms.types import Choice, Coded, Kind, Place, Type, Window, Words
from oferta.core.terms.values import BadValue, parse_value
from oferta.core.terms.yaml_source import Mapping, Node, Scalar, Sequence
from oferta.kernel.i18n import LANGUAGES

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ENUM_VALUE = re.compile(r"[A-Za-z0-9]+([_.+-][A-Za-z0-9]+)*")
_REQUIREMENT = re.compile(r"[A-Za-z]+[A-Za-z0-9]*(-[A-Za-z0-9]+)+")
NAME_LENGTH_MAX = 60

#: What PostgreSQL reserves: a name that must be quoted everywhere is no name to read.
_POSTGRES_WORDS = """
all analyse analyze any array as asc asymmetric between both case cast check collate column
constraint create current_date current_role current_time current_timestamp current_user date
default deferrable desc distinct do else end except exists false fetch for foreign from grant
group having in initially intersect into is lateral leading like limit localtime localtimestamp
none not null offset on only or order placing primary references returning select session_user
some symmetric table then to trailing true union unique user using values variadic when where
window with
""".split()  # noqa: SIM905 - a list of words reads better as words

#: Words that outcomes or Python read as something else than a name; SQL is asked itself.
RESERVED = frozenset(
    {
        *keyword.kwlist,
        *FUNCTIONS,
        *_POSTGRES_WORDS,
    }
)

_DATE = Type(Kind.DATE)

T = TypeVar("T", bound=Node)


def is_id(text: str) -> bool:
    """Tell whether `text` is an id of a clause, limit, counting or pack: kebab-case."""
    return len(text) <= NAME_LENGTH_MAX and _ID.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Tell whether `text` is a name that conditions and outcomes can use: snake_case."""
    return len(text) <= NAME_LENGTH_MAX and _NAME.fullmatch(text) is not None


def is_enum_value(text: str) -> bool:
    """Tell whether `text` can be the value of an enum."""
    return len(text) <= NAME_LENGTH_MAX and _ENUM_VALUE.fullmatch(text) is not None


def check_id(text: str, at: Spot, report: Report) -> bool:
    """Report an id that is not kebab-case; tell whether it is good."""
    if is_id(text):
        return True
    report.add(
        Code.BAD_NAME, at, text[:NAME_LENGTH_MAX], f"{shown(text)} is not an id",
        f"small letters, digits and single dashes, at most {NAME_LENGTH_MAX}, as bank-rate",
    )  # fmt: skip
    return False


def check_name(text: str, at: Spot, report: Report) -> bool:
    """Report a name that is not snake_case or means something already; tell whether it is good."""
    if not is_name(text):
        report.add(
            Code.BAD_NAME, at, text[:NAME_LENGTH_MAX], f"{shown(text)} is not a name",
            f"small letters, digits and single underscores, at most {NAME_LENGTH_MAX}, "
            "as money_paid",
        )  # fmt: skip
        return False
    if text in RESERVED or not reads_as_name(text):
        report.add(
            Code.RESERVED_NAME, at, text, f"{shown(text)} already means something in conditions",
            f"another name, as the_{text}",
        )  # fmt: skip
        return False
    return True


class Fields:
    """One mapping with its known keys."""

    def __init__(self, node: Mapping, known: Iterable[str], where: str, report: Report) -> None:
        self.node = node
        self.where = where
        self.report = report
        names = tuple(known)
        for key, place in node.keys.items():
            if key not in names:
                report.add(
                    Code.UNKNOWN_KEY, place, where, f"{shown(key)} is not a key here",
                    choices(key, names),
                )  # fmt: skip

    def at(self, key: str) -> Spot:
        """Return where the key stands, or else the mapping."""
        return self.node.keys.get(key, self.node)

    def has(self, key: str) -> bool:
        """Tell whether the key is written."""
        return key in self.node.entries

    def add(self, code: Code, key: str, what: str, expected: str = "") -> None:
        """Report a problem with the value of `key`."""
        self.report.add(code, self.at(key), self.where, what, expected)

    def get(self, key: str, shape: type[T], *, required: bool = True) -> T | None:
        """Return the node under `key` if it is of that shape; report it missing or misshapen."""
        node = self.node.entries.get(key)
        if node is None:
            if required:
                self.add(Code.MISSING_KEY, key, f"{shown(key)} is missing", f"a {_SHAPES[shape]}")
            return None
        return as_shape(node, shape, self.where, self.report, name=key)

    def text(self, key: str, *, required: bool = True) -> str:
        """Return the words under `key`, or "" after reporting."""
        node = self.get(key, Scalar, required=required)
        if node is None:
            return ""
        if node.is_null or not node.text.strip():
            self.add(Code.EMPTY, key, f"{shown(key)} is empty", "some text")
            return ""
        return node.text.strip()

    def value(self, key: str, type_: Type, *, required: bool = True) -> Coded:
        """Return the coded value under `key`, or None after reporting."""
        node = self.get(key, Scalar, required=required)
        return None if node is None else read_value(node, type_, self.where, self.report)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false; without a default the key must be written."""
        coded = self.value(key, Type(Kind.BOOLEAN), required=default is None)
        return coded if isinstance(coded, bool) else bool(default)

    def choice(self, key: str, known: Iterable[str], *, required: bool = True) -> str:
        """Return one of a few words, or "" after reporting."""
        text = self.text(key, required=required)
        names = tuple(known)
        if text and text not in names:
            self.add(
                Code.BAD_VALUE, key, f"{shown(text)} is no value of {key}", choices(text, names)
            )
            return ""
        return text

    def words(self, key: str) -> Words:
        """Return the same words in the five languages."""
        node = self.get(key, Mapping)
        return {} if node is None else read_words(node, f"{self.where} {key}".strip(), self.report)

    def names(self, key: str) -> tuple[Scalar, ...]:
        """Return the words of a list (of ids, of names), nothing if it is left out."""
        node = self.get(key, Sequence, required=False)
        if node is None:
            return ()
        found: dict[str, Scalar] = {}
        for item in node.items:
            scalar = as_shape(item, Scalar, self.where, self.report, name=key)
            if scalar is None:
                continue
            if scalar.is_null or not scalar.text.strip():
                self.report.add(Code.EMPTY, item, self.where, f"an item of {key} is empty")
            elif scalar.text in found:
                self.report.add(
                    Code.DUPLICATE_ID, item, self.where,
                    f"{shown(scalar.text)} stands twice in {key}", "each once",
                )  # fmt: skip
            else:
                found[scalar.text] = scalar
        return tuple(found.values())

    def cites(self, key: str = "cites") -> tuple[str, ...]:
        """Return requirement ids."""
        items = self.names(key)
        for item in items:
            check_requirement(item, self.where, self.report)
        return tuple(item.text for item in items)

    def settles(self) -> tuple[Choice, ...]:
        """Return the choices that are settled here, each with its note in the five languages."""
        node = self.get("settles", Sequence, required=False)
        found = []
        for item in node.items if node else ():
            mapping = as_shape(item, Mapping, self.where, self.report, name="settles")
            if mapping is None:
                continue
            choice = Fields(mapping, ("requirement", "note"), self.where, self.report)
            requirement = choice.get("requirement", Scalar)
            if requirement is not None:
                check_requirement(requirement, self.where, self.report)
                found.append(Choice(requirement.text, choice.words("note")))
        return tuple(found)


_SHAPES: dict[type, str] = {Scalar: "value", Sequence: "list", Mapping: "mapping"}


def as_shape(node: Node, shape: type[T], where: str, report: Report, *, name: str = "") -> T | None:
    """Return the node if it is of that shape, else None after reporting."""
    if isinstance(node, shape):
        return node
    is_null = isinstance(node, Scalar) and node.is_null
    found = "nothing" if is_null else f"a {_SHAPES[type(node)]}"
    subject = f"{shown(name)} holds" if name else "there is"
    report.add(Code.WRONG_SHAPE, node, where, f"{subject} {found}", f"a {_SHAPES[shape]}")
    return None


def entries_of(
    node: Mapping | None, where: str, report: Report
) -> Iterator[tuple[str, Place, Mapping]]:
    """Give each entry of a mapping of mappings, reporting those of another shape."""
    if node is None:
        return
    for key, item in node.entries.items():
        subject = f"{where} {key}".strip()[: NAME_LENGTH_MAX * 2]
        mapping = as_shape(item, Mapping, subject, report, name=key)
        if mapping is not None:
            yield key, node.keys[key], mapping


def read_value(node: Scalar, type_: Type, where: str, report: Report) -> Coded:
    """Return the coded value of a scalar, or None after reporting."""
    try:
        return parse_value(None if node.is_null else node.text, type_)
    except BadValue as error:
        what = f"{error.given} is not {kind_words(type_)}"
        report.add(Code.BAD_VALUE, node, where, what, error.expected)
        return None


def read_words(node: Mapping, where: str, report: Report) -> Words:
    """Return the words of a mapping of the five languages; each must be there."""
    words: Words = {}
    fields = Fields(node, LANGUAGES, where, report)
    for language in LANGUAGES:
        if fields.has(language):
            words[language] = fields.text(language)
    missing = [language for language in LANGUAGES if not fields.has(language)]
    if missing:
        report.add(
            Code.MISSING_LANGUAGE, node, where, f"no words in {', '.join(missing)}",
            f"words in each of {', '.join(LANGUAGES)}",
        )  # fmt: skip
    return words


def read_window(fields: Fields, key: str) -> Window:
    """Return the days between `from` and `through`, both included."""
    node = fields.get(key, Mapping, required=False)
    if node is None:
        return Window()
    inner = Fields(node, ("from", "through"), fields.where, fields.report)
    ends = [inner.value(end, _DATE, required=False) for end in ("from", "through")]
    start, through = (end if isinstance(end, int) else None for end in ends)
    if start is not None and through is not None and start > through:
        inner.add(
            Code.WINDOW_UPSIDE_DOWN, "through", "the window ends before it starts",
            "'through' not before 'from'",
        )  # fmt: skip
    if not inner.has("from") and not inner.has("through"):
        fields.add(Code.EMPTY, key, "the window has no end", "'from', 'through' or both")
    return Window(start, through)


def check_requirement(node: Scalar, where: str, report: Report) -> None:
    """Report what is not the id of a requirement."""
    if len(node.text) > NAME_LENGTH_MAX or not _REQUIREMENT.fullmatch(node.text):
        report.add(
            Code.BAD_VALUE, node, where, f"{shown(node.text)} is not the id of a requirement",
            "letters, a dash, a number, as BC-21",
        )  # fmt: skip
