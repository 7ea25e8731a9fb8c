"""`oferta club replay`: feed a file of payments through the loop, and say how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oferta.kernel.clock import now
from oferta.kernel.money import decimal_text
from oferta.project.cli.commands import Command
from oferta.project.cli.exits import Exit
from oferta.project.cli.ledger import proof_text
from oferta.project.cli.output import Output, table
from oferta.services.club.types import ReplayReport

if TYPE_CHECKING:
    from oferta.core.ledger.types import Proof
    from oferta.services.club.drawn.actions import DrawnReport
    from oferta.services.club.drawn.ending import Compared
    from oferta.services.club.mapping import Mapping

#: Bad rows and failures that the text shows; `--json` has all of them.
SHOWN_MAX = 10


@dataclass(frozen=True, slots=True)
class _Given:
    """The options."""

    mapping_file: Path | None
    batch: int
    seed: int | None
    shuffle: int | None
    save_end: Path | None
    compare_end: Path | None


@click.command(
    "replay",
    cls=Command,
    django=True,
    example="oferta club replay samples/card-payments-2017.csv.gz",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(path_type=Path),
    help="How rows are read as payments; club-mapping.yaml beside the file by default.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 10_000),
    default=1000,
    show_default=True,
    help="Payments decided in one database transaction.",
)
@click.option(
    "--with-redemptions",
    "seed",
    type=int,
    metavar="SEED",
    help="Draw bills paid with bonuses, and refunds of them, between payments; prove the books.",
)
@click.option(
    "--shuffle",
    type=int,
    metavar="SEED",
    help="Let the payments arrive in an order drawn from this, refunds before purchases too.",
)
@click.option(
    "--save-end",
    type=click.Path(path_type=Path),
    help="Write here how everything stands at the end, to be compared with another run's.",
)
@click.option(
    "--compare-end",
    type=click.Path(path_type=Path),
    help="Compare how everything stands with an end that was saved, and say what differs.",
)
@click.pass_obj
def replay(out: Output, /, file: Path, **given: Any) -> Exit | None:
    """Feed a file of card payments through the loop: decide, post, notify.

    Prints what was earned, what earned nothing and by which clause, and the ledger's proof. Running
    it again changes nothing: what was decided is answered as it was. Bad rows are listed with file
    and line, and the rest go on.

    With a seed, members also pay bills with bonuses and have them refunded in random parts, and at
    the end it is proved for every one of them: payments gave lines or a clause says why not,
    statements and lots come to the ledger's balance, whole refunds gave back what was paid.

    Shuffled, in another database, it must come to the same end: save one and compare the other.
    Whether bonuses paid a bill is of its moment and may differ; nothing else may (exit 1).
    """
    from oferta.core.ledger.queries import verify
    from oferta.services.club.boards import totals
    from oferta.services.club.mapping import load_mapping

    options = _Given(**given)
    mapping = load_mapping(options.mapping_file or file.parent / "club-mapping.yaml")
    report, played = _play(out, file, mapping, options)
    totals.fold()  # the owner's page need not wait for the worker
    emitted, said, same = _ended(options)
    proof = verify()
    ok = proof.ok and not report.failed and (played is None or played.ok)
    emitted |= {"ok": ok, "report": report, "assumptions": mapping.assumptions, "proof": proof}
    if played is not None:
        emitted["drawn"] = played
    out.emit(emitted, "\n\n".join([*_said(report, played, proof), *said]))
    return None if ok and same and not report.bad_rows else Exit.FOUND_PROBLEMS


def _play(
    out: Output, file: Path, mapping: Mapping, given: _Given
) -> tuple[ReplayReport, DrawnReport | None]:
    from oferta.services.club import actions
    from oferta.services.club.drawn import actions as drawn

    intake = actions.read_file(file)
    if given.shuffle is not None:
        intake = drawn.shuffled(intake, seed=given.shuffle, batch=given.batch)
    told: dict[str, Any] = {"now": now(), "batch": given.batch}
    with out.progress("Replaying", total=len(intake.payments)) as step:
        if given.seed is None:
            return actions.replay(intake, mapping, progress=step, **told), None
        played = drawn.replay(intake, mapping, seed=given.seed, progress=step, **told)
        return played.replayed, played


def _ended(given: _Given) -> tuple[dict[str, object], list[str], bool]:
    """Save and compare how it ended, as asked; tell whether what must be the same is."""
    from oferta.services.club.drawn import ending

    if given.save_end is None and given.compare_end is None:
        return {}, [], True
    before = ending.read(given.compare_end) if given.compare_end else None
    end = ending.end()
    digests = {"any_order": ending.digest(end, invariant=True),
               "all": ending.digest(end, invariant=False)}  # fmt: skip
    said = [f"What the order of arrival may not change: {digests['any_order']}",
            f"Everything: {digests['all']}"]  # fmt: skip
    emitted: dict[str, object] = {"end": digests}
    same = True
    if given.save_end:
        ending.write(end, given.save_end)
    if before is not None:
        found = ending.compared(before, end, bills=given.seed is not None)
        emitted["compared"] = found
        said.append(_compared(found))
        same = not any(one.differ for one in found if one.invariant)
    return emitted, ["\n".join(said)], same


def _said(report: ReplayReport, played: DrawnReport | None, proof: Proof) -> list[str]:
    drawn = [] if played is None else [_drawn(played), _promises(played)]
    return [_counts(report), _clauses(report), _troubles(report), *drawn, proof_text(proof)]


def _compared(found: list[Compared]) -> str:
    heads = ["compared", "of", "differ", "may differ"]
    rows: list[list[Any]] = [
        [one.name, one.things, len(one.differ), "no" if one.invariant else "yes"] for one in found
    ]
    wrong = [f"{one.name}: {name}" for one in found if one.invariant
             for name in one.differ[:SHOWN_MAX]]  # fmt: skip
    return "\n".join([table(heads, rows), *wrong])


def _counts(report: ReplayReport) -> str:
    return table(
        ["", "number"],
        [
            ["rows read", report.rows],
            ["bad rows", len(report.bad_rows)],
            ["events decided in this run", report.decided_now],
            ["events decided before, unchanged", report.decided_before],
            ["exact repeats that wait for a person", report.repeats_held],
            ["refunds whose purchase is not on file", report.refunds_unmatched],
            ["stopped, refused or rejected", len(report.failed)],
        ],
    )


def _drawn(played: DrawnReport) -> str:
    return table(
        ["drawn", "number", "bonuses"],
        [
            ["bills paid with bonuses", played.bills_paid, decimal_text(played.redeemed, 2)],
            ["bills that bonuses did not pay", played.bills_not_paid, ""],
            ["refunds of them", played.refunds, decimal_text(played.restored, 2)],
        ],
    )


def _promises(played: DrawnReport) -> str:
    heads = ["proved", "of", "broken"]
    said = table(heads, [[one.name, one.count, len(one.wrong)] for one in played.proved])
    return "\n".join([said, *(w for one in played.proved for w in one.wrong[:SHOWN_MAX])])


def _clauses(report: ReplayReport) -> str:
    rows = [
        [question, clauses, tally.decisions, tally.held, decimal_text(tally.amount, 2)]
        for question, by_clause in report.clauses.items()
        for clauses, tally in sorted(by_clause.items(), key=lambda item: -item[1].decisions)
    ]
    return table(["question", "decided by", "decisions", "held", "bonuses"], rows)


def _troubles(report: ReplayReport) -> str:
    said = [str(row) for row in report.bad_rows[:SHOWN_MAX]]
    said += [f"{key}: {why}" for key, why in list(report.failed.items())[:SHOWN_MAX]]
    left = len(report.bad_rows) + len(report.failed) - len(said)
    if left:
        said.append(f"… and {left} more; --json has all of them")
    return "\n".join(said) or "No bad rows, nothing stopped."
