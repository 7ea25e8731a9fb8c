"""Tables of customers and how to reach them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from oferta.core.parties.identity_types import PartyKind
from oferta.core.parties.types import Channel
from oferta.kernel.i18n import LANGUAGES


class Customer(models.Model):
    """A person the operator serves."""

    id = models.UUIDField(primary_key=True)
    #: The operator's own name for the customer.
    key = models.TextField(unique=True)
    name = models.TextField(blank=True, default="")
    language = models.CharField(max_length=8)
    created_at = models.DateTimeField()
    kind = models.CharField(max_length=16, default="person", db_default="person")
    #: How they sign in; None for a customer known from a feed only, until they claim their pages.
    login = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="customer"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="customer_language"),
            models.CheckConstraint(condition=~Q(key=""), name="customer_has_key"),
            models.CheckConstraint(
                condition=Q(kind__in=[item.value for item in PartyKind]), name="customer_kind"
            ),
        )

    def __str__(self) -> str:
        return self.key


class Contact(models.Model):
    """Where one channel reaches one customer."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    channel = models.CharField(max_length=16)
    address = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["customer", "channel"], name="one_address_a_channel"),
            models.CheckConstraint(
                condition=Q(channel__in=[item.value for item in Channel]), name="contact_channel"
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"
