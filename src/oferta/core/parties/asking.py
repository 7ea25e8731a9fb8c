"""Which new edition asks a customer again: the one in which a right of theirs falls."""

from __future__ import annotations

from datetime import datetime

from oferta.core import terms
from oferta.core.parties.models import EditionVerdict
from oferta.core.terms.publication import published
from oferta.core.terms.types import Edition, Pack
from oferta.kernel.clock import zoned

#: An edition to come is put to customers this many days before its first.
AHEAD_DAYS = 30


def newest(pack: Pack, today: int) -> Edition | None:
    """Return the edition that customers should answer to; None before the first is in force.

    That is the one in force, or a published one that will be within `AHEAD_DAYS`.

    Args:
        pack: with its editions.
        today: coded day.
    """
    in_sight = [
        one
        for one in pack.editions
        if one.start <= today
        or (one.start <= today + AHEAD_DAYS and published(pack.folder, one.id) is not None)
    ]
    return in_sight[-1] if in_sight else None


def questions_that_fall(pack: Pack, before: Edition, after: Edition) -> list[str]:
    """Return the questions in which a customer of `before` has less under `after`.

    What can be proved neither way counts as less: then a person is asked. The prover is loaded only
    here, through the lazy name of the package.
    """
    answered = {clause.question for clause in before.clauses.values()}
    return [
        name
        for name in pack.questions
        if name in answered and terms.rights_fall(pack, before, after, name)
    ]


def verdict(pack: Pack, before: Edition, after: Edition) -> list[str] | None:
    """Return the questions that fall as proved earlier; None if nobody has looked yet."""
    row = EditionVerdict.objects.filter(
        pack=pack.name, before=before.digest, after=after.digest
    ).first()
    return None if row is None else [str(name) for name in row.falls]


def prove(pack: Pack, before: Edition, after: Edition, *, now: datetime) -> list[str]:
    """Return the questions that fall, proving it if nobody has before; takes seconds."""
    known = verdict(pack, before, after)
    if known is not None:
        return known
    falls = questions_that_fall(pack, before, after)
    EditionVerdict.objects.get_or_create(
        pack=pack.name,
        before=before.digest,
        after=after.digest,
        defaults={"falls": falls, "proved_at": zoned(now)},
    )
    return falls
