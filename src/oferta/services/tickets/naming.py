"""What the ticket office calls its accounts and what it sold."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from oferta.core.decisions.naming import Name, Title
from oferta.core.decisions.purses import Holding
from oferta.core.decisions.types import Decision
from oferta.kernel import asking
from oferta.kernel.money import Money, parse_money
from oferta.services.tickets import rules

_HOLDINGS = """
SELECT account_id FROM tickets_purse WHERE party_id = %s
UNION ALL SELECT account_id FROM tickets_voucher WHERE party_id = %s AND ended_at IS NULL"""


def account_name(key: str) -> Name | None:
    """Return what an account of the ticket office is called."""
    parts = key.split("/")
    return _of_sales(parts) or _of_settlement(parts)


def _of_sales(parts: list[str]) -> Name | None:
    match parts:
        case ["tickets", "performance", _, "face", _]:
            return Name("tickets.account.face")
        case ["tickets", "operator", name, ("fees" | "delivery") as kind, _]:
            return Name(f"tickets.account.{kind}", {"operator": name})
        case ["tickets", "means", name, _]:
            return Name("tickets.account.means", {"means": name})
        case ["tickets", "owed", _]:
            return Name("tickets.account.owed")
        case _:
            return None


def _of_settlement(parts: list[str]) -> Name | None:
    match parts:
        case ["tickets", "organiser", name, ("due" | "claims") as kind, _]:
            return Name(f"tickets.account.{kind}", {"organiser": name})
        case ["tickets", "voucher", _, _]:
            return Name("tickets.account.voucher")
        case ["wallet", _, _]:
            return Name("tickets.account.wallet")
        case _:
            return None


def sale_title(item: Decision) -> Title:
    """Return what a bought ticket is called: the performance, and what was paid."""
    outcome = item.outcome or {}
    unit = (
        parse_money(str(item.facts["ticket_nominal"])).unit
        if "ticket_nominal" in item.facts
        else ""
    )
    minor = sum(int(outcome.get(name) or 0) for name in ("price", "service_fee", "fee"))
    paid = Money(minor, unit) if unit else None
    delivery = item.question == rules.DELIVERY_FEE
    return Title(
        subject=str(item.context.get("performance", "")),
        kind=Name("tickets.event.delivery" if delivery else "tickets.event.ticket"),
        paid=paid,
        nothing=Name("tickets.event.free"),
    )


def taken_over_title(item: Decision) -> Title:
    """Return what a place that another buyer took is called: the performance."""
    return Title(
        subject=str(item.context.get("performance", "")),
        kind=Name("tickets.event.taken_over"),
        nothing=Name("tickets.event.not_taken_over"),
    )


def refund_title(item: Decision) -> Title:
    """Return what a ticket given back is called: the performance, and what the answer was."""
    return Title(
        subject=str(item.context.get("performance", "")),
        kind=Name("tickets.event.refund"),
        nothing=Name("tickets.event.no_refund"),
    )


def payout_title(item: Decision) -> Title:
    """Return what the payment of a refund is called: the performance."""
    return Title(
        subject=str(item.context.get("performance", "")),
        kind=Name("tickets.event.payout"),
        nothing=Name("tickets.event.no_payout"),
    )


def extension_title(item: Decision) -> Title:
    """Return what a longer review of a request is called: the performance."""
    return Title(
        subject=str(item.context.get("performance", "")),
        kind=Name("tickets.event.extension"),
        nothing=Name("tickets.event.extension"),
    )


def voucher_title(item: Decision) -> Title:
    """Return what a voucher, and its end, are called."""
    return Title(subject="", kind=Name(f"tickets.event.{item.question}"))


def settlement_title(item: Decision) -> Title:
    """Return what is settled with an organiser: the performance, if it is of one."""
    return Title(
        subject=str(item.context.get("performance", "")),
        kind=Name(f"tickets.event.{item.question}"),
        nothing=Name("tickets.event.nothing_moves"),
    )


def holdings(party_id: UUID) -> Iterable[Holding]:
    """Return the balances and vouchers that the ticket office keeps for a customer."""
    rows = asking.rows(_HOLDINGS, [party_id, party_id])
    return [Holding(account_id=id_, page="tickets:purse") for (id_,) in rows]


def change_title(item: Decision) -> Title:
    """Return what a change that buyers were told of is called: the performance."""
    return Title(
        subject=str(item.context.get("performance", "")),
        kind=Name("tickets.event.change"),
        nothing=Name("tickets.event.change_told"),
    )


def due_title(item: Decision) -> Title:
    """Return what another day of payment is called: the performance."""
    return Title(
        subject=str(item.context.get("performance", "")),
        kind=Name("tickets.event.due"),
        nothing=Name("tickets.event.due_told"),
    )
