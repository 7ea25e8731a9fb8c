"""One word, one meaning (docs/reference/glossary.md): what may not be named so in the code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import source_tree as source


@dataclass(frozen=True)
class Ban:
    """A word that names something else in Oferta."""

    word: str
    instead: str
    #: Modules in which it is banned.
    where: str = r"oferta\."
    #: Modules in which it means what it should.
    but: str = r"(?!)"
    #: Full identifiers that somebody else named, each with its reason.
    exempt: dict[str, str] = field(default_factory=dict)


BANS = [
    Ban(
        "user",
        instead="customer, staff or member",
        exempt={
            "AUTH_USER_MODEL": "Django's own setting",
            "ACCOUNT_USER_MODEL_EMAIL_FIELD": "allauth's own setting",
            "create_user": "Django's own method of a table of logins",
        },
        but=r"oferta\.core\.parties\.web\.allauth_parts",  # overrides what allauth names so
    ),
    Ban("users", instead="customers, staff or members"),
    Ban("transaction", instead="transfer; a transaction is the database's"),
    Ban("transactions", instead="transfers; a transaction is the database's"),
    Ban(
        "account",
        instead="customer, member or login; an account is the ledger's",
        where=r"oferta\.(kernel|core\.(terms|parties|notices)|project\.(embedded|running|web))",
    ),
    Ban("event", instead="performance", where=r"oferta\.services\.tickets"),
    Ban("ticket", instead="conversation", where=r"oferta\.services\.(contact|help)"),
    Ban("chargeback", instead="reversal or clawback"),
]


def test_no_identifier_uses_a_word_in_another_meaning() -> None:
    found = [
        f"{module.name}:{line} {name}: say {ban.instead}"
        for module in source.package()
        for ban in BANS
        if re.match(ban.where, module.name) and not re.match(ban.but, module.name)
        for name, line in module.definitions()
        if name not in ban.exempt and ban.word in _words(name)
    ]
    assert found == []


def test_the_splitter_sees_words_in_every_kind_of_identifier() -> None:
    assert _words("getUserId") == ["get", "user", "id"]
    assert _words("AUTH_USER_MODEL") == ["auth", "user", "model"]
    assert _words("HTTPUser2") == ["http", "user", "2"]
    assert _words("superuser") == ["superuser"]


def _words(identifier: str) -> list[str]:
    parts = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+", identifier)
    return [part.lower() for part in parts]
