"""Read the ledger. Nothing here writes: only decisions move money."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from oferta.core.ledger import queries
from oferta.core.ledger.types import ACCOUNT_ID_MAX, Account, StatementLine
from oferta.kernel.rest.access import Needs
from oferta.kernel.rest.errors import BadParameters
from oferta.kernel.rest.paging import After, Limit, Page, number_after, page, text_after
from oferta.kernel.rest.schemas import Moment, Money, Told, answers

router = Router()
_READ = Needs("ledger:read")
_AccountId = Annotated[int, Path(..., ge=1, le=ACCOUNT_ID_MAX, description="Of the account.")]
_Prefix = Annotated[str, Query("", max_length=200, description="The start of the account's key.")]
_Key = Annotated[
    str | None, Query(None, max_length=200, description="The whole key of one account.")
]
_Happened = Annotated[Moment | None, Query(None, description="What had happened by then.")]
_Booked = Annotated[Moment | None, Query(None, description="What was written by then.")]


class AccountTold(Told):
    """An account as it stands."""

    id: int
    key: str
    limit: str = Field(description="`debits`: may not be overdrawn, down to the floor.")
    floor: Money
    closed: bool
    balance: Money = Field(description="Posted credits less posted debits.")
    held_debits: Money = Field(description="What pending transfers hold of it.")
    held_credits: Money


class BalanceTold(Told):
    """The posted totals of an account at a moment."""

    account_id: int
    event_at: datetime | None
    booked_at: datetime | None
    debits: Money
    credits: Money
    balance: Money


class LineTold(Told):
    """A transfer as an account saw it."""

    transfer_id: UUID
    kind: str
    code: int = Field(description="What the service calls it.")
    event_at: datetime = Field(description="When it happened.")
    booked_at: datetime = Field(description="When it was written.")
    counterparty: int = Field(description="The account on the other side.")
    change: Money = Field(description="What it added to the balance; nothing while only held.")
    held: Money = Field(description="What a hold took (minus) or gave back.")
    balance: Money = Field(description="After this line.")
    decision_id: UUID
    reverses: UUID | None


@router.get("/ledger/accounts", auth=_READ, response=answers(Page[AccountTold]))
def list_accounts(
    request: HttpRequest,
    after: After,
    limit: Limit,
    prefix: _Prefix,
    key: _Key,
) -> Page[AccountTold]:
    """List accounts by their keys."""
    del request
    if key is not None:
        one = queries.accounts_by_key([key]).values()
        return Page(items=[_account(item) for item in one], next=None)
    start = text_after(after) or ""
    found = queries.accounts_by_prefix(prefix, limit=limit + 1, after=start)
    items, following = page(found, limit, lambda item: item.key)
    return Page(items=[_account(item) for item in items], next=following)


@router.get("/ledger/accounts/{int:account_id}", auth=_READ, response=answers(AccountTold, 404))
def get_account(request: HttpRequest, account_id: _AccountId) -> AccountTold:
    """Read an account as it stands."""
    del request
    return _account(queries.account(account_id))


@router.get(
    "/ledger/accounts/{int:account_id}/balance", auth=_READ, response=answers(BalanceTold, 404)
)
def get_balance(
    request: HttpRequest,
    account_id: _AccountId,
    event_at: _Happened,
    booked_at: _Booked,
) -> BalanceTold:
    """Read a balance: now, of what had happened by a moment, or of what was booked by it."""
    del request
    if event_at is not None and booked_at is not None:
        raise BadParameters(wrong=[{"at": "query", "what": "one of event_at and booked_at"}])
    unit = queries.account(account_id).unit
    found = queries.balance(account_id, event_at=event_at, booked_at=booked_at)
    return BalanceTold(
        account_id=account_id,
        event_at=event_at,
        booked_at=booked_at,
        debits=Money(minor=found.debits, unit=unit),
        credits=Money(minor=found.credits, unit=unit),
        balance=Money(minor=found.balance, unit=unit),
    )


@router.get(
    "/ledger/accounts/{int:account_id}/statement", auth=_READ, response=answers(Page[LineTold], 404)
)
def get_statement(
    request: HttpRequest, after: After, limit: Limit, account_id: _AccountId
) -> Page[LineTold]:
    """Read what an account saw, in the order of the book."""
    del request
    unit = queries.account(account_id).unit
    found = queries.statement(account_id, after=number_after(after), limit=limit + 1)
    items, following = page(found, limit, lambda item: item.seq)
    return Page(items=[_line(item, unit) for item in items], next=following)


def _account(item: Account) -> AccountTold:
    def money(minor: int) -> Money:
        return Money(minor=minor, unit=item.unit)

    return AccountTold(
        id=item.id,
        key=item.key,
        limit=item.limit.name.lower(),
        floor=money(item.floor),
        closed=item.closed,
        balance=money(item.balance),
        held_debits=money(item.debits_pending),
        held_credits=money(item.credits_pending),
    )


def _line(item: StatementLine, unit: str) -> LineTold:
    return LineTold(
        transfer_id=item.transfer_id,
        kind=item.kind.name.lower(),
        code=item.code,
        event_at=item.event_at,
        booked_at=item.booked_at,
        counterparty=item.counterparty,
        change=Money(minor=item.change, unit=unit),
        held=Money(minor=item.held, unit=unit),
        balance=Money(minor=item.balance, unit=unit),
        decision_id=item.decision_id,
        reverses=item.reverses,
    )
