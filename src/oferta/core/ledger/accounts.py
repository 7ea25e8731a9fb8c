"""Open and close accounts on a given psycopg connection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from psycopg import Connection, Cursor

from oferta.core.ledger import reading, sql
from oferta.core.ledger.errors import AccountDiffers, BadAccount
from oferta.core.ledger.types import FLOOR_MIN, Account, Limit, NewAccount
from oferta.kernel.money import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_LENGTH_MAX = 200
_KEY = re.compile(r"[^\s/\x00-\x1f]+(/[^\s/\x00-\x1f]+)*")


def open_accounts(connection: Connection[Any], wanted: Iterable[NewAccount]) -> dict[str, Account]:
    """Open the accounts that do not exist yet and return all of them by key.

    Raises:
        BadAccount: a key, unit, limit or floor is impossible.
        AccountDiffers: a key is taken by an account with another unit, limit or floor.
    """
    asked: dict[str, NewAccount] = {}
    for one in wanted:
        check(one)
        if asked.setdefault(one.key, one) != one:
            raise AccountDiffers(key=one.key)
    found = reading.accounts_by_key(connection, asked)
    missing = [asked[key] for key in sorted(asked.keys() - found.keys())]
    if missing:
        with connection.transaction():
            Cursor(connection).execute(sql.OPEN_ACCOUNTS, _arrays(missing))
        found = reading.accounts_by_key(connection, asked)
    for key, account in found.items():
        want = asked[key]
        if (account.unit, account.limit, account.floor) != (want.unit, want.limit, want.floor):
            raise AccountDiffers(key=key)
    return found


def check(wanted: NewAccount) -> None:
    """Refuse an account that cannot be.

    Raises:
        BadAccount: naming what is wrong.
    """
    if not _KEY.fullmatch(wanted.key) or len(wanted.key) > KEY_LENGTH_MAX:
        raise BadAccount(key=wanted.key, wrong="key")
    if wanted.unit not in UNITS:
        raise BadAccount(key=wanted.key, wrong="unit")
    lowest = 0 if wanted.limit is Limit.NONE else FLOOR_MIN
    if not lowest <= wanted.floor <= 0:
        raise BadAccount(key=wanted.key, wrong="floor")


def set_closed(connection: Connection[Any], account_ids: Iterable[int], *, closed: bool) -> None:
    """Close accounts to new transfers or open them again; what is so already stays so.

    Raises:
        UnknownAccount: one does not exist; nothing changed.
    """
    ids = sorted(set(account_ids))
    for one in ids:
        reading.account(connection, one)
    Cursor(connection).execute(sql.SET_CLOSED, (ids, closed))


def _arrays(missing: list[NewAccount]) -> tuple[list[str], list[str], list[int], list[int]]:
    return (
        [one.key for one in missing],
        [one.unit for one in missing],
        [int(one.limit) for one in missing],
        [one.floor for one in missing],
    )
