"""Tables of who a customer is: evidence, credentials that hold for a time, members, blocks."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from oferta.core.parties.identity_types import MemberRole
from oferta.core.parties.models.customers import Customer
from oferta.core.parties.models.staff import Staff


class Evidence(models.Model):
    """What a customer's identity rests on: one proof, checked by somebody, for a time."""

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="evidence")
    kind = models.TextField()
    #: How far it takes alone, 1 to 3.
    tier = models.PositiveSmallIntegerField()
    #: Where it can be found again: never the document itself.
    reference = models.TextField()
    checked_by = models.TextField()
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["customer", "at"], name="evidence_of_customer"),)
        constraints = (
            models.CheckConstraint(condition=Q(tier__range=(1, 3)), name="evidence_tier"),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("at")),
                name="evidence_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Credential(models.Model):
    """A status that a customer has for a time, as a student's (SV-33)."""

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="credentials")
    kind = models.TextField()
    reference = models.TextField()
    checked_by = models.TextField()
    granted_at = models.DateTimeField()
    holds_from = models.DateTimeField()
    holds_until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["customer", "kind"], name="credentials_of_customer"),
            models.Index(
                fields=["holds_until"],
                condition=Q(warned_at__isnull=True, withdrawn_at__isnull=True),
                name="credentials_to_warn_of",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(holds_until__gt=F("holds_from")),
                name="credential_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id}"


class Membership(models.Model):
    """A person who acts for an organisation."""

    organisation = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="organisations")
    role = models.CharField(max_length=16)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(until__isnull=True),
                name="member_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[item.value for item in MemberRole]), name="member_role"
            ),
            models.CheckConstraint(
                condition=~Q(organisation=F("person")), name="nobody_is_their_own_member"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} in {self.organisation_id}"


class Invitation(models.Model):
    """An address that somebody is asked at to act for an organisation; it is thrown away later."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invitations")
    channel = models.CharField(max_length=16)
    address = models.CharField(max_length=320)
    role = models.CharField(max_length=16)
    invited_by = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    #: When it was accepted, declined or taken back; null: it waits.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["channel", "address"],
                condition=Q(ended_at__isnull=True),
                name="invitations_to_address",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "channel", "address"],
                condition=Q(ended_at__isnull=True),
                name="one_invitation_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[item.value for item in MemberRole]),
                name="invitation_role",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.role}"


class Block(models.Model):
    """What keeps a customer from acting, by a published clause; they may read and appeal."""

    id = models.UUIDField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="blocks")
    #: Shown to the customer.
    reason = models.TextField()
    pack = models.TextField()
    edition = models.TextField()
    clause = models.TextField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_because = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(lifted_at__isnull=True),
                name="one_block_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(clause=""), name="block_has_reason_and_clause"
            ),
        )

    def __str__(self) -> str:
        return self.reason
