"""What is simulated, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from oferta.core.terms.types import Pack


@dataclass(frozen=True, slots=True)
class Asked:
    """A question over a file of events."""

    pack: Pack
    question: str
    events: Path
    #: Edition id; "": each event is decided by the edition of its own day.
    edition: str = ""
    #: The edition compared with; "": none.
    against: str = ""
    #: A fact whose values the sums are also told by; "": none.
    group: str = ""
    #: The column that tells events apart, which orders them for limits; "": none.
    key: str = ""
    memory: str = "1GB"
    #: What decides: duckdb, postgres or spark. DuckDB reads and checks the file in any case.
    engine: str = "duckdb"
    #: Of a cluster of Spark; "": this machine.
    master: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What some of the events come to: under one status, clause or group."""

    name: str
    events: int
    #: Sums by field, coded; of the compared edition too, if there is one.
    sums: dict[str, int]
    against: dict[str, int] = field(default_factory=dict)
    winners: int = 0
    losers: int = 0


@dataclass(frozen=True, slots=True)
class Transition:
    """Events that one edition decides by some clauses and the other by some."""

    #: Ids of the deciding clauses, or the status if none decided.
    before: tuple[str, ...]
    after: tuple[str, ...]
    events: int
    winners: int
    losers: int
    #: The change of the better field, coded.
    change: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """The whole result, coded; `showing` writes it."""

    pack: str
    question: str
    edition: str
    against: str
    #: The field by which winners and losers are told.
    better: str
    events: int
    statuses: dict[str, int]
    against_statuses: dict[str, int]
    total: Share
    clauses: list[Share]
    against_clauses: list[Share]
    groups: list[Share]
    #: Greatest change first; only what changed.
    transitions: list[Transition]
    seconds: float
