"""Lots: what each payment gave, and every change of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Lot(models.Model):
    """What one payment gave from one funder, and how much of it is used."""

    id = models.BigAutoField(primary_key=True)
    #: The member's ledger account.
    account_id = models.BigIntegerField()
    #: The earning question: whose bonus it is.
    question = models.CharField(max_length=40)
    #: The ledger account that paid for it.
    funder_id = models.BigIntegerField()
    #: The Decision that gave it.
    decision_id = models.UUIDField(unique=True)
    #: The payment that earned it.
    purchase_key = models.CharField(max_length=32)
    earned_on = models.DateField()
    #: Usable on this day too; null: it does not expire, a member of staff said so.
    last_day = models.DateField(null=True)
    #: In minor units, as is `used`.
    amount = models.BigIntegerField()
    used = models.BigIntegerField(default=0)
    #: The member was told that it will expire.
    warned = models.BooleanField(default=False)

    class Meta:
        constraints = (
            # However many tills ask at once, no lot gives more than it holds.
            models.CheckConstraint(
                condition=models.Q(used__gte=0, used__lte=models.F("amount")), name="lot_holds"
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["account_id", "last_day"],
                name="club_lot_with_something_left",
                condition=models.Q(used__lt=models.F("amount")),
            ),
            models.Index(
                fields=["last_day"],
                name="club_lot_to_expire",
                condition=models.Q(used__lt=models.F("amount")),
            ),
            models.Index(fields=["purchase_key"], name="club_lot_of_purchase"),
            # For the partner's console; the Bank's lots, nearly all of them, stay out of it.
            models.Index(
                fields=["funder_id", "-earned_on", "-id"],
                name="club_lot_of_partner",
                condition=models.Q(question="partner_bonus"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purchase_key} {self.question}"


class LotMove(models.Model):
    """One change of a lot, or of what a member owes; never changed (a trigger refuses it)."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.BigIntegerField()
    #: Null: the change of what the member owes.
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="moves")
    #: The Decision behind it.
    decision_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    #: Minor units; what it adds to the lot, or to what the member owes.
    amount = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["decision_id"], name="club_lot_move_of_decision"),
            models.Index(fields=["account_id", "kind"], name="club_lot_move_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
