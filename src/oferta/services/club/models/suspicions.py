"""Patterns of payments that a person was asked about."""

from __future__ import annotations

from django.db import models

STATES = ("open", "cleared", "confirmed")


class Suspicion(models.Model):
    """One pattern of a member's payments, the case that it opened and what came of it."""

    id = models.UUIDField(primary_key=True)
    #: A value of the terms' fact `pattern`.
    kind = models.CharField(max_length=20)
    party_id = models.UUIDField()
    account_id = models.BigIntegerField()
    #: Where: the seller or the wallet.
    merchant = models.CharField(max_length=500)
    first_day = models.DateField()
    last_day = models.DateField()
    #: How often the pattern was seen: a cleared one is asked about again only when it has grown.
    strength = models.BigIntegerField()
    decision_id = models.UUIDField(unique=True)
    case_id = models.UUIDField()
    state = models.CharField(max_length=10, default="open")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    #: Why it was cleared or stands, in the words of staff.
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "account_id", "merchant"],
                condition=models.Q(state="open"),
                name="one_open_suspicion_a_pattern",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=STATES), name="suspicion_state_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id}"
