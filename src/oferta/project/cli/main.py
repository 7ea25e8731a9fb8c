"""The way in: parses, runs, and turns every refusal into one clear line and an exit code."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Sequence

import click

import oferta
from oferta.kernel.errors import OfertaError
from oferta.project.cli.commands import LazyGroup
from oferta.project.cli.errors import (
    DatabaseUnreachable,
    Defect,
    TablesMissing,
    Unreadable,
    WrongUse,
)
from oferta.project.cli.exits import Exit, exit_of
from oferta.project.cli.output import as_json

#: How PostgreSQL says that a database, a table or a column was never made.
_NO_SUCH = re.compile(r"(database|relation|column) .* does not exist")
COMMANDS = {
    "terms": "oferta.project.cli.terms:terms",
    "audit": "oferta.project.cli.audit:audit",
    "ledger": "oferta.project.cli.ledger:ledger",
    "club": "oferta.project.cli.club:club",
    "tickets": "oferta.project.cli.ticket_money:tickets",
    "receipt": "oferta.project.cli.receipt:receipt",
    "api": "oferta.project.cli.api:api",
    "webhooks": "oferta.project.cli.webhooks:webhooks",
    "run": "oferta.project.cli.run:run",
    "worker": "oferta.project.cli.run:worker",
    "migrate": "oferta.project.cli.run:migrate",
    "stop": "oferta.project.cli.run:stop",
    "login-code": "oferta.project.cli.login_code:login_code",
    "login-reset": "oferta.project.cli.login_code:login_reset",
    "bench": "oferta.project.cli.bench:bench",
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.version_option(oferta.__version__, prog_name="oferta")
@click.option("--trace", is_flag=True, help="Show the stack of an error; for reporting defects.")
def cli(trace: bool) -> None:
    """Run a consumer service from its published terms: decide, move the money, say why.

    Every command takes --json. Exit codes: 0 done, 1 problems found or the answer is no,
    2 wrong use, 3 refused by a rule, 4 not found or unreadable, 5 database unreachable.
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run `oferta` with `args` (those of the process by default) and return its exit code."""
    given = list(sys.argv[1:] if args is None else args)
    _print_anything()
    try:
        code = cli.main(args=given, prog_name="oferta", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return Exit.WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except BrokenPipeError:  # `oferta … | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:
        if "--trace" in given:
            raise
        return _report(_refusal(error), json="--json" in given)
    return code if isinstance(code, int) else Exit.OK


def _print_anything() -> None:
    """Let what no terminal can show (a broken name, half a sign) be printed as its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refusal(error: Exception) -> OfertaError:
    """Return the refusal that stands for any error."""
    if isinstance(error, OfertaError):
        return error
    if isinstance(error, click.UsageError):
        usage = error.ctx.get_usage() if error.ctx else ""
        return WrongUse(message=error.format_message(), usage=usage)
    if isinstance(error, click.ClickException):
        return WrongUse(message=error.format_message(), usage="")
    if isinstance(error, OSError):
        return Unreadable(path=str(error.filename or ""), reason=error.strerror or str(error))
    return _database_refusal(error) or Defect(kind=type(error).__name__, message=str(error))


def _database_refusal(error: Exception) -> OfertaError | None:
    """Return what Django's or psycopg's error means, known by name: neither may be imported."""
    said = " ".join(str(error).split())
    kind = type(error).__name__
    missing = _NO_SUCH.search(said) is not None
    if missing and kind in {"OperationalError", "ProgrammingError", "UndefinedTable"}:
        return TablesMissing(reason=said.partition(" LINE ")[0])
    if kind in {"OperationalError", "InterfaceError"}:
        return DatabaseUnreachable(reason=said)
    return None


def _report(error: OfertaError, *, json: bool) -> int:
    code = exit_of(error)
    if json:
        click.echo(as_json(error.as_json() | {"exit": int(code)}))
    else:
        click.echo(_sentence(error), err=True)
    return code


def _sentence(error: OfertaError) -> str:
    if isinstance(error, WrongUse):
        return f"{error.usage}\n{error.message}".strip()
    meaning = (type(error).__doc__ or error.code).strip().split("\n")[0]
    facts = error.as_json()
    del facts["error"]
    lists = {name: value for name, value in facts.items() if isinstance(value, list) and value}
    short = [f"{name}: {value}" for name, value in facts.items() if name not in lists and value]
    lines = [f"{meaning} [{error.code}]"]
    lines[0] += f" ({'; '.join(short)})" if short else ""
    for name, values in lists.items():
        lines.append(f"{name}:")
        lines += [f"  {value}" for value in values]
    return "\n".join(lines)
