"""Claims: somebody asks about what was decided, and which Decision they mean is not certain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from oferta.core.cases import keeping, models, queries
from oferta.core.cases.actions import ANSWER_DAYS, announce, locked_decision
from oferta.core.cases.errors import BadResolution, NotYours
from oferta.core.cases.types import Case, Kind
from oferta.core.parties import queries as parties
from oferta.core.parties.rules import check_may
from oferta.core.parties.types import Actor, Permission
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7


@transaction.atomic
def claim(party_id: UUID | None, *, words: str, detail: dict[str, Any], now: datetime) -> Case:
    """Open a case that asks a person which Decision is meant; the customer is told its number.

    Args:
        party_id: who asks; None if not even that is certain.
        words: theirs.
        detail: JSON values for the log: what was understood.
        now: zone-aware.

    Raises:
        BadWords: no words, or too many.
    """
    keeping.check_words("words", words)
    row = models.Case(
        id=uuid7(),
        kind=Kind.CLAIM.value,
        party_id=party_id,
        words=words.strip(),
        opened_at=zoned(now),
        due_at=now + timedelta(days=ANSWER_DAYS),
    )
    row.save(force_insert=True)
    keeping.log(row, "opened", now, None, {"kind": Kind.CLAIM.value} | detail)
    announce([row], now)
    keeping.tell(row, "case.opened", keeping.receipt(row), now)
    return queries.case(row.id)


@transaction.atomic
def tie(case_id: UUID, decision_id: UUID, *, actor: Actor, now: datetime) -> Case:
    """Say which Decision a claim is about; from now on it is a dispute of that Decision.

    Raises:
        UnknownCase, CaseClosed: nothing can be done with it.
        BadResolution: it is no claim.
        UnknownDecision, Replaced, AlreadyOpen: no case may be opened about that Decision.
        NotYours: it is about another customer than the one who asks.
        NotPermitted, OwnAct: the actor works no cases, or is the customer.
    """
    check_may(actor, Permission.WORK_CASES)
    row = keeping.lock_open(case_id)
    if row.kind != Kind.CLAIM:
        raise BadResolution(field="kind", given=row.kind, expected=Kind.CLAIM.value)
    decision = locked_decision(decision_id)
    if decision.party_id is None or row.party_id not in {None, decision.party_id}:
        raise NotYours(decision_id=str(decision_id))
    parties.ensure_not_own(actor, decision.party_id)
    row.party_id = decision.party_id
    models.Case.objects.filter(id=case_id).update(
        kind=Kind.DISPUTE, decision_id=decision_id, party_id=decision.party_id
    )
    keeping.log(row, "tied", zoned(now), actor, {"decision": str(decision_id)})
    return queries.case(case_id)
