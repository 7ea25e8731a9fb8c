"""Groups of customers that staff can name: everybody, readers of a language, parties to a pack."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from oferta.core.parties import models
from oferta.kernel.i18n import LANGUAGES


def everybody() -> Iterator[UUID]:
    """Return every customer who is not erased."""
    return _ids(_present())


def of_language(language: str) -> Iterator[UUID] | None:
    """Return the customers who read a language; None if it is none of ours."""
    return _ids(_present().filter(language=language)) if language in LANGUAGES else None


def party_to(pack: str) -> Iterator[UUID]:
    """Return the customers who accepted an edition of a pack."""
    accepted = models.Agreement.objects.filter(pack=pack).values("customer_id")
    return _ids(_present().filter(id__in=accepted))


def with_keys(keys: set[str]) -> dict[str, UUID]:
    """Return the customers with these keys, or these addresses, by what was given."""
    found = dict(_present().filter(key__in=keys).values_list("key", "id"))
    reached = models.Contact.objects.filter(
        address__in=keys - set(found), customer__tombstone__isnull=True
    )
    return found | dict(reached.values_list("address", "customer_id"))


def erased(ids: list[UUID]) -> set[UUID]:
    """Return those of these customers who were erased."""
    rows = models.Tombstone.objects.filter(customer_id__in=ids)
    return set(rows.values_list("customer_id", flat=True))


def _present() -> QuerySet[models.Customer]:
    return models.Customer.objects.filter(tombstone__isnull=True)


def _ids(rows: QuerySet[models.Customer]) -> Iterator[UUID]:
    return rows.values_list("id", flat=True).iterator(chunk_size=2_000)
