"""Settlement with organisers by the API: what is agreed, a period, what is free and why, paying.

The same functions as finance's pages. Reading takes `tickets:figures`; settling and paying take
`tickets:settle` and a token that acts for a member of staff who may settle.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import AfterValidator, Field, StrictStr

from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, idempotent
from oferta.kernel.rest.schemas import Day, Given, Money, Told, Unit, answers, one_of
from oferta.services.tickets.models import OrganiserPayment, PerformanceSettlement
from oferta.services.tickets.rest.schemas import as_told, told
from oferta.services.tickets.rest.staff import clerk
from oferta.services.tickets.settling import acting, consoles, periods, releasing, reports
from oferta.services.tickets.types import Stage, TransferState

router = Router()
_SETTLING = "tickets:settle"
_READ, _SETTLE = Needs("tickets:figures"), Needs(_SETTLING)
_FILES = {"xml": "application/xml; charset=utf-8", "csv": "text/csv; charset=utf-8"}


class OrganiserContractTold(Told):
    """What is agreed with an organiser. It is agreed at the command line."""

    pack: str = Field(description="The terms that decide.")
    advance_share: int = Field(description="In ten-thousandths of a percent.")
    account_name: str
    account: str
    bank: str
    agreed_on: date


class OwedTold(Told):
    """What stands between us and an organiser in one unit."""

    due: Money = Field(description="Released and not paid yet.")
    claims: Money = Field(description="What it owes for late refunds.")


class OrganiserPaymentTold(Told):
    """A payment to an organiser."""

    id: UUID
    amount: Money
    state: Annotated[TransferState, one_of(TransferState)]
    ordered_at: datetime
    pay_by: date
    ended_at: datetime | None
    decision_id: UUID


class OrganiserMoneyTold(Told):
    """What is agreed with an organiser, what it is owed, and its newest payments."""

    organiser: str
    contract: OrganiserContractTold | None = Field(description="Null: it cannot be paid.")
    owed: list[OwedTold]
    payments: list[OrganiserPaymentTold]


class PeriodPerformanceTold(Told):
    """What one performance saw in a period."""

    performance_id: UUID
    key: str
    tickets: int
    sold: Money
    tickets_returned: int
    returned: Money
    released: Money


class PeriodTold(Told):
    """What an organiser's performances saw from one day through another, by the venues' clocks."""

    organiser: str
    since: date
    until: date
    performances: list[PeriodPerformanceTold]
    payments: list[OrganiserPaymentTold] = Field(description="Ordered in the period.")


class FreeTold(Told):
    """What would be released if it were settled now, and what holds the rest back."""

    released: Money
    held_back: Money
    may_come_back: Money = Field(
        description="What the refund terms could still return: it is never paid out."
    )
    free_on: date = Field(description="From which day the contract frees the rest.")
    advance: bool
    pack: str
    edition: str
    decided_by: list[str] = Field(description="The clauses of the contract.")


class PerformanceSettlementTold(Told):
    """A settlement; its sums explain the balances of the account of the face value."""

    id: UUID
    settled_at: datetime
    opening: Money
    sold: Money
    returned: Money
    covered: Money = Field(description="Put back for late refunds.")
    released: Money
    closing: Money
    may_come_back: Money
    decision_id: UUID


class PerformanceMoneyTold(Told):
    """The settlement report of a performance."""

    performance_id: UUID
    organiser: str
    stage: Annotated[Stage, one_of(Stage)]
    tickets: int
    sold: Money
    tickets_returned: int
    returned: Money
    covered: Money
    released: Money
    held: Money = Field(description="The ledger's balance.")
    difference: Money = Field(description="That balance less the above: 0, or it is looked into.")
    free: FreeTold | None = Field(description="Null: nothing of it was ever sold.")
    settlements: list[PerformanceSettlementTold] = Field(description="The newest first.")


class OrganiserPaymentGiven(Given):
    """In which unit to pay all that is due."""

    unit: Unit


class OrganiserPaymentEndGiven(Given):
    """What the bank says of a payment."""

    became: Literal["paid", "came_back"]


def _plain(value: str) -> str:
    if "\0" in value:
        raise ValueError("no NUL")
    return value


_Key = Annotated[StrictStr, AfterValidator(_plain), Field(max_length=60)]


@router.get(
    "/tickets/organisers/{organiser}/money", auth=_READ, response=answers(OrganiserMoneyTold, 404)
)
def get_organiser_money(request: HttpRequest, organiser: Path[_Key]) -> OrganiserMoneyTold:
    """Read what is agreed with an organiser, what it is owed and what was paid."""
    del request
    key = consoles.organiser(organiser).key
    agreed = consoles.contract(key)
    return OrganiserMoneyTold(
        organiser=key,
        contract=OrganiserContractTold(
            pack=agreed.pack,
            advance_share=agreed.advance_share,
            account_name=agreed.account_name,
            account=agreed.account,
            bank=agreed.bank,
            agreed_on=agreed.agreed_on,
        )
        if agreed
        else None,
        owed=[OwedTold(due=as_told(o.due), claims=as_told(o.claims)) for o in consoles.owed(key)],
        payments=[_payment(one) for one in consoles.payments(key)],
    )


@router.get(
    "/tickets/organisers/{organiser}/report",
    auth=_READ,
    response=answers(PeriodTold, 404, 422),
)
def report_organiser_period(
    request: HttpRequest, organiser: Path[_Key], since: Day, until: Day
) -> PeriodTold:
    """Read what an organiser's performances took and gave back in a period of up to 366 days."""
    del request
    found = periods.of(consoles.organiser(organiser).key, since, until)
    return PeriodTold(
        organiser=organiser,
        since=found.since,
        until=found.until,
        performances=[_of_performance(one) for one in found.performances],
        payments=[_payment(one) for one in found.payments],
    )


