"""Tables of notices. A notice is never changed; a delivery records what was really sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from oferta.core.notices.mass_types import MassState, Nature
from oferta.core.notices.types import BatchState, DeliveryState
from oferta.kernel.i18n import LANGUAGES


class Batch(models.Model):
    """Notices written by one database transaction: one job of the outbox delivers them."""

    id = models.UUIDField(primary_key=True)
    created_at = models.DateTimeField(db_index=True)
    size = models.PositiveIntegerField()
    state = models.TextField(default=BatchState.OPEN.value)
    #: Why it is held.
    held_because = models.TextField(blank=True, default="")
    #: Who asked that a held batch go out, and the second person who let it.
    release_asked_by = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    released_by = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )
    #: Channels outside the inbox that it may use; empty: all.
    channels = ArrayField(models.TextField(), default=list)
    #: The mass message that it is a step of.
    mass_id = models.UUIDField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["mass_id"], condition=Q(mass_id__isnull=False), name="batches_of_mass"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[item.value for item in BatchState]), name="batch_state"
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} ({self.size})"


class Notice(models.Model):
    """What a customer is told: kind and values, not words, so that it reads in any language."""

    id = models.UUIDField(primary_key=True)
    # Both are written or read in the same database transaction, and neither is ever deleted: the
    # check at commit would cost as much as the row.
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="notices", db_constraint=False
    )
    party = models.ForeignKey(
        "parties.Customer",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,  # the index `notices_of_party` begins with it
    )
    kind = models.TextField()
    language = models.CharField(max_length=8)
    params = models.JSONField()
    #: `[pack, edition, clause]` each.
    cites = models.JSONField(default=list)
    decision_ids = ArrayField(models.UUIDField())
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["party", "-id"], name="notices_of_party"),)
        constraints = (
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="notice_language"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class ReadMark(models.Model):
    """That a customer opened a notice. Apart from the notice, which is never changed."""

    notice = models.OneToOneField(
        Notice, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    read_at = models.DateTimeField()

    class Meta:
        db_table = "notices_read_mark"

    def __str__(self) -> str:
        return str(self.notice_id)


class Delivery(models.Model):
    """One channel's part in a notice."""

    id = models.UUIDField(primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=16)
    address = models.TextField()
    state = models.TextField(default=DeliveryState.WAITING.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: When it may be tried next.
    due_at = models.DateTimeField()
    #: While sending: until when the worker that claimed it holds it.
    claimed_until = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")
    #: Printed in the message: whoever got it can ask whether we sent it.
    reference = models.CharField(max_length=16, blank=True, default="")
    #: What was really sent.
    subject = models.TextField(blank=True, default="")
    body = models.TextField(blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=("waiting", "sending")),
                name="deliveries_to_do",
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["notice", "channel"], name="delivered_once_a_channel"),
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="reference_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[item.value for item in DeliveryState]),
                name="delivery_state",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=False) | ~Q(state="delivered"),
                name="delivered_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class MassMessage(models.Model):
    """Something that staff tell many customers; its words and its list never change."""

    id = models.UUIDField(primary_key=True)
    nature = models.CharField(max_length=16)
    #: Language to `[subject, body]`.
    words = models.JSONField()
    audience = models.TextField()
    chosen = models.TextField(blank=True, default="")
    channels = ArrayField(models.TextField(), default=list)
    state = models.CharField(max_length=16, default=MassState.DRAFT.value)
    people = models.PositiveIntegerField()
    #: How far the list has been worked off.
    sent = models.PositiveIntegerField(default=0)
    last_party = models.UUIDField(null=True)
    #: Before that no further step is made.
    next_at = models.DateTimeField(null=True)
    maker = models.ForeignKey("parties.Staff", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_index=True)
    approver = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ended_by = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="")
    answers = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[item.value for item in MassState]), name="mass_state"
            ),
            models.CheckConstraint(
                condition=Q(nature__in=[item.value for item in Nature]), name="mass_nature"
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=models.F("maker")),
                name="mass_second_person_is_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.nature} {self.id} ({self.people})"


class MassReceiver(models.Model):
    """One customer on the list of a mass message."""

    pk = models.CompositePrimaryKey("mass", "party_id")
    mass = models.ForeignKey(
        MassMessage, on_delete=models.PROTECT, related_name="receivers", db_index=False
    )
    party_id = models.UUIDField()

    def __str__(self) -> str:
        return str(self.party_id)


class SentText(models.Model):
    """Digest of a mass message's words in one language, to find them by what somebody pastes."""

    mass = models.ForeignKey(MassMessage, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(db_index=True)

    def __str__(self) -> str:
        return str(self.mass_id)


class Reached(models.Model):
    """That a member of staff alone caused a message to a customer; only ever added."""

    staff = models.ForeignKey(
        "parties.Staff", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    party_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["staff", "at"], name="reached_by_staff"),)

    def __str__(self) -> str:
        return f"{self.staff_id} {self.party_id}"


class FalseMessage(models.Model):
    """A false message that goes round, and our public answer to it."""

    id = models.UUIDField(primary_key=True)
    sample = models.TextField()
    #: Language to `[title, body]`.
    words = models.JSONField()
    seen_at = models.DateTimeField()
    claimed = models.TextField(blank=True, default="")
    confirmed = models.TextField(blank=True, default="")
    maker = models.ForeignKey("parties.Staff", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    publisher = models.ForeignKey(
        "parties.Staff", null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(publisher__isnull=True) | ~Q(publisher=models.F("maker")),
                name="answer_published_by_another",
            ),
        )

    def __str__(self) -> str:
        return self.sample[:80]


class Check(models.Model):
    """How often one place asked "did we send this?" in one stretch of minutes."""

    #: Keyed digest of the address: the address itself is not kept.
    place = models.BinaryField()
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["place", "since"], name="checks_of_place_once"),
        )

    def __str__(self) -> str:
        return f"{self.since} {self.count}"
