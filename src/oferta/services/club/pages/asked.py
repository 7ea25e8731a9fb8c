"""A form of a few facts, in the words of the terms, and what was typed into it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oferta.core.terms import shelf
from oferta.core.terms.lexicon import lexicon
from oferta.core.terms.types import Kind, Type
from oferta.core.terms.values import BadValue, parse_value, write_value
from oferta.kernel.i18n import Language
from oferta.services.club.facts import PACK

_SPACES = re.compile(r"[\s\u00a0\u202f]")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
#: Commas are a decimal sign in these languages.
_COMMA_LANGUAGES = ("kk", "ru")


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a form."""

    name: str
    label: str
    value: str
    #: Of the HTML input; "select" for one of `choices`.
    kind: str
    mode: str
    unit: str
    #: Value and label.
    choices: tuple[tuple[str, str], ...]
    wrong: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class Form:
    """Fields as they were filled, and the facts that they tell."""

    fields: tuple[Field, ...]
    #: Canonical; complete only if nothing is wrong.
    facts: dict[str, object]

    @property
    def wrong(self) -> bool:
        """Whether anything cannot be read."""
        return any(one.wrong for one in self.fields)


def form(names: Iterable[str], given: Mapping[str, str], language: Language) -> Form:
    """Return a form of these facts as it was filled.

    Args:
        names: of facts of the club's terms, in the form's order.
        given: what was typed, by fact.
        language: of the reader: which sign stands before decimals.
    """
    fields, facts = [], dict[str, object]()
    for name in names:
        type_ = shelf.terms().pack(PACK).facts[name].type
        typed = given.get(name, "").strip()
        try:
            facts[name] = _read(typed, type_, language)
            wrong = False
        except BadValue:
            wrong = True
        fields.append(_field(name, type_, typed, language, wrong=wrong))
    return Form(tuple(fields), facts)


def minor(typed: str, language: Language) -> int | None:
    """Return an amount above zero as it was typed, in minor units; None: it is none."""
    try:
        coded = parse_value(f"{_number(typed, language)} KZT", Type(Kind.MONEY, unit="KZT"))
    except BadValue:
        return None
    return int(coded) if coded is not None and int(coded) > 0 else None


def _read(typed: str, type_: Type, language: Language) -> object:
    """Return the canonical text of what was typed.

    Raises:
        BadValue: it is no value of the type.
    """
    if not typed:
        parse_value(None, type_)  # refused where it must be known
        return None
    text = typed
    if type_.kind is Kind.MONEY:
        text = f"{_number(typed, language)} {type_.unit}"
    coded = parse_value(text, type_)
    return None if coded is None else write_value(coded, type_)


def _number(typed: str, language: Language) -> str:
    text = _SPACES.sub("", typed)
    if language not in _COMMA_LANGUAGES and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return text.replace(",", ".", 1)


def _field(name: str, type_: Type, typed: str, language: Language, *, wrong: bool) -> Field:
    pack = shelf.terms().pack(PACK)
    terms = lexicon(pack, pack.editions[-1], language)
    values = (True, False) if type_.kind is Kind.BOOLEAN else type_.values
    listed = type_.kind in {Kind.ENUM, Kind.BOOLEAN}
    choices = tuple((write_value(one, type_), terms.show(one, type_, name)) for one in values)
    return Field(
        name=name,
        label=terms.label(name),
        value=typed,
        kind="select" if listed else "date" if type_.kind is Kind.DATE else "text",
        mode={Kind.MONEY: "decimal", Kind.INTEGER: "numeric"}.get(type_.kind, ""),
        unit=type_.unit,
        choices=choices if listed else (),
        wrong=wrong,
        optional=type_.nullable,
    )
