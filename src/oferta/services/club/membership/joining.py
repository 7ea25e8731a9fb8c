"""Joining the club, leaving it and coming back: each is decided by the terms (BC-03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Least

from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision, Event
from oferta.core.parties import blocks, identity
from oferta.core.parties import queries as parties
from oferta.core.parties.identity_types import PartyKind
from oferta.core.parties.types import SYSTEM, Who, WhoKind
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.services.club import enrolment, queries
from oferta.services.club.correcting import root
from oferta.services.club.errors import HasLeft, NotAdmitted
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.membership import cards
from oferta.services.club.models import Lot, Member, MembershipChange

#: Decisions about membership.
QUESTIONS = ("enrol", "leave")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A member, and the Decision that admitted them; None: they were one already."""

    member: Member
    decision: Decision | None


def join(party_id: UUID, *, by: Who = SYSTEM, now: datetime) -> Joined:
    """Let a customer join the club, or come back to it; who is a member already stays one.

    Who comes back in the time that the terms give has the earlier bonuses and cards again.

    Args:
        party_id: the customer.
        by: who does it: the customer, staff, a token.
        now: zone-aware.

    Raises:
        UnknownCustomer: there is no such customer.
        Blocked: the customer may not act.
        NotAdmitted: the terms refuse, with the clause that does. The Decision is kept.
    """
    joined, refusal = _join(party_id, by, zoned(now))
    if refusal is not None or joined is None:
        raise refusal or AssertionError("one of the two is there")
    return joined


@transaction.atomic
def _join(party_id: UUID, by: Who, now: datetime) -> tuple[Joined | None, NotAdmitted | None]:
    kind = identity.kind_of(party_id)
    parties.hold(party_id)
    if by.kind is WhoKind.CUSTOMER:
        blocks.ensure_may_act(party_id)
    before = Member.objects.filter(party_id=party_id).first()
    if before is not None and before.left_on is None:
        return Joined(member=before, decision=None), None
    today = day_of(now)
    left_on, until = (before.left_on, before.reopens_until) if before else (None, None)
    facts: dict[str, object] = {
        "asked_on": today,
        "applicant": "organisation" if kind is PartyKind.ORGANISATION else "person",
        "days_since_leaving": (today - left_on).days if left_on else None,
    }
    decision = _decided("enrol", party_id, facts, {"day": today.isoformat()}, now)
    outcome = decision.outcome or {}
    if not outcome.get("admitted"):
        refusal = NotAdmitted(
            party_id=str(party_id),
            clause=", ".join(decision.decided_by),
            decision_id=str(decision.id),
        )
        return None, refusal
    member = _admitted(party_id, before, today)
    if left_on is not None and outcome["bonuses"] == "kept":
        cards.give_back(member, left_on, today)
    elif before is not None:
        _lapse(Q(account_id=member.account_id), until or today)
    note(member, "reopened" if before else "joined", by=by, now=now, decision_id=decision.id)
    return Joined(member=member, decision=decision), None


def leave(party_id: UUID, *, by: Who = SYSTEM, now: datetime) -> Member:
    """Let a member leave: cards stop earning after today, bonuses wait as long as the terms say.

    Raises:
        UnknownMember: the customer is no member.
        HasLeft: they left before.
    """
    return _leave(party_id, by, zoned(now))


@transaction.atomic
def _leave(party_id: UUID, by: Who, now: datetime) -> Member:
    parties.hold(party_id)
    member = queries.member_of_party(party_id)
    if member.left_on is not None:
        raise HasLeft(party_id=str(party_id), left_on=member.left_on.isoformat())
    today = day_of(now)
    # How long is said once: the notice and the member's record cannot differ.
    days = enrolment.days_kept(today)
    member.left_on, member.reopens_until = today, today + timedelta(days=days)
    said = {"day": member.reopens_until.isoformat()}
    decision = _decided("leave", party_id, {"left_on": today}, said, now)
    member.save(update_fields=["left_on", "reopens_until"])
    cards.close_all(member, today)
    note(member, "left", by=by, now=now, decision_id=decision.id)
    return member


