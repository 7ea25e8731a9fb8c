"""Writes docs/reference from the code: settings, command line, errors. `make docs` runs it."""

from __future__ import annotations

import os
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from inspect import cleandoc
from pathlib import Path

import click
import django

import oferta
from oferta.kernel.errors import OfertaError
from oferta.kernel.rest.problems import REFUSED
from oferta.project import config, requirements
from oferta.project.cli.commands import Command
from oferta.project.cli.exits import Exit, exit_of
from oferta.project.cli.main import cli
from oferta.project.rest.statuses import STATUS_OF

MADE = "<!-- Made from the code by `make docs`; change the code instead. -->"


#: Folders of the documentation in the order in which a newcomer reads them.
SECTIONS = {
    "start": "Start",
    "concepts": "Concepts",
    "howto": "How to",
    "rooms": "Rooms",
    "reference": "Reference",
    "decisions": "Decisions",
}
#: Pages that come before the others of their folder, in this order.
READ_FIRST = ("first-steps.md", "the-loop.md", "terms-language.md", "write-a-pack.md")


def pages() -> dict[str, str]:
    """Return every page of the reference that is made from the code, by its file name."""
    from oferta.project.rest import openapi  # noqa: PLC0415 - needs Django set up

    return {
        "settings.md": settings_page(),
        "cli.md": cli_page(),
        "errors.md": errors_page(),
        "openapi.json": openapi.text(),
        **requirement_pages(),
    }


def requirement_pages() -> dict[str, str]:
    """Return a page for each group of sources: every fact and where it is met."""
    root = Path(oferta.__file__).resolve().parents[2]
    found = [
        requirements.read(file, root)
        for file in sorted((root / "docs" / "requirements").glob("*.yaml"))
    ]
    return {
        f"requirements-{one.name}.md": _page(
            f"{one.title}: where each fact is met", requirements.lead(one), requirements.rows(one)
        )
        for one in found
    }


def index_page(docs: Path) -> str:
    """Return the list of every page under `docs`, each with its first sentence."""
    sections = []
    for folder, title in SECTIONS.items():
        found = sorted((docs / folder).glob("*.md"), key=_reading_order)
        lines = [
            f"- [{name}]({folder}/{page.name}): {lead}"
            for page in found
            for name, lead in (_title_and_lead(page),)
        ]
        sections.append(f"## {title}\n\n" + "\n".join(lines))
    return _page("Documentation", "Start at the top; look things up below.", *sections)


def settings_page() -> str:
    """Return the page of settings: name, type, default and meaning of each."""
    rows = [
        f"| `{config.variable_of(field.name)}` | {field.type} | {_default(field.default)} "
        f"| {meanings[field.name]} |"
        for meanings in (_meanings(),)
        for field in fields(config.Config)
    ]
    return _page(
        "Settings",
        "Read from the environment once, when a process starts. An empty value is the default.",
        "| name | type | default | meaning |\n|---|---|---|---|\n" + "\n".join(rows),
    )


def cli_page() -> str:
    """Return the page of the command line: every command, its words, options and example."""
    exits = "\n".join(f"| {code.value} | {meaning} |" for code, meaning in _exit_meanings().items())
    root = click.Context(cli, info_name="oferta")
    return _page(
        "Command line",
        "Every command takes `--json` and then prints one JSON object. A refusal is one line on\n"
        'stderr, or with `--json` the object `{"error": code, …facts, "exit": number}`.',
        "## Exit codes\n\n| code | meaning |\n|---|---|\n" + exits,
        *(_command_section(name, command, context) for name, command, context in commands(root)),
    )


def errors_page() -> str:
    """Return the page of errors: code, meaning, facts and exit code of each."""
    rows = [
        f"| `{error.code}` | {_first_line(error)} | {_facts(error)} | {_exit(error)} "
        f"| {_status(error)} |"
        for error in sorted(all_errors(), key=lambda error: error.code)
    ]
    return _page(
        "Errors",
        "Codes are stable: programs may act on them. Facts are the fields that come with a code,\n"
        "in JSON under the same names.",
        "| code | meaning | facts | exit code | HTTP |\n|---|---|---|---|---|\n" + "\n".join(rows),
    )


