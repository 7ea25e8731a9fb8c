"""Template tags `{% load words %}`: words, numbers, days as the reader's language has them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oferta.core.cases import queries as cases
from oferta.core.cases.types import Case
from oferta.core.decisions import naming
from oferta.core.decisions import queries as decisions
from oferta.core.decisions.naming import Title
from oferta.core.terms.types import Kind, Type
from oferta.core.terms.writing import show
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money
from oferta.project.settings import CONFIG
from oferta.project.web import icons, locales, navigation, words

register = template.Library()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@register.simple_tag
def say(key: str, **values: object) -> SafeString:
    """Return the words of `key` in the page's language; values are escaped."""
    if values:
        return format_html(words.say(key), **values)
    return words.shown(key, words.current_language())


@register.simple_tag
def said(name: Any) -> SafeString:
    """Return what has a `key` and `values` (an account's name, a line's title) in words."""
    shown = {key: money(one) if isinstance(one, Money) else one for key, one in name.values.items()}
    return say(name.key, **shown)


@register.simple_tag
def count(key: str, number: int, **values: object) -> SafeString:
    """Return the words of `key` that go with a number, which stands in them as `{number}`."""
    shown = locales.number_shown(number, words.current_language())
    return format_html(words.say_number(key, number), number=shown, **values)


@register.simple_tag
def colon() -> str:
    """Return the sign between a label and what it says, with its space where it has one."""
    return "：" if words.current_language().startswith("zh") else ": "


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a drawing of `icons`."""
    return icons.drawn(name)


@register.simple_tag
def page_language() -> str:
    """Return the page's language as a BCP 47 tag, for `lang`."""
    return words.current_language()


@register.simple_tag
def moment(value: datetime) -> SafeString:
    """Return a moment as the page's language writes it, to the minute and with its time zone."""
    minutes = (value - _EPOCH) // timedelta(minutes=1)
    coded = minutes * timedelta(minutes=1) // timedelta(microseconds=1)
    text = show(coded, Type(Kind.MOMENT), words.current_language(), zone=CONFIG.time_zone)
    return _time(value.isoformat(), text)


@register.simple_tag
def local(value: datetime, zone: str, *, inside: bool = False) -> SafeString:
    """Return a moment as the clocks of a place show it, with the day of the week.

    Args:
        value: zoned.
        zone: IANA name of the place's time zone.
        inside: it goes on after other words, so it begins as a day of the week is written there.
    """
    there, language = value.astimezone(ZoneInfo(zone)), words.current_language()
    weekday = locales.weekday_shown(there.date(), language)
    date_shown = show((there.date() - _EPOCH.date()).days, Type(Kind.DATE), language)
    said = words.say("frame.local").format(weekday=weekday, date=date_shown, time=f"{there:%H:%M}")
    return _time(value.isoformat(), said if inside else said[:1].upper() + said[1:])


@register.simple_tag
def day(value: datetime | date) -> SafeString:
    """Return a day (of a moment: that in the pages' time zone) as the page's language writes it."""
    local = value.astimezone(CONFIG.time_zone).date() if isinstance(value, datetime) else value
    return _day(local, words.current_language())


@register.simple_tag
def days(first: date, last: date) -> SafeString:
    """Return the days from one to another, both included; a common month and year are said once."""
    language = words.current_language()
    if first == last:
        return _day(first, language)
    if (first.year, first.month) != (last.year, last.month):
        between = "至" if language.startswith("zh") else " – "
        return format_html("{}{}{}", _day(first, language), between, _day(last, language))
    text = locales.days_of_month_shown(first, last, language)
    return format_html("<span>{}</span>", text)


@register.simple_tag
def month(value: date) -> str:
    """Return a month with its year, as a heading says it."""
    return locales.month_shown(value.replace(day=1), words.current_language())


@register.simple_tag
def number(value: int) -> str:
    """Return a whole number with the language's own signs."""
    return locales.number_shown(value, words.current_language())


@register.simple_tag
def money(amount: Money) -> str:
    """Return an amount as the page's language writes it."""
    return _money(amount, words.current_language())


@register.simple_tag
def change(amount: Money) -> str:
    """Return an amount that was added or taken, with its sign."""
    text = money(amount)
    return f"+{text}" if amount.minor > 0 else text


@register.simple_tag
def listed(items: Iterable[str]) -> str:
    """Return several things as one phrase."""
    return locales.list_shown(items, words.current_language())


@register.simple_tag
def open_case(decision_id: UUID) -> Case | None:
    """Return the case that is open about a decision, if one is."""
    return cases.open_case_of(decision_id)


@register.simple_tag(takes_context=True)
def customer_links(context: Context) -> list[dict[str, Any]]:
    """Return the customer's sections for the door that they came by."""
    return navigation.customer_links(context.get("request"), str(context.get("token") or "my"))


@register.simple_tag
def foot_links() -> list[dict[str, Any]]:
    """Return what anybody may want to look up."""
    return navigation.foot_links()


@register.simple_tag
def about_cases(found: Iterable[Case]) -> dict[UUID, Title]:
    """Return what the event of each case is called that is about a decision, by the case's id."""
    about = {one.id: one.decision_id for one in found if one.decision_id}
    stored = decisions.decisions(about.values()) if about else {}
    return {id_: naming.title(stored[one]) for id_, one in about.items()}


@register.filter
def of(found: dict[UUID, Title], case: Case) -> Title | None:
    """Return what stands in a mapping for a case."""
    return found.get(case.id)


@register.simple_tag(takes_context=True)
def desk_links(context: Context) -> list[dict[str, Any]]:
    """Return the desk's sections that this member of staff may see."""
    return navigation.desk_links(context.get("request"))


@register.simple_tag
def pages_of_customer(customer_id: UUID) -> list[dict[str, Any]]:
    """Return the desk's other pages about a customer."""
    return navigation.of_customer(customer_id)


@lru_cache(maxsize=4_096)  # the same amounts stand on page after page
def _money(amount: Money, language: Language) -> str:
    return show(amount.minor, Type(Kind.MONEY, unit=amount.unit), language)


@lru_cache(maxsize=4_096)
def _day(value: date, language: Language) -> SafeString:
    coded = (value - _EPOCH.date()).days
    return _time(value.isoformat(), show(coded, Type(Kind.DATE), language))


def _time(machine: str, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, text)
