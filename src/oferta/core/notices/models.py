"""Tables of notices. A notice is never changed; a delivery records what was really sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from oferta.core.notices.types import BatchState, DeliveryState
from oferta.kernel.i18n import LANGUAGES


class Batch(models.Model):
    """Notices written by one database transaction: one job of the outbox delivers them."""

    id = models.UUIDField(primary_key=True)
    created_at = models.DateTimeField(db_index=True)
    size = models.PositiveIntegerField()
    state = models.TextField(default=BatchState.OPEN.value)
    #: Why it is held.
    held_because = models.TextField(blank=True, default="")
    released_by = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[item.value for item in BatchState]), name="batch_state"
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} ({self.size})"


class Notice(models.Model):
    """What a customer is told: kind and values, not words, so that it reads in any language."""

    id = models.UUIDField(primary_key=True)
    # Both are written or read in the same database transaction, and neither is ever deleted: the
    # check at commit would cost as much as the row.
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="notices", db_constraint=False
    )
    party = models.ForeignKey(
        "parties.Customer",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,  # the index `notices_of_party` begins with it
    )
    kind = models.TextField()
    language = models.CharField(max_length=8)
    params = models.JSONField()
    #: `[pack, edition, clause]` each.
    cites = models.JSONField(default=list)
    decision_ids = ArrayField(models.UUIDField())
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["party", "-id"], name="notices_of_party"),)
        constraints = (
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="notice_language"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Delivery(models.Model):
    """One channel's part in a notice."""

    id = models.UUIDField(primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=16)
    address = models.TextField()
    state = models.TextField(default=DeliveryState.WAITING.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: When it may be tried next.
    due_at = models.DateTimeField()
    #: While sending: until when the worker that claimed it holds it.
    claimed_until = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")
    #: What was really sent.
    subject = models.TextField(blank=True, default="")
    body = models.TextField(blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=("waiting", "sending")),
                name="deliveries_to_do",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["notice", "channel"], name="delivered_once_a_channel"),
            models.CheckConstraint(
                condition=Q(state__in=[item.value for item in DeliveryState]),
                name="delivery_state",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=False) | ~Q(state="delivered"),
                name="delivered_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
