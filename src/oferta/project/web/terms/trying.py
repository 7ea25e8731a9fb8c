"""The form on which a reader types the facts of a case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from oferta.core.terms.facts import used_type
from oferta.core.terms.lexicon import Lexicon, lexicon
from oferta.core.terms.types import Coded, Edition, Example, Kind, Pack, Type
from oferta.core.terms.values import BadValue, parse_value, write_value
from oferta.kernel.i18n import Language
from oferta.project.settings import CONFIG

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
#: What stands in a browser's field for a moment, with or without seconds.
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")

#: Kind of value to the kind of field that browsers have for it.
_FIELDS = {Kind.DATE: "date", Kind.MOMENT: "datetime-local"}
_NUMERIC = {Kind.MONEY: "decimal", Kind.PERCENT: "decimal", Kind.INTEGER: "numeric"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why what was typed cannot be read."""

    #: Of the words that say it.
    key: str
    unit: str = ""
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One fact of the form."""

    #: Of the field; the fact's name with its kind before it.
    name: str
    label: str
    value: str
    #: Of the HTML input; "select" for one of `choices`.
    kind: str
    mode: str
    unit: str
    #: Value and label; an empty value is "not known".
    choices: tuple[tuple[str, str], ...]
    nullable: bool
    wrong: Wrong | None


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in."""

    inputs: tuple[Input, ...]
    #: Canonical texts for the engine; complete only if nothing is wrong.
    facts: dict[str, object]
    #: In which time zone moments are read and shown; "" if there are none.
    zone: str

    @property
    def wrong(self) -> bool:
        """Whether anything cannot be read."""
        return any(item.wrong for item in self.inputs)


def facts_asked(pack: Pack, question: str) -> dict[str, tuple[Type, Edition]]:
    """Return every fact that any edition asks for, with its type and an edition that names it.

    The day that is typed decides which edition answers, so the form cannot know it.
    """
    newest = pack.editions[-1]
    found = {name: (pack.facts[name].type, newest) for name in pack.questions[question].facts}
    for edition in reversed(pack.editions):
        for limit in edition.limits.values():
            if limit.question == question:
                type_ = used_type(limit, pack.questions[question])
                found.setdefault(limit.used, (type_, edition))
    return found


def filled(pack: Pack, question: str, example: Example | None, language: Language) -> Typed:
    """Return the form as a worked example fills it."""
    given = example.facts if example else {}
    asked = facts_asked(pack, question)
    zone = _zone(pack, {name: str(value) for name, value in given.items()})
    inputs = []
    for name, (type_, edition) in asked.items():
        coded = _coded(given.get(name), type_)
        value = _field_value(coded, type_, zone, language)
        inputs.append(_input(name, type_, lexicon(pack, edition, language), value, None))
    return Typed(tuple(inputs), {}, _told(zone, inputs))


def read(pack: Pack, question: str, posted: Mapping[str, str], language: Language) -> Typed:
    """Return the form as the reader filled it, each fact that cannot be read named."""
    typed = {name: posted.get(f"fact.{name}", "").strip() for name in facts_asked(pack, question)}
    zone = _zone(pack, typed)
    inputs, facts = [], dict[str, object]()
    for name, (type_, edition) in facts_asked(pack, question).items():
        wrong: Wrong | None = None
        terms = lexicon(pack, edition, language)
        is_used = name not in pack.facts
        try:
            facts[name] = _read(typed[name] or ("0" if is_used else ""), type_, zone, language)
        except BadValue:
            wrong = _wrong(typed[name], type_, terms, name)
        inputs.append(_input(name, type_, terms, typed[name], wrong))
    return Typed(tuple(inputs), facts, _told(zone, inputs))


def _told(zone: ZoneInfo, inputs: list[Input]) -> str:
    moments = any(item.kind == _FIELDS[Kind.MOMENT] for item in inputs)
    return zone.key if moments else ""


