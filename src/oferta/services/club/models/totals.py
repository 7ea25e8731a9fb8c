"""Sums kept for the owner's page; every one of them can be made again from the books."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class DayTotal(models.Model):
    """What transfers of one code came to on one day; of whole ones, up to the mark."""

    pk = models.CompositePrimaryKey("account_id", "day", "code")
    #: A funder's ledger account, or 0: of all accounts together.
    account_id = models.BigIntegerField()
    day = models.DateField()
    code = models.SmallIntegerField()
    #: Minor units, and how many; what was taken back is taken off.
    amount = models.BigIntegerField()
    transfers = models.BigIntegerField()

    class Meta:
        db_table = "club_day_total"

    def __str__(self) -> str:
        return f"{self.day} {self.code}"


class TotalsMark(models.Model):
    """How far `DayTotal` has come: it holds what database transactions below this number booked."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    below_xid = models.BigIntegerField(default=0)

    class Meta:
        db_table = "club_totals_mark"
        constraints = (models.CheckConstraint(condition=Q(id=1), name="one_totals_mark"),)

    def __str__(self) -> str:
        return str(self.below_xid)


class ClauseTotal(models.Model):
    """How many standing Decisions clauses made on a day; all rows of the same name add up."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    question = models.TextField()
    clauses = ArrayField(models.TextField())
    #: The terms say that it waits for a person.
    held = models.BooleanField()
    decisions = models.BigIntegerField()
    #: Minor units.
    amount = models.BigIntegerField()
    #: It is the one row of its name that others are added to; the others came since.
    gathered = models.BooleanField(default=False)

    class Meta:
        db_table = "club_clause_total"
        constraints = (
            models.UniqueConstraint(
                fields=["day", "question", "clauses", "held"],
                condition=Q(gathered=True),
                name="club_clause_total_gathered",
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=Q(gathered=False), name="club_clause_total_fresh"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.question}"
