"""What is offered: who organises, who sells, where, when, for how much, how many."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from oferta.services.tickets.kinds import (
    OFFER_MINUTES,
    OFFER_MINUTES_MIN,
    PHONE_ROUND_MAX,
    PhoneCode,
)
from oferta.services.tickets.types import RefundPayer, Stage


def one_of(field: str, values: type[StrEnum], name: str) -> models.CheckConstraint:
    """Return the constraint that a column holds one of an enumeration's values."""
    known = [one.value for one in values]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": known}), name=name)


def next_of(sequence: str) -> models.Func:
    """Return the default that takes the next number of a sequence."""
    return models.Func(models.Value(sequence), function="nextval")


class Organiser(models.Model):
    """Whose performance it is: decides on refunds, is owed the face value (TR-06)."""

    key = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=200)
    #: The organisation among our customers, if it has a login of its own.
    party_id = models.UUIDField(null=True)
    #: A private organiser: the law's bound on an intermediary's extras does not hold for it.
    private = models.BooleanField(default=False)
    #: Where demands are addressed (TR-73).
    address = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class Operator(models.Model):
    """Who sells: a tenant with its own editions of terms (TR-01 to TR-04)."""

    #: As the terms call it: the value of their fact `operator`.
    key = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=200)
    #: With whom the buyer concludes the service contract (TR-04).
    legal_name = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class Venue(models.Model):
    """A house; its time zone is the performance's (TR-26)."""

    key = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=200)
    city = models.CharField(max_length=100)
    address = models.CharField(max_length=300, blank=True)
    #: Regimes of high alert are regional (TR-115).
    region = models.CharField(max_length=100, blank=True)
    #: IANA name.
    time_zone = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Hall(models.Model):
    """A room of a venue, with numbered seats or none."""

    id = models.BigAutoField(primary_key=True)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="halls")
    name = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["venue", "name"], name="hall_named_once_a_venue"),
        )

    def __str__(self) -> str:
        return self.name


class HallSeat(models.Model):
    """A numbered seat of a hall and where it stands on the plan."""

    id = models.BigAutoField(primary_key=True)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="seats")
    sector = models.CharField(max_length=60, blank=True)
    row = models.CharField(max_length=20)
    number = models.CharField(max_length=20)
    #: On the plan, in steps of one seat; 0, 0 is the corner next to the stage.
    x = models.SmallIntegerField(default=0)
    y = models.SmallIntegerField(default=0)
    #: The lower, the sooner it is given to who asks for any seat.
    rank = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["hall", "sector", "row", "number"], name="seat_numbered_once_a_hall"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sector} {self.row}-{self.number}"


