"""What is done with decisions: decide, override, say who may override how much."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from oferta.core.decisions import batch, models, overriding, preparing, recounting
from oferta.core.decisions.errors import BadOverride
from oferta.core.decisions.preparing import Prepared
from oferta.core.decisions.types import (
    Answer,
    Decision,
    Event,
    Override,
    Recount,
    Recounted,
)
from oferta.core.ledger import actions as ledger
from oferta.core.ledger.types import NewAccount
from oferta.kernel.clock import zoned


def decide_many(events: Sequence[Event] | Prepared, *, now: datetime) -> list[Answer]:
    """Decide events in the order given, move their money and tell their customers, or nothing.

    One database transaction (the caller's, if there is one): decisions, transfers, notices, limits
    and the outbox job commit together. An event that was decided before is answered as it was and
    has no second effect. One event that cannot be asked, stops or is refused does not disturb the
    others; its answer says so.

    Args:
        events: any number, or what `ahead` yields; throughput comes from batches of a thousand.
        now: zone-aware; when the decisions are made. Which edition counts is the event's day.

    Returns:
        One answer per event, in order.
    """
    prepared = events if isinstance(events, Prepared) else Prepared(events)
    return batch.decide(prepared, now=zoned(now))


def ahead(batches: Iterable[Iterable[Event]]) -> Iterator[Prepared]:
    """Yield batches for `decide_many`, each prepared while the one before is decided.

    For a service that has its own to write beside each batch, in the same database transaction;
    otherwise see `decide_all`. What it asks of the database outside `decide_many` is waited for
    with work too if it does so within `meanwhile(batch.step)`.

    Args:
        batches: of events in order; one batch is taken more than has been yielded. They are made
            before the batches in front of them are decided, so they must not rest on those; a
            generator of events is drawn from a few at a time, and must not ask the database.
    """
    return preparing.ahead(batches)


def decide_all(
    batches: Iterable[Sequence[Event]], *, clock: Callable[[], datetime]
) -> Iterator[list[Answer]]:
    """Decide batch after batch, each in a database transaction of its own; see `decide_many`.

    The next batch is read and decided while the database works on the one before, so a feed comes
    through faster than by `decide_many`. Nothing else differs: the same rows in the same order.

    Args:
        batches: of events in order; one batch is taken more than has been answered.
        clock: tells when the decisions are made, anew for each batch.

    Returns:
        The answers of each batch once it is committed. What a batch raises leaves nothing of it
        behind, and the batches before it stand.
    """
    for prepared in preparing.ahead(batches):
        yield batch.decide(prepared, now=zoned(clock()))


def decide(event: Event, *, now: datetime) -> Answer:
    """Decide one event; see `decide_many`.

    Raises:
        KeyReused: the key was used for another content.
        TermsError: unknown pack, question or fact, a missing or wrong fact.
        BadEvent, UnknownParty, UnknownPlan: the event itself cannot be used.
    """
    (answer,) = decide_many([event], now=now)
    if answer.error is not None:
        raise answer.error
    return answer


def override(wanted: Override, *, now: datetime) -> Decision:
    """Put a new Decision in the place of one: by corrected facts, or by a grant of staff.

    With corrected facts the terms decide again, under the edition in force on the day of the event
    (BC-89). What the old Decision moved is reversed and what the new one moves is posted, together
    or not at all, and the customer is told. The old Decision stays as it is.

    Raises:
        UnknownDecision, AlreadyOverridden, BadOverride: what was asked cannot be done.
        SecondPersonNeeded: more is at stake than the actor may move alone.
        Stopped, TermsError: the corrected facts cannot be decided either.
        OverrideRefused: the ledger refused (as when what must be taken back is spent already).
    """
    return overriding.override(wanted, now=zoned(now))


def recount(wanted: Sequence[Recount], *, now: datetime) -> list[Recounted]:
    """Make Decisions again, in the order given, where something that came late changes them.

    All of them first give back what they used of limits, and then take it in that order. One that
    comes out as it was stays; another is put in the place of each that does not, as by `override`,
    but by the terms of the day alone: nobody grants anything, so nobody stands behind it.

    Args:
        wanted: Decisions that count now, each once.
        now: zone-aware.

    Returns:
        Those that came out otherwise, in order.

    Raises:
        UnknownDecision, AlreadyOverridden: one is not there, or does not count any more.
        Stopped, TermsError: one cannot be decided.
        OverrideRefused: the ledger refused.
    """
    return recounting.recount(wanted, now=zoned(now))


def open_accounts(accounts: Iterable[NewAccount]) -> dict[str, int]:
    """Open the ledger accounts that do not exist yet; return the id of each one by key.

    Services come to the ledger through this door, because only decisions may write to it.

    Raises:
        BadAccount, AccountDiffers: as of the ledger.
    """
    return {key: account.id for key, account in ledger.open_accounts(accounts).items()}


def set_authority(pack: str, *, second_person_above: int) -> None:
    """Let one member of staff move up to an amount (minor units) alone under a pack's terms.

    Raises:
        BadOverride: the amount is below zero.
    """
    if second_person_above < 0:
        raise BadOverride(
            field="second_person_above", given=str(second_person_above), expected="0 or more"
        )
    models.Authority.objects.update_or_create(
        pack=pack, defaults={"second_person_above": second_person_above}
    )
