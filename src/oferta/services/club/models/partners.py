"""Partners, their rates and where cards are taken."""

from __future__ import annotations

from django.db import models

#: 30%, in the ten-thousandths of a percent that the terms count in (BC-14).
PARTNER_RATE_MAX = 30_0000


class Partner(models.Model):
    """A seller with an agreement; earning, redeeming and instalments are agreed apart (BC-01)."""

    key = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=200)
    earns = models.BooleanField(default=True)
    redeems = models.BooleanField(default=True)
    instalments = models.BooleanField(default=False)
    #: The customer of kind organisation whose people see the partner's console; null: nobody's.
    organisation_id = models.UUIDField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.name


class PartnerRate(models.Model):
    """What a partner gives in a period; no two periods of a partner share a day (a constraint)."""

    id = models.BigAutoField(primary_key=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="rates")
    #: In ten-thousandths of a percent.
    rate = models.IntegerField()
    starts = models.DateField()
    #: The last day; null: until further notice.
    ends = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(rate__gt=0, rate__lte=PARTNER_RATE_MAX),
                name="partner_rate_within_30_percent",
            ),
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("starts")),
                name="partner_rate_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.partner_id} {self.rate}"


class Terminal(models.Model):
    """Where cards are taken: whose terminal, of what kind, at which seller (BC-05, BC-65)."""

    code = models.CharField(max_length=40, primary_key=True)
    #: Values of the terms' facts `terminal_owner`, `channel` and `category`.
    owner = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    category = models.CharField(max_length=20, default="purchase")
    merchant = models.CharField(max_length=200)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, related_name="terminals"
    )
    mcc = models.IntegerField(null=True)
    abroad = models.BooleanField(default=False)
    #: Of a biller in the app: whether it takes bonuses at all (BC-67).
    takes_bonuses = models.BooleanField(default=True)
    city = models.CharField(max_length=100, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.code
