"""Which edition of which terms a customer accepted, when and how, with a signed receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import cast
from uuid import UUID

from django.db import connection, transaction

from oferta.core.parties import asking, keyring, models, queries, receipts
from oferta.core.parties.agreement_errors import NotAsked
from oferta.core.parties.agreement_types import (
    Agreement,
    Circumstances,
    EditionCame,
    How,
    Standing,
)
from oferta.core.parties.words_digest import text_digest
from oferta.core.terms import shelf
from oferta.core.terms.types import Edition, Kind, Pack, Type
from oferta.core.terms.values import parse_value
from oferta.kernel import asking as questions
from oferta.kernel import events
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7

#: Customers told of a new edition at a time.
_CHUNK = 500
_ACCEPTED = "SELECT pack, edition, how FROM parties_agreement WHERE customer_id = %s"
_LATEST = """
SELECT a.customer_id, c.language FROM parties_agreement a
JOIN parties_customer c ON c.id = a.customer_id
LEFT JOIN parties_tombstone t ON t.customer_id = a.customer_id
WHERE a.pack = %(pack)s AND t.customer_id IS NULL
  AND NOT EXISTS (SELECT FROM parties_askededition k WHERE k.customer_id = a.customer_id
                  AND k.pack = %(pack)s AND k.edition = %(after)s)
GROUP BY a.customer_id, c.language
HAVING coalesce(max(a.edition) FILTER (WHERE a.how IN ('click', 'told')), min(a.edition))
       = %(before)s
ORDER BY a.customer_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """How a customer stands to the newest edition of a pack that they accepted one of."""

    pack: Pack
    accepted: Edition
    newest: Edition
    standing: Standing
    #: Questions in which a right falls.
    falls: tuple[str, ...]


@transaction.atomic
def accept(
    customer_id: UUID,
    edition: Edition,
    *,
    pack: str,
    how: How,
    shown: Circumstances,
    now: datetime,
) -> Agreement:
    """Keep that a customer accepted an edition, and give them a receipt.

    The same again changes nothing and returns the first receipt; another way of accepting is kept
    beside it (RM-42).

    Raises:
        UnknownCustomer: there is no such customer.
    """
    queries.customer(customer_id)
    row = _row(customer_id, pack, edition, how, shown, zoned(now))
    models.Agreement.objects.bulk_create([row], ignore_conflicts=True)
    kept = models.Agreement.objects.get(
        customer_id=customer_id, pack=pack, edition=edition.id, how=how.value
    )
    return _agreement(kept)


@transaction.atomic
def decline(customer_id: UUID, edition: Edition, *, pack: str, now: datetime) -> None:
    """Keep that a customer does not accept an edition that they were asked to accept.

    What they accepted before goes on applying to everything before the new edition's first day.
    They may accept it later.

    Raises:
        NotAsked: the edition does not wait for their answer.
    """
    stands = standing(customer_id, pack, today=edition.start)
    if stands is None or stands.newest.id != edition.id or stands.standing is Standing.BOUND:
        raise NotAsked(pack=pack, edition=edition.id)
    row, _ = models.AskedEdition.objects.get_or_create(
        customer_id=customer_id, pack=pack, edition=edition.id, defaults={"asked_at": zoned(now)}
    )
    if row.declined_at is None:
        row.declined_at = zoned(now)
        row.save(update_fields=["declined_at"])


def standings(customer_id: UUID, *, today: int) -> list[Open]:
    """Return how a customer stands to the newest edition of each pack that they are party to."""
    by_pack: dict[str, list[tuple[str, str]]] = {}
    for pack, edition, how in questions.rows(_ACCEPTED, [customer_id]):
        by_pack.setdefault(pack, []).append((edition, how))
    accepted = {pack: _binding(found) for pack, found in by_pack.items()}
    known = shelf.terms().packs
    found = (
        _open(customer_id, known[pack], edition, today)
        for pack, edition in sorted(accepted.items())
        if pack in known
    )
    return [item for item in found if item is not None]


def standing(customer_id: UUID, pack: str, *, today: int) -> Open | None:
    """Return how a customer stands to the newest edition of one pack; None: no party to it."""
    found = (item for item in standings(customer_id, today=today) if item.pack.name == pack)
    return next(found, None)


def note(
    customer_id: UUID, pack: str, how: How, *, shown: Circumstances, today: int, now: datetime
) -> None:
    """Keep that a customer used a service, or read a page, under the edition in force today.

    It is kept as what it was. Where a right falls it does not bind: only a click does.

    Args:
        customer_id: who.
        pack: of the service; one that is not known, or not in force yet, is not noted.
        how: `How.USE` or `How.VIEW`.
        shown: under what circumstances.
        today: coded day.
        now: zone-aware.
    """
    found = shelf.terms().packs.get(pack)
    current = None if found is None else asking.newest(found, today)
    if current is None:
        return
    noted = models.Agreement.objects.filter(
        customer_id=customer_id, pack=pack, edition=current.id, how=how.value
    )
    if not noted.exists():  # nobody signs a receipt anew at every use
        accept(customer_id, current, pack=pack, how=how, shown=shown, now=now)


def used(customer_id: UUID, pack: str, *, page: str, today: int, now: datetime) -> None:
    """Keep that a customer used a service under the edition in force today.

    Args:
        customer_id: who.
        pack: of the service.
        page: what they did, as `club/redemption`.
        today: coded day.
        now: zone-aware.

    Raises:
        UnknownCustomer: there is no such customer.
    """
    shown = Circumstances(language=queries.customer(customer_id).language, page=page)
    note(customer_id, pack, How.USE, shown=shown, today=today, now=now)


