"""The words of messages as they are compared: references, digests, and what is printed below.

A reference is twelve letters and digits that nobody confuses (Crockford's 32 without I, L, O, U),
printed as `7K3F-9QXM-2TVA`: sixty random bits, too many to guess.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata

from oferta.core.notices import outgoing, rendering
from oferta.core.notices.types import Rendered
from oferta.kernel.i18n import LANGUAGES, Language

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12
_FOUR = "([0-9A-Z]{4})"
_PRINTED = re.compile(rf"(?<![0-9A-Z]){_FOUR}[-–—\s]?{_FOUR}[-–—\s]?{_FOUR}(?![0-9A-Z])")
#: As people type them.
_MISREAD = str.maketrans("OIL", "011")
_REFERENCE_KIND = "message.reference"
_WITHDRAWAL_KIND = "message.withdrawal"


def new_reference() -> str:
    """Return a reference for a message, as it is stored."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def printed(reference: str) -> str:
    """Return a reference as messages show it."""
    return "-".join(reference[at : at + 4] for at in range(0, _LENGTH, 4))


def references_in(text: str) -> list[str]:
    """Return whatever in a text may be a reference of ours, as it is stored."""
    found = ("".join(match.groups()) for match in _PRINTED.finditer(text.upper()))
    read = (one.translate(_MISREAD) for one in found)
    return list(dict.fromkeys(one for one in read if not set(one) - set(_LETTERS)))


def below(reference: str, language: Language, withdrawal: str) -> str:
    """Return what stands below a message that leaves the house.

    Args:
        reference: as it is stored.
        language: of the message.
        withdrawal: of an advertisement: the address that withdraws consent; "" otherwise.
    """
    params = {"reference": printed(reference), "address": f"{outgoing.site()}/did-we-send-this"}
    lines = [rendering.render(_REFERENCE_KIND, params, (), language).body]
    if withdrawal:
        lines.append(rendering.render(_WITHDRAWAL_KIND, {"address": withdrawal}, (), language).body)
    return "\n".join(lines)


def normal(text: str) -> str:
    """Return a text as it is compared: case, spaces and invisible signs make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")
    return " ".join(seen.split())


def forms(message: Rendered) -> set[str]:
    """Return the ways in which a message is pasted: with its subject and without."""
    return {normal(message.body), normal(f"{message.subject} {message.body}")}


def digests(message: Rendered) -> set[bytes]:
    """Return the digests of the ways in which a message is pasted."""
    return {digest(form) for form in forms(message)}


def digest(form: str) -> bytes:
    """Return the SHA-256 of a text as it is compared."""
    return hashlib.sha256(form.encode("utf-8", "replace")).digest()


def without_below(pasted: str, references: list[str]) -> str:
    """Return a pasted text as it is compared, without what we print below messages."""
    text = normal(pasted)
    for reference in references:
        for language in LANGUAGES:
            text = text.replace(normal(below(reference, language, "")), " ")
    for language in LANGUAGES:
        start = rendering.render(_WITHDRAWAL_KIND, {"address": ""}, (), language).body
        text = re.sub(re.escape(normal(start)) + r"\s*\S+$", " ", text.strip())
    return " ".join(text.split())
