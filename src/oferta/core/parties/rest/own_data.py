"""All of a customer's data, and their erasure, by the API: for who answers customers elsewhere.

Customers themselves ask on their page, where they prove anew who they are; a session or a token
alone is not enough to take everything away.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router
from pydantic import Field, StrictStr

from oferta.core.parties import erasing, exporting, queries
from oferta.core.parties.agreement_types import Erasure, ErasureState, Export, ExportState
from oferta.core.parties.types import Actor, Who, WhoKind
from oferta.kernel import clock
from oferta.kernel.i18n import Language
from oferta.kernel.rest.access import Needs, caller_of, idempotent
from oferta.kernel.rest.schemas import Given, Told, answers, one_of

router = Router()
_EXPORT, _ERASE = Needs("data:export"), Needs("data:erase")
_ZIP = "application/zip"
_BINARY = {"type": "string", "format": "binary"}
_Code = Annotated[StrictStr, Field(min_length=1, max_length=100)]


class ExportGiven(Given):
    """A customer's wish for a file with all their data."""

    language: Language = Field("en", description="Of the pages in it.")


class ExportTold(Told):
    """A file with all of a customer's data: asked for, made, thrown away."""

    id: UUID
    state: Annotated[ExportState, one_of(ExportState)]
    language: Language
    asked_at: datetime
    made_at: datetime | None
    expires_at: datetime | None = Field(description="It can be fetched until then.")
    size: int = Field(description="Bytes; 0 before it is made.")
    digest: str = Field(description="SHA-256 of the file; empty before it is made.")


class ExportsTold(Told):
    """The latest files, the newest first."""

    items: list[ExportTold]


class ErasureGiven(Given):
    """A customer's wish to be erased."""

    gives_up: Annotated[list[_Code], Field(max_length=20)] = Field(
        [], description="Obstacles that the customer gives up, as `balance`: nobody else may."
    )


class ErasureTold(Told):
    """A request for erasure and what became of it."""

    id: UUID
    state: Annotated[ErasureState, one_of(ErasureState)]
    asked_at: datetime
    due_at: datetime = Field(description="Until then the customer can think better of it.")
    ended_at: datetime | None
    gives_up: list[str]


class ErasuresTold(Told):
    """The latest requests, the newest first."""

    items: list[ErasureTold]


@router.post(
    "/customers/{uuid:customer_id}/exports",
    auth=_EXPORT,
    response=answers(ExportTold, 404, status=201, body=True),
)
@idempotent(201)
def ask_export(request: HttpRequest, customer_id: UUID, given: ExportGiven) -> ExportTold:
    """Have the file with all of a customer's data made; the customer is told when it is there."""
    caller_of(request).ensure_sees(customer_id)
    by = _who(request, customer_id)
    made = exporting.ask(customer_id, language=given.language, now=clock.now(), by=by)
    return _export(made)


@router.get(
    "/customers/{uuid:customer_id}/exports", auth=_EXPORT, response=answers(ExportsTold, 404)
)
def list_exports(request: HttpRequest, customer_id: UUID) -> ExportsTold:
    """Read which files were asked for, and what became of them."""
    caller_of(request).ensure_sees(customer_id)
    queries.customer(customer_id)
    return ExportsTold(items=[_export(one) for one in exporting.exports(customer_id)])


@router.get(
    "/customers/{uuid:customer_id}/exports/{uuid:export_id}/file",
    auth=_EXPORT,
    response=answers(None, 404),
    openapi_extra={"responses": {200: {"content": {_ZIP: {"schema": _BINARY}}}}},
)
def get_export_file(
    request: HttpRequest, customer_id: UUID, export_id: UUID
) -> StreamingHttpResponse:
    """Fetch the file; that it was fetched, and by whom, stands in the customer's log."""
    caller_of(request).ensure_sees(customer_id)
    by = _who(request, customer_id)
    found, pieces = exporting.download(customer_id, export_id, who=by, now=clock.now())
    answer = StreamingHttpResponse(pieces, content_type=_ZIP)
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["Content-Disposition"] = 'attachment; filename="data.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@router.post(
    "/customers/{uuid:customer_id}/erasures",
    auth=_ERASE,
    response=answers(ErasureTold, 404, 409, status=201, body=True),
)
@idempotent(201)
def ask_erasure(request: HttpRequest, customer_id: UUID, given: ErasureGiven) -> ErasureTold:
    """Ask that a customer be erased; they are told wherever they are reached, and days pass."""
    caller_of(request).ensure_sees(customer_id)
    by = _who(request, customer_id)
    return _erasure(erasing.ask(customer_id, gives_up=given.gives_up, now=clock.now(), by=by))


@router.get(
    "/customers/{uuid:customer_id}/erasures", auth=_ERASE, response=answers(ErasuresTold, 404)
)
def list_erasures(request: HttpRequest, customer_id: UUID) -> ErasuresTold:
    """Read the requests for erasure."""
    caller_of(request).ensure_sees(customer_id)
    queries.customer(customer_id)
    return ErasuresTold(items=[_erasure(one) for one in erasing.erasures(customer_id)])


@router.delete(
    "/customers/{uuid:customer_id}/erasures/waiting",
    auth=_ERASE,
    response=answers(ErasuresTold, 404),
)
def withdraw_erasure(request: HttpRequest, customer_id: UUID) -> ErasuresTold:
    """Drop the request that waits: the customer thought better of it."""
    caller_of(request).ensure_sees(customer_id)
    queries.customer(customer_id)
    erasing.withdraw(customer_id, now=clock.now(), by=_who(request, customer_id))
    return ErasuresTold(items=[_erasure(one) for one in erasing.erasures(customer_id)])


def _who(request: HttpRequest, customer_id: UUID) -> Actor | Who:
    """Return who answers for it: the token's member of staff, or the token.

    Raises:
        OwnAct: the member of staff is that customer.
    """
    caller = caller_of(request)
    if caller.staff_id is None:
        return Who(kind=WhoKind.TOKEN, id=caller.id, name=caller.owner)
    actor = queries.actor(caller.staff_id)
    queries.ensure_not_own(actor, customer_id)
    return actor


def _export(one: Export) -> ExportTold:
    return ExportTold(**{name: getattr(one, name) for name in ExportTold.model_fields})


def _erasure(one: Erasure) -> ErasureTold:
    told = {name: getattr(one, name) for name in ErasureTold.model_fields}
    return ErasureTold(**told | {"gives_up": list(one.gives_up)})
