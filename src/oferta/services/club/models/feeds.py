"""What is kept so that the order in which payments come makes no difference."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class EarlyRefund(models.Model):
    """A refund that came before its purchase; it waits for it."""

    key = models.CharField(max_length=32, primary_key=True)
    #: The purchase that its record names; "": whichever fits.
    purchase_key = models.CharField(max_length=32, blank=True)
    received_at = models.DateTimeField()
    #: It waits on this day too; then a person is asked.
    last_day = models.DateField()
    #: The record as it was understood; `card` is what erasing a customer looks for.
    record = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["purchase_key"], name="club_early_refund_of_purchase"),
            models.Index(fields=["last_day"], name="club_early_refund_by_day"),
        ]

    def __str__(self) -> str:
        return self.key


class CapMark(models.Model):
    """How far the payments have come that one holder's use of one limit counts.

    A payment from before the mark is late: it may take what a later one was given.
    """

    #: Hash of limit, holder and period: the holder may be a person.
    place = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()
    tie = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"{self.place} {self.at}"
