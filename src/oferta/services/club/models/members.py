"""The members of the club, what happened to their membership, and their cards."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

#: A card's product to what the terms call it: `card_kind` and `special_account` (BC-28 to BC-32).
PRODUCTS = {
    "debit": ("debit", "none"),
    "credit": ("credit", "none"),
    "gift": ("prepaid", "none"),
    "corporate": ("corporate", "none"),
    "sole_trader": ("sole_trader", "none"),
    "altynplus": ("debit", "altynplus_upi"),
    "altynplus_special": ("debit", "altynplus_upi_special"),
    "benefit": ("debit", "benefit"),
    "special": ("debit", "other"),
}
CARD_STATES = ("active", "lost", "replaced", "closed")
CHANGES = ("joined", "left", "reopened", "card_added", "card_lost", "card_replaced", "card_closed")


class Member(models.Model):
    """A natural person in the club: one account of bonuses, however many cards (BC-03)."""

    party_id = models.UUIDField(primary_key=True)
    #: The ledger's account of the member's bonuses.
    account_id = models.BigIntegerField(unique=True)
    #: Minor units: taken back though it was spent; later bonuses fill it (BC-69).
    owed = models.BigIntegerField(default=0)
    #: Null: the payments of a file made them a member, so they always were one.
    joined_on = models.DateField(null=True)
    #: The last day in the club; null: a member.
    left_on = models.DateField(null=True)
    #: Of one who left: until when they may come back to their bonuses; this day too.
    reopens_until = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(owed__gte=0), name="member_owes_or_not"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True, reopens_until__isnull=True)
                | Q(left_on__isnull=False, reopens_until__gte=F("left_on")),
                name="member_left_with_a_last_day",
            ),
        )

    def __str__(self) -> str:
        return str(self.party_id)


class Card(models.Model):
    """A card in a member's hands; its number is one member's on a day (a constraint of the table).

    Lost and replaced cards stay: their payments were the member's, and so are the bonuses.
    """

    id = models.BigAutoField(primary_key=True)
    #: As payment records name it: masked, or a token.
    number = models.CharField(max_length=40)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="cards")
    #: One of `PRODUCTS`; "": the payment's record tells what the card is.
    product = models.CharField(max_length=20, blank=True, default="")
    #: Its first day; null: before anything that is on file.
    since = models.DateField(null=True)
    #: Its last day; null: in use.
    until = models.DateField(null=True)
    state = models.CharField(max_length=10, default="active")
    #: The card in whose place it came.
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=CARD_STATES), name="card_state_known"),
            models.CheckConstraint(
                condition=Q(product="") | Q(product__in=list(PRODUCTS)), name="card_product_known"
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="card_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(state="active", until__isnull=True)
                | ~Q(state="active") & Q(until__isnull=False),
                name="card_in_use_or_ended",
            ),
        )
        indexes: ClassVar = [models.Index(fields=["number", "since"], name="club_card_of_number")]

    def __str__(self) -> str:
        return self.number


class MembershipChange(models.Model):
    """Something that happened to a membership; never changed (a trigger refuses it)."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    #: Who did it: customer, staff, token or system; and which of them, if one is known.
    by = models.CharField(max_length=16)
    by_id = models.UUIDField(null=True)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, null=True, related_name="+")
    #: The Decision that let it happen; null where nothing was asked.
    decision_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=CHANGES), name="membership_change_known"),
        )
        indexes: ClassVar = [models.Index(fields=["member", "id"], name="club_change_of_member")]

    def __str__(self) -> str:
        return f"{self.kind} {self.member_id}"


class Activity(models.Model):
    """A product of the bank that a member used actively in a period (BC-10)."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="activities")
    #: The bank's own name of the product, as `deposit` or `mortgage`.
    product = models.SlugField(max_length=40)
    starts = models.DateField()
    #: The last day; null: until further notice.
    ends = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="activity_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["member", "product", "starts"], name="one_activity_begins_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_id} {self.product}"


class Tier(models.Model):
    """A member's Halyk+ tier of one calendar month, as the terms derived it (BC-10, BC-16)."""

    pk = models.CompositePrimaryKey("member", "month")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="tiers")
    #: First day of the month.
    month = models.DateField()
    #: A value of the terms.
    tier = models.CharField(max_length=20)
    #: In ten-thousandths of a percent.
    rate = models.IntegerField()
    decision_id = models.UUIDField(unique=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lte=10_0000), name="tier_within_10_percent"
            ),
        )

    def __str__(self) -> str:
        return f"{self.tier} {self.month}"
