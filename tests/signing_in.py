"""How tests sign people in: staff with a second factor proved, customers with a login."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.test import Client

from oferta.core.notices import hiding
from oferta.core.parties import agreements, joining, models
from oferta.kernel import clock


def sign_in_staff(client: Client, staff_id: UUID) -> Any:
    """Sign a member of staff in as the desk wants it: with a second factor; return the login."""
    login = get_user_model().objects.get(staff__id=staff_id)
    client.force_login(login)
    prove_second_factor(client)
    return login


def prove_second_factor(client: Client) -> None:
    """Mark the client's session as having proved a second factor just now."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


def sign_in_customer(client: Client, customer_id: UUID) -> Any:
    """Sign a customer in, giving them a login if they have none; return the login."""
    customer = models.Customer.objects.get(id=customer_id)
    if customer.login is None:
        customer.login = get_user_model().objects.create_user(f"of {customer_id}")
        customer.save(update_fields=["login"])
    client.force_login(customer.login)
    return customer.login


def ticked(contact: str) -> dict[str, str]:
    """Return the form of the page to sign up, filled in, with every box ticked."""
    today = agreements.coded_day(clock.now())
    boxes = {f"accept-{one.pack.name}": one.edition.id for one in joining.offered(today=today)}
    return {"contact": contact, **boxes}


def code_in(job: dict[str, Any]) -> str:
    """Return the one-time code that a message in the outbox carries; "" if it carries none."""
    return str(hiding.shown(job["params"]["hidden"])["code"]) if job.get("secret") else ""
