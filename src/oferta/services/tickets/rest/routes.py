"""The ticket office: what is on sale, orders, the gate."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from oferta.core.parties.web.origin import client_address
from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.errors import BadCursor, BadFields
from oferta.kernel.rest.paging import After, Limit, Page, page, text_after
from oferta.kernel.rest.schemas import answers
from oferta.services.tickets import (
    gates,
    gates_alone,
    guessing,
    listing,
    paying,
    queries,
    reserving,
    vouchers,
)
from oferta.services.tickets.codes import signed
from oferta.services.tickets.errors import BadPromo, UnknownOrder
from oferta.services.tickets.guessing import Kind, Who
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.models import Performance
from oferta.services.tickets.rest.schemas import (
    CallGiven,
    CallTold,
    CategoriesTold,
    CategoryTold,
    GateListTold,
    LeaveGiven,
    LeaveTold,
    OrderGiven,
    OrderLineTold,
    OrderPaymentGiven,
    OrderTold,
    PerformanceTold,
    RevokedTold,
    ScanGiven,
    ScanTold,
    SeatsTold,
    SeatTold,
    TermsTold,
    UploadGiven,
    UploadTold,
    VenueTold,
    as_told,
    told,
)
from oferta.services.tickets.types import (
    Basket,
    Buyer,
    LineBrief,
    OrderBrief,
    SaleChannel,
    Stage,
)

router = Router()
_READ, _WRITE = Needs("tickets:read", own=True), Needs("tickets:write", own=True)
_ADMIT, _CALL = Needs("tickets:admit"), Needs("tickets:write")


@router.get("/tickets/performances", auth=_READ, response=answers(Page[PerformanceTold]))
def list_performances(request: HttpRequest, after: After, limit: Limit) -> Page[PerformanceTold]:
    """List performances that have not begun, the nearest first."""
    del request
    now = clock.now()
    found = listing.coming(now=now, after=_place(after), limit=limit + 1)
    items, following = page(found, limit, lambda one: f"{one.starts_at.isoformat()} {one.id.hex}")
    return Page(items=[_performance(one, now) for one in items], next=following)


@router.get(
    "/tickets/performances/{uuid:performance_id}",
    auth=_READ,
    response=answers(PerformanceTold, 404),
)
def get_performance(request: HttpRequest, performance_id: UUID) -> PerformanceTold:
    """Read a performance, and the refund terms that who buys now will keep."""
    del request
    return _performance(queries.performance(performance_id), clock.now())


@router.get(
    "/tickets/performances/{uuid:performance_id}/categories",
    auth=_READ,
    response=answers(CategoriesTold, 404),
)
def list_categories(request: HttpRequest, performance_id: UUID) -> CategoriesTold:
    """Read what a ticket costs by the terms, which clauses say so, and how many are left."""
    del request
    unit = queries.performance(performance_id).currency
    return CategoriesTold(
        categories=[
            CategoryTold(
                id=one.id,
                name=one.name,
                numbered=one.numbered,
                nominal=told(one.price.nominal, unit),
                price=told(one.price.price, unit),
                service_fee=told(one.price.service_fee, unit),
                decided_by=list(one.price.decided_by),
                left=one.left,
            )
            for one in listing.categories(performance_id, now=clock.now())
        ]
    )


@router.get(
    "/tickets/performances/{uuid:performance_id}/seats",
    auth=_READ,
    response=answers(SeatsTold, 404),
)
def list_seats(request: HttpRequest, performance_id: UUID) -> SeatsTold:
    """Read the plan: every numbered place, and whether it may be chosen."""
    del request
    found = listing.seats(performance_id, now=clock.now())
    return SeatsTold(
        seats=[
            SeatTold(
                id=one.id,
                category_id=one.category_id,
                sector=one.sector,
                row=one.row,
                number=one.number,
                x=one.x,
                y=one.y,
                free=one.free,
            )
            for one in found
        ]
    )


@router.post("/tickets/orders", auth=_WRITE, response=answers(OrderTold, 404, 409, body=True))
def reserve_places(request: HttpRequest, given: OrderGiven) -> OrderTold:
    """Hold places until `hold_until`; nothing is charged.

    Idempotent by the order's id. The answer says what each ticket costs and by which clauses.
    """
    caller = caller_of(request)
    whose = given.party_id or caller.party_id
    caller.ensure_sees(whose)
    if caller.party_id is not None and given.channel is SaleChannel.BOX_OFFICE:
        raise BadFields(wrong=[{"at": "body.channel", "what": "Not for customers"}])
    basket = Basket(
        id=given.id,
        performance_id=given.performance_id,
        wanted=tuple(one.wanted() for one in given.wanted),
        buyer=Buyer(
            name=given.name,
            email=given.email,
            phone=given.phone,
            party_id=whose,
            language=given.language,
        ),
        channel=given.channel,
        carrier=given.carrier,
        delivery=given.delivery,
        delivery_offer=given.delivery_offer,
        address=given.address.address() if given.address else None,
        promo=given.promo,
    )
    now = clock.now()
    if not given.promo.strip():
        return _order(reserving.reserve(basket, now=now))
    with guessing.trying(Kind.PROMO, _guesser(request), wrong=BadPromo, now=now):
        return _order(reserving.reserve(basket, now=now))


@router.get("/tickets/orders/{uuid:order_id}", auth=_READ, response=answers(OrderTold, 404))
def get_order(request: HttpRequest, order_id: UUID) -> OrderTold:
    """Read an order and its tickets."""
    return _order(_own(request, order_id))


@router.post(
    "/tickets/orders/{uuid:order_id}/payment",
    auth=_WRITE,
    response=answers(OrderTold, 402, 404, 409, body=True),
)
def pay_order(request: HttpRequest, order_id: UUID, given: OrderPaymentGiven) -> OrderTold:
    """Pay an order whole and get its tickets; one that is paid is answered as it is."""
    _own(request, order_id)
    pays = [one.pay() for one in given.pays]
    for one in pays:
        if one.means == vouchers.NAME and one.instrument:
            guessing.try_voucher(one.instrument, _guesser(request), now=clock.now())
    return _order(paying.pay(order_id, pays, now=clock.now()))


@router.post(
    "/tickets/orders/{uuid:order_id}/abandon", auth=_WRITE, response=answers(OrderTold, 404, 409)
)
def abandon_order(request: HttpRequest, order_id: UUID) -> OrderTold:
    """Let a reservation go; its places are free at once."""
    _own(request, order_id)
    reserving.abandon(order_id)
    return _order(queries.order(order_id))


@router.post("/tickets/provider-calls", auth=_CALL, response=answers(CallTold, 402, 409, body=True))
def hear_provider(request: HttpRequest, given: CallGiven) -> CallTold:
    """Tell that something became of a payment; the provider is asked what it was."""
    del request
    paying.hear(given.means, given.call_id, given.payment_id, now=clock.now())
    return CallTold(heard=True)


@router.post("/tickets/scans", auth=_ADMIT, response=answers(ScanTold, 404, body=True))
def scan_ticket(request: HttpRequest, given: ScanGiven) -> ScanTold:
    """Let somebody in, once; the same scan told again is the same admission."""
    del request
    now = clock.now()
    reply = gates.scan(gates.read(given.code, now=now), given.gate_id, given.key, now=now)
    return ScanTold(
        answer=reply.answer,
        ticket_id=reply.ticket_id,
        holder_name=reply.holder_name,
        entry=reply.entry,
        gate=reply.gate,
        admitted_at=reply.admitted_at,
        decided_by=list(reply.decided_by),
        replayed=reply.replayed,
    )


@router.post("/tickets/exits", auth=_ADMIT, response=answers(LeaveTold, 404, body=True))
def scan_exit(request: HttpRequest, given: LeaveGiven) -> LeaveTold:
    """Note that somebody goes out, so that they may come in again where the terms let them."""
    del request
    now = clock.now()
    code = gates.read(given.code, now=now)
    return LeaveTold(left=code is not None and gates.leave(code, given.gate_id, now=now))


@router.post(
    "/tickets/gates/{uuid:gate_id}/uploads",
    auth=_ADMIT,
    response=answers(UploadTold, 404, 409, body=True),
)
def upload_scans(request: HttpRequest, gate_id: UUID, given: UploadGiven) -> UploadTold:
    """Take over whom a gate without a connection let in; doubles become incidents.

    Idempotent by the upload's id.
    """
    del request
    scans = [one.scan() for one in given.scans]
    made = gates_alone.upload(given.id, gate_id, scans, now=clock.now())
    return UploadTold(
        id=made.id,
        scans=made.scans,
        admitted=made.admitted,
        incidents=made.incidents,
        replayed=made.replayed,
    )


@router.get(
    "/tickets/performances/{uuid:performance_id}/gate-list",
    auth=_ADMIT,
    response=answers(GateListTold, 404),
)
def get_gate_list(request: HttpRequest, performance_id: UUID) -> GateListTold:
    """Read what a gate takes with it: codes that open nothing, and who came in already."""
    del request
    found = gates_alone.list_for(performance_id, now=clock.now())
    return GateListTold(
        performance=found.performance,
        revoked=[
            RevokedTold(serial=serial, generation=generation)
            for serial, generation in sorted(found.revoked.items())
        ],
        admitted=list(found.admitted),
        at=found.at,
        phone_code=found.phone_code,
        phone_key=found.phone_key.hex(),
        step_seconds=int(signed.STEP.total_seconds()),
        steps_tolerated=signed.STEPS_TOLERATED,
    )


def _guesser(request: HttpRequest) -> Who:
    """Return who tries a code: a customer, or a system that asks for its own buyers."""
    caller = caller_of(request)
    if caller.party_id is None:
        return Who(caller_id=caller.id)
    return Who(address=client_address(request), party_id=caller.party_id)


def _own(request: HttpRequest, order_id: UUID) -> OrderBrief:
    found = queries.order(order_id)
    caller_of(request).ensure_sees(found.party_id, UnknownOrder(order=str(order_id)))
    return found


def _place(after: str | None) -> tuple[datetime, UUID] | None:
    text = text_after(after)
    if text is None:
        return None
    try:
        moment, _, last = text.partition(" ")
        found = datetime.fromisoformat(moment)
        return clock.zoned(found), UUID(hex=last)
    except (ValueError, clock.NaiveTime):
        raise BadCursor from None


def _performance(one: Performance, now: datetime) -> PerformanceTold:
    venue = one.hall.venue
    kept = listing.refund_terms(one, now=now)
    return PerformanceTold(
        id=one.id,
        key=one.key,
        titles=one.titles,
        operator=one.operator_id,
        organiser=one.organiser.name,
        venue=VenueTold(
            name=venue.name,
            city=venue.city,
            address=venue.address,
            hall=one.hall.name,
            time_zone=venue.time_zone,
        ),
        starts_at=one.starts_at,
        stage=Stage(one.stage),
        sale_starts_at=one.sale_starts_at,
        sale_ends_at=one.sale_ends_at,
        currency=one.currency,
        per_order_max=one.per_order_max,
        phone_code=PhoneCode(one.phone_code),
        refund_terms=TermsTold(pack=kept.pack, edition=kept.edition),
    )


def _order(found: OrderBrief) -> OrderTold:
    return OrderTold(
        id=found.id,
        code=found.code,
        performance_id=found.performance_id,
        party_id=found.party_id,
        status=found.status,
        lines=[_line(one, found.total.unit) for one in found.lines],
        face=as_told(found.face),
        service_fee=as_told(found.service_fee),
        delivery_fee=as_told(found.delivery_fee),
        total=as_told(found.total),
        ordered_at=found.ordered_at,
        hold_until=found.hold_until,
        paid_at=found.paid_at,
        refund_terms=TermsTold(pack=found.refund_terms.pack, edition=found.refund_terms.edition),
    )


def _line(one: LineBrief, unit: str) -> OrderLineTold:
    return OrderLineTold(
        id=one.id,
        category=one.category,
        sector=one.sector,
        row=one.row,
        number=one.number,
        nominal=told(one.price.nominal, unit),
        price=told(one.price.price, unit),
        service_fee=told(one.price.service_fee, unit),
        delivery_fee=told(one.delivery_fee, unit),
        decided_by=list(one.price.decided_by),
        ticket_id=one.ticket_id,
    )
