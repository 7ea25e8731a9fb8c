"""Who is calling."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.schemas import Told, answers

router = Router()


class Me(Told):
    """Who a token, or a session, stands for."""

    owner: str = Field(description="Whose it is; tokens of one owner share idempotency keys.")
    scopes: list[str]
    party_id: UUID | None = Field(description="The customer who sees only what is their own.")
    staff_id: UUID | None = Field(description="The member of staff in whose name it acts.")


@router.get("/me", auth=Needs("", own=True), response=answers(Me))
def get_me(request: HttpRequest) -> Me:
    """Say who is calling and how far they reach."""
    caller = caller_of(request)
    return Me(
        owner=caller.owner,
        scopes=sorted(caller.scopes),
        party_id=caller.party_id,
        staff_id=caller.staff_id,
    )
