"""What the terms call their own values, in the reader's language."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from oferta.core.parties.types import Customer
from oferta.core.terms import shelf
from oferta.kernel.i18n import Language
from oferta.services.tickets.models import Application, Order, Refund
from oferta.services.tickets.refunding import facts


def fact(pack: str, name: str, value: str, language: Language) -> str:
    """Return what a value of a fact is called; the value itself if the terms have no such value."""
    return values(pack, name, language).get(value, value)


def values(pack: str, name: str, language: Language) -> dict[str, str]:
    """Return every value of a fact with what it is called."""
    labels = shelf.terms().pack(pack).facts[name].value_labels
    return {value: said[language] for value, said in labels.items()}


def field(pack: str, question: str, name: str, value: str, language: Language) -> str:
    """Return what a value of an answer is called."""
    fields = shelf.terms().pack(pack).questions[question].answer
    labels = next(one.value_labels for one in fields if one.name == name)
    return labels[value][language] if value in labels else value


def way(pack: str, value: str, language: Language) -> str:
    """Return what a way of the money is called."""
    return field(pack, facts.PAYOUT_WAY, "way", value, language)


def order_of(customer: Customer, order_id: UUID) -> Order:
    """Return a customer's paid order with its performance; 404 for any other."""
    rows = Order.objects.select_related(
        "performance__hall__venue", "performance__organiser", "operator"
    )
    found = rows.filter(id=order_id, party_id=customer.id).first()
    if found is None or not found.tickets.exists():
        raise Http404("tickets.unknown_order")
    return found


def application_of(customer: Customer, application_id: UUID) -> Application:
    """Return a customer's request with its order; 404 for any other."""
    rows = Application.objects.select_related(
        "order__performance__hall__venue", "order__performance__organiser", "order__operator"
    )
    found = rows.filter(id=application_id, order__party_id=customer.id).first()
    if found is None:
        raise Http404("tickets.unknown_application")
    return found


def refund_of(customer: Customer, refund_id: UUID) -> Refund:
    """Return a customer's refund with its order; 404 for any other."""
    rows = Refund.objects.select_related(
        "order__performance__hall__venue", "order__operator", "ticket__place__seat", "application"
    )
    found = rows.filter(id=refund_id, order__party_id=customer.id).first()
    if found is None:
        raise Http404("tickets.unknown_refund")
    return found
