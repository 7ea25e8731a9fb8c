"""Addresses whose code is read when somebody first asks for one.

The API is a third of all code. A server answers its first page without it, and then reads it
beside its other work (`running.web`).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver
from django.urls.resolvers import RoutePattern
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language


class Late(URLResolver):
    """Addresses of a module that nothing leads to by name, so that `reverse` need not read it."""

    def __init__(self, below: str, module: str) -> None:
        """Args: the start of the addresses, and the module with their `urlpatterns`."""
        super().__init__(RoutePattern(below), module)

    def _populate(self) -> None:
        language = get_language()
        self._reverse_dict[language] = MultiValueDict()
        self._namespace_dict[language] = {}  # type: ignore[attr-defined] # not in the stubs
        self._app_dict[language] = {}  # type: ignore[attr-defined] # the same
        self._populated = True


def view(module: str, name: str) -> Callable[..., HttpResponse]:
    """Return a view that reads its module when it is first asked for."""

    def late(request: HttpRequest, **values: Any) -> HttpResponse:
        answer: HttpResponse = getattr(import_module(module), name)(request, **values)
        return answer

    return late
