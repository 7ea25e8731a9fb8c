"""What a change of editions came to on a history of events: recorded with a publication."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from oferta.core.terms.types import Type
from oferta.core.terms.values import write_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from oferta.core.terms.types import Edition, Pack

#: In the place of an effect that nobody measured: it is said, not left out.
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class EffectOfClauses:
    """Events that other clauses decide now, or that come out otherwise."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    events: int
    winners: int
    losers: int
    #: Change of the better field, as a pack writes it; "" if the question says of none.
    change: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What one question came to on a file of events, before and after."""

    question: str
    #: Name of the file and the SHA-256 of its content: whoever has it can measure again.
    file: str
    sha256: str
    events: int
    #: Events by what became of them: decided, gap, …
    statuses_before: dict[str, int]
    statuses_after: dict[str, int]
    #: Sums of what is added up, by field, as a pack writes them.
    totals_before: dict[str, str]
    totals_after: dict[str, str]
    #: The field by which customers gain or lose; "" if the question says of none.
    better: str
    winners: int
    losers: int
    #: Greatest change first.
    transitions: tuple[EffectOfClauses, ...]


def measured(
    pack: Pack, editions: tuple[Edition | None, Edition], question: str, events: Path, key: str = ""
) -> Effect:
    """Return what a question comes to on a file of events under two editions.

    Args:
        pack: the pack of both.
        editions: the edition before, None for the first one; and the one that is published.
        question: its name.
        events: CSV or Parquet, as for `oferta terms simulate`.
        key: the column that tells events apart; limits need it.

    Raises:
        EventsRefused: its subclasses say what is wrong with the file, by row and value.
        NotInSql, UnknownQuestion: the question cannot be simulated, or there is none.
        OSError: the file cannot be read.
    """
    from oferta.core.terms.simulating import Asked, simulate  # noqa: PLC0415 - it brings a database

    before, after = editions
    old, new = (before.id, after.id) if before else (after.id, "")
    found = simulate(Asked(pack, question, events, edition=old, against=new, key=key))
    types = {field.name: Type(field.type.kind, field.type.unit)
             for field in pack.questions[question].answer}  # fmt: skip
    sums, others = found.total.sums, found.total.against
    last = others if before else sums
    return Effect(
        question=question,
        file=events.name,
        sha256=_sha256(events),
        events=found.events,
        statuses_before=found.statuses if before else {},
        statuses_after=found.against_statuses if before else found.statuses,
        totals_before={n: write_value(v, types[n]) for n, v in sums.items()} if before else {},
        totals_after={name: write_value(value, types[name]) for name, value in last.items()},
        better=found.better,
        winners=found.total.winners,
        losers=found.total.losers,
        transitions=tuple(
            EffectOfClauses(
                one.before, one.after, one.events, one.winners, one.losers,
                write_value(one.change, types[found.better]) if found.better else "",
            )
            for one in found.transitions
        ),
    )  # fmt: skip


def effects_of(
    pack: Pack,
    editions: tuple[Edition | None, Edition],
    events: Mapping[str, Path],
    key: str = "",
) -> dict[str, object]:
    """Return the effect on each question as a record holds it; `NOT_MEASURED` without a file.

    Raises:
        As `measured`.
    """
    found: dict[str, object] = dict.fromkeys(pack.questions, NOT_MEASURED)
    for question, file in events.items():
        found[question] = asdict(measured(pack, editions, question, file, key))
    return found


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
