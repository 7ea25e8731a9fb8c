"""In which questions a customer has less: pure, so that any process can prove it."""

from __future__ import annotations

from oferta.core import terms
from oferta.core.terms.types import Edition, Pack


def answered_by(edition: Edition) -> list[str]:
    """Return the questions that an edition answers at all."""
    return list(dict.fromkeys(clause.question for clause in edition.clauses.values()))


def questions_that_fall(pack: Pack, before: Edition, after: Edition) -> list[str]:
    """Return the questions in which a customer of `before` has less under `after`.

    What can be proved neither way counts as less: then a person is asked. The prover is loaded only
    here, through the lazy name of the package.
    """
    return [name for name in answered_by(before) if terms.rights_fall(pack, before, after, name)]
