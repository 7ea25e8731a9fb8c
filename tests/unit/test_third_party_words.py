"""What Django and allauth say on our pages is said in all five languages.

Their Russian and Chinese catalogues are whole. Of the Kazakh ones Django's is half empty and
allauth has none; `project/locale/kk` fills them. To change it, edit the .po and run
`python -c "import test_third_party_words as t; t.compile_catalogues()"` in this folder.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation import gettext, override

CATALOGUES = sorted(Path(__file__).parents[2].glob("src/oferta/project/locale/*/*/django.po"))
DJANGO, ALLAUTH = Path(django.__file__).parent, Path(allauth.__file__).parent
#: What complains about what people type, and what our pages use of both.
SPEAKING = [
    *(DJANGO / "core" / name for name in ("validators.py", "paginator.py")),
    *(DJANGO / "forms").glob("*.py"),
    DJANGO / "contrib" / "auth" / "password_validation.py",
    DJANGO / "contrib" / "auth" / "forms.py",
    DJANGO / "contrib" / "admin" / "options.py",
    DJANGO / "contrib" / "admin" / "sites.py",
    *(ALLAUTH / "account" / name for name in ("adapter.py", "forms.py", "fields.py")),
    *(ALLAUTH / "mfa").rglob("forms.py"),
    ALLAUTH / "mfa" / "adapter.py",
]
#: Words that are written alike in Kazakh, and what only Django's own pages for logins say.
ALIKE = {":", "IPv4", "IPv6", "%(class_name)s %(instance)s", ":?.!", "…"}


def read(catalogue: Path) -> Catalog:
    with catalogue.open("rb") as file:
        return read_po(file)


def compiled(catalogue: Path) -> bytes:
    """Return a catalogue as the programs read it."""
    out = BytesIO()
    write_mo(out, read(catalogue))
    return out.getvalue()


def compile_catalogues() -> None:
    """Write the binaries anew beside the texts."""
    for catalogue in CATALOGUES:
        catalogue.with_suffix(".mo").write_bytes(compiled(catalogue))


def spoken(file: Path) -> set[str]:
    """Return the messages that a module says, each by its singular."""
    found = extract_from_file("python", file)
    said = [message if isinstance(message, str) else message[0] for _, message, _, _ in found]
    return {text for text in said if text.strip()}


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-3])
def test_the_binary_catalogue_is_the_text_compiled(catalogue: Path) -> None:
    assert catalogue.with_suffix(".mo").read_bytes() == compiled(catalogue)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_message_has_words_and_no_name_that_nobody_fills_in(catalogue: Path) -> None:
    named = re.compile(r"%\(\w+\)[sdr]|{\w*}|%[sd]")
    for message in read(catalogue):
        asked = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [message.string] if isinstance(message.string, str) else list(message.string)
        if any(asked):
            assert all(said), asked
            names = {name for text in asked for name in named.findall(text)}
            assert {name for text in said for name in named.findall(text)} <= names, asked


@pytest.mark.parametrize("language", ["kk", "ru", "zh-hant", "zh-hans"])
def test_whatever_forms_and_signing_in_complain_of_is_said_in_the_language(language: str) -> None:
    unsaid: set[str] = set()
    with override(language):
        for file in SPEAKING:
            unsaid |= {text for text in spoken(file) if gettext(text) == text}
    assert unsaid - ALIKE == set()
