"""How the club works, step by step: what is there, and what a search in it finds (BC-13, BC-81).

The steps stand one by one in `locale/guide.yaml` under `club.guide.<entry>.step<n>`. Their numbers
are counted when a page is made and stand in no words, so that none can be said twice or left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from oferta.kernel.i18n import LANGUAGES
from oferta.kernel.lookalikes import folded
from oferta.kernel.yamlfile import read_yaml

WORDS = Path(__file__).parents[1] / "locale" / "guide.yaml"

#: What people call by one name though it is two things (BC-13).
SHARED_NAMES = ("halyk bonus", "халық бонус", "халык бонус")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that the guide tells."""

    id: str
    #: How many steps there are; 0: it is only told.
    steps: int
    #: Name of the address where it is done; "": not here.
    link: str = ""
    #: Whether the address is a member's own page.
    own: bool = True
    #: Other names under which people look for it.
    names: tuple[str, ...] = ()

    @property
    def title_key(self) -> str:
        """Return the key of its heading."""
        return f"club.guide.{self.id}.title"

    @property
    def lead_key(self) -> str:
        """Return the key of what is said of it."""
        return f"club.guide.{self.id}.lead"

    @property
    def step_keys(self) -> list[str]:
        """Return the keys of its steps, in their order."""
        return [f"club.guide.{self.id}.step{number}" for number in range(1, self.steps + 1)]


ENTRIES = (
    Entry(id="balance", steps=3, link="club:home", names=SHARED_NAMES),
    Entry(id="card", steps=2, link="club:cards", names=(*SHARED_NAMES, "halyk bonus digital")),
    Entry(id="earn", steps=3, link="club:calculator"),
    Entry(id="pay", steps=3, link="club:pay"),
    Entry(id="bills", steps=3, link="club:pay"),
    Entry(id="partners", steps=2, link="club:partners", own=False),
    Entry(id="missing", steps=3, link="club:ask"),
    Entry(id="lost", steps=2, link="club:cards"),
    Entry(id="leave", steps=2, link="club:leave"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found."""

    entries: tuple[Entry, ...]
    #: What was typed is the name of several of these, which are different things.
    ambiguous: bool


def find(text: str) -> Found:
    """Return the entries that have every word of a text, in any language; "": all of them.

    Args:
        text: what was typed.
    """
    asked = folded(text).split()
    if not asked:
        return Found(entries=ENTRIES, ambiguous=False)
    named = [one for one in ENTRIES if _is_called(one, " ".join(asked))]
    others = [
        one for one in ENTRIES if one not in named and all(word in _text(one) for word in asked)
    ]
    return Found(entries=(*named, *others), ambiguous=len(named) > 1)


def _is_called(entry: Entry, asked: str) -> bool:
    """Tell whether somebody typed a name of the entry, whatever they typed around it."""
    return any(folded(name) in asked for name in entry.names)


@cache
def _text(entry: Entry) -> str:
    words: Any = read_yaml(WORDS)
    keys = (entry.title_key, entry.lead_key, *entry.step_keys)
    told = [words[key][language] for key in keys for language in LANGUAGES]
    return folded(" ".join((*told, *entry.names)))
