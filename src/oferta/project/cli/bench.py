"""`oferta bench`: measures beside its anchors on this machine, in one run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, ClassVar, cast

import click

from oferta.kernel.errors import OfertaError
from oferta.project.cli.commands import Command
from oferta.project.cli.exits import Exit
from oferta.project.cli.output import Output, table

FOLDER = Path(__file__).resolve().parents[4] / "tests" / "bench"
Row = dict[str, Any]


@dataclass(eq=False, kw_only=True)
class NotACheckout(OfertaError):
    """Benches are part of the source, not of an installed package; run this from a checkout."""

    code: ClassVar[str] = "project.not_a_checkout"
    looked_for: str


def names() -> list[str]:
    """Return the benches of this checkout."""
    found = (path.stem for path in FOLDER.glob("*.py") if "def main(" in path.read_text())
    return sorted(name for name in found if not name.startswith("_"))


@click.command(cls=Command, example="oferta bench ledger --rounds 5 --json")
@click.argument("name")
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Runs whose median is taken.",
)
@click.pass_obj
def bench(out: Output, name: str, rounds: int) -> Exit:
    """Measure NAME (terms, ledger, loop, club, …) beside its anchor and print the ratio.

    Anchor and Oferta run on the same machine in the same run, so the ratio can be compared with
    the one in the documentation even where the figures cannot. Ends with 1 if a ratio is below
    the least that the project promises.
    """
    rows = _main_of(name)(rounds)
    missed = [row["name"] for row in rows if row.get("target") and row["ratio"] < row["target"]]
    out.emit({"bench": name, "rounds": rounds, "results": rows, "missed": missed}, _text(rows))
    return Exit.FOUND_PROBLEMS if missed else Exit.OK


def _main_of(name: str) -> Callable[[int], list[Row]]:
    if not FOLDER.is_dir():
        raise NotACheckout(looked_for=str(FOLDER))
    if name not in names():
        raise click.BadParameter(f"there is no bench {name!r}; there are: {', '.join(names())}")
    sys.path.insert(0, str(FOLDER))
    spec = spec_from_file_location(f"bench_{name}", FOLDER / f"{name}.py")
    if spec is None or spec.loader is None:
        raise NotACheckout(looked_for=str(FOLDER / f"{name}.py"))
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return cast("Callable[[int], list[Row]]", module.main)


def _text(rows: list[Row]) -> str:
    heads = ["", "Oferta", "anchor", "unit", "ratio", "at least"]
    return table(heads, [_cells(row) for row in rows])


def _cells(row: Row) -> list[str]:
    least = f"{row['target']:g}" if row.get("target") else ""
    figures = [f"{row['ours']:,.4g}", f"{row['anchor']:,.4g}" if row.get("anchor") else ""]
    ratio = f"{row['ratio']:.2f}" if row.get("ratio") else ""
    return [row["name"], *figures, row["unit"], ratio, least]
