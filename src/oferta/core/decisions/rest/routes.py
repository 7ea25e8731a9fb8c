"""Submit events, read decisions, ask why."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from oferta.core.decisions import actions, explaining, plans, queries
from oferta.core.decisions.errors import UnknownDecision
from oferta.core.decisions.rest.schemas import (
    AnswersTold,
    AnswerTold,
    DecisionTold,
    EventGiven,
    EventsGiven,
    WhyTold,
    brief,
    told_decision,
)
from oferta.core.decisions.types import Answer, Decision, Event
from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, caller_of
from oferta.kernel.rest.paging import (
    After,
    InLanguage,
    Limit,
    Page,
    Whose,
    customer_of_list,
    id_after,
    page,
)
from oferta.kernel.rest.problems import problem_of
from oferta.kernel.rest.schemas import answers

router = Router()
_READ, _WRITE = Needs("decisions:read", own=True), Needs("decisions:write")


@router.post("/decisions", auth=_WRITE, response=answers(AnswerTold, 404, 409, body=True))
def submit_event(request: HttpRequest, given: EventGiven) -> AnswerTold:
    """Decide one event, move its money, tell its customer.

    Idempotent by the event's own key. What the terms stop or the ledger refuses is an answer, not
    an error: it is kept, and the same key is answered the same.
    """
    return _answer(actions.decide(_event(given), now=clock.now()), request.path)


@router.post("/decisions/batches", auth=_WRITE, response=answers(AnswersTold, 404, 409, body=True))
def submit_events(request: HttpRequest, given: EventsGiven) -> AnswersTold:
    """Decide up to 1,000 events in order; one that is rejected does not disturb the others."""
    events = [_event(item) for item in given.events]
    answered = actions.decide_many(events, now=clock.now())
    return AnswersTold(answers=[_answer(item, request.path) for item in answered])


@router.get("/decisions", auth=_READ, response=answers(Page[DecisionTold], 404))
def list_decisions(
    request: HttpRequest,
    after: After,
    limit: Limit,
    party_id: Whose,
) -> Page[DecisionTold]:
    """List the decisions about a customer, newest first."""
    whose = customer_of_list(caller_of(request), party_id)
    found = queries.decisions_of_party(whose, before=id_after(after), limit=limit + 1)
    items, following = page(found, limit, lambda item: item.id)
    return Page(items=[told_decision(item) for item in items], next=following)


@router.get("/decisions/{uuid:decision_id}", auth=_READ, response=answers(DecisionTold, 404))
def get_decision(request: HttpRequest, decision_id: UUID) -> DecisionTold:
    """Read a decision."""
    return told_decision(_seen(request, decision_id))


@router.get("/decisions/{uuid:decision_id}/explanation", auth=_READ, response=answers(WhyTold, 404))
def explain_decision(
    request: HttpRequest,
    decision_id: UUID,
    language: InLanguage,
) -> WhyTold:
    """Say why: the clauses with their words, the arithmetic, what would have changed it.

    Made anew from the facts and the edition kept with the decision, so that it reads the same in
    years.
    """
    item = _seen(request, decision_id)
    why = explaining.explain_decision(item.id, language)
    return WhyTold(
        decision_id=item.id,
        overridden_by=queries.overridden_by(item.id),
        text=why.as_text() if why else "",
        explanation=why,
    )


def _event(given: EventGiven) -> Event:
    plans.check_context(given.plan, given.key, given.context)
    return given.event()


def _seen(request: HttpRequest, decision_id: UUID) -> Decision:
    """Return a decision if the caller may see it; another customer's does not exist for them."""
    item = queries.decision(decision_id)
    hidden = UnknownDecision(decision_id=str(decision_id))
    caller_of(request).ensure_sees(item.party_id, hidden)
    return item


def _answer(answer: Answer, path: str) -> AnswerTold:
    return AnswerTold(
        key=answer.key,
        status=answer.status,
        replayed=answer.replayed,
        decisions=[brief(item) for item in answer.decisions],
        problem=problem_of(answer.error, path) if answer.error else None,
    )
