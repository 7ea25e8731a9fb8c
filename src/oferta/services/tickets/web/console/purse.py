"""A customer's money balance and vouchers at the ticket office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from oferta.core.parties.types import Customer
from oferta.core.parties.web.access import for_customer
from oferta.kernel.money import Money
from oferta.services.tickets import vouchers, wallet

#: Of who has no balance yet.
_UNIT = "RUB"


@require_safe
@for_customer(link=False)
def purse(request: HttpRequest, *, customer: Customer, token: str) -> HttpResponse:
    """Show what is there to pay with, and the codes of vouchers to their holder alone."""
    found = vouchers.of_party(customer.id)
    units = wallet.units(customer.id) or [_UNIT]
    context = {
        "token": token,
        "balances": [Money(wallet.balance(customer.id, unit), unit) for unit in units],
        "vouchers": [
            {
                "code": vouchers.code_of(one.id),
                "left": left,
                "value": Money(one.value, one.currency),
                "last_day": one.last_day,
                "ended": one.ended_at is not None,
            }
            for one, left in found
        ],
        "pack": vouchers.PACK,
    }
    return render(request, "tickets/console/purse.html", context)
