"""Signing up and in, as a thief's victim does."""

from __future__ import annotations

from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from oferta.core.parties import logins, models
from oferta.core.parties.contacts import read_contact
from signing_in import code_in, ticked

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - of a test


def code_for(address: str) -> str:
    """Return the last code that was sent to an address."""
    jobs = ProcrastinateJob.objects.filter(task_name="notices.deliver_direct").order_by("-id")
    return str(
        next(code for job in jobs if job.args["address"] == address and (code := code_in(job.args)))
    )


def sign_up(client: Client, contact: str) -> models.Login:
    """Sign up by a code and return the login."""
    client.post("/sign-up/", ticked(contact))
    client.post("/sign-in/code/confirm/", {"code": code_for(contact)})
    login = logins.login_of(read_contact(contact))
    assert login is not None
    return login


def is_in(client: Client) -> bool:
    """Return whether the client is signed in."""
    return client.get("/my/security/").status_code == 200
