"""Text for searching: letters that look alike in Latin and Cyrillic are the same letter (BC-45)."""

from __future__ import annotations

import unicodedata

#: Cyrillic letters, Kazakh ones included, to the Latin letters that they look like, in lower case.
_LATIN = str.maketrans("авекмнорстухіһѕјԁԛԝ", "abekmhopctyxihsjdqw")


def folded(text: str) -> str:
    """Return text as it is compared in a search: case, width and look-alike letters set aside."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_LATIN)