def commands(context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Yield every command below `context` with its full name."""
    group = context.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            below = click.Context(command, info_name=name, parent=context)
            yield below.command_path, command, below
            yield from commands(below)


def all_errors() -> list[type[OfertaError]]:
    """Return every refusal that Oferta has; imports every module to find them."""
    for module in pkgutil.walk_packages(oferta.__path__, "oferta."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)
    return _below(OfertaError)


def write(docs: Path) -> None:
    """Write every generated page and the index to the folder of the documentation."""
    for name, text in pages().items():
        (docs / "reference" / name).write_text(text, encoding="utf-8")
    (docs / "README.md").write_text(index_page(docs), encoding="utf-8")


def _reading_order(page: Path) -> tuple[int, str]:
    first = READ_FIRST.index(page.name) if page.name in READ_FIRST else len(READ_FIRST)
    return first, page.name


def _title_and_lead(page: Path) -> tuple[str, str]:
    """Return a page's heading and the first sentence of its text."""
    text = page.read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("# ")).removeprefix("# ")
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    lead = next(part for part in paragraphs if part and not part.startswith(("#", "<!--")))
    return title, lead.split(". ")[0].rstrip(".:").replace("*", "")


def _below(error: type[OfertaError]) -> list[type[OfertaError]]:
    found = []
    for kind in error.__subclasses__():
        if kind.__module__.startswith("oferta."):
            found += [kind, *_below(kind)]
    return found


def _page(title: str, lead: str, *sections: str) -> str:
    return "\n\n".join([f"# {title}", MADE, lead, *sections]) + "\n"


def _command_section(name: str, command: click.Command, context: click.Context) -> str:
    pieces = command.collect_usage_pieces(context)
    usage = f"```\n{name} {' '.join(pieces)}\n```"
    lines = [f"## {name}", usage, cleandoc(command.help or "")]
    records = [option.get_help_record(context) for option in command.params]
    options = [record for record in records if record and record[1]]
    if options and isinstance(command, Command):
        heads = "| option | meaning |\n|---|---|\n"
        lines.append(heads + "\n".join(f"| `{left}` | {right} |" for left, right in options))
        lines.append(f"Example: `{command.example}`")
    return "\n\n".join(lines)


def _meanings() -> dict[str, str]:
    """Return what the `#:` comments above the fields of `Config` say."""
    found: dict[str, str] = {}
    said: list[str] = []
    for line in Path(config.__file__).read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if text.startswith("#:"):
            said.append(text.removeprefix("#:").strip())
        elif said:
            found[text.partition(":")[0]] = " ".join(said)
            said = []
    return found


def _exit_meanings() -> dict[Exit, str]:
    source = Path(sys.modules[Exit.__module__].__file__ or "").read_text(encoding="utf-8")
    lines = [line.strip() for line in source.splitlines()]
    return {
        code: lines[lines.index(f"{code.name} = {code.value}") - 1].removeprefix("#: ")
        for code in Exit
    }


def _default(value: object) -> str:
    return f"`{value}`" if value != "" else "empty"


def _first_line(error: type[OfertaError]) -> str:
    return (error.__doc__ or "").strip().split("\n")[0].replace("|", "\\|")


def _facts(error: type[OfertaError]) -> str:
    return ", ".join(f"`{field.name}`" for field in fields(error))


def _exit(error: type[OfertaError]) -> int:
    return exit_of(error).value


def _status(error: type[OfertaError]) -> int:
    """Return the status with which the API refuses so."""
    return STATUS_OF.get(error.code, REFUSED)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oferta.project.settings")
    django.setup()
    write(Path(sys.argv[1]))
