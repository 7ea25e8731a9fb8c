"""Template tags `{% load words %}`: `{% say "key" name=value %}` and the language of the page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oferta.project.web import words

register = template.Library()


@register.simple_tag
def say(key: str, **values: object) -> SafeString:
    """Return the words of `key` in the page's language; values are escaped."""
    return format_html(words.say(key), **values) if values else format_html("{}", words.say(key))


@register.simple_tag
def page_language() -> str:
    """Return the page's language as a BCP 47 tag, for `lang`."""
    return words.current_language()
