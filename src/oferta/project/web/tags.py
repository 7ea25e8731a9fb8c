"""Template tags `{% load words %}`: words, days and moments as the reader's language has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oferta.core.terms.types import Kind, Type
from oferta.core.terms.writing import show
from oferta.project.settings import CONFIG
from oferta.project.web import words

register = template.Library()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@register.simple_tag
def say(key: str, **values: object) -> SafeString:
    """Return the words of `key` in the page's language; values are escaped."""
    return format_html(words.say(key), **values) if values else format_html("{}", words.say(key))


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
def day(value: datetime) -> SafeString:
    """Return the day of a moment, in the pages' time zone, as the page's language writes it."""
    local = value.astimezone(CONFIG.time_zone).date()
    return _time(
        local.isoformat(),
        show((local - _EPOCH.date()).days, Type(Kind.DATE), words.current_language()),
    )


def _time(machine: str, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, text)
