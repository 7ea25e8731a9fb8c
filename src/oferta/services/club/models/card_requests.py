"""Cards that members say are theirs, until somebody has proof of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from oferta.services.club.models.members import PRODUCTS, Member

STATES = ("asked", "added", "refused")


class CardRequest(models.Model):
    """A member asks to have a card added; only a proof of whose it is adds it."""

    id = models.UUIDField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="card_requests")
    #: As payment records name it: masked, or a token; never the whole number.
    number = models.CharField(max_length=40)
    #: One of `PRODUCTS`; "": the payment's record tells what the card is.
    product = models.CharField(max_length=20, blank=True, default="")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="asked")
    answered_at = models.DateTimeField(null=True)
    #: The member of staff who answered; null: the bank's register did.
    answered_by = models.UUIDField(null=True)
    #: Where the proof can be found again; of a refusal, why.
    because = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=STATES), name="card_request_state_known"),
            models.CheckConstraint(
                condition=Q(product="") | Q(product__in=list(PRODUCTS)),
                name="card_request_product_known",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True)
                | ~Q(state="asked") & Q(answered_at__isnull=False) & ~Q(because=""),
                name="card_request_answered_with_a_ground",
            ),
            models.UniqueConstraint(
                fields=["member", "number"],
                condition=Q(state="asked"),
                name="one_open_request_a_card",
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["asked_at"], condition=Q(state="asked"), name="card_requests_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
