"""Opens the case that answers why no bonus was awarded, and says its number and deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction

from oferta.core.cases import actions as cases
from oferta.core.cases import claiming as core
from oferta.core.cases import queries as read_cases
from oferta.core.cases.errors import AlreadyOpen
from oferta.core.cases.types import Case, CaseAnswered, Kind, NewEvidence
from oferta.core.decisions.types import Decision
from oferta.core.notices import direct
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Channel, Customer
from oferta.kernel.clock import zoned
from oferta.kernel.i18n import Language
from oferta.kernel.ids import uuid7
from oferta.services.club.claims import matching, wording
from oferta.services.club.claims.errors import UnknownPayment
from oferta.services.club.claims.letters import Letter
from oferta.services.club.facts import ZONE, day_of
from oferta.services.club.models import Claim

#: Letters of one address, and of all addresses that nobody proved, that open cases in a day: more
#: than a person writes, and as many as people can read.
OF_SENDER_MAX, OF_STRANGERS_MAX = 5, 200
_DAY = timedelta(days=1)
#: How long the address of who is no customer is kept, to answer them; the table holds the same.
STRANGERS_KEPT = timedelta(days=180)
#: Said for a letter without a word, so that the case is not without one.
_NOTHING_SAID = "…"


class Way(StrEnum):
    """How a claim came in."""

    PAGE = "page"
    MAIL = "mail"
    API = "api"


class Became(StrEnum):
    """What became of a letter."""

    #: A case was opened.
    OPENED = "opened"
    #: It is on file in the case that was open about the payment.
    ADDED = "added"
    #: It came before; nothing happened now.
    AGAIN = "again"
    #: A machine wrote it: nothing is opened, nothing answered.
    AUTOMATIC = "automatic"
    #: Too many today: nothing is opened, nothing answered. Hand it over again tomorrow.
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The case that answers a claim."""

    case: Case
    #: False: it was open before and the words were added to it.
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTaken:
    """What became of a letter, and the case, if there is one."""

    became: Became
    case: Case | None = None


@transaction.atomic
def claim(
    party_id: UUID, words: str, *, way: Way, payment: str = "", language: Language, now: datetime
) -> Claimed:
    """Open a case about a payment: the one that is named, else the one that the words tell.

    Where the words do not tell it for certain the case asks a person. A payment with an open case
    gets no second one: the words are added to it.

    Args:
        party_id: the member.
        words: theirs.
        way: how it came in.
        payment: the payment's key; "" to have it found.
        language: of the words.
        now: zone-aware.

    Raises:
        UnknownPayment: the member has no such payment.
        BadWords: no words, or too many.
    """
    if payment:
        found = matching.questioned(party_id, [payment])
        if not found:
            raise UnknownPayment(payment=payment)
        meant = matching.Meant(found[0], (found[0],))
    else:
        meant = matching.find(party_id, words, day_of(zoned(now)))
    claimed = _open(party_id, words, meant, way, now)
    _keep(claimed, party_id, way, language, now)
    return claimed


def take_letter(letter: Letter, *, now: datetime) -> LetterTaken:
    """Open a case for a letter and answer it with the case's number and deadline (BC-87, BC-88).

    The sender is known by an address that a customer proved. A letter that is handed over again
    changes nothing; one that a machine wrote opens nothing and is not answered.
    """
    if letter.automatic:
        return LetterTaken(became=Became.AUTOMATIC)
    try:
        with transaction.atomic():
            return _take(letter, now)
    except IntegrityError:  # the same letter was handed over at once by another
        if (before := _before(letter)) is None:
            raise
        return before


def on_answered(event: CaseAnswered) -> None:
    """Write the answer to who asked from an address that is no customer's: no page is theirs."""
    if event.kind is not Kind.CLAIM or event.party_id is not None:
        return
    asked = Claim.objects.filter(case_id=event.case_id).exclude(sender="").first()
    if asked is not None:
        number = str(read_cases.case(event.case_id).number)
        params = {"number": number, "reason": event.reason}
        _answer(asked.sender, "club.claim_answered", params, cast("Language", asked.language))


