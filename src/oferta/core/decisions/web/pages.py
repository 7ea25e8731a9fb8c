"""What the pages about a decision show; the desk shows the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404

from oferta.core.decisions import explaining, naming, queries
from oferta.core.decisions.errors import UnknownDecision
from oferta.core.decisions.types import Basis, Decision
from oferta.core.ledger import queries as ledger
from oferta.core.parties.types import Customer
from oferta.core.terms import shelf
from oferta.core.terms.explanation import ChangeShown, Explanation, Role
from oferta.core.terms.values import parse_value
from oferta.core.terms.writing import show
from oferta.kernel.i18n import Language
from oferta.kernel.money import Money

#: Clauses of these roles made the outcome; the page opens with them.
_MADE_IT = (Role.DECIDED, Role.ADDED, Role.CLASHED)


def decision_of(customer: Customer, decision_id: UUID) -> Decision:
    """Return a Decision about this customer; 404 for any other, as if it did not exist."""
    try:
        found = queries.decision(decision_id)
    except UnknownDecision as error:
        raise Http404(error.code) from None
    if found.party_id != customer.id:
        raise Http404("not about this customer")
    return found


def about(item: Decision, language: Language) -> dict[str, Any]:
    """Return everything a page needs to say why a decision came out as it did."""
    explanation = explaining.explanation_of(item, language)
    return {
        "decision": item,
        "title": naming.title(item),
        "why": explanation,
        "deciding": _clauses(explanation, made_it=True),
        "others": _clauses(explanation, made_it=False),
        "changes": improving(item, explanation),
        "granted": granted_fields(item, language) if item.basis is Basis.GRANTED else (),
        "newer_id": queries.overridden_by(item.id),
        "movements": _movements(item),
        "beside": _beside(item, language),
        "stop_key": _stop_key(item),
    }


def improving(item: Decision, explanation: Explanation | None) -> list[ChangeShown]:
    """Return the changes that would have given the customer more; if none would, all there are."""
    if explanation is None:
        return []
    question = shelf.terms().pack(item.pack).questions[item.question]
    types = {field.name: field.type for field in question.answer}
    name = question.better
    if not name or item.outcome is None:
        return list(explanation.changes)
    now = int(item.outcome[name] or 0)
    return [
        change
        for change in explanation.changes
        for field in change.outcome
        if field.name == name and int(parse_value(field.value, types[name]) or 0) > now
    ] or list(explanation.changes)


def granted_fields(item: Decision, language: Language) -> list[tuple[str, str]]:
    """Return label and value of each field of an outcome."""
    fields = shelf.terms().pack(item.pack).questions[item.question].answer
    outcome = item.outcome or {}
    return [
        (field.label[language], show(outcome.get(field.name), field.type, language))
        for field in fields
    ]


def question_label(item: Decision, language: Language) -> str:
    """Return what the question that a Decision answers is called."""
    return shelf.terms().pack(item.pack).questions[item.question].label[language]


def _beside(item: Decision, language: Language) -> list[tuple[UUID, str]]:
    """Return id and question of the other decisions about the same event."""
    stored = queries.decisions_by_key([item.key]).get(item.key, [])
    return [
        (one.id, question_label(one, language))
        for one in stored
        if one.id != item.id and one.party_id == item.party_id
    ]


def _movements(item: Decision) -> list[dict[str, Any]]:
    """Return the transfers behind a decision, with what their accounts are called."""
    if not item.transfer_ids:
        return []
    booked = ledger.transfers(item.transfer_ids)
    accounts = ledger.accounts(
        {account for moved in booked.values() for account in (moved.debit, moved.credit)}
    )
    return [
        {
            "at": moved.event_at,
            "debit": naming.account_name(accounts[moved.debit].key),
            "credit": naming.account_name(accounts[moved.credit].key),
            "amount": Money(moved.amount, accounts[moved.debit].unit),
        }
        for moved in (booked[id_] for id_ in item.transfer_ids)
    ]


def _clauses(explanation: Explanation | None, *, made_it: bool) -> list[Any]:
    if explanation is None:
        return []
    return [item for item in explanation.clauses if (item.role in _MADE_IT) is made_it]


def _stop_key(item: Decision) -> str:
    """Return the key of the words for what stopped or refused a decision; "" if nothing did."""
    if not item.error:
        return ""
    known = {"terms.gap", "terms.conflict", "decisions.held_back"}
    if item.error in known:
        return f"decisions.stop.{item.error.rpartition('.')[2]}"
    return "decisions.stop.refused" if item.error.startswith("ledger.") else "decisions.stop.other"
