"""`oferta webhooks`: endpoints, their log, replays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from oferta.kernel.clock import now, zoned
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output, table


@click.group()
def webhooks() -> None:
    """Tell other systems what happened."""


@webhooks.command(
    "add",
    cls=Command,
    django=True,
    example="oferta webhooks add https://shop.example/hook --owner shop --kind decision.made",
)
@click.argument("url")
@click.option("--owner", required=True, help="Whose endpoint it is, as tokens name them.")
@click.option(
    "--kind", "kinds", multiple=True, required=True, help="What it is told; again for each."
)
@click.option("--contact", default="", help="E-mail address that is told if it is turned off.")
@click.pass_obj
def add(out: Output, url: str, owner: str, kinds: tuple[str, ...], contact: str) -> None:
    """Send messages to an address from now on, and print the secret that signs them."""
    from oferta.project.webhooks import actions, queries
    from oferta.project.webhooks.types import NewEndpoint

    wanted = NewEndpoint(owner=owner, url=url, kinds=frozenset(kinds), contact=contact)
    made = actions.add_endpoint(wanted, now=now())
    (secret,) = queries.secrets(made.id, now())
    out.emit({"endpoint": made, "secret": secret}, f"{made.id}\n{secret}")


@webhooks.command("list", cls=Command, django=True, example="oferta webhooks list")
@click.pass_obj
def list_endpoints(out: Output) -> None:
    """List the endpoints and whether they take what they are sent."""
    from oferta.project.webhooks import queries

    found = queries.endpoints()
    rows = [
        [one.id, one.owner, one.url, " ".join(one.kinds), one.disabled_because or _health(one)]
        for one in found
    ]
    heads = ["endpoint", "owner", "address", "kinds", "state"]
    out.emit({"endpoints": found}, table(heads, rows) if rows else "No endpoints.")


@webhooks.command(
    "log",
    cls=Command,
    django=True,
    example="oferta webhooks log 018f6b2e-7c1a-7e55-9f0a-3a1b2c3d4e5f",
)
@click.argument("endpoint", type=click.UUID)
@click.pass_obj
def log(out: Output, endpoint: UUID) -> None:
    """List the latest deliveries to an endpoint."""
    from oferta.project.webhooks import queries

    found = queries.deliveries(queries.endpoint(endpoint).id)
    rows = [
        [one.id, one.kind, one.state.value, one.attempts, f"{one.created_at:%Y-%m-%d %H:%M}"]
        for one in found
    ]
    heads = ["delivery", "kind", "state", "attempts", "made"]
    out.emit({"deliveries": found}, table(heads, rows) if rows else "Nothing was sent.")


@webhooks.command(
    "replay",
    cls=Command,
    django=True,
    example="oferta webhooks replay 018f6b2e-7c1a-7e55-9f0a-3a1b2c3d4e5f --since 2026-05-01T00:00Z",
)
@click.argument("endpoint", type=click.UUID)
@click.option("--since", required=True, help="Moment with its offset.")
@click.pass_obj
def replay(out: Output, endpoint: UUID, since: str) -> None:
    """Send again everything that was meant for an endpoint since a moment."""
    from oferta.project.webhooks import actions

    try:
        moment = zoned(datetime.fromisoformat(since))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--since") from None
    count = actions.replay_since(endpoint, moment, now=now())
    out.emit({"deliveries": count}, f"{count} messages are sent again.")


@webhooks.command(
    "rotate",
    cls=Command,
    django=True,
    example="oferta webhooks rotate 018f6b2e-7c1a-7e55-9f0a-3a1b2c3d4e5f",
)
@click.argument("endpoint", type=click.UUID)
@click.pass_obj
def rotate(out: Output, endpoint: UUID) -> None:
    """Sign with a new secret and print it; the old one signs too for another day."""
    from oferta.project.webhooks import actions

    secret = actions.rotate_secret(endpoint, now=now())
    out.emit({"secret": secret}, secret)


def _health(endpoint: object) -> str:
    return "failing" if getattr(endpoint, "failing_since", None) else "works"
