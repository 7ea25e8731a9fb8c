"""Tables of decisions. Rows of `Decision` are only ever added; triggers refuse anything else."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q

from oferta.core.decisions.types import Basis, Status


class WrittenJson(models.JSONField):
    """JSON of which nothing is ever searched: the server keeps the text and need not take it apart.

    Read by `storing`, as text.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Name the column's type."""
        del connection
        return "json"


class Decision(models.Model):
    """One answer to one question about one event."""

    id = models.UUIDField(primary_key=True)
    #: The caller's idempotency key: which event.
    key = models.TextField()
    question = models.TextField()
    pack = models.TextField()
    edition = models.TextField()
    edition_digest = models.TextField()
    #: The event named the edition; otherwise the day chose it.
    edition_kept = models.BooleanField(default=False, db_default=False)
    #: The day the edition and the windows were read for.
    day = models.DateField()
    event_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    party = models.ForeignKey(
        "parties.Customer",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # the index `decisions_of_party` begins with it
        # Each batch reads its customers in the same transaction, and none is ever deleted: the
        # check at commit would cost as much as the row.
        db_constraint=False,
    )
    #: Fact to value as written canonically; limit facts included.
    facts = WrittenJson()
    #: Field to coded value; null if stopped.
    outcome = WrittenJson(null=True)
    decided_by = ArrayField(models.TextField())
    #: The clauses that held, big-endian; bytes, because a pack may have more than 63 clauses.
    mask = models.BinaryField()
    status = models.TextField()
    #: Code of what stopped or refused it; "" if decided.
    error = models.TextField(blank=True, default="")
    #: Facts of that error.
    error_facts = WrittenJson(default=dict)
    basis = models.TextField(default=Basis.TERMS.value)
    #: Name of the plan that turned the outcome into transfers, and what else it was given.
    plan = models.TextField()
    context = WrittenJson(default=dict)
    #: What of each limit it used: `[limit, holder, period start, amount]`.
    uses = WrittenJson(default=list)
    #: What it moved: the ledger's transfers, in order; each names this Decision in turn.
    transfer_ids = ArrayField(models.UUIDField(), default=list)
    #: SHA-256 of what was asked; tells a retry from another content under the same key.
    digest = models.BinaryField()
    # Hardly any row has these three: no index of mostly nulls is kept for them.
    overrides = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.TextField(blank=True, default="")
    actor = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    approver = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        indexes = (
            models.Index(fields=["party", "-id"], name="decisions_of_party"),
            models.Index(fields=["-id"], condition=Q(status="stopped"), name="decisions_stopped"),
        )
        constraints = (
            models.UniqueConstraint(fields=["key", "question"], name="decided_once"),
            models.UniqueConstraint(
                fields=["overrides"],
                condition=Q(overrides__isnull=False),
                name="overridden_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[item.value for item in Status]), name="decision_status"
            ),
            models.CheckConstraint(
                condition=Q(basis__in=[item.value for item in Basis]), name="decision_basis"
            ),
            models.CheckConstraint(
                condition=Q(status="stopped") | Q(outcome__isnull=False),
                name="decided_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(status="decided", error="") | ~Q(status="decided") & ~Q(error=""),
                name="undecided_has_error",
            ),
            models.CheckConstraint(
                condition=Q(overrides__isnull=True)
                | (Q(actor__isnull=False) | Q(basis="terms")) & ~Q(reason="") & Q(status="decided"),
                name="override_has_reason_and_actor",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("actor")),
                name="second_person_is_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.question}"


class LimitUse(models.Model):
    """How much of a limit its holder has used in one period."""

    pk = models.CompositePrimaryKey("pack", "limit", "holder", "since")
    pack = models.TextField()
    limit = models.TextField()
    #: The values of the limit's `per` facts, written as one text.
    holder = models.TextField()
    #: First day of the period.
    since = models.DateField()
    used = models.BigIntegerField(default=0)

    class Meta:
        db_table = "decisions_limit_use"
        constraints = (
            models.CheckConstraint(condition=Q(used__gte=0), name="limit_use_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.limit} {self.holder} {self.since}"


class Authority(models.Model):
    """Above which amount an override under a pack needs a second person."""

    pack = models.TextField(primary_key=True)
    #: Minor units.
    second_person_above = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(second_person_above__gte=0), name="authority_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pack}: {self.second_person_above}"
