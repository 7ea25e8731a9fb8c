"""Customers and what they were shown, for tests of agreements, consents and erasure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from oferta.core.parties import actions
from oferta.core.parties.agreement_types import Circumstances
from oferta.core.parties.types import NewCustomer
from oferta.core.terms import shelf
from oferta.core.terms.types import Edition
from oferta.kernel.i18n import Language

NOW = datetime(2024, 5, 16, 9, 0, tzinfo=UTC)
SHOWN = Circumstances(language="ru", page="/my/terms/")


def a_party(language: Language = "en", name: str = "A. Customer", **contacts: str) -> UUID:
    key = f"customer-{uuid4().hex[:8]}"
    new = NewCustomer(key=key, name=name, language=language, contacts=contacts)
    return actions.register_customers([new], now=NOW)[key]


def edition(pack: str, name: str) -> Edition:
    return shelf.terms().edition_called(pack, name)


def coded(text: str) -> int:
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()
