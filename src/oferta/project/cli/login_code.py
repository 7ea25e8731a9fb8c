"""`oferta login-code`, `login-reset`: codes in development; staff who lost their second factor."""

from __future__ import annotations

import json
from pathlib import Path

import click

from oferta.project.cli.commands import Command
from oferta.project.cli.errors import WrongUse
from oferta.project.cli.output import Output
from oferta.project.config import read_config

#: Messages that the text shows.
SHOWN_MAX = 3


@click.command("login-code", cls=Command, django=True, example="oferta login-code +77010000001")
@click.argument("contact", required=False, default="")
@click.pass_obj
def login_code(out: Output, contact: str) -> None:
    """Show the sample staff's second factor and the last messages sent to a phone or e-mail.

    Only in development, where messages are written to files instead of being sent.
    """
    from oferta.core.parties import factors
    from oferta.project.samples import staff_secret

    config = read_config()
    if not config.development:
        raise WrongUse(
            message="login-code shows secrets: it works in development only",
            usage="OFERTA_DEVELOPMENT=yes oferta login-code",
        )
    code = factors.code_of(staff_secret(config))
    found = _sent(config.data / "sent", contact)
    lines = [f"Second factor of the sample staff: {code}"]
    lines += [f"{item['to']}: {item['body'].strip()}" for item in found[:SHOWN_MAX]]
    out.emit({"staff_code": code, "messages": found[:SHOWN_MAX]}, "\n".join(lines))


@click.command("login-reset", cls=Command, django=True, example="oferta login-reset aigul.clerk")
@click.argument("name")
@click.pass_obj
def login_reset(out: Output, name: str) -> None:
    """Remove the second factors of a member of staff who lost them, and end their sessions.

    They sign in with their password and set up another factor before the desk opens.
    """
    from oferta.core.parties import factors
    from oferta.kernel.clock import now

    removed = factors.reset(name, now=now())
    out.emit({"login": name, "removed": removed}, f"Removed {removed} second factors of {name}.")


def _sent(folder: Path, contact: str) -> list[dict[str, str]]:
    """Return the messages to a contact (to anybody, if it is empty), the latest first."""
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    wanted = contact.strip().lower()
    found = [json.loads(file.read_text(encoding="utf-8")) for file in files[:200]]
    return [item for item in found if wanted in {"", item["to"].lower()}]
