"""Accounts and events in words: what services call theirs, for customers and staff.

A key of the ledger and a key of an event are for machines. `project/wiring.py` registers, for each
service, what its accounts and its events are called; the words stand in its `locale/words.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from oferta.core.decisions.types import Decision
from oferta.kernel.money import Money


class Name(NamedTuple):
    """A key of words and what is filled into them."""

    key: str
    values: Mapping[str, Any] = MappingProxyType({})


#: What is said of a line on which nothing was moved, if its service says nothing better.
NOTHING = Name("decisions.nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What a line of a statement calls an event."""

    #: Data, as the shop's name; shown as it is in every language. "" if there is none.
    subject: str
    #: What kind of event it was.
    kind: Name
    #: What was paid or is spoken of, if anything.
    paid: Money | None = None
    #: What is said where nothing was moved.
    nothing: Name = NOTHING


#: Account key to its name; None: not one of mine.
AccountNamer: TypeAlias = Callable[[str], Name | None]
#: Decision to the title of its event.
Titler: TypeAlias = Callable[[Decision], Title]

_OTHER_ACCOUNT = Name("decisions.account")
_OTHER_EVENT = Name("decisions.event")
_namers: dict[str, AccountNamer] = {}
_titlers: dict[str, Titler] = {}


def register(namers: Mapping[str, AccountNamer], titlers: Mapping[str, Titler]) -> None:
    """Add what services call theirs, replacing what is registered under the same name.

    Args:
        namers: by the first part of an account's key, as `club` of `club/bank/bonus`.
        titlers: by the name of the plan that an event was decided with.
    """
    _namers.update(namers)
    _titlers.update(titlers)


def account_name(key: str) -> Name:
    """Return what an account is called; a key that nobody names is "an account"."""
    namer = _namers.get(key.partition("/")[0])
    return (namer(key) if namer else None) or _OTHER_ACCOUNT


def title(item: Decision) -> Title:
    """Return what the event behind a Decision is called."""
    titler = _titlers.get(item.plan)
    return titler(item) if titler else Title(subject="", kind=_OTHER_EVENT)
