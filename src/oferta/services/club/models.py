"""The club's own tables: who is a member, and which payments came in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Member(models.Model):
    """A customer of the club, found by what a payment record knows of them."""

    #: As the record names the card: masked.
    card = models.CharField(max_length=40, primary_key=True)
    party_id = models.UUIDField(unique=True)
    #: The ledger's account of the member's bonuses.
    account_id = models.BigIntegerField(unique=True)

    def __str__(self) -> str:
        return self.card


class Payment(models.Model):
    """A payment or refund that came in; never changed (a trigger refuses it)."""

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

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["card", "merchant", "paid_on"], name="club_payment_of_card"),
            models.Index(
                fields=["purchase_key"],
                name="club_payment_refunds_of",
                condition=~models.Q(purchase_key=""),
            ),
        ]

    def __str__(self) -> str:
        return self.key
