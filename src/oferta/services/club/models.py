"""The club's own tables: members, payments that came in, lots, what was paid with bonuses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

#: 30%, in the ten-thousandths of a percent that the terms count in (BC-14).
PARTNER_RATE_MAX = 30_0000


class Member(models.Model):
    """A customer of the club, found by what a payment record knows of them."""

    #: As the record names the card: masked.
    card = models.CharField(max_length=40, primary_key=True)
    party_id = models.UUIDField(unique=True)
    #: The ledger's account of the member's bonuses.
    account_id = models.BigIntegerField(unique=True)
    #: Minor units: taken back though it was spent; later bonuses fill it (BC-69).
    owed = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(owed__gte=0), name="member_owes_or_not"),
        )

    def __str__(self) -> str:
        return self.card


class Payment(models.Model):
    """A payment or refund that came in; never changed (a trigger refuses it)."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=32, unique=True)
    card = models.CharField(max_length=40)
    merchant = models.CharField(max_length=500)
    paid_on = models.DateField()
    #: Minor units of the club's currency; below zero for a refund.
    amount = models.BigIntegerField()
    #: Its number among rows equal in every column, from 0.
    repeat_no = models.IntegerField()
    #: Of a refund: the purchase it was matched to; "" if none is on file.
    purchase_key = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["card", "merchant", "paid_on"], name="club_payment_of_card"),
            models.Index(
                fields=["purchase_key"],
                name="club_payment_refunds_of",
                condition=~models.Q(purchase_key=""),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Lot(models.Model):
    """What one payment gave from one funder, and how much of it is used."""

    id = models.BigAutoField(primary_key=True)
    #: The member's ledger account.
    account_id = models.BigIntegerField()
    #: The earning question: whose bonus it is.
    question = models.CharField(max_length=40)
    #: The ledger account that paid for it.
    funder_id = models.BigIntegerField()
    #: The Decision that gave it.
    decision_id = models.UUIDField(unique=True)
    #: The payment that earned it.
    purchase_key = models.CharField(max_length=32)
    earned_on = models.DateField()
    #: Usable on this day too; null: it does not expire, a member of staff said so.
    last_day = models.DateField(null=True)
    #: In minor units, as is `used`.
    amount = models.BigIntegerField()
    used = models.BigIntegerField(default=0)
    #: The member was told that it will expire.
    warned = models.BooleanField(default=False)

    class Meta:
        constraints = (
            # However many tills ask at once, no lot gives more than it holds.
            models.CheckConstraint(
                condition=models.Q(used__gte=0, used__lte=models.F("amount")), name="lot_holds"
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["account_id", "last_day"],
                name="club_lot_with_something_left",
                condition=models.Q(used__lt=models.F("amount")),
            ),
            models.Index(
                fields=["last_day"],
                name="club_lot_to_expire",
                condition=models.Q(used__lt=models.F("amount")),
            ),
            models.Index(fields=["purchase_key"], name="club_lot_of_purchase"),
        ]

    def __str__(self) -> str:
        return f"{self.purchase_key} {self.question}"


class LotMove(models.Model):
    """One change of a lot, or of what a member owes; never changed (a trigger refuses it)."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.BigIntegerField()
    #: Null: the change of what the member owes.
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="moves")
    #: The Decision behind it.
    decision_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    #: Minor units; what it adds to the lot, or to what the member owes.
    amount = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["decision_id"], name="club_lot_move_of_decision"),
            models.Index(fields=["account_id", "kind"], name="club_lot_move_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Redemption(models.Model):
    """A bill that a member asked to pay with bonuses; never changed (a trigger refuses it)."""

    #: The till's or the biller's own name for the payment.
    reference = models.CharField(max_length=100, primary_key=True)
    account_id = models.BigIntegerField()
    decision_id = models.UUIDField(unique=True)
    #: What was asked, to tell a repetition from another bill under the same name.
    asked = models.JSONField()
    redeemed_on = models.DateField()
    #: Minor units: the bill, and what bonuses paid of it.
    bill = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account_id", "redeemed_on"], name="club_redemption_of_member")
        ]

    def __str__(self) -> str:
        return self.reference


class RedemptionRefund(models.Model):
    """A refund of a bill that bonuses paid in part or whole; never changed."""

    reference = models.CharField(max_length=100, primary_key=True)
    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="refunds")
    decision_id = models.UUIDField(unique=True)
    #: Minor units: of the whole bill, and what of it came back as bonuses.
    refunded = models.BigIntegerField()
    restored = models.BigIntegerField()

    def __str__(self) -> str:
        return self.reference


class Partner(models.Model):
    """A seller with an agreement; earning, redeeming and instalments are agreed apart (BC-01)."""

    key = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=200)
    earns = models.BooleanField(default=True)
    redeems = models.BooleanField(default=True)
    instalments = models.BooleanField(default=False)

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


class EarlyRefund(models.Model):
    """A refund that came before its purchase; it waits for it."""

    key = models.CharField(max_length=32, primary_key=True)
    purchase_key = models.CharField(max_length=32)
    received_at = models.DateTimeField()
    #: The record as it was sent.
    record = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["purchase_key"], name="club_early_refund_of_purchase")
        ]

    def __str__(self) -> str:
        return self.key


class Settlement(models.Model):
    """What an account of a funder or a merchant saw in a period; never changed."""

    id = models.UUIDField(primary_key=True)
    account_id = models.BigIntegerField()
    #: Places in the ledger's book: after the first, through the last. Each place is settled once.
    after_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    #: Booked before this moment.
    until = models.DateTimeField()
    settled_at = models.DateTimeField()
    #: The ledger's balance of the account before and after, minor units.
    opening = models.BigIntegerField()
    closing = models.BigIntegerField()
    #: The sums of what was added to and taken from the account: they explain the difference.
    added = models.BigIntegerField()
    taken = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    closing=models.F("opening") + models.F("added") - models.F("taken")
                ),
                name="settlement_reconciles",
            ),
            models.UniqueConstraint(fields=["account_id", "after_seq"], name="place_settled_once"),
        )

    def __str__(self) -> str:
        return f"{self.account_id} until {self.until}"


class SettlementLine(models.Model):
    """What one transfer moved of one lot, as the settled account saw it; never changed."""

    id = models.BigAutoField(primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    transfer_id = models.UUIDField()
    decision_id = models.UUIDField()
    #: Null: of no lot, as the part of a claw-back that a member owes.
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True)
    #: The ledger's code of the transfer.
    code = models.IntegerField()
    day = models.DateField()
    #: Signed minor units.
    amount = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["transfer_id", "lot"], name="transfer_settled_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.amount}"
