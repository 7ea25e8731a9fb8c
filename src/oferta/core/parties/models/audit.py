"""The audit log: who read or did what. Rows are only ever added; a trigger refuses the rest."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from oferta.core.parties.types import WhoKind


class AuditEntry(models.Model):
    """One act, or one reading of somebody's data."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=16)
    #: No foreign key: it may be staff, a customer or a token, and the log outlives them.
    who_id = models.UUIDField(null=True)
    #: As they were called then; "" of customers, whom erasure must be able to forget.
    name = models.TextField(blank=True, default="")
    #: A mark of the session (`rules.session_mark`), never its key.
    session = models.CharField(max_length=16, blank=True, default="")
    address = models.GenericIPAddressField(null=True)
    what = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=32, blank=True, default="")
    subject_id = models.CharField(max_length=200, blank=True, default="")
    #: Whose data were read or touched.
    parties = ArrayField(models.UUIDField(), default=list)
    reason = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["who_id", "-at", "-id"], name="audit_by_who"),
            models.Index(
                fields=["subject_kind", "subject_id", "-at", "-id"], name="audit_by_subject"
            ),
            GinIndex(fields=["parties"], name="audit_by_party"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(who__in=[item.value for item in WhoKind]), name="audit_who"
            ),
            models.CheckConstraint(
                condition=Q(who=WhoKind.SYSTEM.value) | Q(who_id__isnull=False),
                name="audit_says_who",
            ),
            models.CheckConstraint(condition=~Q(what=""), name="audit_says_what"),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.subject_kind} {self.subject_id}"