@router.get(
    "/tickets/performances/{uuid:performance_id}/settlement",
    auth=_READ,
    response=answers(PerformanceMoneyTold, 404),
)
def get_performance_settlement(request: HttpRequest, performance_id: UUID) -> PerformanceMoneyTold:
    """Read what of a performance's money may be paid out now, and why not more."""
    del request
    report = reports.of(consoles.offered(performance_id), now=clock.now())
    one = report.performance
    unit, free = one.currency, report.preview
    return PerformanceMoneyTold(
        performance_id=one.id,
        organiser=one.organiser_id,
        stage=Stage(one.stage),
        tickets=report.tickets,
        sold=told(report.sold, unit),
        tickets_returned=report.tickets_returned,
        returned=told(report.returned, unit),
        covered=told(report.covered, unit),
        released=told(report.released, unit),
        held=told(report.held, unit),
        difference=told(report.difference, unit),
        free=_free(free, unit) if free else None,
        settlements=[_settlement(made, unit) for made in consoles.settlements(one)],
    )


@router.post(
    "/tickets/performances/{uuid:performance_id}/settlements",
    auth=_SETTLE,
    response=answers(PerformanceSettlementTold, 404, 409, 422, status=201),
)
@idempotent(201)
def settle_performance(request: HttpRequest, performance_id: UUID) -> PerformanceSettlementTold:
    """Settle a performance up to now: what its refund terms cannot return any more becomes due."""
    actor = clerk(request, _SETTLING)
    found = consoles.offered(performance_id)
    made = acting.settle(found, actor=actor, now=clock.now())
    return _settlement(made, found.currency)


@router.post(
    "/tickets/organisers/{organiser}/payments",
    auth=_SETTLE,
    response=answers(OrganiserPaymentTold, 404, 409, status=201, body=True),
)
@idempotent(201)
def pay_organiser(
    request: HttpRequest, organiser: Path[_Key], given: OrganiserPaymentGiven
) -> OrganiserPaymentTold:
    """Put all that is due to an organiser into one payment; the money leaves what is due at once.

    Fetch its file and send it to the bank; then say what became of it.
    """
    actor = clerk(request, _SETTLING)
    key = consoles.organiser(organiser).key
    return _payment(acting.order(key, given.unit, actor=actor, now=clock.now()))


@router.get(
    "/tickets/organiser-payments/{uuid:payment_id}/file",
    auth=_SETTLE,
    response=answers(None, 404, 409),
    openapi_extra={
        "responses": {
            200: {
                "content": {
                    kind.partition(";")[0]: {"schema": {"type": "string"}}
                    for kind in _FILES.values()
                }
            }
        }
    },
)
def get_organiser_payment_file(
    request: HttpRequest, payment_id: UUID, kind: Literal["xml", "csv"] = "xml"
) -> HttpResponse:
    """Read a payment as the bank takes it: ISO 20022 pain.001.001.09, or CSV."""
    actor = clerk(request, _SETTLING)
    row = consoles.payment(payment_id)
    text = acting.file_of(row, kind, actor=actor, now=clock.now())
    answer = HttpResponse(text, content_type=_FILES[kind])
    answer["Content-Disposition"] = f'attachment; filename="payment-{row.id}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@router.post(
    "/tickets/organiser-payments/{uuid:payment_id}/end",
    auth=_SETTLE,
    response=answers(OrganiserPaymentTold, 404, 409, body=True),
)
@idempotent(200)
def end_organiser_payment(
    request: HttpRequest, payment_id: UUID, given: OrganiserPaymentEndGiven
) -> OrganiserPaymentTold:
    """Note what the bank says: it arrived, or it came back and is due again."""
    actor = clerk(request, _SETTLING)
    came_back = given.became == "came_back"
    return _payment(acting.ended(payment_id, came_back=came_back, actor=actor, now=clock.now()))


def _payment(one: OrganiserPayment) -> OrganiserPaymentTold:
    return OrganiserPaymentTold(
        id=one.id,
        amount=told(one.amount, one.currency),
        state=TransferState(one.state),
        ordered_at=one.ordered_at,
        pay_by=one.pay_by,
        ended_at=one.ended_at,
        decision_id=one.decision_id,
    )


def _of_performance(one: periods.OfPerformance) -> PeriodPerformanceTold:
    unit = one.performance.currency
    return PeriodPerformanceTold(
        performance_id=one.performance.id,
        key=one.performance.key,
        tickets=one.tickets,
        sold=told(one.sold, unit),
        tickets_returned=one.tickets_returned,
        returned=told(one.returned, unit),
        released=told(one.released, unit),
    )


def _free(one: releasing.Preview, unit: str) -> FreeTold:
    return FreeTold(
        released=told(one.released, unit),
        held_back=told(one.held_back, unit),
        may_come_back=told(one.may_come_back, unit),
        free_on=one.free_on,
        advance=one.advance,
        pack=one.pack,
        edition=one.edition,
        decided_by=list(one.clauses),
    )


def _settlement(one: PerformanceSettlement, unit: str) -> PerformanceSettlementTold:
    return PerformanceSettlementTold(
        id=one.id,
        settled_at=one.settled_at,
        opening=told(one.opening, unit),
        sold=told(one.sold, unit),
        returned=told(one.returned, unit),
        covered=told(one.covered, unit),
        released=told(one.released, unit),
        closing=told(one.closing, unit),
        may_come_back=told(one.may_come_back, unit),
        decision_id=one.decision_id,
    )
