"""Members of staff, signed in, whom an attack starts from."""

from __future__ import annotations

from uuid import uuid4

from django.test import Client

from oferta.core.parties import actions
from oferta.core.parties.types import Actor, Role
from signing_in import sign_in_staff


def a_member_of_staff(*roles: Role) -> tuple[Client, Actor]:
    """Return a client in which a new member of staff is signed in, and the member."""
    called = f"{'-'.join(roles)}-{uuid4().hex[:6]}"
    actor = actions.appoint_staff(called, password=None, name=called, roles=roles)
    client = Client()
    sign_in_staff(client, actor.id)
    return client, actor
