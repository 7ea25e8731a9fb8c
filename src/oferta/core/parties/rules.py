"""Who may do what: the table of roles. Least privilege: a role has what its work needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from oferta.core.parties.types import Permission, Role

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
        {P.FIND, P.SEE_BALANCES, P.SEE_DECISIONS, P.SEE_TRANSFERS, P.STOP_MESSAGES}
    ),
    Role.TERMS_OWNER: frozenset({P.FIND, P.SEE_DECISIONS, P.PREPARE_TERMS, P.APPROVE_TERMS}),
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


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return what these roles allow together."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def session_mark(session_key: str) -> str:
    """Return what names a session in the audit log: enough to tell it apart, no way in."""
    return sha256(session_key.encode()).hexdigest()[:16] if session_key else ""
