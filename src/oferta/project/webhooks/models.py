"""Tables of endpoints, messages, deliveries and attempts."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from oferta.kernel.i18n import LANGUAGES
from oferta.project.webhooks.types import State


class Endpoint(models.Model):
    """Where an operator's system takes messages."""

    id = models.UUIDField(primary_key=True)
    owner = models.TextField()
    url = models.TextField()
    kinds = ArrayField(models.TextField())
    note = models.TextField(blank=True, default="")
    contact = models.TextField(blank=True, default="")
    language = models.CharField(max_length=8)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.TextField(blank=True, default="")
    #: Since when every attempt has failed; None: the last one did not.
    failing_since = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner", "-id"], name="endpoints_of_owner"),)
        constraints = (
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="endpoint_language"),
        )

    def __str__(self) -> str:
        return self.url


class Secret(models.Model):
    """What signs messages to an endpoint; several at once while one takes over from another."""

    id = models.UUIDField(primary_key=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="secrets")
    #: Encrypted with a key made of the site's secret key.
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    #: When it stops signing; None: it is the newest.
    retires_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Message(models.Model):
    """What happened, as it is signed and sent."""

    id = models.UUIDField(primary_key=True)
    kind = models.TextField()
    at = models.DateTimeField()
    body = models.TextField()

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Delivery(models.Model):
    """One message on its way to one endpoint."""

    id = models.BigAutoField(primary_key=True)
    # Both are written or read in the same database transaction: a check of each row at commit would
    # cost as much as the row, a thousand times a batch.
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    state = models.TextField(default=State.WAITING.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: When it may be tried next.
    due_at = models.DateTimeField()
    #: While sending: until when the worker that claimed it holds it.
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    #: Sent again because somebody asked for it.
    replay = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=["endpoint", "-id"], name="deliveries_of_endpoint"),
            models.Index(
                fields=["endpoint", "due_at"],
                condition=Q(state__in=("waiting", "sending")),
                name="webhook_deliveries_to_do",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[item.value for item in State]), name="webhook_state"
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class Attempt(models.Model):
    """One try to deliver; never changed."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    #: Of HTTP; 0 if there was no answer.
    status = models.PositiveSmallIntegerField()
    error = models.TextField(blank=True, default="")
    request = models.TextField()
    response = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.status}"
