"""Looks through the payments of a window and asks a person about what the terms say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from oferta.core.cases import actions as cases
from oferta.core.cases.types import NewEvidence
from oferta.core.decisions import actions as decisions
from oferta.core.decisions.types import Decision, Event, Outcomes, Plan
from oferta.core.terms import shelf
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7
from oferta.services.club.facts import day_of, money
from oferta.services.club.fraud.features import Candidate, candidates
from oferta.services.club.models import Suspicion

PACK, QUESTION = "club-watch", "suspicion"
ASKING = "fraud"
BATCH = 200
_EPOCH = date(1970, 1, 1)


def plan_watching(outcomes: Outcomes, context: Mapping[str, Any]) -> Plan:
    """Move nothing and tell nobody: a person looks first."""
    del outcomes, context
    return Plan()


def watch(*, now: datetime, until: date | None = None) -> dict[str, int]:
    """Ask a person about what the terms say of the payments up to a day; again, nothing changes.

    Args:
        now: zone-aware.
        until: the last day that is looked at; None: today.

    Returns:
        How many cases were opened, by pattern.
    """
    day = until or day_of(zoned(now))
    since = day - timedelta(days=_value("window_days", day) - 1)
    found = list(candidates(since, day, wallet_days=_value("wallet_days", day)))
    opened: Counter[str] = Counter()
    for start in range(0, len(found), BATCH):
        opened.update(_ask(found[start : start + BATCH], day, now))
    return dict(opened)


@transaction.atomic
def _ask(found: Sequence[Candidate], day: date, now: datetime) -> Counter[str]:
    accounts = {one.account_id for one in found}
    known = Suspicion.objects.filter(account_id__in=accounts)
    taken = set(known.filter(state="open").values_list("kind", "account_id", "merchant"))
    cleared = {
        (kind, account, merchant): times
        for kind, account, merchant, times in known.exclude(state="open")
        .values_list("kind", "account_id", "merchant")
        .annotate(Max("strength"))
    }
    asked = {}
    for one in found:
        name = (one.kind, one.account_id, one.merchant)
        facts = _facts(one, cleared.get(name, 0), day)
        if name not in taken and shelf.terms().decide(PACK, QUESTION, facts).outcome["ask"]:
            event = _event(one, facts, now)
            asked[event.key] = event, one
    answers = decisions.decide_many([event for event, _ in asked.values()], now=now)
    made = {one.key: one for answer in answers if not answer.replayed for one in answer.decisions}
    opened = cases.open_reviews(list(made.values()), asking=ASKING, now=now)
    for key, decision in made.items():
        _keep(asked[key][1], decision, opened[decision.id], now)
    return Counter(asked[key][1].kind for key in made)


def _keep(one: Candidate, decision: Decision, case_id: UUID, now: datetime) -> None:
    Suspicion.objects.create(
        id=uuid7(),
        kind=one.kind,
        party_id=one.party_id,
        account_id=one.account_id,
        merchant=one.merchant,
        first_day=one.first_day,
        last_day=one.last_day,
        strength=one.times,
        decision_id=decision.id,
        case_id=case_id,
        opened_at=now,
    )
    words = f"{one.merchant} · {one.first_day} – {one.last_day} · {', '.join(one.payments)}"
    link = f"/desk/customers/{one.party_id}/"
    cases.add_evidence(case_id, NewEvidence(words=words, link=link), now=now)


def _event(one: Candidate, facts: Mapping[str, object], now: datetime) -> Event:
    said = (one.kind, str(one.account_id), one.merchant, str(one.last_day), str(one.times))
    return Event(
        key=f"club/watch/{sha256(chr(31).join(said).encode()).hexdigest()[:32]}",
        pack=PACK,
        questions=(QUESTION,),
        facts=facts,
        event_at=zoned(now),
        plan="club.watching",
        context={"member": one.account_id},
        # Nobody's: the member is told by a person, or not at all.
        party_id=None,
    )


def _facts(one: Candidate, cleared_times: int, day: date) -> dict[str, object]:
    return {
        "checked_on": day,
        "pattern": one.kind,
        "times": one.times,
        "cleared_times": cleared_times,
        "total": money(one.total),
        "largest": money(one.largest),
        "refunded": money(one.refunded),
        "bonuses": money(one.bonuses),
    }


def _value(name: str, day: date) -> int:
    found = shelf.terms().edition(PACK, (day - _EPOCH).days).values[name].const.value
    if not isinstance(found, int):
        raise TypeError(name)
    return found
