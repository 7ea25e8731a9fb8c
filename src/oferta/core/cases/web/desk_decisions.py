"""One decision and one transfer at the desk: why, what moved, who was told, what replaced it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.core.cases import waiting
from oferta.core.cases.web.pages import read, row_of
from oferta.core.decisions import naming
from oferta.core.decisions import queries as decisions
from oferta.core.decisions.errors import UnknownDecision
from oferta.core.decisions.types import Decision
from oferta.core.decisions.web.pages import about
from oferta.core.ledger import queries as ledger
from oferta.core.ledger.types import Account, BookedTransfer, Kind
from oferta.core.notices import queries as notices
from oferta.core.notices import rendering
from oferta.core.parties import queries as parties
from oferta.core.parties.types import Actor, Permission
from oferta.core.parties.web.staff_access import for_staff
from oferta.kernel.i18n import Language, language_of
from oferta.kernel.money import Money


@require_safe
@for_staff(Permission.SEE_DECISIONS)
def decision(request: HttpRequest, *, actor: Actor, decision_id: UUID) -> HttpResponse:
    """Show a decision: facts, clauses, arithmetic, edition, transfers, notices, overrides."""
    try:
        chain = decisions.chain(decision_id)
    except UnknownDecision as error:
        raise Http404(error.code) from None
    item = next(one for one in chain if one.id == decision_id)
    read(actor, "decision.read", "decision", item.id, [item.party_id] if item.party_id else ())
    language = language_of(request.LANGUAGE_CODE)
    context = about(item, language) | {
        "actor": actor,
        "status_key": f"desk.decision.{item.status}",
        "chain": _chain(chain, item),
        "customer_name": _name(item),
        "told": _told(item, language),
        "cases": _cases(chain, actor),
        "transfers": _transfers(item) if actor.may(Permission.SEE_TRANSFERS) else [],
        "may_see_customers": actor.may(Permission.SEE_CUSTOMERS),
    }
    return render(request, "cases/desk_decision.html", context)


@require_safe
@for_staff(Permission.SEE_TRANSFERS)
def transfer(request: HttpRequest, *, actor: Actor, transfer_id: UUID) -> HttpResponse:
    """Show a transfer: its accounts, the decision behind it, and what became of it."""
    booked = ledger.transfers([transfer_id]).get(transfer_id)
    if booked is None:
        raise Http404("no such transfer")
    whose = decisions.parties_of([booked.decision_id]).get(booked.decision_id)
    read(actor, "transfer.read", "transfer", booked.id, [whose] if whose else ())
    accounts = ledger.accounts([booked.debit, booked.credit])
    resolved_by, reversed_by = ledger.followed_by(booked.id)
    context = _shown(booked, accounts) | {
        "actor": actor,
        "transfer": booked,
        "resolved_by": resolved_by,
        "reversed_by": reversed_by,
        "sides": [
            _side("desk.debit", accounts[booked.debit], booked.debit_balance),
            _side("desk.credit", accounts[booked.credit], booked.credit_balance),
        ],
        "see_balances": actor.may(Permission.SEE_BALANCES),
    }
    return render(request, "cases/desk_transfer.html", context)


def _chain(chain: list[Decision], shown: Decision) -> list[dict[str, Any]]:
    """Return the decisions that stood in each other's place; nothing if there is but one."""
    if len(chain) == 1:
        return []
    names = parties.staff_names(
        id_ for one in chain for id_ in (one.actor_id, one.approver_id) if id_
    )
    return [
        {
            "decision": one,
            "here": one.id == shown.id,
            "counts": one is chain[-1],
            "actor": names.get(one.actor_id, "") if one.actor_id else "",
            "approver": names.get(one.approver_id, "") if one.approver_id else "",
        }
        for one in chain
    ]


def _name(item: Decision) -> str:
    return parties.names([item.party_id]).get(item.party_id, "") if item.party_id else ""


def _told(item: Decision, language: Language) -> list[dict[str, Any]]:
    if item.party_id is None:
        return []
    return [
        {"at": one.created_at, "words": rendering.render(one.kind, one.params, one.cites, language)}
        for one in notices.notices_of_decision(item.party_id, item.id)
    ]


def _cases(chain: list[Decision], actor: Actor) -> list[dict[str, Any]]:
    if not actor.may(Permission.SEE_CASES):
        return []
    return [
        row_of(one) | {"status_key": f"cases.status.{one.status}"}
        for one in waiting.cases_of_decisions([each.id for each in chain])
    ]


def _transfers(item: Decision) -> list[dict[str, Any]]:
    booked = ledger.transfers(item.transfer_ids)
    accounts = ledger.accounts({id_ for one in booked.values() for id_ in (one.debit, one.credit)})
    return [_shown(booked[id_], accounts) for id_ in item.transfer_ids if id_ in booked]


def _shown(booked: BookedTransfer, accounts: dict[int, Account]) -> dict[str, Any]:
    debit, credit = accounts[booked.debit], accounts[booked.credit]
    amount = booked.held if booked.kind == Kind.VOID else booked.amount
    return {
        "id": booked.id,
        "at": booked.event_at,
        "kind_key": f"desk.transfer.{Kind(booked.kind).name.lower()}",
        "debit": naming.account_name(debit.key),
        "credit": naming.account_name(credit.key),
        "amount": Money(amount or 0, debit.unit),
    }


def _side(label_key: str, account: Account, balance: int) -> dict[str, Any]:
    return {
        "label_key": label_key,
        "name": naming.account_name(account.key),
        "key": account.key,
        "after": Money(balance, account.unit),
        "now": Money(account.balance, account.unit),
    }
