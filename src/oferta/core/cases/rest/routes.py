"""Dispute a decision, bring evidence, follow a case, answer it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from oferta.core.cases import actions, queries
from oferta.core.cases.errors import UnknownCase
from oferta.core.cases.rest.schemas import (
    ApprovalGiven,
    CaseTold,
    CaseWhole,
    DisputeGiven,
    EvidenceGiven,
    ResolutionGiven,
    told_case,
    whole_case,
)
from oferta.core.cases.types import Case, Resolution, Status
from oferta.core.decisions import queries as decisions
from oferta.core.decisions.errors import UnknownDecision
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor, Permission
from oferta.kernel import clock
from oferta.kernel.rest.access import Needs, caller_of, idempotent
from oferta.kernel.rest.errors import ScopeMissing
from oferta.kernel.rest.paging import (
    After,
    Limit,
    Page,
    Whose,
    customer_of_list,
    id_after,
    page,
)
from oferta.kernel.rest.schemas import answers, plain_facts

router = Router()
_READ, _WRITE = Needs("cases:read", own=True), Needs("cases:write", own=True)
_RESOLVE = Needs("cases:resolve")


@router.get("/cases", auth=_READ, response=answers(Page[CaseTold], 404))
def list_cases(
    request: HttpRequest,
    after: After,
    limit: Limit,
    party_id: Whose,
) -> Page[CaseTold]:
    """List a customer's cases, newest first."""
    whose = customer_of_list(caller_of(request), party_id)
    found = queries.cases_of_party(whose, limit + 1, before=id_after(after))
    items, following = page(found, limit, lambda item: item.id)
    return Page(items=[told_case(item) for item in items], next=following)


@router.post("/cases", auth=_WRITE, response=answers(CaseWhole, 404, 409, status=201, body=True))
@idempotent(201)
def open_dispute(request: HttpRequest, given: DisputeGiven) -> CaseWhole:
    """Object to a decision, in the customer's own words; a person answers by the day told."""
    item = decisions.decision(given.decision_id)
    hidden = UnknownDecision(decision_id=str(given.decision_id))
    caller_of(request).ensure_sees(item.party_id, hidden)
    if item.party_id is None:  # nobody whose dispute it could be
        raise hidden
    made = actions.dispute(
        item.id,
        party_id=item.party_id,
        words=given.words,
        evidence=[one.evidence() for one in given.evidence],
        now=clock.now(),
    )
    return _whole(request, made)


@router.get("/cases/{uuid:case_id}", auth=_READ, response=answers(CaseWhole, 404))
def get_case(request: HttpRequest, case_id: UUID) -> CaseWhole:
    """Read a case with its evidence and log."""
    return _whole(request, _seen(request, case_id))


@router.post(
    "/cases/{uuid:case_id}/evidence",
    auth=_WRITE,
    response=answers(CaseWhole, 404, 409, status=201, body=True),
)
@idempotent(201)
def add_evidence(request: HttpRequest, case_id: UUID, given: EvidenceGiven) -> CaseWhole:
    """Put evidence on file while the case is open."""
    _seen(request, case_id)
    actions.add_evidence(case_id, given.evidence(), now=clock.now(), actor=_staff(request))
    return _whole(request, queries.case(case_id))


@router.post(
    "/cases/{uuid:case_id}/resolution",
    auth=_RESOLVE,
    response=answers(CaseWhole, 404, 409, body=True),
)
@idempotent(200)
def resolve_case(request: HttpRequest, case_id: UUID, given: ResolutionGiven) -> CaseWhole:
    """Answer a case in the name of the token's member of staff.

    What moves more than one person may move alone is kept as a proposal: the case stays open with
    `proposed` until a second person approves it.
    """
    _seen(request, case_id)
    resolution = Resolution(
        status=Status(given.status),
        reason=given.reason,
        actor=_actor(request, Permission.WORK_CASES),
        facts=None if given.facts is None else plain_facts(given.facts),
        outcome=None if given.outcome is None else plain_facts(given.outcome),
    )
    return _whole(request, actions.resolve(case_id, resolution, now=clock.now()))


@router.post(
    "/cases/{uuid:case_id}/approval",
    auth=_RESOLVE,
    response=answers(CaseWhole, 404, 409, body=True),
)
@idempotent(200)
def approve_resolution(request: HttpRequest, case_id: UUID, given: ApprovalGiven) -> CaseWhole:
    """Carry out a proposed answer as its second person: the one that was read, and no other."""
    _seen(request, case_id)
    approver = _actor(request, Permission.APPROVE_ANSWERS)
    done = actions.approve(
        case_id, approver=approver, proposal_id=given.proposal_id, now=clock.now()
    )
    return _whole(request, done)


def _seen(request: HttpRequest, case_id: UUID) -> Case:
    item = queries.case(case_id)
    caller_of(request).ensure_sees(item.party_id, UnknownCase(case_id=str(case_id)))
    return item


def _whole(request: HttpRequest, item: Case) -> CaseWhole:
    return whole_case(item, to_staff=caller_of(request).party_id is None)


def _staff(request: HttpRequest) -> Actor | None:
    staff_id = caller_of(request).staff_id
    return None if staff_id is None else parties.actor(staff_id)


def _actor(request: HttpRequest, permission: Permission) -> Actor:
    """Return the member of staff whom a token acts for.

    Raises:
        ScopeMissing: it acts for none, or for one who may not.
    """
    actor = _staff(request)
    if actor is None or not actor.may(permission):
        raise ScopeMissing(scope=permission.value)
    return actor
