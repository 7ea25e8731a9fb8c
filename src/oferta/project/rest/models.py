"""Tables of tokens, of paces and of requests that were done."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class Token(models.Model):
    """Who may call. Of the token's text only the hash is kept."""

    id = models.UUIDField(primary_key=True)
    prefix = models.TextField(unique=True)
    #: SHA-256 of the whole text. The text has 256 random bits, so a slow hash would add nothing.
    hash = models.BinaryField()
    name = models.TextField()
    owner = models.TextField()
    scopes = ArrayField(models.TextField())
    party = models.ForeignKey(
        "parties.Customer", null=True, on_delete=models.PROTECT, related_name="+"
    )
    staff = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )
    per_minute = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.TextField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(party__isnull=True) | Q(staff__isnull=True), name="token_acts_for_one"
            ),
            models.CheckConstraint(condition=Q(per_minute__gte=1), name="token_has_a_pace"),
        )

    def __str__(self) -> str:
        return self.prefix


class Pace(models.Model):
    """When a caller's requests of the minute are all there again, and when the last one came."""

    caller_id = models.UUIDField(primary_key=True)
    full_at = models.DateTimeField()
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.caller_id)


class Done(models.Model):
    """A request that was done under a key, and its answer; kept as long as the ledger."""

    pk = models.CompositePrimaryKey("owner", "key")
    owner = models.TextField()
    key = models.TextField()
    #: SHA-256 of method, path and body; tells a retry from another request under the same key.
    digest = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    answer = models.TextField()
    done_at = models.DateTimeField()
    #: The customers whose data the answer holds: erasing one empties it.
    parties = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes = (GinIndex(fields=["parties"], name="rest_done_of_parties"),)

    def __str__(self) -> str:
        return f"{self.owner}: {self.key}"
