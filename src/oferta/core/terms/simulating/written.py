"""Values as packs write them, read by DuckDB; what cannot be read is null."""

from __future__ import annotations

from sqlglot import exp

from oferta.core.terms.types import Kind, Type
from oferta.kernel.money import UNITS

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_MICROSECONDS = {
    "week": 604_800_000_000,
    "day": 86_400_000_000,
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "microsecond": 1,
}
_MOMENT = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r" ?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def coded_column(  # noqa: PLR0911 - a case per type, side by side
    column: str, sql_type: str, type_: Type, *, checked: bool = False, written: bool = True
) -> str:
    """Return SQL of a column's coded value.

    Args:
        column: its name; "" if there is none.
        sql_type: what DuckDB says it holds.
        type_: of the fact.
        checked: its values are known to be of the type.
        written: in a CSV, where `null` is null.
    """
    if not column:
        return f"CAST(NULL AS {_coded_type(type_)})"
    name = exp.column(column, quoted=True).sql("duckdb")
    if sql_type == "VARCHAR" and checked and type_.kind is Kind.ENUM:
        absent = written and type_.nullable and "null" not in type_.values
        return f"nullif({name}, 'null')" if absent else name
    if sql_type == "VARCHAR":
        return _from_text(name, type_)
    if type_.kind is Kind.BOOLEAN:
        return name if sql_type == "BOOLEAN" else "CAST(NULL AS BOOLEAN)"
    if type_.kind is Kind.DATE and sql_type == "DATE":
        return f"CAST({name} - DATE '1970-01-01' AS BIGINT)"
    if type_.kind is Kind.MOMENT and sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_us({name})"
    if type_.kind in (Kind.ENUM, Kind.TEXT) or sql_type not in (*_INTEGERS, "UBIGINT"):
        return f"CAST(NULL AS {_coded_type(type_)})"
    return f"TRY_CAST({name} AS BIGINT)"


def _coded_type(type_: Type) -> str:
    if type_.kind is Kind.BOOLEAN:
        return "BOOLEAN"
    return "VARCHAR" if type_.kind in (Kind.ENUM, Kind.TEXT) else "BIGINT"


def _from_text(name: str, type_: Type) -> str:  # noqa: C901, PLR0911 - a case per kind, side by side
    text = f"trim({name})"
    match type_.kind:
        case Kind.TEXT:
            return name
        case Kind.ENUM:
            values = ", ".join(exp.Literal.string(value).sql("duckdb") for value in type_.values)
            return f"CASE WHEN {name} IN ({values}) THEN {name} END"
        case Kind.BOOLEAN:
            return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
        case Kind.INTEGER:
            return _where(text, r"[+-]?[0-9]+", f"TRY_CAST({text} AS BIGINT)")
        case Kind.PERCENT:
            number = f"TRY_CAST(rtrim({text}, ' %') AS DECIMAL(23, 4)) * 10000"
            return _where(text, r"[+-]?[0-9]+(\.[0-9]{1,4})? ?%", f"TRY_CAST({number} AS BIGINT)")
        case Kind.MONEY:
            return _money(text, type_.unit)
        case Kind.DATE:
            days = f"CAST(TRY_CAST({text} AS DATE) - DATE '1970-01-01' AS BIGINT)"
            return _where(text, r"[0-9]{4}-[0-9]{2}-[0-9]{2}", days)
        case Kind.MOMENT:
            return _where(text, _MOMENT, f"epoch_us(TRY_CAST({text} AS TIMESTAMPTZ))")
        case Kind.DURATION:
            return _duration(text)


def _money(text: str, unit: str) -> str:
    places = UNITS[unit]
    decimals = rf"(\.[0-9]{{1,{places}}})?" if places else ""
    digits = rf"regexp_replace({text}, '[ A-Z]', '', 'g')"
    number = f"TRY_CAST({digits} AS DECIMAL({19 + places}, {places})) * {10**places}"
    form = rf"[+-]?[0-9][0-9 ]*{decimals} ?{unit}"
    return _where(text, form, f"TRY_CAST({number} AS BIGINT)")


def _duration(text: str) -> str:
    units = " ".join(f"WHEN '{unit}' THEN {size}" for unit, size in _MICROSECONDS.items())
    unit = f"CASE rtrim(split_part({text}, ' ', 2), 's') {units} END"
    number = f"TRY_CAST(split_part({text}, ' ', 1) AS BIGINT)"
    form = rf"[+-]?[0-9]{{1,15}} ({'|'.join(_MICROSECONDS)})s?"
    return _where(text, form, f"TRY({number} * {unit})")


def _where(text: str, form: str, value: str) -> str:
    return f"CASE WHEN regexp_full_match({text}, '{form}') THEN {value} END"
