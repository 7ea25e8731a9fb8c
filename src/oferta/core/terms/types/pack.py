"""A pack: what it declares once for every edition."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from oferta.core.terms.types.edition import Calendar, Edition
from oferta.core.terms.types.relations import Relation
from oferta.core.terms.types.values import Coded, Place, Type, Words
from oferta.kernel.i18n import Language


@dataclass(frozen=True, slots=True)
class Fact:
    """A typed fact that questions may look at."""

    name: str
    type: Type
    label: Words
    #: Of enum: how each value reads.
    value_labels: dict[str, Words]
    #: The customer could have chosen otherwise: the nearest change prefers such facts.
    changeable: bool
    place: Place
    #: It names a person, or leads to one: erasing the person replaces it.
    personal: bool = False
    #: What a case that does not name it counts as; None: there is no such value.
    default: Coded = None

    @property
    def may_be_left_out(self) -> bool:
        """Whether a case without it can be decided: one from before it was asked, for instance."""
        return self.type.nullable or self.default is not None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a question's answer."""

    name: str
    type: Type
    label: Words
    #: Of enum: how each value reads.
    value_labels: dict[str, Words] = field(default_factory=dict)
    #: What is good for the customer: more of it, less of it (of a boolean: true, false), or that
    #: it makes no difference; "": nobody said.
    good: Literal["", "more", "less", "any"] = ""
    #: Of enum: its values from best to worst for the customer; those not named are the worst.
    best_first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What a pack can be asked."""

    name: str
    about: str
    label: Words
    #: The fact (raw or derived, of kind date) that is the day of the event.
    day: str
    answer: tuple[Field, ...]
    combine: Literal["one", "sum", "max", "min"]
    #: Of max and min: the field that is compared.
    by: str
    #: The field in which more is better for the customer; "" if none is.
    better: str
    #: Raw facts that must be given, declared by the question.
    facts: tuple[str, ...]
    place: Place
    #: What holds of every answer, whatever the edition.
    promises: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: facts in, outcome or error out."""

    id: str
    question: str
    facts: dict[str, object]
    on: int | None
    #: Field to its expected value as written; None if an error is expected.
    outcome: dict[str, object] | None
    decided_by: tuple[str, ...] | None
    #: Expected error code, as `terms.gap`.
    error: str
    cites: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Pack:
    """One operator's published terms: every edition of them."""

    name: str
    publisher: str
    title: Words
    #: The language whose text prevails.
    authoritative: Language
    facts: dict[str, Fact]
    lists: dict[str, tuple[Coded, ...]]
    list_labels: dict[str, Words]
    calendars: dict[str, Calendar]
    questions: dict[str, Question]
    #: Oldest first.
    editions: tuple[Edition, ...]
    examples: tuple[Example, ...]
    folder: Path = field(compare=False)
    #: What holds between facts: facts that contradict each other are refused.
    assumptions: tuple[Relation, ...] = ()

    def assumed(self, question: Question) -> tuple[Relation, ...]:
        """Return what is assumed of the facts that a question asks for."""
        asked = set(question.facts)
        return tuple(one for one in self.assumptions if asked.issuperset(one.reads))
