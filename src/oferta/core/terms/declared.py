"""What terms.yaml declares, as far as it could be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from oferta.core.terms.scope import NamedList
from oferta.core.terms.types import Calendar, Fact, Question, Relation, Words
from oferta.core.terms.yaml_source import Scalar
from oferta.kernel.i18n import Language


@dataclass(slots=True)
class Declarations:
    """What terms.yaml says, as far as it could be read."""

    name: str = ""
    publisher: str = ""
    authoritative: Language = "en"
    title: Words = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    lists: dict[str, NamedList] = field(default_factory=dict)
    list_labels: dict[str, Words] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    required_values: tuple[Scalar, ...] = ()
    #: What is assumed of facts; read after all else is known.
    assumptions: tuple[Relation, ...] = ()
    #: By question and field: what a `then` that does not name the field gives it.
    defaults: dict[tuple[str, str], Scalar] = field(default_factory=dict)
    #: Names that are declared, but with a problem of their own.
    broken: set[str] = field(default_factory=set)
