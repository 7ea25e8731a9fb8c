"""terms.yaml: what the whole pack declares once for every edition."""

from __future__ import annotations

from typing import Any, Literal, cast

from oferta.core.terms.declared import Declarations
from oferta.core.terms.problems import Code, Report, choices, listed, shown
from oferta.core.terms.questions import read_questions
from oferta.core.terms.reader import (
    Fields,
    as_shape,
    check_id,
    check_name,
    entries_of,
    is_enum_value,
    read_value,
    read_window,
    read_words,
)
from oferta.core.terms.scope import NamedList
from oferta.core.terms.types import (
    Calendar,
    Coded,
    Fact,
    Field,
    Kind,
    Type,
    Words,
)
from oferta.core.terms.values import ORDERED
from oferta.core.terms.yaml_source import Mapping, Sequence
from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.money import UNITS

_TOP_KEYS = (
    "pack",
    "publisher",
    "authoritative",
    "title",
    "facts",
    "lists",
    "calendars",
    "required_values",
    "assume",
    "questions",
)
_TYPE_KEYS = ("type", "unit", "values", "min", "max")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DATE = Type(Kind.DATE)


def read_declarations(root: Mapping, report: Report) -> Declarations:
    """Return what terms.yaml declares, having reported what is wrong with it."""
    top = Fields(root, _TOP_KEYS, "", report)
    found = Declarations(
        name=top.text("pack"), publisher=top.text("publisher"), title=top.words("title")
    )
    if found.name:
        check_id(found.name, top.at("pack"), report)
    authoritative = top.choice("authoritative", LANGUAGES)
    found.authoritative = next((tag for tag in LANGUAGES if tag == authoritative), "en")
    _read_facts(top, found)
    _read_lists(top, found)
    for name, place, node in entries_of(top.get("calendars", Mapping, required=False), "", report):
        check_id(name, place, report)
        found.calendars[name] = _calendar(name, node, report)
    found.required_values = top.names("required_values")
    read_questions(top, found, read_field)
    return found


def _read_facts(top: Fields, found: Declarations) -> None:
    node = top.get("facts", Mapping)
    found.broken.update(node.entries if node else ())
    for name, place, item in entries_of(node, "", top.report):
        if not check_name(name, place, top.report):
            continue
        keys = (*_TYPE_KEYS, "nullable", "label", "changeable", "personal", "default")
        fields = Fields(item, keys, name, top.report)
        type_, value_labels = read_type(fields)
        label = fields.words("label")
        changeable = fields.flag("changeable", default=False)
        personal = fields.flag("personal", default=False)
        if type_ is not None:
            default = fields.value("default", type_) if fields.has("default") else None
            found.facts[name] = Fact(
                name, type_, label, value_labels, changeable, place, personal, default
            )
            found.broken.discard(name)


def read_type(fields: Fields) -> tuple[Type | None, dict[str, Words]]:
    """Return the type that the keys of a fact or a field declare, and how enum values read."""
    kind_name = fields.choice("type", [kind.value for kind in Kind])
    if not kind_name:
        return None, {}
    kind = Kind(kind_name)
    before = len(fields.report)
    unit = _unit(fields, kind)
    value_labels = _enum_values(fields, kind)
    nullable = fields.flag("nullable", default=False)
    if len(fields.report) > before and (kind in (Kind.MONEY, Kind.ENUM)):
        return None, value_labels
    plain = Type(kind, unit, tuple(value_labels))
    low, high = (_bound(fields, key, plain) for key in ("min", "max"))
    if low is not None and high is not None and low > high:
        fields.add(Code.BOUNDS_UPSIDE_DOWN, "max", "the maximum is below the minimum")
    return Type(kind, unit, tuple(value_labels), nullable, low, high), value_labels


def _unit(fields: Fields, kind: Kind) -> str:
    if kind is Kind.MONEY:
        return fields.choice("unit", sorted(UNITS))
    if fields.has("unit"):
        fields.add(Code.BAD_TYPE, "unit", f"a {kind} has no unit", "a unit for money only")
    return ""


def _enum_values(fields: Fields, kind: Kind) -> dict[str, Words]:
    if kind is not Kind.ENUM:
        if fields.has("values"):
            fields.add(Code.BAD_TYPE, "values", f"a {kind} has no list of values", "type: enum")
        return {}
    node = fields.get("values", Mapping)
    labels: dict[str, Words] = {}
    for value, item in node.entries.items() if node else ():
        place = node.keys[value] if node else item
        where = f"{fields.where} {value}"[:120]
        if not is_enum_value(value):
            fields.report.add(
                Code.BAD_NAME, place, fields.where, f"{shown(value)} cannot be a value",
                "letters and digits with _ . + or - between them",
            )  # fmt: skip
        words = as_shape(item, Mapping, where, fields.report, name=value)
        if words is not None:
            labels[value] = read_words(words, where, fields.report)
    if node is not None and not node.entries:
        fields.add(Code.EMPTY, "values", "an enum has no value", "one or more values")
    return labels


