"""What the ticket office takes and tells by the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt, StrictStr

from oferta.kernel.i18n import Language
from oferta.kernel.money import Money as KernelMoney
from oferta.kernel.rest.schemas import Given, Id, Moment, Money, Name, Told, one_of
from oferta.services.tickets.delivering.types import Address
from oferta.services.tickets.gate_types import GateAnswer, OfflineScan
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.types import (
    Carrier,
    Delivery,
    OrderStatus,
    Pay,
    SaleChannel,
    Stage,
    Wanted,
)

SCANS_MAX = 5_000
_INT4, _INT8 = 2**31 - 1, 2**63 - 1
_Number = Annotated[StrictInt, Field(ge=1, le=_INT8)]
_Contact = Annotated[StrictStr, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
_Key = Annotated[StrictStr, Field(min_length=1, max_length=80, pattern=r"^[!-~]+$")]
_Code = Annotated[StrictStr, Field(min_length=1, max_length=400, pattern=r"^[\x20-\x7e]+$")]


class TermsTold(Told):
    """A pack and edition of terms."""

    pack: str
    edition: str


class VenueTold(Told):
    """Where it is."""

    name: str
    city: str
    address: str
    hall: str
    time_zone: str


class PerformanceTold(Told):
    """A performance."""

    id: UUID
    key: str
    titles: dict[str, str] = Field(description="Language to title.")
    operator: str
    organiser: str
    venue: VenueTold
    starts_at: datetime
    stage: Annotated[Stage, one_of(Stage)]
    sale_starts_at: datetime
    sale_ends_at: datetime
    currency: str
    per_order_max: int
    phone_code: Annotated[PhoneCode, one_of(PhoneCode)] = Field(
        description="What gates ask of electronic tickets: `required`: the telephone itself."
    )
    refund_terms: TermsTold = Field(description="Who buys now keeps these.")


class CategoryTold(Told):
    """Places of one price, and how many are left."""

    id: int
    name: str
    numbered: bool
    nominal: Money
    price: Money
    service_fee: Money
    decided_by: list[str] = Field(description="Clauses of the terms of sale that set the price.")
    left: int


class CategoriesTold(Told):
    """The categories of a performance."""

    categories: list[CategoryTold]


class SeatTold(Told):
    """A numbered place of the plan."""

    id: int = Field(description="Name it in `places` to choose it.")
    category_id: int
    sector: str
    row: str
    number: str
    x: int
    y: int
    free: bool


class SeatsTold(Told):
    """The plan of a performance."""

    seats: list[SeatTold]


class WantedGiven(Given):
    """So many places of a category, or these of it."""

    category_id: _Number
    count: Annotated[StrictInt, Field(ge=1, le=1_000)] = 1
    places: Annotated[list[_Number], Field(max_length=1_000, default_factory=list)]

    def wanted(self) -> Wanted:
        """Return it as the room takes it."""
        return Wanted(category_id=self.category_id, count=self.count, places=tuple(self.places))


_Line = Annotated[StrictStr, Field(max_length=300, pattern=r"^[^\x00-\x1f]*$")]


class AddressGiven(Given):
    """Where a paper form goes; the country is that of the offer."""

    recipient: _Line
    phone: _Line
    street: _Line
    city: _Line
    postcode: _Line = Field("", description="Needed for the post.")
    note: _Line = ""

    def address(self) -> Address:
        """Return it as the room takes it."""
        return Address(**self.model_dump())


class OrderGiven(Given):
    """What to reserve, and for whom."""

    id: Id = Field(description="Your own: the same id is the same order, however often asked.")
    performance_id: Id
    wanted: Annotated[list[WantedGiven], Field(min_length=1, max_length=50)]
    party_id: Id | None = Field(None, description="The customer; none: a buyer by contacts only.")
    name: Name
    email: _Contact = ""
    phone: Annotated[_Contact, Field(max_length=40)] = ""
    language: Language = "ru"
    channel: Annotated[SaleChannel, one_of(SaleChannel)] = SaleChannel.SITE
    carrier: Annotated[Carrier, one_of(Carrier)] = Carrier.ELECTRONIC
    delivery: Annotated[Delivery, one_of(Delivery)] = Delivery.NONE
    delivery_offer: Id | None = Field(None, description="By courier or post: the offer chosen.")
    address: AddressGiven | None = Field(None, description="By courier or post: where to.")
    promo: Annotated[StrictStr, Field(max_length=40, pattern=r"^[^\x00-\x1f]*$")] = ""


class OrderLineTold(Told):
    """One ticket to be, or that is."""

    id: UUID
    category: str
    sector: str
    row: str
    number: str
    nominal: Money
    price: Money
    service_fee: Money
    delivery_fee: Money
    decided_by: list[str] = Field(description="Clauses; told when it is reserved.")
    ticket_id: UUID | None


class OrderTold(Told):
    """An order."""

    id: UUID
    code: str = Field(description="What the buyer reads out on the phone.")
    performance_id: UUID
    party_id: UUID
    status: Annotated[OrderStatus, one_of(OrderStatus)]
    lines: list[OrderLineTold]
    face: Money
    service_fee: Money
    delivery_fee: Money
    total: Money
    ordered_at: datetime
    hold_until: datetime
    paid_at: datetime | None
    refund_terms: TermsTold = Field(description="The buyer's own: a later edition can only help.")


class PayGiven(Given):
    """A part of the total by one means."""

    means: Name = Field(description="As `card`.")
    minor: Annotated[StrictInt, Field(ge=1, le=_INT8)] | None = Field(
        None, description="Minor units of the order's currency; none: all that the others leave."
    )
    instrument: Annotated[StrictStr, Field(max_length=200, pattern=r"^[!-~]*$")] = Field(
        "", description="A token that the means' provider knows. Never a card's number."
    )

    def pay(self) -> Pay:
        """Return it as the room takes it."""
        return Pay(means=self.means, amount=self.minor, instrument=self.instrument)


class OrderPaymentGiven(Given):
    """What pays an order, whole."""

    pays: Annotated[list[PayGiven], Field(max_length=5)]


class CallGiven(Given):
    """A provider says that something became of a payment. It is asked; this is not believed."""

    means: Name
    call_id: Name = Field(description="The provider's own: the same call again changes nothing.")
    payment_id: Id


class CallTold(Told):
    """It was heard."""

    heard: bool


class ScanGiven(Given):
    """A code read at a gate."""

    gate_id: Id
    code: _Code = Field(description="As the scanner read it.")
    key: _Key = Field(description="The scanner's own name for this scan.")


class ScanTold(Told):
    """What the gate's screen says."""

    answer: Annotated[GateAnswer, one_of(GateAnswer)]
    ticket_id: UUID | None
    holder_name: str
    entry: int
    gate: str = Field(description="Of a used one: where somebody came in with it.")
    admitted_at: datetime | None
    decided_by: list[str]
    replayed: bool


