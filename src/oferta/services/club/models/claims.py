"""What members asked about bonuses, and which line of a settlement a partner disputed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from oferta.services.club.models.settlements import SettlementLine

#: How a claim came in.
WAYS = ("page", "mail", "api")


class Claim(models.Model):
    """A question why no bonus was awarded, beside the case that answers it; never changed."""

    id = models.UUIDField(primary_key=True)
    #: Of the room of cases; several letters may add to one case.
    case_id = models.UUIDField(db_index=True)
    #: Null: who asks is not certain.
    party_id = models.UUIDField(null=True)
    way = models.CharField(max_length=8)
    #: Of a letter: its own name and where it came from; "" otherwise.
    letter = models.CharField(max_length=200, blank=True, default="")
    sender = models.CharField(max_length=320, blank=True, default="")
    language = models.CharField(max_length=8)
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(way__in=WAYS), name="claim_way_known"),
            models.UniqueConstraint(
                fields=["letter"], condition=~Q(letter=""), name="letter_read_once"
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["sender", "received_at"],
                condition=~Q(sender=""),
                name="club_claim_of_sender",
            )
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.case_id}"


class LineDispute(models.Model):
    """That a partner's person disputed a line of a settlement; never changed."""

    line = models.OneToOneField(
        SettlementLine, on_delete=models.PROTECT, primary_key=True, related_name="dispute"
    )
    case_id = models.UUIDField()
    #: The customer who acted for the partner's organisation; null: staff wrote it down.
    person_id = models.UUIDField(null=True)
    disputed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.line_id} {self.case_id}"
