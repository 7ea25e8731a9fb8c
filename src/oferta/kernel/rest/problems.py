"""A refusal as a problem, for answers that hold several."""

from __future__ import annotations

from collections.abc import Mapping

from oferta.kernel.errors import OfertaError
from oferta.kernel.rest.schemas import Problem

#: Where each code is explained.
EXPLAINED_AT = "/api/docs/errors#"
#: Understood, and refused by a rule.
REFUSED = 422


class _Table:
    status_of: Mapping[str, int] = {}


def connect(status_of: Mapping[str, int]) -> None:
    """Make this the table of code to HTTP status; what is not in it is `REFUSED`."""
    _Table.status_of = status_of


def status_of(error: OfertaError | type[OfertaError]) -> int:
    """Return the HTTP status of a refusal, or of a kind of refusal."""
    return _Table.status_of.get(error.code, REFUSED)


def problem_of(error: OfertaError, instance: str) -> Problem:
    """Return a refusal as a problem (RFC 9457).

    Args:
        error: the refusal.
        instance: the path that was asked.
    """
    facts = error.as_json()
    del facts["error"]
    return Problem(
        type=EXPLAINED_AT + error.code,
        title=(type(error).__doc__ or error.code).strip().split("\n")[0],
        status=status_of(error),
        code=error.code,
        facts=facts,
        instance=instance,
    )
