"""What the pages about a decision show; the desk shows the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404

from oferta.core.decisions import explaining, queries
from oferta.core.decisions.errors import UnknownDecision
from oferta.core.decisions.types import Basis, Decision
from oferta.core.ledger import queries as ledger
from oferta.core.parties.types import Customer
from oferta.core.terms import shelf
from oferta.core.terms.explanation import Explanation, Role
from oferta.core.terms.types import Kind, Type
from oferta.core.terms.writing import show
from oferta.kernel.i18n import Language

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
    explanation = explaining.explain_decision(item.id, language)
    newer = queries.overridden_by(item.id)
    return {
        "decision": item,
        "why": explanation,
        "deciding": _clauses(explanation, made_it=True),
        "others": _clauses(explanation, made_it=False),
        "granted": granted_fields(item, language) if item.basis is Basis.GRANTED else (),
        "newer_id": newer,
        "movements": _movements(item, language),
        "stop_key": _stop_key(item),
    }


def granted_fields(item: Decision, language: Language) -> list[tuple[str, str]]:
    """Return label and value of each field of an outcome."""
    fields = shelf.terms().pack(item.pack).questions[item.question].answer
    outcome = item.outcome or {}
    return [
        (field.label[language], show(outcome.get(field.name), field.type, language))
        for field in fields
    ]


def _movements(item: Decision, language: Language) -> list[dict[str, Any]]:
    """Return the transfers behind a decision, with the names of their accounts."""
    if not item.transfer_ids:
        return []
    booked = ledger.transfers(item.transfer_ids)
    ids = {account for moved in booked.values() for account in (moved.debit, moved.credit)}
    accounts = {account: ledger.account(account) for account in ids}
    return [
        {
            "at": moved.event_at,
            "debit": accounts[moved.debit].key,
            "credit": accounts[moved.credit].key,
            "amount": show(
                moved.amount, Type(Kind.MONEY, unit=accounts[moved.debit].unit), language
            ),
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
