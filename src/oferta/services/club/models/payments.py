"""Payments that came in, and bills that were paid with bonuses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Payment(models.Model):
    """A payment or refund that came in; never changed (a trigger refuses it).

    But for `purchase_key` of a refund that names no purchase: what comes late may fit it better.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=32, unique=True)
    card = models.CharField(max_length=40)
    merchant = models.CharField(max_length=500)
    paid_on = models.DateField()
    #: Minor units of the club's currency; below zero for a refund.
    amount = models.BigIntegerField()
    #: Its number among rows equal in every column, from 0.
    repeat_no = models.IntegerField()
    #: Of a refund: the purchase it was matched to; "" if none is on file.
    purchase_key = models.CharField(max_length=32, blank=True)
    #: Of a refund whose record names its purchase: that one; else "".
    refund_of = models.CharField(max_length=32, blank=True, default="", db_default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["card", "merchant", "paid_on"], name="club_payment_of_card"),
            models.Index(
                fields=["card", "merchant", "paid_on"],
                name="club_payment_refund_unnamed",
                condition=models.Q(amount__lt=0, refund_of=""),
            ),
            models.Index(
                fields=["refund_of"],
                name="club_payment_naming",
                condition=~models.Q(refund_of=""),
            ),
            models.Index(
                fields=["purchase_key"],
                name="club_payment_refunds_of",
                condition=~models.Q(purchase_key=""),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Redemption(models.Model):
    """A bill that a member asked to pay with bonuses; never changed (a trigger refuses it)."""

    #: The till's or the biller's own name for the payment.
    reference = models.CharField(max_length=100, primary_key=True)
    account_id = models.BigIntegerField()
    decision_id = models.UUIDField(unique=True)
    #: What was asked, to tell a repetition from another bill under the same name.
    asked = models.JSONField()
    redeemed_on = models.DateField()
    #: Minor units: the bill, and what bonuses paid of it.
    bill = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account_id", "redeemed_on"], name="club_redemption_of_member")
        ]

    def __str__(self) -> str:
        return self.reference


class RedemptionRefund(models.Model):
    """A refund of a bill that bonuses paid in part or whole; never changed."""

    reference = models.CharField(max_length=100, primary_key=True)
    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="refunds")
    decision_id = models.UUIDField(unique=True)
    #: Minor units: of the whole bill, and what of it came back as bonuses.
    refunded = models.BigIntegerField()
    restored = models.BigIntegerField()

    def __str__(self) -> str:
        return self.reference
