"""Campaigns: what an edition's clauses promise, with its papers, owner and state."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from oferta.services.club.models.partners import PARTNER_RATE_MAX, Partner

#: 10%, in the ten-thousandths of a percent that the terms count in (BC-15).
BANK_RATE_MAX = 10_0000
STATES = ("draft", "started", "stopped")
OWNERS = ("bank", "partner")


class Campaign(models.Model):
    """A promotion on record; one with an open field cannot start (BC-09, a constraint too)."""

    key = models.SlugField(max_length=60, primary_key=True)
    #: Language to title.
    title = models.JSONField(default=dict)
    owner = models.CharField(max_length=10)
    #: Of a partner's campaign.
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, related_name="campaigns"
    )
    #: The clause of the terms that grants the bonus, and the limit that caps it.
    clause = models.CharField(max_length=80, blank=True, default="")
    limit = models.CharField(max_length=80, blank=True, default="")
    #: In ten-thousandths of a percent.
    rate = models.IntegerField(null=True)
    #: Minor units for a customer in a `cap_period`: a value of the terms' limits.
    cap = models.BigIntegerField(null=True)
    cap_period = models.CharField(max_length=10, blank=True, default="")
    #: Days from the payment to the accrual; 0: the same day.
    accrual_days = models.IntegerField(null=True)
    starts = models.DateField(null=True)
    ends = models.DateField(null=True)
    #: Where its own rules are published (BC-39).
    document = models.CharField(max_length=300, blank=True, default="")
    #: The requirement that lets it go above the ceiling, as BC-18; "": none does.
    exception = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, default="draft")
    started_at = models.DateTimeField(null=True)
    started_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(owner="bank", partner__isnull=True)
                | Q(owner="partner", partner__isnull=False),
                name="campaign_has_an_owner",
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="campaign_state_known"),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(
                    rate__isnull=False,
                    cap__isnull=False,
                    accrual_days__isnull=False,
                    starts__isnull=False,
                    ends__isnull=False,
                    started_at__isnull=False,
                )
                & ~Q(clause="")
                & ~Q(limit="")
                & ~Q(cap_period="")
                & ~Q(document=""),
                name="campaign_starts_with_nothing_open",
            ),
            models.CheckConstraint(
                condition=Q(rate__isnull=True)
                | Q(owner="bank", rate__gt=0, rate__lte=BANK_RATE_MAX)
                | Q(owner="bank", rate__gt=BANK_RATE_MAX) & ~Q(exception="")
                | Q(owner="partner", rate__gt=0, rate__lte=PARTNER_RATE_MAX),
                name="campaign_rate_within_its_ceiling",
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(starts__isnull=True) | Q(ends__gte=F("starts")),
                name="campaign_ends_after_it_starts",
            ),
        )
        indexes: ClassVar = [models.Index(fields=["starts", "ends"], name="club_campaign_by_day")]

    def __str__(self) -> str:
        return self.key


class Waiting(models.Model):
    """A bonus on its way: pending in the ledger until its accrual day (BC-09, BC-71)."""

    #: The Decision that gave it.
    decision_id = models.UUIDField(primary_key=True)
    account_id = models.BigIntegerField()
    question = models.CharField(max_length=40)
    purchase_key = models.CharField(max_length=32)
    #: The ledger's pending transfer.
    transfer_id = models.UUIDField(unique=True)
    #: Minor units.
    amount = models.BigIntegerField()
    due_on = models.DateField()
    #: The Decision that made it available; null: it waits.
    accrual_id = models.UUIDField(null=True, unique=True)
    #: Another Decision stands in the place of the one that gave it.
    dropped = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"],
                name="club_waiting_due",
                condition=Q(accrual_id__isnull=True, dropped=False),
            ),
            models.Index(fields=["account_id"], name="club_waiting_of_member"),
            models.Index(fields=["purchase_key"], name="club_waiting_of_purchase"),
        ]

    def __str__(self) -> str:
        return f"{self.purchase_key} {self.question}"
