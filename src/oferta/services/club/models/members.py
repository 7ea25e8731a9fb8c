"""The members of the club, as a payment record knows them."""

from __future__ import annotations

from django.db import models


class Member(models.Model):
    """A customer of the club, found by what a payment record knows of them."""

    #: As the record names the card: masked.
    card = models.CharField(max_length=40, primary_key=True)
    party_id = models.UUIDField(unique=True)
    #: The ledger's account of the member's bonuses.
    account_id = models.BigIntegerField(unique=True)
    #: Minor units: taken back though it was spent; later bonuses fill it (BC-69).
    owed = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(owed__gte=0), name="member_owes_or_not"),
        )

    def __str__(self) -> str:
        return self.card
