"""Tables of what customers agreed to, and of their requests for their data and for erasure."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from oferta.core.parties.agreement_types import ErasureState, ExportState, How
from oferta.core.parties.models.customers import Customer
from oferta.core.parties.types import Channel
from oferta.kernel.i18n import LANGUAGES


class Agreement(models.Model):
    """That a customer accepted an edition of an operator's terms, and how; never changed.

    A row for each way of accepting: a click, a use and a mere view weigh differently and are
    never merged into one flag (RM-42).
    """

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="agreements")
    pack = models.TextField()
    edition = models.TextField()
    #: Of the whole edition, as the terms make it.
    edition_digest = models.CharField(max_length=64)
    how = models.CharField(max_length=8)
    at = models.DateTimeField()
    #: In which language the person was shown the words, and the digest of those words.
    language = models.CharField(max_length=8)
    text_digest = models.CharField(max_length=64)
    #: Which page, and a digest of which session or link: evidence of the circumstances.
    page = models.TextField(blank=True, default="")
    session = models.TextField(blank=True, default="")
    #: The signed receipt, as given to the customer.
    receipt = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "pack", "edition", "how"], name="edition_accepted_once"
            ),
            models.CheckConstraint(
                condition=Q(how__in=[item.value for item in How]), name="agreement_how"
            ),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="agreement_language"),
        )

    def __str__(self) -> str:
        return f"{self.pack} {self.edition} {self.how}"


class AskedEdition(models.Model):
    """That a customer was asked to accept an edition, and whether they said no."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    pack = models.TextField()
    edition = models.TextField()
    asked_at = models.DateTimeField()
    declined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "pack", "edition"], name="edition_asked_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pack} {self.edition}"


class EditionVerdict(models.Model):
    """Whether a customer of one edition must be asked before another binds them.

    Proving it takes seconds, so the worker does it once for two editions.
    """

    pack = models.TextField()
    #: Digests of the two editions.
    before = models.CharField(max_length=64)
    after = models.CharField(max_length=64)
    #: Questions in which the customer has less, or in which nobody could prove otherwise.
    falls = models.JSONField(default=list)
    proved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["pack", "before", "after"], name="verdict_once"),
        )

    def __str__(self) -> str:
        return f"{self.pack} {self.falls}"


class ConsentEntry(models.Model):
    """That a customer gave or withdrew consent to one purpose on one channel; only ever added."""

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="consents", db_index=False
    )
    purpose = models.TextField()
    channel = models.CharField(max_length=16)
    given = models.BooleanField()
    #: Which version of the purpose's words the person was shown, and the digest of those words.
    version = models.PositiveSmallIntegerField()
    text_digest = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    at = models.DateTimeField()
    page = models.TextField(blank=True, default="")

    class Meta:
        indexes = (
            models.Index(fields=["customer", "purpose", "channel", "-id"], name="consent_of"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(channel__in=[item.value for item in Channel]), name="consent_channel"
            ),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="consent_language"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.channel} {self.given}"


class Export(models.Model):
    """A customer's request for all their data, and the file made of it."""

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, default=ExportState.ASKED.value)
    language = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    #: When the file is thrown away.
    expires_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)
    #: SHA-256 of the file, hexadecimal.
    digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[item.value for item in ExportState]), name="export_state"
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state="asked"), name="one_export_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class ExportPart(models.Model):
    """A piece of an export's file: kept here, where every web and worker process can reach it."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    no = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["export", "no"], name="export_part_once"),)

    def __str__(self) -> str:
        return f"{self.export_id} {self.no}"


class Erasure(models.Model):
    """A customer's request that what is personal be erased, and what became of it."""

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, default=ErasureState.WAITING.value)
    asked_at = models.DateTimeField()
    #: Until then the person can still think better of it.
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: Codes of what the person gives up, as a balance: nobody may choose that for them.
    gives_up = models.JSONField(default=list)
    #: Codes of what stood in the way when it was due; what was erased, by table, when done.
    report = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[item.value for item in ErasureState]), name="erasure_state"
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state="waiting"), name="one_erasure_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True)
                | ~Q(state="waiting") & Q(ended_at__isnull=False),
                name="erasure_ended_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class Tombstone(models.Model):
    """That this customer was erased: only the id is left of them."""

    customer = models.OneToOneField(
        Customer, on_delete=models.PROTECT, related_name="tombstone", primary_key=True
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.customer_id)
