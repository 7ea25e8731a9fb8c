"""People who sign up and in, and what they were sent."""

from __future__ import annotations

from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from oferta.core.notices import queries as notices
from oferta.core.parties import factors, logins, models, queries
from oferta.core.parties.contacts import read_contact
from signing_in import code_in, ticked

PASSWORD = "four words of mine"  # noqa: S105 - of a test
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - of a test


def sent(kind: str = "") -> list[dict[str, Any]]:
    """Return what waits in the outbox to go to an address, the oldest first."""
    jobs = ProcrastinateJob.objects.filter(task_name="notices.deliver_direct").order_by("id")
    return [job.args for job in jobs if job.args["kind"].startswith(kind)]


def code_for(address: str) -> str:
    return str(
        next(code for x in reversed(sent()) if x["address"] == address and (code := code_in(x)))
    )


def sign_up(client: Client, contact: str = "anna@example.test") -> models.Login:
    assert client.post("/sign-up/", ticked(contact)).status_code == 302
    answer = client.post("/sign-in/code/confirm/", {"code": code_for(contact)})
    assert answer.status_code == 302, answer.content.decode()
    login = logins.login_of(read_contact(contact))
    assert login is not None
    return login


def with_password(login: models.Login) -> models.Login:
    login.set_password(PASSWORD)
    login.save()
    return login


def with_totp(login: models.Login) -> list[str]:
    """Give a login an authenticator app; return its recovery codes."""
    TOTP.activate(login, SECRET)
    return RecoveryCodes.activate(login).generate_codes()


def totp() -> str:
    return factors.code_of(SECRET)


def is_in(client: Client) -> bool:
    return client.get("/my/security/").status_code == 200


def told(login: models.Login) -> list[str]:
    return [item.kind for item in notices.inbox(queries.customer_of_login(login.id).id)]
