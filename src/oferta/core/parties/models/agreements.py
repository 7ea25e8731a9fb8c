"""Tables of what customers agreed to."""

from __future__ import annotations

from django.db import models

from oferta.core.parties.models.customers import Customer


class AcceptedEdition(models.Model):
    """That a customer accepted an edition of an operator's terms; never changed."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accepted")
    pack = models.TextField()
    edition = models.TextField()
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "pack", "edition"], name="edition_accepted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pack} {self.edition}"