def _bound(fields: Fields, key: str, type_: Type) -> int | None:
    if not fields.has(key):
        return None
    if type_.kind not in ORDERED:
        fields.add(Code.BAD_TYPE, key, f"a {type_.kind} has no {key}", "no bounds here")
        return None
    value = fields.value(key, type_)
    return value if isinstance(value, int) else None


def read_field(name: str, node: Mapping, where: str, report: Report) -> Field | None:
    """Return one field of an answer."""
    fields = Fields(node, (*_TYPE_KEYS, "label", "default", "good"), where, report)
    type_, value_labels = read_type(fields)
    label = fields.words("label")
    if type_ is None:
        return None
    good, best_first = _good(fields, type_)
    return Field(name, type_, label, value_labels, good, best_first)


def _good(
    fields: Fields, type_: Type
) -> tuple[Literal["", "more", "less", "any"], tuple[str, ...]]:
    """Return which way is good for the customer: a word, or an enum's values from the best on."""
    node = fields.node.entries.get("good")
    if not isinstance(node, Sequence):
        has_order = type_.kind in (*ORDERED, Kind.BOOLEAN)
        known = ("more", "less", "any") if has_order else ("any",)
        return cast("Any", fields.choice("good", known, required=False)), ()
    ranked = []
    for item in fields.names("good"):
        if item.text in type_.values:
            ranked.append(item.text)
        else:
            fields.report.add(
                Code.BAD_VALUE, item, fields.where, f"{shown(item.text)} is not one of its values",
                choices(item.text, type_.values),
            )  # fmt: skip
    return "", tuple(ranked)


def _read_lists(top: Fields, found: Declarations) -> None:
    node = top.get("lists", Mapping, required=False)
    for name, place, item in entries_of(node, "", top.report):
        if not check_name(name, place, top.report):
            continue
        if name in found.facts:
            top.report.add(
                Code.NAME_TAKEN, place, name, f"{shown(name)} is a fact already", "another name"
            )
        fields = Fields(item, ("of", "label", "values"), name, top.report)
        found.list_labels[name] = fields.words("label")
        type_ = _list_type(fields, found)
        values = _list_values(fields, type_) if type_ else ()
        if type_ is None or not values or None in values:
            found.broken.add(name)
        else:
            found.lists[name] = NamedList(name, type_, values)


def _list_type(fields: Fields, found: Declarations) -> Type | None:
    of = fields.text("of")
    if not of or of in found.broken:
        return None
    if of not in found.facts:
        fields.add(
            Code.UNKNOWN_FACT, "of", f"{shown(of)} is not a fact of this pack",
            choices(of, found.facts),
        )  # fmt: skip
        return None
    type_ = found.facts[of].type
    return Type(type_.kind, type_.unit, type_.values, False, type_.minimum, type_.maximum)


def _list_values(fields: Fields, type_: Type) -> tuple[Coded, ...]:
    fields.get("values", Sequence)
    items = fields.names("values")
    if fields.has("values") and not items:
        fields.add(Code.EMPTY, "values", "the list is empty", "one or more values")
    return tuple(read_value(item, type_, fields.where, fields.report) for item in items)


def _calendar(name: str, node: Mapping, report: Report) -> Calendar:
    fields = Fields(node, ("weekend", "holidays", "workdays", "covers"), name, report)
    weekend = set()
    for item in fields.names("weekend"):
        if item.text in _WEEKDAYS:
            weekend.add(_WEEKDAYS.index(item.text))
        else:
            report.add(
                Code.BAD_VALUE, item, name, f"{shown(item.text)} is not a day of the week",
                listed(_WEEKDAYS),
            )  # fmt: skip
    if len(weekend) == len(_WEEKDAYS):
        fields.add(Code.BAD_VALUE, "weekend", "no day is a working day", "at least one working day")
    holidays, workdays = (_dates(fields, key) for key in ("holidays", "workdays"))
    if holidays & workdays:
        fields.add(Code.BAD_VALUE, "workdays", "a day is both a holiday and a working day")
    covers = read_window(fields, "covers")
    return Calendar(name, frozenset(weekend), holidays, workdays, covers)


def _dates(fields: Fields, key: str) -> frozenset[int]:
    values = (read_value(item, _DATE, fields.where, fields.report) for item in fields.names(key))
    return frozenset(value for value in values if isinstance(value, int))
