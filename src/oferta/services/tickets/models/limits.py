"""Who tries too many codes, and what guests hold; digests only, and not for long."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from oferta.services.tickets.models.orders import Order


class Guess(models.Model):
    """How many wrong codes somebody may still try: a keyed digest of who, and when all are back."""

    who = models.CharField(max_length=64, primary_key=True)
    full_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["full_at"], name="guess_to_forget")]

    def __str__(self) -> str:
        return self.who


class GuestHold(models.Model):
    """From where a guest reserved an order: a keyed digest of the address, while it is open."""

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    origin = models.CharField(max_length=64)
    places = models.SmallIntegerField()
    hold_until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["origin"], name="guest_hold_of_origin"),
            models.Index(fields=["hold_until"], name="guest_hold_to_forget"),
        ]

    def __str__(self) -> str:
        return str(self.order_id)
