"""Who may do what: the table of roles. Least privilege: a role has what its work needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from oferta.core.parties.errors import NotPermitted, RolesExclude
from oferta.core.parties.types import Actor, Permission, Role

P = Permission

#: To find a customer and read what the desk shows of them.
_READ = frozenset(
    {
        P.FIND,
        P.SEE_CUSTOMERS,
        P.SEE_BALANCES,
        P.SEE_DECISIONS,
        P.SEE_TRANSFERS,
        P.SEE_CASES,
    }
)

#: What each role allows. Whoever proposes something never approves it, whatever their roles.
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.CLERK: _READ
    | {
        P.WORK_CASES,
        P.REVEAL_CONTACTS,
        P.RECORD_IDENTITY,
        P.BLOCK,
        P.END_SESSIONS,
        P.EXPORT_DATA,
        P.ERASE_DATA,
        P.STOP_MESSAGES,
    },
    Role.APPROVER: _READ
    | {
        P.WORK_CASES,
        P.HAND_OVER_CASES,
        P.APPROVE_ANSWERS,
        P.LIFT_BLOCK,
        P.APPROVE_ERASURE,
        P.APPROVE_MESSAGES,
        P.STOP_MESSAGES,
        P.APPROVE_TERMS,
        P.APPROVE_APPOINTMENTS,
    },
    Role.CASHIER: frozenset({P.FIND, P.SEE_CUSTOMERS, P.SEE_BALANCES, P.TAKE_PAYMENTS}),
    Role.GATE: frozenset({P.ADMIT}),
    Role.MODERATOR: frozenset(
        {P.FIND, P.SEE_CUSTOMERS, P.SEE_DECISIONS, P.SEE_CASES, P.MODERATE, P.BLOCK}
    ),
    Role.FINANCE: frozenset(
        {
            P.FIND,
            P.SEE_BALANCES,
            P.SEE_DECISIONS,
            P.SEE_TRANSFERS,
            P.STOP_MESSAGES,
            P.SEE_FIGURES,
            P.SETTLE,
        }
    ),
    Role.TERMS_OWNER: frozenset(
        {P.FIND, P.SEE_DECISIONS, P.PREPARE_TERMS, P.APPROVE_TERMS, P.SEE_FIGURES}
    ),
    Role.MESSENGER: frozenset({P.PREPARE_MESSAGES, P.STOP_MESSAGES}),
    Role.AUDITOR: frozenset({P.READ_AUDIT}),
    Role.ADMINISTRATOR: frozenset(
        {
            P.APPOINT_STAFF,
            P.APPROVE_APPOINTMENTS,
            P.MANAGE_TOKENS,
            P.CONFIGURE,
            P.STOP_MESSAGES,
        }
    ),
}


#: Roles that no one person may have together: who appoints, configures or watches does not act.
EXCLUDE: tuple[tuple[Role, frozenset[Role]], ...] = (
    (
        Role.ADMINISTRATOR,
        frozenset({Role.CLERK, Role.APPROVER, Role.CASHIER, Role.FINANCE, Role.MESSENGER}),
    ),
    (Role.AUDITOR, frozenset(Role) - {Role.AUDITOR}),
)

#: How much of a contact stays readable when it is masked: its last digits, its first letter.
_SHOWN_DIGITS = 4


def check_roles(roles: Iterable[Role]) -> None:
    """Let roles pass that one person may have together.

    Raises:
        RolesExclude: one of them watches over or appoints another.
    """
    held = frozenset(roles)
    for role, others in EXCLUDE:
        if role in held and held & others:
            raise RolesExclude(role=role.value, others=sorted(held & others))


def check_may(actor: Actor, permission: Permission) -> None:
    """Let an actor pass whose roles allow something.

    Raises:
        NotPermitted: none of them does.
    """
    if not actor.may(permission):
        raise NotPermitted(actor=actor.name, permission=permission.value)


def masked(address: str) -> str:
    """Return an address of which enough is left to recognise it, and too little to use it."""
    name, at, host = address.partition("@")
    if at:
        head, _, tail = host.rpartition(".")
        return f"{name[:1]}•••@{head[:1]}•••.{tail}" if head else f"{name[:1]}•••@•••"
    kept = address[-_SHOWN_DIGITS:] if len(address) > 2 * _SHOWN_DIGITS else ""
    return f"•••{kept}"


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return what these roles allow together."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def session_mark(session_key: str) -> str:
    """Return what names a session in the audit log: enough to tell it apart, no way in."""
    return sha256(session_key.encode()).hexdigest()[:16] if session_key else ""