def forget_strangers(*, now: datetime) -> int:
    """Forget the addresses of letters that no customer wrote, once they are old and answered.

    They asked for nothing to be kept, have no page on which to see or erase it, and an address is
    needed only as long as there is something to answer.

    Returns:
        How many were forgotten.
    """
    old = Claim.objects.filter(party_id__isnull=True, received_at__lt=zoned(now) - STRANGERS_KEPT)
    known = old.exclude(sender="")
    waiting = read_cases.still_open(known.values_list("case_id", flat=True))
    return known.exclude(case_id__in=waiting).update(sender="")


def _take(letter: Letter, now: datetime) -> LetterTaken:
    if (before := _before(letter)) is not None:
        return before
    customer = parties.customer_at(Channel.EMAIL, letter.sender)
    if _too_many(letter.sender, customer, now):
        return LetterTaken(became=Became.TOO_MANY)
    words = f"{letter.subject}\n\n{letter.words}".strip() or _NOTHING_SAID
    spoken: Language = wording.language(words, customer.language if customer else "en")
    party_id = customer.id if customer else None
    today = day_of(zoned(now))
    meant = matching.find(party_id, words, today) if party_id else matching.Meant(None, ())
    claimed = _open(party_id, words, meant, Way.MAIL, now)
    _keep(claimed, party_id, Way.MAIL, spoken, now, letter)
    told_by_notice = customer is not None and customer.contacts.get("email") == letter.sender
    if letter.sender and not (claimed.new and told_by_notice):
        due_on = claimed.case.due_at.astimezone(ZONE).date()
        params = {"number": str(claimed.case.number), "due": {"date": due_on.isoformat()}}
        language = customer.language if customer else spoken
        _answer(letter.sender, "club.claim_received", params, language)
    return LetterTaken(became=Became.OPENED if claimed.new else Became.ADDED, case=claimed.case)


def _open(
    party_id: UUID | None, words: str, meant: matching.Meant, way: Way, now: datetime
) -> Claimed:
    if meant.decision is None or party_id is None:
        candidates = [str(one.id) for one in meant.candidates]
        detail: dict[str, Any] = {"way": way.value, "candidates": candidates}
        return Claimed(case=core.claim(party_id, words=words, detail=detail, now=now), new=True)
    return _dispute(party_id, words, meant.decision, now)


def _dispute(party_id: UUID, words: str, decision: Decision, now: datetime) -> Claimed:
    try:
        made = cases.dispute(decision.id, party_id=party_id, words=words, now=now)
    except AlreadyOpen as error:
        case_id = UUID(error.case_id)
        cases.add_evidence(case_id, NewEvidence(words=words), now=now)
        return Claimed(case=read_cases.case(case_id), new=False)
    return Claimed(case=made, new=True)


def _keep(
    claimed: Claimed,
    party_id: UUID | None,
    way: Way,
    language: Language,
    now: datetime,
    letter: Letter | None = None,
) -> None:
    Claim.objects.create(
        id=uuid7(),
        case_id=claimed.case.id,
        party_id=party_id,
        way=way.value,
        letter=letter.id if letter else "",
        sender=letter.sender if letter else "",
        language=language,
        received_at=zoned(now),
    )


def _before(letter: Letter) -> LetterTaken | None:
    taken = Claim.objects.filter(letter=letter.id).first()
    if taken is None:
        return None
    return LetterTaken(became=Became.AGAIN, case=read_cases.case(taken.case_id))


def _too_many(sender: str, customer: Customer | None, now: datetime) -> bool:
    today = Claim.objects.filter(way=Way.MAIL.value, received_at__gt=now - _DAY)
    if today.filter(sender=sender).count() >= OF_SENDER_MAX:
        return True
    strangers = today.filter(party_id__isnull=True)
    return customer is None and strangers.count() >= OF_STRANGERS_MAX


def _answer(address: str, kind: str, params: dict[str, Any], language: Language) -> None:
    direct.send((Channel.EMAIL.value, address), kind, params, language=language)
