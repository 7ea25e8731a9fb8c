"""Codes are not guessed: who tried too many wrong ones waits.

A try is taken before the code is looked at and given back if it was right: so many at once get no
further than so many one after another, and a right code does not pass once the tries are used up.
Of who tries, keyed digests are kept until their tries are all there again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from oferta.kernel import asking
from oferta.kernel.clock import zoned
from oferta.services.tickets import guest_holds, vouchers
from oferta.services.tickets.errors import TooManyGuesses
from oferta.services.tickets.models import Guess

#: All tries are there again after so long.
WINDOW = timedelta(minutes=15)
#: Wrong codes in that time. Many people stand behind one address of a telephone network.
PER_ADDRESS, PER_PERSON, PER_CALLER = 40, 8, 200


class Kind(StrEnum):
    """What is guessed at; the tries of each are counted apart."""

    VOUCHER = "voucher"
    PROMO = "promo"
    #: An order's code with a contact, by who did not sign in.
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who tries, by all that is known of them."""

    #: Of the network; "" if none can be told.
    address: str = ""
    #: The mark of a browser's session; "" without one.
    session: str = ""
    party_id: UUID | None = None
    #: A system that asks by the API for its own buyers.
    caller_id: UUID | None = None


# In one order, so that two who share an address and a session never wait for each other in a ring.
_TAKE = """
INSERT INTO tickets_guess AS guess (who, full_at)
SELECT asked.who, %(now)s + asked.step
FROM unnest(%(who)s::text[], %(steps)s::interval[]) AS asked (who, step) ORDER BY asked.who
ON CONFLICT (who) DO UPDATE
    SET full_at = greatest(guess.full_at, %(now)s) + (excluded.full_at - %(now)s)
    WHERE greatest(guess.full_at, %(now)s) + (excluded.full_at - %(now)s)
          <= %(now)s + %(window)s
RETURNING who
"""
_GIVE_BACK = """
UPDATE tickets_guess AS guess SET full_at = guess.full_at - asked.step
FROM unnest(%(who)s::text[], %(steps)s::interval[]) AS asked (who, step)
WHERE guess.who = asked.who
"""


def take(kind: Kind, who: Who, *, now: datetime) -> None:
    """Take one try.

    Args:
        kind: of what.
        who: tries; each of what is known of them counts.
        now: zoned.

    Raises:
        TooManyGuesses: there is none left now.
    """
    counted = _counted(kind, who)
    if not counted:
        return
    given = {**_columns(counted), "now": zoned(now), "window": WINDOW}
    # Whatever becomes of the code, the try counts: callers have no database transaction open.
    with transaction.atomic():
        if len(asking.rows(_TAKE, given)) == len(counted):
            return
        transaction.set_rollback(True)
    raise TooManyGuesses(minutes=max(1, math.ceil(max(counted.values()) / timedelta(minutes=1))))


def give_back(kind: Kind, who: Who) -> None:
    """Give back a try that was right."""
    counted = _counted(kind, who)
    if counted:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, _columns(counted))


@contextmanager
def trying(kind: Kind, who: Who, *, wrong: type[Exception], now: datetime) -> Iterator[None]:
    """Try a code in what follows.

    Args:
        kind: of what.
        who: tries.
        wrong: raised inside if the code is wrong; anything else gives the try back.
        now: zoned.

    Raises:
        TooManyGuesses: none is left now; nothing was tried.
    """
    take(kind, who, now=now)
    try:
        yield
    except wrong:
        raise
    except Exception:
        give_back(kind, who)
        raise
    give_back(kind, who)


def try_voucher(code: str, who: Who, *, now: datetime) -> None:
    """Count a voucher's code as a try, unless there is such a voucher.

    Raises:
        TooManyGuesses: no try is left now.
    """
    take(Kind.VOUCHER, who, now=now)
    if vouchers.is_known(code):
        give_back(Kind.VOUCHER, who)


def forget_old(*, now: datetime) -> None:
    """Throw away what no longer counts."""
    Guess.objects.filter(full_at__lt=zoned(now)).delete()


def _counted(kind: Kind, who: Who) -> dict[str, timedelta]:
    """Return digest to how much of the window one try takes."""
    known = {
        "address": (guest_holds.network_of(who.address), PER_ADDRESS),
        "session": (who.session, PER_PERSON),
        "party": (str(who.party_id or ""), PER_PERSON),
        "caller": (str(who.caller_id or ""), PER_CALLER),
    }
    return {
        _digest(f"{kind}/{name}/{value}"): WINDOW / most
        for name, (value, most) in known.items()
        if value
    }


def _columns(counted: dict[str, timedelta]) -> dict[str, Any]:
    return {"who": list(counted), "steps": list(counted.values())}


def _digest(text: str) -> str:
    return salted_hmac("oferta.tickets.guess", text, algorithm="sha256").hexdigest()
