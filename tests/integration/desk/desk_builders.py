"""Staff of each role, signed in at the desk."""

from __future__ import annotations

from uuid import uuid4

from django.test import Client

from oferta.core.parties import actions as parties
from oferta.core.parties.types import Actor, Role
from signing_in import sign_in_staff


def staff(*roles: Role, name: str = "") -> Actor:
    """Appoint a member of staff with these roles."""
    called = name or f"{'-'.join(roles)}-{uuid4().hex[:6]}"
    return parties.appoint_staff(called, password=None, name=called, roles=roles)


def at_the_desk(*roles: Role, language: str = "en") -> tuple[Client, Actor]:
    """Return a client in which a new member of staff is signed in, and the member."""
    actor = staff(*roles)
    client = Client(headers={"accept-language": language})
    sign_in_staff(client, actor.id)
    return client, actor
