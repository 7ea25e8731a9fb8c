"""Consent: given and withdrawn by purpose and channel, with the whole history kept.

Consent is never needed for the service or its notices; without an entry there is none (SV-108).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID

from django.core import signing
from django.db import connection, transaction
from django.db.models import QuerySet

from oferta.core.parties import models, queries
from oferta.core.parties.agreement_types import Circumstances, Consent
from oferta.core.parties.errors import BadLink
from oferta.core.parties.purposes import purpose, purposes
from oferta.core.parties.types import Channel
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7

_SALT = "oferta.parties.withdraw"
_HOLDING = """
SELECT customer_id, channel FROM (
    SELECT DISTINCT ON (customer_id, channel) customer_id, channel, given, version
    FROM parties_consententry
    WHERE purpose = %s AND customer_id = ANY(%s)
    ORDER BY customer_id, channel, id DESC
) AS latest WHERE given AND version >= %s
"""


@transaction.atomic
def set_consent(
    customer_id: UUID,
    name: str,
    channel: Channel,
    *,
    given: bool,
    shown: Circumstances,
    now: datetime,
) -> None:
    """Note that a customer gives or withdraws consent; what stands so already is not noted again.

    Args:
        customer_id: whose.
        name: of the purpose.
        channel: on which; each has its own consent (RM-44).
        given: False withdraws, at once (RM-45).
        shown: in which language the purpose's newest words were shown.
        now: zone-aware.

    Raises:
        UnknownPurpose, UnknownCustomer: there is none.
    """
    wanted = purpose(name)
    queries.customer(customer_id)
    # The row of the customer is the lock: two pages saved at once keep one order.
    list(models.Customer.objects.select_for_update().filter(id=customer_id).values_list("id"))
    last = _entries(customer_id).filter(purpose=name, channel=channel.value).first()
    stands = last is not None and last.given and last.version == wanted.newest
    if given == stands or (not given and (last is None or not last.given)):
        return
    models.ConsentEntry(
        id=uuid7(),
        customer_id=customer_id,
        purpose=name,
        channel=channel.value,
        given=given,
        version=wanted.newest,
        text_digest=wanted.versions[wanted.newest].digest(shown.language),
        language=shown.language,
        at=zoned(now),
        page=shown.page,
    ).save(force_insert=True)


@transaction.atomic
def withdraw_all(customer_id: UUID, *, shown: Circumstances, now: datetime, only: str = "") -> None:
    """Withdraw every consent of a customer, or every one to the purpose `only`."""
    for name in [only] if only else purposes():
        for channel in Channel:
            set_consent(customer_id, name, channel, given=False, shown=shown, now=now)


def consents(customer_id: UUID) -> set[tuple[str, Channel]]:
    """Return the purposes and channels that a customer's consent holds for now."""
    return {
        (name, channel)
        for name in purposes()
        for party, channel in holding(name, [customer_id])
        if party == customer_id
    }


def holding(name: str, customer_ids: Iterable[UUID]) -> set[tuple[UUID, Channel]]:
    """Return which of these customers consent to a purpose, each with the channels of it.

    Consent to words that no longer count does not hold; neither does an erased customer's.

    Raises:
        UnknownPurpose: there is none of that name.
    """
    wanted = purpose(name)
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, [name, list(customer_ids), wanted.counts_from])
        return {(party, Channel(channel)) for party, channel in cursor.fetchall()}


def history(customer_id: UUID) -> list[Consent]:
    """Return everything that a customer ever said about consent, newest first."""
    return [
        Consent(
            purpose=row.purpose,
            channel=Channel(row.channel),
            given=row.given,
            version=row.version,
            language=cast("Language", row.language),
            at=row.at,
        )
        for row in _entries(customer_id)
    ]


def withdrawal_token(customer_id: UUID, name: str) -> str:
    """Return the signed text of the link in an advertisement that withdraws consent to it.

    It never runs out, and does nothing but withdraw.
    """
    return signing.dumps([customer_id.hex, name], salt=_SALT)


def withdrawal_of(token: str) -> tuple[UUID, str]:
    """Return the customer and the purpose of such a link.

    Raises:
        BadLink: it is damaged.
    """
    try:
        party, name = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadLink(reason="damaged") from None
    return UUID(hex=party), str(name)


def _entries(customer_id: UUID) -> QuerySet[models.ConsentEntry]:
    return models.ConsentEntry.objects.filter(customer_id=customer_id).order_by("-id")
