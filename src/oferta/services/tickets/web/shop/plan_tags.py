"""`{% load hall_plan %}`: a hall of a thousand seats is drawn at once, not tag by tag."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from oferta.services.tickets.web.shop import plan

register = template.Library()


@register.simple_tag
def hall_plan(hall: plan.Hall, **words: str) -> SafeString:
    """Return the hall as tables of boxes to tick; words as of `plan.Words`."""
    return plan.drawn(hall, plan.Words(**words))
