"""Did we send this? Told to anybody who holds a message, without telling whom it was for.

A reference alone proves little: a swindler copies one from a message of their own. So the words are
compared with what was really sent under it, and only both together are called ours.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from oferta.core.notices import false_messages, models, outgoing, texts
from oferta.core.notices.mass_errors import TooManyChecks
from oferta.core.notices.mass_types import Answer, Checked, FalseMessage, MassState
from oferta.core.notices.types import DeliveryState, Rendered
from oferta.kernel.clock import zoned

CHECKS_MAX = 30
MINUTES = 10
TEXT_LENGTH_MAX = 10_000
#: A sample shorter than this is found in too many honest messages.
_SAMPLE_LENGTH_MIN = 20
_KEPT = timedelta(days=1)
_COUNT = """
INSERT INTO notices_check (place, since, count) VALUES (%s, %s, 1)
ON CONFLICT (place, since) DO UPDATE SET count = notices_check.count + 1
RETURNING count
"""


def check(text: str, *, sender: str = "", place: str, now: datetime) -> Checked:
    """Say whether we sent a message.

    Args:
        text: what somebody got, or the reference alone.
        sender: whom it claims to come from; "" if they did not say.
        place: the asker's address, which is not kept.
        now: zone-aware.

    Raises:
        TooManyChecks: too many from this place.
    """
    _count(place, zoned(now))
    said = text[:TEXT_LENGTH_MAX].replace("\0", "")
    found = _answered(said)
    return Checked(
        answer=found.answer,
        sent_at=found.sent_at,
        channel=found.channel,
        sender_is_ours=_is_ours(sender) if sender.strip() else None,
        known=found.known,
    )


def forget_old(now: datetime) -> None:
    """Throw away the counts that no longer count."""
    models.Check.objects.filter(since__lt=zoned(now) - _KEPT).delete()


def _answered(text: str) -> Checked:
    known = _known(text)
    if known:
        return Checked(answer=Answer.KNOWN_FALSE, known=known)
    references = texts.references_in(text)
    pasted = texts.without_below(text, references)
    delivery = _sent_under(references)
    if delivery is not None:
        return _compared(delivery, pasted)
    mass = _mass_of(pasted)
    if mass is not None and not references:
        return Checked(answer=Answer.OURS, sent_at=mass.made_at)
    return Checked(answer=Answer.NOT_OURS)


def _compared(delivery: models.Delivery, pasted: str) -> Checked:
    words = Rendered(
        subject=delivery.subject,
        body=texts.without_below(delivery.body, [delivery.reference]),
    )
    if pasted in texts.forms(words):
        answer = Answer.OURS
    elif pasted == texts.normal(texts.printed(delivery.reference)) or pasted in (
        "",
        delivery.reference.casefold(),
    ):
        answer = Answer.REFERENCE_IS_OURS
    else:
        return Checked(answer=Answer.WORDS_DIFFER)
    return Checked(answer=answer, sent_at=delivery.delivered_at, channel=delivery.channel)


def _sent_under(references: list[str]) -> models.Delivery | None:
    if not references:
        return None
    sent = models.Delivery.objects.filter(
        reference__in=references[:5], state=DeliveryState.DELIVERED
    )
    return sent.first()


def _mass_of(pasted: str) -> models.MassMessage | None:
    if not pasted:
        return None
    row = (
        models.SentText.objects.filter(digest=texts.digest(pasted), mass__sent__gt=0)
        .exclude(mass__state__in=(MassState.DRAFT.value, MassState.WAITING.value))
        .select_related("mass")
        .first()
    )
    return None if row is None else row.mass


def _known(text: str) -> tuple[FalseMessage, ...]:
    pasted = texts.normal(text)
    return tuple(
        item for item in false_messages.published() if _is_like(pasted, texts.normal(item.sample))
    )


def _is_like(pasted: str, sample: str) -> bool:
    if pasted == sample:
        return True
    return len(sample) >= _SAMPLE_LENGTH_MIN and sample in pasted


def _is_ours(sender: str) -> bool:
    return texts.normal(sender) in {texts.normal(one) for one in outgoing.senders()}


def _count(place: str, now: datetime) -> None:
    since = now.replace(minute=now.minute - now.minute % MINUTES, second=0, microsecond=0)
    digest = salted_hmac("oferta.notices.check", place, algorithm="sha256").digest()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [digest, since])
        (count,) = cursor.fetchone()
    if count > CHECKS_MAX:
        raise TooManyChecks(checks_max=CHECKS_MAX, minutes=MINUTES)
