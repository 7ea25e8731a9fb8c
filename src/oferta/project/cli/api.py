"""`oferta api`: tokens, and the description of the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from oferta.kernel.clock import now
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output, table


@click.group()
def api() -> None:
    """Let other systems in by the REST API."""


@api.group()
def token() -> None:
    """Make, list and revoke tokens."""


@token.command(
    "create",
    cls=Command,
    django=True,
    example="oferta api token create till --owner shop --scope terms:read --scope club:write",
)
@click.argument("name")
@click.option("--owner", required=True, help="Whose system it is; owners share idempotency keys.")
@click.option("--scope", "scopes", multiple=True, required=True, help="How far it reaches.")
@click.option("--customer", type=click.UUID, help="Customer who sees only what is their own.")
@click.option("--staff", help="Login of the member of staff in whose name it acts.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires.")
@click.option("--per-minute", type=click.IntRange(1, 100_000), default=600, help="Requests.")
@click.pass_obj
def create(out: Output, /, name: str, **given: Any) -> None:
    """Make a token and print its text, once.

    The text is not kept: whoever loses it makes another. `oferta api scopes` lists the scopes.
    """
    from oferta.core.parties import queries as parties
    from oferta.project.rest import actions
    from oferta.project.rest.types import NewToken

    days: int | None = given["days"]
    wanted = NewToken(
        name=name,
        owner=given["owner"],
        scopes=frozenset(given["scopes"]),
        party_id=given["customer"],
        staff_id=parties.actor_of_login(given["staff"]).id if given["staff"] else None,
        expires_at=now() + timedelta(days=days) if days else None,
        per_minute=given["per_minute"],
    )
    made, text = actions.create_token(wanted, created_by="command line", now=now())
    out.emit({"token": text, "prefix": made.prefix}, text)


@token.command("list", cls=Command, django=True, example="oferta api token list")
@click.pass_obj
def list_tokens(out: Output) -> None:
    """List the tokens: whose, how far, until when, used last."""
    from oferta.project.rest import queries

    found = queries.tokens()
    rows = [
        [
            one.prefix,
            one.name,
            one.owner,
            " ".join(one.scopes),
            f"{one.used_at:%Y-%m-%d %H:%M}" if one.used_at else "never",
            "works" if one.works(now()) else "revoked" if one.revoked_at else "expired",
        ]
        for one in found
    ]
    heads = ["token", "name", "owner", "scopes", "used", "state"]
    out.emit({"tokens": found}, table(heads, rows) if rows else "No tokens.")


@token.command(
    "revoke", cls=Command, django=True, example="oferta api token revoke oferta_0123456789"
)
@click.argument("prefix")
@click.pass_obj
def revoke(out: Output, prefix: str) -> None:
    """Let a token open nothing from now on."""
    from oferta.project.rest import actions

    found = actions.revoke_token(prefix, now=now())
    out.emit({"token": found}, f"{found.prefix} is revoked.")


@api.command("scopes", cls=Command, django=True, example="oferta api scopes")
@click.pass_obj
def scopes(out: Output) -> None:
    """List the scopes, and which of them a customer's own token may have."""
    from oferta.project.rest.types import CUSTOMER_SCOPES, Scope

    rows = [[one.value, "yes" if one in CUSTOMER_SCOPES else ""] for one in Scope]
    told = [{"scope": one.value, "customer": one in CUSTOMER_SCOPES} for one in Scope]
    out.emit({"scopes": told}, table(["scope", "customers"], rows))


@api.command("describe", cls=Command, django=True, example="oferta api describe")
@click.pass_obj
def describe(out: Output) -> None:
    """Print the description of the API (OpenAPI 3.1)."""
    from oferta.project.rest import openapi

    out.emit(openapi.document(), openapi.text())
