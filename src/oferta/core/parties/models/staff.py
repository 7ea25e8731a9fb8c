"""Tables of staff."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from oferta.core.parties.types import Role


class Staff(models.Model):
    """A member of staff; how they sign in stands in `Login`."""

    id = models.UUIDField(primary_key=True)
    login = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff"
    )
    name = models.TextField()
    role = models.CharField(max_length=16)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=[item.value for item in Role]), name="staff_role"
            ),
        )

    def __str__(self) -> str:
        return self.name
