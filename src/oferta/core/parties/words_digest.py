"""The digest of an edition's published words in one language, as receipts name it."""

from __future__ import annotations

import hashlib

from oferta.core.terms.types import Edition
from oferta.kernel.i18n import Language
from oferta.kernel.jsontext import canonical_bytes


def text_digest(edition: Edition, language: Language) -> str:
    """Return the SHA-256 of an edition's published words in one language, hexadecimal."""
    words = {id_: [text.title, text.body] for id_, text in edition.text[language].items()}
    return hashlib.sha256(canonical_bytes(words)).hexdigest()