def agreements_of(customer_id: UUID) -> list[Agreement]:
    """Return everything that a customer accepted, newest first."""
    rows = models.Agreement.objects.filter(customer_id=customer_id).order_by("-id")
    return [_agreement(row) for row in rows]


def agreement(customer_id: UUID, agreement_id: UUID) -> Agreement | None:
    """Return one of a customer's agreements; None if it is not theirs."""
    row = models.Agreement.objects.filter(id=agreement_id, customer_id=customer_id).first()
    return None if row is None else _agreement(row)


def bring(pack: Pack, *, today: int, now: datetime) -> int:
    """Tell everybody party to a pack of its newest edition, or ask them; a job of each day.

    Where no right falls the edition applies without asking, which a receipt states; where one
    does, the customer is asked once.

    Returns:
        How many customers were told or asked.
    """
    after = asking.newest(pack, today)
    if after is None:
        return 0
    count = 0
    for before in pack.editions:
        if before.start < after.start and _has_customers(pack, before):
            falls = asking.prove(pack, before, after, now=now)
            while done := _bring_some(pack, before, after, asks=bool(falls), now=now):
                count += done
    return count


@transaction.atomic
def _bring_some(pack: Pack, before: Edition, after: Edition, *, asks: bool, now: datetime) -> int:
    rows = _waiting(pack.name, before.id, after.id, _CHUNK)
    if not rows:
        return 0
    if asks:
        models.AskedEdition.objects.bulk_create(
            [
                models.AskedEdition(
                    customer_id=id_, pack=pack.name, edition=after.id, asked_at=zoned(now)
                )
                for id_, _ in rows
            ],
            ignore_conflicts=True,
        )
    else:
        models.Agreement.objects.bulk_create(
            [
                _row(id_, pack.name, after, How.TOLD, Circumstances(language=language), zoned(now))
                for id_, language in rows
            ],
            ignore_conflicts=True,
        )
    came = EditionCame(
        customer_ids=tuple(id_ for id_, _ in rows),
        pack=pack.name,
        edition=after.id,
        asks=asks,
        at=now,
    )
    events.publish(came)
    return len(rows)


def _waiting(pack: str, before: str, after: str, limit: int) -> Sequence[tuple[UUID, Language]]:
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {"pack": pack, "before": before, "after": after, "limit": limit})
        return cast("Sequence[tuple[UUID, Language]]", cursor.fetchall())


def _has_customers(pack: Pack, edition: Edition) -> bool:
    return models.Agreement.objects.filter(pack=pack.name, edition=edition.id).exists()


def _binding(found: list[tuple[str, str]]) -> str:
    """Return the edition that binds: the newest clicked or told, else the first used or viewed.

    Using or viewing a newer edition must not take rights away from who was never asked.
    """
    clear = [edition for edition, how in found if how in (How.CLICK, How.TOLD)]
    return max(clear) if clear else min(edition for edition, _ in found)


def _open(customer_id: UUID, pack: Pack, accepted: str, today: int) -> Open | None:
    before = next((one for one in pack.editions if one.id == accepted), None)
    after = asking.newest(pack, today)
    if before is None or after is None:
        return None
    if after.start <= before.start:
        return _stand(pack, before, before, Standing.BOUND, ())
    falls = asking.verdict(pack, before, after)
    if not falls:  # no right falls, or the worker has not looked yet: nobody is asked in vain
        return _stand(pack, before, after, Standing.BOUND, ())
    asked = models.AskedEdition.objects.filter(
        customer_id=customer_id, pack=pack.name, edition=after.id, declined_at__isnull=False
    )
    stands = Standing.DECLINED if asked.exists() else Standing.ASKED
    return _stand(pack, before, after, stands, tuple(falls))


def _stand(
    pack: Pack, before: Edition, after: Edition, stands: Standing, falls: Iterable[str]
) -> Open:
    return Open(pack=pack, accepted=before, newest=after, standing=stands, falls=tuple(falls))


# --- receipts -------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _text_digest(digest: str, pack: str, edition: str, language: Language) -> str:
    del digest  # part of the key: an edition that changes has another
    return text_digest(shelf.terms().edition_called(pack, edition), language)


def _row(
    customer_id: UUID,
    pack: str,
    edition: Edition,
    how: How,
    shown: Circumstances,
    now: datetime,
) -> models.Agreement:
    row = models.Agreement(
        id=uuid7(),
        customer_id=customer_id,
        pack=pack,
        edition=edition.id,
        edition_digest=edition.digest,
        how=how.value,
        at=now,
        language=shown.language,
        text_digest=_text_digest(edition.digest, pack, edition.id, shown.language),
        page=shown.page,
        session=shown.session,
    )
    row.receipt = receipts.sign(_said(row), keyring.keys())
    return row


def _said(row: models.Agreement) -> dict[str, str]:
    return {
        "id": str(row.id),
        "party": str(row.customer_id),
        "publisher": shelf.terms().pack(row.pack).publisher,
        "pack": row.pack,
        "edition": row.edition,
        "edition_digest": row.edition_digest,
        "language": row.language,
        "text_digest": row.text_digest,
        "how": row.how,
        "at": row.at.isoformat(),
    }


def _agreement(row: models.Agreement) -> Agreement:
    return Agreement(
        id=row.id,
        customer_id=row.customer_id,
        pack=row.pack,
        edition=row.edition,
        edition_digest=row.edition_digest,
        how=How(row.how),
        at=row.at,
        language=cast("Language", row.language),
        text_digest=row.text_digest,
        page=row.page,
        receipt=row.receipt,
    )


def coded_day(moment: datetime) -> int:
    """Return the coded day of a moment in the time zone that it is given in."""
    return int(parse_value(moment.date(), Type(Kind.DATE)) or 0)
