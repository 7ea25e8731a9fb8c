"""The links at the top of every page: name of the address, key of its words."""

from __future__ import annotations

#: A name that `urls.py` does not know is left out.
NAVIGATION: tuple[tuple[str, str], ...] = (
    ("home", "frame.home"),
    ("terms:packs", "published.title"),
    ("desk:home", "desk.title"),
)
