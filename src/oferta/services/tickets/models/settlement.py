"""Vouchers, and what is settled with organisers: what is settled stays as it was."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from oferta.services.tickets.kinds import MissingState
from oferta.services.tickets.models.catalogue import Organiser, Performance, one_of
from oferta.services.tickets.models.refunds import Payout, Refund
from oferta.services.tickets.types import TransferState


class Purse(models.Model):
    """Which account of the ledger is a customer's money balance in a unit."""

    account_id = models.BigIntegerField(primary_key=True)
    party_id = models.UUIDField()
    currency = models.CharField(max_length=8)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["party_id", "currency"], name="purse_one_a_unit"),
        )

    def __str__(self) -> str:
        return f"{self.party_id} {self.currency}"


class Voucher(models.Model):
    """A promise to take so much off a later order; its money stands on its own account (TR-109)."""

    id = models.UUIDField(primary_key=True)
    #: Whose it is; whoever has the code may use it.
    party_id = models.UUIDField()
    #: SHA-256 of the code in upper case; the code itself is kept nowhere.
    digest = models.CharField(max_length=64, unique=True)
    account_id = models.BigIntegerField(unique=True)
    value = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    issued_at = models.DateTimeField()
    last_day = models.DateField()
    #: The payout of a refund that it stands for; null: it was issued otherwise.
    payout = models.OneToOneField(
        Payout, on_delete=models.PROTECT, null=True, related_name="voucher"
    )
    #: What was left of it after its last day went to the holder's balance.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(value__gt=0), name="voucher_above_zero"),)
        indexes: ClassVar = [
            models.Index(fields=["party_id"], name="voucher_of_customer"),
            models.Index(
                fields=["last_day"], name="voucher_to_end", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class OrganiserContract(models.Model):
    """What is agreed with an organiser about its money, and where it is paid."""

    organiser = models.OneToOneField(
        Organiser, on_delete=models.PROTECT, primary_key=True, related_name="contract"
    )
    #: The pack of terms that decides: as `organiser-contract`.
    pack = models.CharField(max_length=60)
    #: In ten-thousandths of a percent; the terms bound it.
    advance_share = models.IntegerField(default=0)
    account_name = models.CharField(max_length=140)
    #: A number of an account, as the country writes it, and its bank.
    account = models.CharField(max_length=34)
    bank = models.CharField(max_length=11, blank=True)
    agreed_on = models.DateField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(advance_share__gte=0, advance_share__lte=100_0000),
                name="contract_advance_within_100_percent",
            ),
        )

    def __str__(self) -> str:
        return self.organiser_id


class PerformanceSettlement(models.Model):
    """What the account of a performance's face value saw in a period; never changed."""

    id = models.UUIDField(primary_key=True)
    performance = models.ForeignKey(
        Performance, on_delete=models.PROTECT, related_name="settlements"
    )
    #: The answer of the contract's terms.
    decision_id = models.UUIDField(unique=True)
    #: Places in the ledger's book: after the first, through the last. Each is settled once.
    after_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    settled_at = models.DateTimeField()
    #: Minor units: the ledger's balance before and after, and what explains the difference.
    opening = models.BigIntegerField()
    sold = models.BigIntegerField()
    returned = models.BigIntegerField()
    #: What the organiser owed and put back, since refunds needed it.
    covered = models.BigIntegerField()
    released = models.BigIntegerField()
    closing = models.BigIntegerField()
    #: How many tickets were sold in the period, and how many given back.
    tickets_sold = models.IntegerField()
    tickets_returned = models.IntegerField()
    #: The most that the refund terms could still return when it was settled.
    may_come_back = models.BigIntegerField()
    advance = models.BooleanField()
    #: The day from which the rest may be free.
    free_on = models.DateField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    closing=F("opening") + F("sold") - F("returned") + F("covered") - F("released")
                ),
                name="performance_settlement_reconciles",
            ),
            # What may still be refunded is never released, unless it is an agreed advance.
            models.CheckConstraint(
                condition=Q(advance=True) | Q(released=0) | Q(closing__gte=F("may_come_back")),
                name="performance_settlement_keeps_refunds",
            ),
            models.CheckConstraint(
                condition=Q(closing__gte=0, released__gte=0), name="performance_settlement_covered"
            ),
            models.UniqueConstraint(
                fields=["performance", "after_seq"], name="performance_place_settled_once"
            ),
        )
        indexes: ClassVar = [
            models.Index(fields=["performance", "settled_at"], name="settlement_of_performance"),
        ]

    def __str__(self) -> str:
        return f"{self.performance_id} {self.settled_at}"


