"""Tables of cases. The log and the evidence are only ever added to."""

from __future__ import annotations

from django.db import models
from django.db.models import Func, Q, Value

from oferta.core.cases.types import ABOUT_PARTY, OPEN, WITHOUT_DECISION, Kind, Status

_OPEN = tuple(item.value for item in OPEN)
_ABOUT_PARTY = tuple(item.value for item in ABOUT_PARTY)
_WITHOUT_DECISION = tuple(item.value for item in WITHOUT_DECISION)


class Case(models.Model):
    """A dispute, a stopped Decision, a customer's matter, or a claim not placed yet."""

    id = models.UUIDField(primary_key=True)
    #: What people say on the phone; no key to anything.
    number = models.BigIntegerField(
        unique=True, db_default=Func(Value("cases_case_number"), function="nextval")
    )
    kind = models.TextField()
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="cases"
    )
    party = models.ForeignKey(
        "parties.Customer", null=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.TextField(default=Status.OPENED.value)
    #: The customer's own words.
    words = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField()
    #: Until when it must be answered (BC-88).
    due_at = models.DateTimeField()
    assignee = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )
    #: When its deadline had passed and the desk was told so.
    escalated_at = models.DateTimeField(null=True)
    #: Shown to the customer.
    reason = models.TextField(blank=True, default="")
    resolved_at = models.DateTimeField(null=True)
    override = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = (
            models.Index(
                fields=["due_at", "id"], condition=Q(status__in=_OPEN), name="cases_by_deadline"
            ),
            models.Index(fields=["party", "-id"], name="cases_of_party"),
            models.Index(
                fields=["assignee", "due_at", "id"],
                condition=Q(status__in=_OPEN),
                name="cases_of_assignee",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["decision"], condition=Q(status__in=_OPEN), name="one_open_case_a_decision"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[item.value for item in Status]), name="case_status"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[item.value for item in Kind]), name="case_kind"
            ),
            models.CheckConstraint(
                condition=Q(status__in=_OPEN, resolved_at__isnull=True)
                | ~Q(status__in=_OPEN) & Q(resolved_at__isnull=False) & ~Q(reason=""),
                name="resolved_has_reason_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("upheld", "partly_upheld"))
                | Q(override__isnull=False)
                | Q(kind__in=_ABOUT_PARTY),
                name="upheld_has_override",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=_ABOUT_PARTY, decision__isnull=True, party__isnull=False)
                | Q(kind=Kind.CLAIM.value, decision__isnull=True)
                | ~Q(kind__in=_WITHOUT_DECISION) & Q(decision__isnull=False),
                name="case_about_decision_or_party",
            ),
            models.UniqueConstraint(
                fields=["party", "kind"],
                condition=Q(status__in=_OPEN, kind__in=_ABOUT_PARTY),
                name="one_open_case_a_party_and_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Evidence(models.Model):
    """What was brought for a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    words = models.TextField()
    link = models.TextField(blank=True, default="")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.words


class Entry(models.Model):
    """One line of a case's log."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="log")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )
    what = models.TextField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.what


class Proposal(models.Model):
    """A resolution made by one member of staff that another must approve."""

    id = models.UUIDField(primary_key=True)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="proposal")
    actor = models.ForeignKey("parties.Staff", on_delete=models.PROTECT, related_name="+")
    resolution = models.TextField()
    reason = models.TextField()
    facts = models.JSONField(null=True)
    outcome = models.JSONField(null=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.resolution