@transaction.atomic
def corrected(old: Decision, new: Decision) -> None:
    """Do what staff put in the place of a Decision about membership; what it did before goes.

    Who was refused and is admitted joins on the day of the correction; who was admitted and is not
    leaves on it, with the time to come back that everybody has. A leaving of which the days were
    corrected waits as long as the new ones say, from the same day.
    """
    party_id, outcome = new.party_id, new.outcome or {}
    if party_id is None:
        return
    parties.hold(party_id)
    now, by = new.decided_at, Who(kind=WhoKind.STAFF, id=new.actor_id)
    today = day_of(now)
    member = Member.objects.filter(party_id=party_id).first()
    if new.question == "leave":
        if member is not None and _left_by(member, root(old).id):
            member.reopens_until = _waits(member, int(outcome.get("days_kept") or 0))
            member.save(update_fields=["reopens_until"])
        return
    admitted = bool(outcome.get("admitted"))
    is_in = member is not None and member.left_on is None
    if admitted and not is_in:
        left_on = member.left_on if member else None
        joined = _admitted(party_id, member, today)
        if left_on is not None and outcome.get("bonuses") == "kept":
            cards.give_back(joined, left_on, today)
        elif member is not None:
            _lapse(Q(account_id=member.account_id), today)
        note(joined, "reopened" if member else "joined", by=by, now=now, decision_id=new.id)
    elif member is not None and is_in and not admitted:
        member.left_on = today
        member.reopens_until = _waits(member, enrolment.days_kept(today))
        member.save(update_fields=["left_on", "reopens_until"])
        cards.close_all(member, today)
        note(member, "left", by=by, now=now, decision_id=new.id)


def _waits(member: Member, days: int) -> date | None:
    return None if member.left_on is None else member.left_on + timedelta(days=days)


def _left_by(member: Member, decision_id: UUID) -> bool:
    """Tell whether a member left by this Decision and is still away."""
    if member.left_on is None:
        return False
    told = MembershipChange.objects.filter(member=member, kind__in=("joined", "reopened", "left"))
    last = told.order_by("-id").first()
    return last is not None and (last.kind == "left" and last.decision_id == decision_id)


def lapse(*, now: datetime) -> int:
    """End the bonuses of who left and did not come back in time; they expire like any other.

    Returns:
        How many lots got an earlier last day.
    """
    done = 0
    late = Member.objects.filter(reopens_until__lt=day_of(zoned(now)))
    for account_id, until in late.values_list("account_id", "reopens_until"):
        done += _lapse(Q(account_id=account_id), until or date.max)
    return done


def note(
    member: Member, kind: str, *, by: Who, now: datetime, **more: Any
) -> None:  # fmt: skip
    """Keep that something happened to a membership."""
    MembershipChange.objects.create(
        member=member, kind=kind, at=now, by=by.kind.value, by_id=by.id, **more
    )


def _admitted(party_id: UUID, before: Member | None, today: date) -> Member:
    member = before or enrolment.open_member(party_id)
    member.joined_on, member.left_on, member.reopens_until = today, None, None
    member.save(update_fields=["joined_on", "left_on", "reopens_until"])
    return member


def _lapse(whose: Q, until: date) -> int:
    lots = Lot.objects.filter(whose, used__lt=F("amount"))
    lots = lots.filter(Q(last_day__isnull=True) | Q(last_day__gt=until))
    return lots.update(last_day=Least(Coalesce(F("last_day"), until), until))


def _decided(
    question: str, party_id: UUID, facts: dict[str, object], said: dict[str, str], now: datetime
) -> Decision:
    event = Event(
        key=f"club/{question}/{party_id}/{uuid7()}",
        pack=PACK,
        questions=(question,),
        facts=facts,
        event_at=now,
        plan=f"club.{question}",
        context=said,
        party_id=party_id,
    )
    return decisions.decide(event, now=now).decisions[0]
