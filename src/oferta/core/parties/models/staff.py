"""Tables of staff: who they are, what they may do, and appointments that wait for a second word."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from oferta.core.parties.types import Role

_ROLES = [item.value for item in Role]


class Staff(models.Model):
    """A member of staff; how they sign in stands in `Login`."""

    id = models.UUIDField(primary_key=True)
    login = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff"
    )
    name = models.TextField()
    #: None left: dismissed. The row stays, because what they did names them.
    roles = ArrayField(models.CharField(max_length=16), default=list)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(roles__contained_by=_ROLES), name="staff_roles"),
        )

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """That a person should have other roles: proposed by one, decided by another."""

    id = models.UUIDField(primary_key=True)
    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments"
    )
    name = models.TextField()
    roles = ArrayField(models.CharField(max_length=16))
    reason = models.TextField()
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["login"],
                condition=Q(decided_at__isnull=True),
                name="one_appointment_waits",
            ),
            models.CheckConstraint(
                condition=Q(roles__contained_by=_ROLES), name="appointment_roles"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="appointment_has_reason"),
            models.CheckConstraint(
                condition=Q(approved__isnull=True)
                | Q(approved=False)
                | ~Q(decided_by=F("proposed_by")),
                name="appointment_by_two",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, approved__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, approved__isnull=False),
                name="appointment_decided_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.roles}"