class PerformanceLine(models.Model):
    """One transfer of a settlement, with the clauses that decided it; never changed."""

    id = models.BigAutoField(primary_key=True)
    settlement = models.ForeignKey(
        PerformanceSettlement, on_delete=models.PROTECT, related_name="lines"
    )
    transfer_id = models.UUIDField(unique=True)
    decision_id = models.UUIDField()
    #: The ledger's code of the transfer.
    code = models.IntegerField()
    #: In the venue's time zone.
    day = models.DateField()
    #: Signed minor units.
    amount = models.BigIntegerField()
    #: Pack and clauses behind it, with spaces between; of sales none are kept.
    pack = models.CharField(max_length=60, blank=True)
    clauses = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["settlement", "code"], name="performance_line_by_code"),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.amount}"


class PerformanceLineDispute(models.Model):
    """An organiser disputes a line: a person looks at the Decision behind it."""

    line = models.OneToOneField(
        PerformanceLine, on_delete=models.PROTECT, primary_key=True, related_name="dispute"
    )
    case_id = models.UUIDField()
    #: Who acts for the organiser; null: staff wrote it down.
    person_id = models.UUIDField(null=True)
    disputed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.line_id}"


class OrganiserPayment(models.Model):
    """A transfer to an organiser's bank account: what was due to it on a day."""

    id = models.UUIDField(primary_key=True)
    organiser = models.ForeignKey(Organiser, on_delete=models.PROTECT, related_name="payments")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    decision_id = models.UUIDField(unique=True)
    #: As the contract stood.
    account_name = models.CharField(max_length=140)
    account = models.CharField(max_length=34)
    bank = models.CharField(max_length=11, blank=True)
    state = models.CharField(max_length=12, default=TransferState.ORDERED)
    ordered_at = models.DateTimeField()
    pay_by = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            one_of("state", TransferState, "organiser_payment_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="organiser_payment_above_zero"),
        )
        indexes: ClassVar = [
            models.Index(fields=["organiser", "ordered_at"], name="payment_of_organiser"),
        ]

    def __str__(self) -> str:
        return f"{self.organiser_id} {self.amount}"


class OrganiserRefund(models.Model):
    """An organiser says that it paid a refund itself; we owe it what we owed the buyer (TR-120)."""

    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, primary_key=True, related_name="organiser_refund"
    )
    organiser = models.ForeignKey(Organiser, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    decision_id = models.UUIDField(unique=True)
    #: Its own proof of the payment, as a number of a bank order.
    reference = models.CharField(max_length=100)
    #: Who said so: who acts for the organiser, or staff.
    told_by = models.UUIDField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="organiser_refund_above_zero"),
            models.CheckConstraint(condition=~Q(reference=""), name="organiser_refund_proved"),
        )

    def __str__(self) -> str:
        return str(self.refund_id)


class MissingRefund(models.Model):
    """A buyer has nothing of what an organiser said it paid: with a day and an owner (TR-121)."""

    #: What buyer, organiser and desk call it.
    number = models.BigAutoField(primary_key=True)
    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="missing")
    #: The buyer's own, if they said more.
    words = models.TextField(blank=True, default="")
    told_at = models.DateTimeField()
    #: By then the organiser shows its proof, or we pay.
    answer_by = models.DateField()
    #: Who answers: an operator's key; never nobody.
    owner = models.CharField(max_length=60)
    state = models.CharField(max_length=8, default=MissingState.OPEN)
    ended_at = models.DateTimeField(null=True)
    #: Staff; null: the buyer, or the day passed.
    ended_by = models.UUIDField(null=True)
    #: What the organiser showed.
    finding = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            one_of("state", MissingState, "missing_state_known"),
            models.CheckConstraint(condition=~Q(owner=""), name="missing_has_an_owner"),
            models.CheckConstraint(
                condition=Q(state=MissingState.OPEN, ended_at__isnull=True)
                | ~Q(state=MissingState.OPEN) & Q(ended_at__isnull=False),
                name="missing_ended_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=MissingState.PROVED) | ~Q(finding=""),
                name="missing_proved_by_something",
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["answer_by"],
                name="missing_open",
                condition=Q(state=MissingState.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)
