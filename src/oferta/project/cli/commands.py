"""What every command has: `--json`, an example in its help, Django only where it is needed."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click

from oferta.project.cli.output import Output


class Command(click.Command):
    """A command that takes `--json`, shows an example, and gets an `Output` by `pass_obj`.

    Args:
        example: one line that works, without the prompt.
        django: it needs tables; Django is set up before it runs.
    """

    def __init__(self, *args: Any, example: str, django: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example
        self.django = django
        self.params.append(
            click.Option(
                ["--json"],
                is_flag=True,
                expose_value=False,
                callback=_choose_json,
                help="Print one JSON object instead of text.",
            )
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        ctx.ensure_object(Output)
        if self.django:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oferta.project.settings")
            import_module("django").setup()
        return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example under the options."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Example"):
            formatter.write_text(self.example)


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called or listed.

    Args:
        lazy: command name to `module:attribute`.
    """

    def __init__(self, *args: Any, lazy: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are declared."""
        return [*self.lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, imported now if it was not before."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.lazy[cmd_name].partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found


def _choose_json(ctx: click.Context, _option: click.Parameter, chosen: bool) -> None:
    ctx.ensure_object(Output).json |= chosen
