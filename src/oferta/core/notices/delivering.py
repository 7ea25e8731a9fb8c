"""Deliver a batch of notices: guards, one delivery per channel, claims, retries.

A delivery is claimed under a lease in its own database transaction before anything is sent, so two
workers never send the same one. A worker that dies between sending and noting it leaves a lease
that runs out; the repeat carries the same delivery id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db import connection, transaction

from oferta.core.notices import channels, models, outgoing, rendering, texts
from oferta.core.notices.errors import DeliveryFailed
from oferta.core.notices.mass_errors import NoConsent
from oferta.core.notices.types import BatchState, DeliveryState, Message, NoticeFailed, Rendered
from oferta.core.parties import consents
from oferta.core.parties import queries as parties
from oferta.kernel import events
from oferta.kernel.errors import OfertaError
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7

#: Seconds to wait after the first failure, the second, …: an outage of some hours is outlived.
WAITS_SECONDS = (10, 60, 300, 1_800, 7_200)
ATTEMPTS_MAX = len(WAITS_SECONDS) + 1
#: Few at a time, so that all of them are sent well within the lease.
CLAIM_MAX = 20
LEASE_SECONDS = 600
INBOX = "inbox"

_CLAIM = """
UPDATE notices_delivery SET state = 'sending', attempts = attempts + 1, claimed_until = %s
WHERE id IN (
    SELECT d.id FROM notices_delivery d JOIN notices_notice n ON n.id = d.notice_id
    WHERE n.batch_id = %s AND EXISTS (SELECT FROM notices_batch WHERE id = %s AND state = 'open')
      AND (d.state = 'waiting' AND d.due_at <= %s OR d.state = 'sending' AND d.claimed_until <= %s)
    ORDER BY d.id LIMIT %s
    FOR UPDATE OF d SKIP LOCKED
)
RETURNING id
"""
_NEXT = """
SELECT min(CASE d.state WHEN 'waiting' THEN d.due_at ELSE d.claimed_until END)
FROM notices_delivery d JOIN notices_notice n ON n.id = d.notice_id
WHERE n.batch_id = %s AND d.state IN ('waiting', 'sending')
"""


def deliver_batch(batch_id: UUID, *, clock: Callable[[], datetime]) -> datetime | None:
    """Deliver what is due of a batch.

    Args:
        batch_id: of `send`.
        clock: sending takes time, so leases need the moment anew.

    Returns:
        When something is due next; None if nothing is left, or the batch waits for a person.
    """
    if not _fan_out(batch_id, clock()):
        return None
    while claimed := _claim(batch_id, clock()):
        for delivery in claimed:
            _deliver(delivery, clock)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [batch_id])
        (next_at,) = cursor.fetchone() or (None,)
    if next_at is None:
        models.Batch.objects.filter(id=batch_id, state=BatchState.OPEN).update(
            state=BatchState.DONE
        )
    return next_at


@transaction.atomic
def _fan_out(batch_id: UUID, now: datetime) -> bool:
    """Make the deliveries of a batch if there are none yet; False if it must not go out."""
    batch = models.Batch.objects.select_for_update().filter(id=batch_id).first()
    if batch is None or batch.state != BatchState.OPEN:
        return False
    notices = list(batch.notices.filter(deliveries__isnull=True).order_by("id"))
    if not notices:
        return True
    # Two persons let a mass message out, or one of few people: it was looked at.
    because = "" if batch.released_by_id or batch.mass_id else _too_many(batch, now)
    if because:
        batch.state, batch.held_because = BatchState.HELD.value, because
        batch.save(update_fields=["state", "held_because"])
        return False
    addresses = _addresses(notices, batch.channels)
    told = _told_today(notices, now)
    models.Delivery.objects.bulk_create(
        delivery
        for item in notices
        for delivery in _deliveries(item, addresses.get(item.party_id, {}), told, now)
    )
    return True


def _addresses(
    notices: Sequence[models.Notice], allowed: Sequence[str]
) -> dict[UUID, dict[str, str]]:
    """Return where each receiver is reached, by the channels that the batch may use."""
    found = parties.addresses({item.party_id for item in notices})
    if not allowed:
        return found
    return {
        party: {name: to for name, to in addresses.items() if name in allowed}
        for party, addresses in found.items()
    }


def _too_many(batch: models.Batch, now: datetime) -> str:
    guards = outgoing.guards()
    if batch.size > guards.batch_max:
        return f"{batch.size} notices in one batch, above {guards.batch_max}"
    recent = models.Batch.objects.filter(created_at__gt=now - timedelta(days=1))
    total = sum(recent.values_list("size", flat=True))
    if total > guards.day_max:
        return f"{total} notices in 24 hours, above {guards.day_max}"
    return ""


def _told_today(notices: Iterable[models.Notice], now: datetime) -> Counter[tuple[UUID, str]]:
    """Return how many notices of each kind each customer got outside the web in the last day."""
    rows = (
        models.Delivery.objects.filter(
            notice__party_id__in={item.party_id for item in notices},
            notice__created_at__gt=now - timedelta(days=1),
        )
        .exclude(channel=INBOX)
        .exclude(state=DeliveryState.SUPPRESSED)
    )
    told = set(rows.values_list("notice__party_id", "notice__kind", "notice_id"))
    return Counter((party_id, kind) for party_id, kind, _ in told)


def _deliveries(
    item: models.Notice,
    addresses: dict[str, str],
    told: Counter[tuple[UUID, str]],
    now: datetime,
) -> list[models.Delivery]:
    outside = {name: to for name, to in addresses.items() if name in channels.channels()}
    made = [_inbox_delivery(item, now)]
    if not outside:
        return made
    told[item.party_id, item.kind] += 1
    enough = told[item.party_id, item.kind] > outgoing.guards().per_party_per_kind_per_day_max
    state = DeliveryState.SUPPRESSED if enough else DeliveryState.WAITING
    return made + [
        models.Delivery(
            id=uuid7(),
            notice=item,
            channel=name,
            address=to,
            state=state.value,
            last_error="notices.enough_today" if enough else "",
            due_at=now,
            reference=texts.new_reference(),
        )
        for name, to in outside.items()
    ]


def _inbox_delivery(item: models.Notice, now: datetime) -> models.Delivery:
    made = models.Delivery(
        id=uuid7(), notice=item, channel=INBOX, address="", due_at=now, attempts=1
    )
    try:
        words = _words(item)
    except OfertaError as error:
        made.state, made.last_error = DeliveryState.FAILED.value, str(error)
        return made
    made.state, made.delivered_at = DeliveryState.DELIVERED.value, now
    made.subject, made.body = words.subject, words.body
    return made


def _claim(batch_id: UUID, now: datetime) -> Sequence[models.Delivery]:
    until = now + timedelta(seconds=LEASE_SECONDS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [until, batch_id, batch_id, now, now, CLAIM_MAX])
        ids = [row[0] for row in cursor.fetchall()]
    return list(models.Delivery.objects.filter(id__in=ids).select_related("notice").order_by("id"))


def _deliver(delivery: models.Delivery, clock: Callable[[], datetime]) -> None:
    if delivery.attempts > ATTEMPTS_MAX:  # its workers died on it again and again
        _give_up(delivery, "notices.attempts_used_up", "notices.attempts_used_up", clock())
        return
    if not _wanted(delivery):
        _note(delivery, state=DeliveryState.SUPPRESSED, last_error=NoConsent.code)
        return
    try:
        message = _message(delivery)
        _channel(delivery.channel).deliver(message)
    except OfertaError as error:
        _note_failure(delivery, error, clock())
        return
    _note(
        delivery,
        state=DeliveryState.DELIVERED,
        delivered_at=clock(),
        subject=message.subject,
        body=message.body,
        last_error="",
    )


def _wanted(delivery: models.Delivery) -> bool:
    """Whether the receiver, if it advertises, consents to it on this channel at this moment."""
    purpose = rendering.purpose_of(delivery.notice.kind)
    if not purpose:
        return True
    party = delivery.notice.party_id
    return (party, delivery.channel) in consents.holding(purpose, [party])


def _message(delivery: models.Delivery) -> Message:
    language = _language(delivery.notice)
    words = _words(delivery.notice)
    purpose = rendering.purpose_of(delivery.notice.kind)
    withdrawal = ""
    if purpose:
        token = consents.withdrawal_token(delivery.notice.party_id, purpose)
        withdrawal = f"{outgoing.site()}/stop/{token}"
    return Message(
        delivery_id=delivery.id,
        address=delivery.address,
        language=language,
        subject=words.subject,
        body=f"{words.body}\n\n{texts.below(delivery.reference, language, withdrawal)}",
        withdrawal=withdrawal,
    )


def _note_failure(delivery: models.Delivery, error: OfertaError, now: datetime) -> None:
    again = isinstance(error, DeliveryFailed) and error.again
    if again and delivery.attempts < ATTEMPTS_MAX:
        due = now + timedelta(seconds=WAITS_SECONDS[delivery.attempts - 1])
        _note(delivery, state=DeliveryState.WAITING, due_at=due, last_error=str(error))
    else:
        _give_up(delivery, error.code, str(error), now)


@transaction.atomic
def _give_up(delivery: models.Delivery, code: str, said: str, now: datetime) -> None:
    _note(delivery, state=DeliveryState.FAILED, last_error=said)
    events.publish(
        NoticeFailed(
            notice_id=delivery.notice_id,
            party_id=delivery.notice.party_id,
            kind=delivery.notice.kind,
            channel=delivery.channel,
            error=code,
            at=now,
        )
    )


def _note(delivery: models.Delivery, **changes: object) -> None:
    """Note the outcome, unless the lease ran out and another worker has taken over."""
    models.Delivery.objects.filter(
        id=delivery.id, state=DeliveryState.SENDING, attempts=delivery.attempts
    ).update(claimed_until=None, **changes)


def _channel(name: str) -> channels.Channel:
    found = channels.channels().get(name)
    if found is None:
        raise DeliveryFailed(channel=name, reason="no such channel any more", again=False)
    return found


def _words(item: models.Notice) -> Rendered:
    cites = tuple((pack, edition, clause) for pack, edition, clause in item.cites)
    return rendering.render(item.kind, item.params, cites, _language(item))


def _language(item: models.Notice) -> Language:
    return cast("Language", item.language)  # a constraint of the table sees to it