def _read(typed: str, type_: Type, zone: ZoneInfo, language: Language) -> object:
    """Return the canonical text of what was typed, null for nothing.

    Raises:
        BadValue: it is no value of the type.
    """
    text = _canonical(typed, type_, zone, language) if typed else None
    return None if (coded := parse_value(text, type_)) is None else write_value(coded, type_)


def _canonical(typed: str, type_: Type, zone: ZoneInfo, language: Language) -> str:
    match type_.kind:
        case Kind.MONEY:
            return f"{_number(typed.removesuffix(type_.unit), language)} {type_.unit}"
        case Kind.PERCENT:
            return f"{_number(typed.removesuffix('%'), language)}%"
        case Kind.INTEGER:
            return _number(typed, language)
        case Kind.MOMENT if _LOCAL.fullmatch(typed):
            return _with_offset(typed, zone)
        case _:
            return typed


def _number(typed: str, language: Language) -> str:
    """Return a number as the language writes it in the form that machines read."""
    text = _SPACES.sub("", typed).replace("\u2212", "-")
    if language not in ("kk", "ru") and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    text = text.replace(",", ".", 1)
    return text if _NUMBER.fullmatch(text) else typed


def _with_offset(typed: str, zone: ZoneInfo) -> str:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone).isoformat()
    except (ValueError, OverflowError):
        return typed


def _zone(pack: Pack, given: Mapping[str, str]) -> ZoneInfo:
    """Return the zone of the place if a fact names one, else of the terms, else of the pages."""
    edition = pack.editions[-1]
    for counting in edition.countings.values():
        if counting.time_zone_is_fact and given.get(counting.time_zone):
            try:
                return ZoneInfo(given[counting.time_zone])
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue  # deciding says what is wrong with it
    return lexicon(pack, edition, "en").zone or CONFIG.time_zone


def _wrong(typed: str, type_: Type, terms: Lexicon, name: str) -> Wrong:
    if not typed:
        return Wrong("published.wrong.missing")
    low, high = (
        "" if bound is None else terms.show(bound, type_, name)
        for bound in (type_.minimum, type_.maximum)
    )
    return Wrong(f"published.wrong.{type_.kind}", type_.unit, low, high)


def _input(name: str, type_: Type, terms: Lexicon, value: str, wrong: Wrong | None) -> Input:
    choices = _choices(name, type_, terms)
    return Input(
        name=f"fact.{name}",
        label=terms.label(name),
        value=value,
        kind="select" if choices else _FIELDS.get(type_.kind, "text"),
        mode=_NUMERIC.get(type_.kind, ""),
        unit="%" if type_.kind is Kind.PERCENT else type_.unit,
        choices=choices,
        nullable=type_.nullable,
        wrong=wrong,
    )


def _choices(name: str, type_: Type, terms: Lexicon) -> tuple[tuple[str, str], ...]:
    values: tuple[Coded, ...] = type_.values if type_.kind is Kind.ENUM else ()
    if type_.kind is Kind.BOOLEAN:
        values = (True, False)
    shown = tuple((write_value(value, type_), terms.show(value, type_, name)) for value in values)
    return (("", terms.words.say("value.unknown")), *shown) if shown and type_.nullable else shown


def _coded(value: object, type_: Type) -> Coded:
    try:
        return parse_value(value, type_)
    except BadValue:
        return None


def _field_value(coded: Coded, type_: Type, zone: ZoneInfo, language: Language) -> str:
    """Return what stands in a field, without its unit and with the language's decimal sign."""
    if coded is None:
        return ""
    text = write_value(coded, type_)
    match type_.kind:
        case Kind.MOMENT:
            local = (_EPOCH + timedelta(microseconds=int(coded))).astimezone(zone)
            return local.replace(tzinfo=None).isoformat()
        case Kind.MONEY | Kind.PERCENT:
            number = text.removesuffix(type_.unit).removesuffix("%").strip()
            return number.replace(".", ",") if language in ("kk", "ru") else number
        case _:
            return text
