"""Keep a customer from acting, by a published clause; let them act again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from oferta.core.parties import audit, models, queries
from oferta.core.parties.errors import BadCustomer, NotPermitted, UnknownCustomer
from oferta.core.parties.identity_types import BlockEntry, BlockLifted, CustomerBlocked
from oferta.core.parties.login_errors import Blocked
from oferta.core.parties.types import Actor, Permission
from oferta.core.terms import shelf
from oferta.kernel import asking, events
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7

_IN_FORCE = "customer_id = %s AND lifted_at IS NULL"
_HOLD = "SELECT 1 FROM parties_customer WHERE id = %s FOR KEY SHARE"


@transaction.atomic
def block(
    customer_id: UUID,
    *,
    reason: str,
    clause: tuple[str, str, str],
    actor: Actor,
    now: datetime,
) -> BlockEntry:
    """Keep a customer from acting; a block in force stays as it is.

    They are told why and by which clause, a case opens in which they may appeal, and they go on
    reading their pages and exporting their data.

    Args:
        customer_id: whom.
        reason: shown to the customer.
        clause: pack, edition and id of the published clause that allows it.
        actor: the member of staff who answers for it.
        now: zone-aware.

    Raises:
        BadCustomer: no reason, or no such clause.
        UnknownCustomer: there is none.
    """
    _check(queries.customer(customer_id).key, reason, clause)
    models.Customer.objects.select_for_update().get(id=customer_id)
    standing = in_force(customer_id)
    if standing is not None:
        return standing
    row = models.Block(
        id=uuid7(),
        customer_id=customer_id,
        reason=reason.strip(),
        pack=clause[0],
        edition=clause[1],
        clause=clause[2],
        by_id=actor.id,
        since=zoned(now),
    )
    row.save(force_insert=True)
    made = _entry(row)
    _record("customer.blocked", customer_id, actor, reason, now)
    events.publish(CustomerBlocked(block=made))
    return made


@transaction.atomic
def lift(customer_id: UUID, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Let a customer act again and tell them why; return whether they were blocked.

    Raises:
        NotPermitted: the actor's roles do not allow it; who blocks is seldom who lifts.
        OwnAct: the actor is the customer.
    """
    queries.ensure_not_own(actor, customer_id)
    if not actor.may(Permission.LIFT_BLOCK):
        raise NotPermitted(actor=actor.name, permission=Permission.LIFT_BLOCK)
    rows = models.Block.objects.filter(customer_id=customer_id, lifted_at=None)
    lifted = rows.update(lifted_at=zoned(now), lifted_by_id=actor.id, lifted_because=reason)
    if lifted:
        _record("customer.unblocked", customer_id, actor, reason, now)
        events.publish(BlockLifted(customer_id=customer_id, reason=reason, at=now, by_id=actor.id))
    return bool(lifted)


def in_force(customer_id: UUID) -> BlockEntry | None:
    """Return the block that keeps a customer from acting, if there is one."""
    rows = asking.found(models.Block, _IN_FORCE, [customer_id])
    return _entry(rows[0]) if rows else None


def of_customer(customer_id: UUID) -> list[BlockEntry]:
    """Return every block of a customer, the latest first."""
    rows = models.Block.objects.filter(customer_id=customer_id).order_by("-since")
    return [_entry(row) for row in rows]


def ensure_may_act(customer_id: UUID) -> None:
    """Do nothing if the customer may act; services ask before what a customer does themselves.

    A block that is being made waits for the caller's commit, or this waits for the block's: what
    begins after a block is refused.

    Raises:
        UnknownCustomer: there is none.
        Blocked: they are blocked.
    """
    if not asking.rows(_HOLD, [customer_id]):
        raise UnknownCustomer(customer_id=str(customer_id))
    found = in_force(customer_id)
    if found is not None:
        raise Blocked(customer_id=str(customer_id), reason=found.reason, clause=found.clause)


def _check(key: str, reason: str, clause: tuple[str, str, str]) -> None:
    if not reason.strip():
        raise BadCustomer(key=key, field="reason", given=reason, expected="words for the customer")
    if not _is_published(*clause):
        given = "/".join(clause)
        raise BadCustomer(key=key, field="clause", given=given, expected="a published clause")


def _is_published(pack: str, edition: str, clause: str) -> bool:
    found = shelf.terms().packs.get(pack)
    editions = () if found is None else found.editions
    return any(item.id == edition and clause in item.clauses for item in editions)


def _record(what: str, customer_id: UUID, actor: Actor, reason: str, now: datetime) -> None:
    audit.record(
        actor=actor,
        what=what,
        subject_kind="customer",
        subject_id=customer_id,
        parties=[customer_id],
        reason=reason,
        now=now,
    )


def _entry(row: models.Block) -> BlockEntry:
    return BlockEntry(
        id=row.id,
        customer_id=row.customer_id,
        reason=row.reason,
        pack=row.pack,
        edition=row.edition,
        clause=row.clause,
        since=row.since,
        lifted_at=row.lifted_at,
        by_id=row.by_id,
    )
