"""What gates ask of the telephone that shows an electronic ticket."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field, StrictStr

from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, idempotent
from oferta.kernel.rest.schemas import Given, Told, answers, one_of
from oferta.services.tickets import phone_codes
from oferta.services.tickets.kinds import PhoneCode
from oferta.services.tickets.models import Performance

router = Router()
_WRITE = Needs("tickets:write")
_Source = Annotated[
    StrictStr,
    Field(
        min_length=1,
        max_length=phone_codes.SOURCE_MAX,
        pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$",
        description="Why, or on whose word; it is kept.",
    ),
]


class PhoneCodeGiven(Given):
    """What gates are to ask."""

    phone_code: Annotated[PhoneCode, one_of(PhoneCode)]
    source: _Source


class KeyRenewalGiven(Given):
    """Why the key of the gates is made anew."""

    source: _Source


class PhoneCodeTold(Told):
    """What gates ask."""

    phone_code: Annotated[PhoneCode, one_of(PhoneCode)]
    round: int = Field(description="How often the key was renewed.")


@router.put(
    "/tickets/performances/{uuid:performance_id}/phone-code",
    auth=_WRITE,
    response=answers(PhoneCodeTold, 404, 409, body=True),
)
def ask_of_telephones(
    request: HttpRequest, performance_id: UUID, given: PhoneCodeGiven
) -> PhoneCodeTold:
    """Say what gates ask of telephones; asked again, nothing changes.

    Once electronic tickets are sold, less can be asked and never more.
    """
    del request
    made = phone_codes.ask(performance_id, given.phone_code, source=given.source, now=clock.now())
    return _told(made)


@router.post(
    "/tickets/performances/{uuid:performance_id}/gate-key",
    auth=_WRITE,
    response=answers(PhoneCodeTold, 404, 409, body=True),
)
@idempotent(200)
def renew_gate_key(
    request: HttpRequest, performance_id: UUID, given: KeyRenewalGiven
) -> PhoneCodeTold:
    """Make the key that a lost gate knows worthless; gates without a connection need a new list."""
    del request
    return _told(phone_codes.renew_key(performance_id, source=given.source, now=clock.now()))


def _told(made: Performance) -> PhoneCodeTold:
    return PhoneCodeTold(phone_code=PhoneCode(made.phone_code), round=made.phone_round)
