"""Questions why no bonus was awarded, and letters that ask it."""

from __future__ import annotations

import base64
from binascii import Error as BadBase64
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field, StrictStr

from oferta.core.cases.types import Case
from oferta.core.notices import outgoing
from oferta.core.parties import queries as parties
from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, caller_of, idempotent
from oferta.kernel.rest.errors import BadFields
from oferta.kernel.rest.schemas import Given, Id, Told, Words, answers, one_of
from oferta.services.club.claims import claiming, letters
from oferta.services.club.claims.claiming import Became, Way
from oferta.services.club.paying import key_of

router = Router()
_OWN, _LETTERS = Needs("cases:write", own=True), Needs("cases:write")
_Asked = Annotated[Words, Field(min_length=1)]
#: Of the text that base64 makes of the longest letter.
_MESSAGE_CHARS_MAX = letters.BYTES_MAX * 4 // 3 + 4


class ClaimGiven(Given):
    """A member asks why a payment earned no bonus, or another one than expected."""

    party_id: Id
    words: _Asked = Field(description="Theirs. Day, amount and shop in them find the payment.")
    payment: Annotated[StrictStr, Field(max_length=200)] = Field(
        "", description="The id under which the payment was told; empty: found by the words."
    )


class ClaimTold(Told):
    """The case that answers, by when, and whether the payment is known."""

    case_id: UUID
    number: int = Field(description="What people say on the phone.")
    due_at: datetime
    decision_id: UUID | None = Field(
        description="What is disputed. Null: the payment is not certain, and a person is asked."
    )
    new: bool = Field(description="False: the case was open and the words were added to it.")


class LetterGiven(Given):
    """A letter as it came."""

    message: Annotated[StrictStr, Field(min_length=1, max_length=_MESSAGE_CHARS_MAX)] = Field(
        description="The message with its headers (RFC 5322) in base64."
    )


class LetterTold(Told):
    """What became of a letter."""

    became: Annotated[Became, one_of(Became)]
    number: int | None = Field(description="Of the case.")
    due_at: datetime | None


@router.post(
    "/club/claims", auth=_OWN, response=answers(ClaimTold, 404, 409, status=201, body=True)
)
@idempotent(201)
def open_claim(request: HttpRequest, given: ClaimGiven) -> ClaimTold:
    """Ask why no bonus was awarded; a person answers by the day told."""
    caller_of(request).ensure_sees(given.party_id)
    claimed = claiming.claim(
        given.party_id,
        given.words,
        way=Way.API,
        payment=key_of(given.payment) if given.payment else "",
        language=parties.customer(given.party_id).language,
        now=clock.now(),
    )
    return _told(claimed.case, new=claimed.new)


@router.post("/club/claims/letters", auth=_LETTERS, response=answers(LetterTold, body=True))
def take_letter(request: HttpRequest, given: LetterGiven) -> LetterTold:
    """Take a letter of a member as a mail server got it, and answer it with a case's number.

    Idempotent by the letter's Message-ID.
    """
    del request
    try:
        raw = base64.b64decode(given.message, validate=True)
    except (BadBase64, ValueError):
        raise BadFields(wrong=[{"at": "body.message", "what": "Must be base64"}]) from None
    own = frozenset(one.lower() for one in outgoing.senders())
    taken = claiming.take_letter(letters.read_letter(raw, own), now=clock.now())
    return LetterTold(
        became=taken.became,
        number=taken.case.number if taken.case else None,
        due_at=taken.case.due_at if taken.case else None,
    )


def _told(case: Case, *, new: bool) -> ClaimTold:
    return ClaimTold(
        case_id=case.id,
        number=case.number,
        due_at=case.due_at,
        decision_id=case.decision_id,
        new=new,
    )
