"""A page of the terms is fetched anew only if something that it shows has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition

from oferta.core.terms import shelf
from oferta.core.terms.types import Pack
from oferta.kernel import clock
from oferta.project.settings import CONFIG

View = Callable[..., HttpResponse]
_PROJECT = Path(__file__).parents[2]


def cached_by_digest(view: View) -> View:
    """Answer "not modified" while editions, language, day and the pages themselves are the same.

    Browsers keep the page but ask each time; nobody in between keeps it, since it holds the
    visitor's own token for forms.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        response: HttpResponse = condition(etag_func=_etag)(view)(request, *args, **values)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return asked


def content_of(pack: Pack) -> str:
    """Return one text for all that a pack says: its editions, labels, examples."""
    digests = [edition.digest for edition in pack.editions]
    return "\0".join([str(pack.folder), _files(str(pack.folder)), *digests])


def _etag(request: HttpRequest, *_args: Any, **_values: Any) -> str | None:
    if len(get_messages(request)):  # a message is shown once, so the page is like no other
        return None
    packs = sorted(shelf.terms().packs.values(), key=lambda pack: str(pack.folder))
    parts = [
        request.get_full_path(),
        request.LANGUAGE_CODE,
        request.COOKIES.get(settings.CSRF_COOKIE_NAME, ""),
        clock.now().astimezone(CONFIG.time_zone).date().isoformat(),
        *map(content_of, packs),
        _frame(),
    ]
    return '"' + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32] + '"'


@cache
def _frame() -> str:
    """Return one number for templates and words, which change when Oferta is upgraded."""
    return _hashed([*(_PROJECT / "templates").rglob("*.html"), *_PROJECT.glob("locale/*.yaml")])


@cache
def _files(folder: str) -> str:
    """Return one number for the files of a pack; labels and examples are in no digest."""
    return _hashed([path for path in Path(folder).rglob("*") if path.is_file()])


def _hashed(paths: list[Path]) -> str:
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(path.read_bytes())
    return found.hexdigest()
