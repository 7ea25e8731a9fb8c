"""What was settled with funders and merchants."""

from __future__ import annotations

from django.db import models

from oferta.services.club.models.lots import Lot


class Settlement(models.Model):
    """What an account of a funder or a merchant saw in a period; never changed."""

    id = models.UUIDField(primary_key=True)
    account_id = models.BigIntegerField()
    #: Places in the ledger's book: after the first, through the last. Each place is settled once.
    after_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    #: Booked before this moment.
    until = models.DateTimeField()
    settled_at = models.DateTimeField()
    #: The ledger's balance of the account before and after, minor units.
    opening = models.BigIntegerField()
    closing = models.BigIntegerField()
    #: The sums of what was added to and taken from the account: they explain the difference.
    added = models.BigIntegerField()
    taken = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    closing=models.F("opening") + models.F("added") - models.F("taken")
                ),
                name="settlement_reconciles",
            ),
            models.UniqueConstraint(fields=["account_id", "after_seq"], name="place_settled_once"),
        )

    def __str__(self) -> str:
        return f"{self.account_id} until {self.until}"


class SettlementLine(models.Model):
    """What one transfer moved of one lot, as the settled account saw it; never changed."""

    id = models.BigAutoField(primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    transfer_id = models.UUIDField()
    decision_id = models.UUIDField()
    #: Null: of no lot, as the part of a claw-back that a member owes.
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True)
    #: The ledger's code of the transfer.
    code = models.IntegerField()
    day = models.DateField()
    #: Signed minor units.
    amount = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["transfer_id", "lot"], name="transfer_settled_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.amount}"
