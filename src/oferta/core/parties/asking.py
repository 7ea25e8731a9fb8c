"""Which new edition asks a customer again: the one in which a right of theirs falls."""

from __future__ import annotations

from datetime import datetime

from oferta.core.parties.falling import answered_by, questions_that_fall
from oferta.core.parties.models import EditionVerdict
from oferta.core.terms.beside import NotProvedInTime, ask
from oferta.core.terms.publication import published
from oferta.core.terms.types import Edition, Pack
from oferta.kernel.clock import zoned

#: A proof that takes longer is no proof: then the customers are asked.
PROOF_SECONDS = 120
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


def verdict(pack: Pack, before: Edition, after: Edition) -> list[str] | None:
    """Return the questions that fall as proved earlier; None if nobody has looked yet."""
    row = EditionVerdict.objects.filter(
        pack=pack.name, before=before.digest, after=after.digest
    ).first()
    return None if row is None else [str(name) for name in row.falls]


def prove(pack: Pack, before: Edition, after: Edition, *, now: datetime) -> list[str]:
    """Return the questions that fall, proving it if nobody has before.

    The prover works in a process of its own, for seconds; what it cannot prove counts as falling.
    """
    known = verdict(pack, before, after)
    if known is not None:
        return known
    try:
        falls = ask(PROOF_SECONDS, questions_that_fall, pack, before, after)
    except NotProvedInTime:
        falls = answered_by(before)
    EditionVerdict.objects.get_or_create(
        pack=pack.name,
        before=before.digest,
        after=after.digest,
        defaults={"falls": falls, "proved_at": zoned(now)},
    )
    return falls
