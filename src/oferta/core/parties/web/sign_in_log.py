"""Each signing in goes into the audit log, of customers and of staff."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest

from oferta.core.parties import audit, models
from oferta.core.parties.models import Login
from oferta.core.parties.types import Who, WhoKind
from oferta.core.parties.web.origin import client_address, mark_of
from oferta.kernel import clock


def note(sender: object, request: HttpRequest | None, **rest: Any) -> None:
    """Write that somebody signed in; called by Django's signal, the login is in `rest`."""
    del sender
    login = cast("Login", rest["user"])
    for kind, who_id, name, parties in _who(login):
        audit.record(
            actor=Who(
                kind=kind,
                id=who_id,
                name=name,
                session=mark_of(request) if request is not None else "",
                address=client_address(request) if request is not None else "",
            ),
            what="login.signed_in",
            parties=parties,
            now=clock.now(),
        )


def _who(login: Login) -> list[tuple[WhoKind, Any, str, list[Any]]]:
    """Return whom the login is for: staff by name, a customer by id alone."""
    staff = models.Staff.objects.filter(login=login).values_list("id", "name")
    customers = models.Customer.objects.filter(login=login).values_list("id", flat=True)
    return [
        *((WhoKind.STAFF, id_, name, []) for id_, name in staff),
        *((WhoKind.CUSTOMER, id_, "", [id_]) for id_ in customers),
    ]