class LeaveTold(Told):
    """Whether somebody was in with the ticket."""

    left: bool


class LeaveGiven(Given):
    """A code read on the way out."""

    gate_id: Id
    code: _Code


class OfflineScanGiven(Given):
    """Somebody whom a gate without a connection let in."""

    serial: _Number
    generation: Annotated[StrictInt, Field(ge=1, le=255)]
    key: _Key
    at: Moment
    suffix: Annotated[StrictStr, Field(pattern=r"^([0-9a-f]{8})?$")] = Field(
        "", description="The last 4 bytes of a telephone's code, in hexadecimal; none: a still one."
    )

    def scan(self) -> OfflineScan:
        """Return it as the room takes it."""
        return OfflineScan(
            serial=self.serial,
            generation=self.generation,
            key=self.key,
            at=self.at,
            suffix=bytes.fromhex(self.suffix),
        )


class UploadGiven(Given):
    """The scans of a gate without a connection."""

    id: Id
    scans: Annotated[list[OfflineScanGiven], Field(max_length=SCANS_MAX)]


class UploadTold(Told):
    """What came of them."""

    id: UUID
    scans: int
    admitted: int
    incidents: int = Field(description="Two came in with one ticket, or one with a revoked one.")
    replayed: bool


class RevokedTold(Told):
    """A code that opens nothing."""

    serial: int
    generation: int = Field(description="The least that opens; 0: none does.")


class GateListTold(Told):
    """What a gate takes with it to work without a connection."""

    performance: int
    revoked: list[RevokedTold]
    admitted: list[int] = Field(description="Serials with which somebody came in.")
    at: datetime
    phone_code: Annotated[PhoneCode, one_of(PhoneCode)] = Field(
        description="What is asked of a telephone's code, which changes each half minute."
    )
    phone_key: str = Field(
        description="In hexadecimal: what those codes are checked with; empty but for the days of "
        "the performance. Keep it no longer."
    )
    step_seconds: int
    steps_tolerated: int = Field(description="Before and after the gate's own.")


def told(minor: int, unit: str) -> Money:
    """Return an amount."""
    return Money(minor=minor, unit=unit)


def as_told(amount: KernelMoney) -> Money:
    """Return an amount of the room."""
    return Money(minor=amount.minor, unit=amount.unit)
