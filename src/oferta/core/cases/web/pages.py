"""What the pages of the desk have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest

from oferta.core.cases.types import Case
from oferta.core.parties import audit
from oferta.core.parties.types import Actor
from oferta.kernel import clock
from oferta.kernel.errors import OfertaError


def uuid_given(request: HttpRequest, name: str) -> UUID | None:
    """Return an id of the address's question, None if there is none; 404 if it is no id."""
    given = request.GET.get(name, "")
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise Http404(name) from None


def read(
    actor: Actor, what: str, subject_kind: str, subject_id: UUID | str, parties: Iterable[UUID]
) -> None:
    """Write into the audit log that the actor read something; before it is shown."""
    audit.record(
        actor=actor,
        what=what,
        subject_kind=subject_kind,
        subject_id=subject_id,
        parties=parties,
        now=clock.now(),
    )


#: Refusals that the desk says in words of their own.
_SAID = frozenset(
    {
        "own_act",
        "not_permitted",
        "closed",
        "nothing_proposed",
        "override_refused",
        "bad_resolution",
        "bad_words",
    }
)


def refused_key(error: OfertaError) -> str:
    """Return the key of the words for a refusal."""
    name = error.code.rpartition(".")[2]
    return f"desk.refused.{name if name in _SAID else 'other'}"


def say_refused(request: HttpRequest, error: OfertaError) -> None:
    """Say a refusal on the next page."""
    messages.error(request, refused_key(error), extra_tags="word")


def row_of(item: Case) -> dict[str, Any]:
    """Return a case and the key of the words for its kind."""
    return {"case": item, "kind_key": f"cases.kind.{item.kind}"}