class Performance(models.Model):
    """Something to see at a place and time, sold under named packs of terms."""

    id = models.UUIDField(primary_key=True)
    #: A short number for the codes of its tickets.
    serial = models.BigIntegerField(unique=True, db_default=next_of("tickets_performance_number"))
    #: The operator's own name for it; the same name is the same performance.
    key = models.CharField(max_length=100, unique=True)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    organiser = models.ForeignKey(Organiser, on_delete=models.PROTECT, related_name="performances")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    #: Language to title; at least one.
    titles = models.JSONField()
    starts_at = models.DateTimeField()
    stage = models.CharField(max_length=12, default=Stage.DRAFT)
    sale_starts_at = models.DateTimeField()
    sale_ends_at = models.DateTimeField()
    currency = models.CharField(max_length=8)
    #: Packs of terms: what a ticket costs; what comes back for it.
    sale_pack = models.CharField(max_length=60)
    refund_pack = models.CharField(max_length=60)
    #: How long a reservation waits for its payment.
    hold_minutes = models.SmallIntegerField(default=15)
    per_order_max = models.SmallIntegerField(default=10)
    #: How long a place that came free is held for who waits first, at most.
    offer_minutes = models.SmallIntegerField(default=OFFER_MINUTES, db_default=OFFER_MINUTES)
    #: Whoever left may come in again; the entry clause of `sale_pack` reads it.
    reentry = models.BooleanField(default=False)
    #: What gates ask of telephones; and the round of the key of their codes: the next one makes
    #: what a lost gate knows worthless.
    phone_code = models.CharField(
        max_length=10, default=PhoneCode.NONE, db_default=PhoneCode.NONE.value
    )
    phone_round = models.SmallIntegerField(default=0, db_default=0)
    refund_payer = models.CharField(max_length=12, default=RefundPayer.OPERATOR)
    #: The organiser's own term of payment, if it has one (TR-90).
    organiser_refund_days = models.SmallIntegerField(null=True)
    #: The first day on which the organiser takes no more requests, if it named one (TR-117).
    refunds_accepted_before = models.DateField(null=True)
    #: The ledger's accounts: the face value that we hold for the organiser until nothing of it
    #: may have to go back; the operator's fees and its income of delivery. Null until it is sold.
    face_account_id = models.BigIntegerField(null=True)
    fee_account_id = models.BigIntegerField(null=True)
    delivery_account_id = models.BigIntegerField(null=True)
    #: The performance in the place of this one.
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    #: Its change was caused by a high-alert regime (TR-110 to TR-115), and by which.
    high_alert = models.BooleanField(default=False)
    regime = models.ForeignKey(
        "Regime", on_delete=models.PROTECT, null=True, related_name="performances"
    )
    #: Of a postponed one: if it is not held by then it counts as cancelled (TR-118).
    hold_by = models.DateField(null=True)

    class Meta:
        constraints = (
            one_of("stage", Stage, "performance_stage_known"),
            one_of("refund_payer", RefundPayer, "performance_refund_payer_known"),
            one_of("phone_code", PhoneCode, "performance_phone_code_known"),
            models.CheckConstraint(
                condition=Q(phone_round__gte=0, phone_round__lte=PHONE_ROUND_MAX),
                name="performance_phone_round_within",
            ),
            models.CheckConstraint(
                condition=Q(hold_minutes__gte=1, per_order_max__gte=1),
                name="performance_limits_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(offer_minutes__gte=OFFER_MINUTES_MIN),
                name="performance_offer_half_an_hour",
            ),
            models.CheckConstraint(
                condition=Q(sale_ends_at__gt=F("sale_starts_at")),
                name="performance_sale_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.ON_SALE)
                | Q(
                    face_account_id__isnull=False,
                    fee_account_id__isnull=False,
                    delivery_account_id__isnull=False,
                ),
                name="performance_sold_with_accounts",
            ),
        )
        indexes: ClassVar = [
            models.Index(fields=["starts_at"], name="performance_by_start"),
            models.Index(fields=["organiser", "starts_at"], name="performance_of_organiser"),
            models.Index(
                fields=["hold_by"],
                name="performance_to_be_held",
                condition=Q(hold_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class PerformanceChange(models.Model):
    """A line of a performance's history; never changed (a trigger refuses it)."""

    id = models.BigAutoField(primary_key=True)
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="changes")
    changed_at = models.DateTimeField()
    stage = models.CharField(max_length=12)
    #: As it stood before the change.
    starts_before = models.DateTimeField()
    #: What the buyers were promised instead; null: no new date yet.
    starts_at = models.DateTimeField(null=True)
    #: Whose official word it rests on, and since when it counts (TR-07).
    source = models.CharField(max_length=300)
    effective_at = models.DateTimeField()
    #: Staff who entered it; null: the organiser's system or the calendar.
    staff_id = models.UUIDField(null=True)
    #: Language to title of what is given instead, if it is replaced.
    instead = models.JSONField(default=dict)

    class Meta:
        constraints = (one_of("stage", Stage, "change_stage_known"),)
        indexes: ClassVar = [
            models.Index(fields=["performance", "changed_at"], name="change_of_performance")
        ]

    def __str__(self) -> str:
        return f"{self.performance_id} {self.stage}"


class Quota(models.Model):
    """How many tickets may be sold under a condition: a promotion, a reduced category."""

    id = models.BigAutoField(primary_key=True)
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="quotas")
    name = models.CharField(max_length=100)
    size = models.IntegerField()
    #: Reserved and sold; orders that lapse give back.
    used = models.IntegerField(default=0)

    class Meta:
        constraints = (
            # However many buyers ask at once, no quota gives more than it holds.
            models.CheckConstraint(
                condition=Q(used__gte=0, used__lte=F("size")), name="quota_holds"
            ),
            models.UniqueConstraint(fields=["performance", "name"], name="quota_named_once"),
        )

    def __str__(self) -> str:
        return self.name


class PriceCategory(models.Model):
    """Places of one nominal price; general admission is a category without numbered seats."""

    id = models.BigAutoField(primary_key=True)
    performance = models.ForeignKey(
        Performance, on_delete=models.PROTECT, related_name="categories"
    )
    name = models.CharField(max_length=100)
    #: Minor units of the performance's currency.
    nominal = models.BigIntegerField()
    numbered = models.BooleanField()
    #: Sellable places, and those whose tickets are valid: the second wall against overselling.
    capacity = models.IntegerField(default=0)
    sold = models.IntegerField(default=0)
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(sold__gte=0, sold__lte=F("capacity")), name="category_not_oversold"
            ),
            models.CheckConstraint(condition=Q(nominal__gte=0), name="category_nominal_from_0"),
            models.UniqueConstraint(fields=["performance", "name"], name="category_named_once"),
        )

    def __str__(self) -> str:
        return self.name


class PromoCode(models.Model):
    """A word that lowers the price by the terms, for as many tickets as its quota holds."""

    id = models.BigAutoField(primary_key=True)
    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="promos")
    #: In upper case, as it is compared.
    code = models.CharField(max_length=40)
    #: In ten-thousandths of a percent, as the terms count.
    percent = models.IntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100_0000), name="promo_within_100_percent"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="promo_ends_after_it_starts"
            ),
            models.UniqueConstraint(fields=["performance", "code"], name="promo_code_once"),
        )

    def __str__(self) -> str:
        return self.code


class Regime(models.Model):
    """A high-alert regime of a region; deadlines of refunds run from its end (TR-110, TR-111)."""

    id = models.BigAutoField(primary_key=True)
    region = models.CharField(max_length=100)
    began_on = models.DateField()
    #: Null: it lasts.
    ended_on = models.DateField(null=True)
    #: The act that ordered it, in full (TR-113), and the one that lifted it.
    act = models.CharField(max_length=300)
    lifted_by_act = models.CharField(max_length=300, blank=True, default="")
    #: Since when every refund owed because of it has its day.
    days_given_at = models.DateTimeField(null=True)
    #: Staff who entered it, and who entered its end.
    begun_by = models.UUIDField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["region"],
                name="regime_one_lasts_a_region",
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("began_on")),
                name="regime_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return f"{self.region} {self.began_on}"
