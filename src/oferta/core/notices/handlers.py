"""What notices do when something happens elsewhere."""

from __future__ import annotations

from typing import Any

from oferta.core.notices import actions, direct
from oferta.core.notices.types import NewNotice
from oferta.core.parties import queries as parties
from oferta.core.parties.identity_types import (
    BlockLifted,
    CredentialEnding,
    CustomerBlocked,
    MemberChanged,
)
from oferta.core.parties.invitation_types import InvitationSent
from oferta.core.parties.login_types import CodeIssued, LoginChanged


def send_code(event: CodeIssued) -> None:
    """Send a one-time code, or say to the address that it leads to no login."""
    kind = f"login.{event.purpose.value}" if event.code else "login.unknown"
    minutes = max(1, round((event.valid_until - event.at).total_seconds() / 60))
    direct.send(
        (event.to.channel.value, event.to.address),
        kind,
        {"code": event.code, "minutes": minutes} if event.code else {},
        language=event.language,
        valid_until=event.valid_until,
        secret=bool(event.code),
    )


def tell_of_login(event: LoginChanged) -> None:
    """Tell every contact of a change in how somebody signs in; the inbox keeps it too."""
    kind = f"security.{event.what.value}"
    params = {"detail": event.detail, "when": _when(event)}
    told: set[tuple[str, str]] = set()
    if event.customer_id is not None:
        told = set(parties.customer(event.customer_id).contacts.items())
        notice = NewNotice(
            party_id=event.customer_id, language=event.language, kind=kind, params=params
        )
        actions.send([notice], now=event.at)
    for contact in event.contacts:
        to = (contact.channel.value, contact.address)
        if to not in told:
            direct.send(to, kind, params, language=event.language)


def tell_of_block(event: CustomerBlocked) -> None:
    """Tell a customer that they are blocked, why and by which clause."""
    item = event.block
    _tell(
        item.customer_id,
        "party.blocked",
        {"reason": item.reason},
        item.since,
        ((item.pack, item.edition, item.clause),),
        sender=item.by_id,
    )


def tell_of_lifting(event: BlockLifted) -> None:
    """Tell a customer that they may act again."""
    _tell(
        event.customer_id,
        "party.unblocked",
        {"reason": event.reason},
        event.at,
        (),
        sender=event.by_id,
    )


def tell_of_ending(event: CredentialEnding) -> None:
    """Tell a customer that a status of theirs ends soon."""
    until = {"date": event.holds_until.date().isoformat()}
    _tell(event.customer_id, f"credential.{event.kind}_ending", {"until": until}, event.at, ())


def send_invitation(event: InvitationSent) -> None:
    """Ask at an address whether its owner will act for an organisation."""
    direct.send(
        (event.to.channel.value, event.to.address),
        "organisation.invited",
        {
            "organisation": event.organisation,
            "until": {"date": event.expires_at.date().isoformat()},
        },
        language=event.language,
        valid_until=event.expires_at,
    )


def tell_of_member(event: MemberChanged) -> None:
    """Tell a person and the organisation that they act for it, in another role, or no more."""
    both = (event.organisation_id, event.person_id)
    names, languages = parties.names(both), parties.languages(both)
    what = "member_gone" if event.role is None else f"member_{event.role.value}"
    params = {"organisation": names[event.organisation_id], "person": names[event.person_id]}
    actions.send(
        [
            NewNotice(
                party_id=id_, language=languages[id_], kind=f"organisation.{what}", params=params
            )
            for id_ in both
        ],
        now=event.at,
        sender=event.staff_id,
    )


def _tell(
    customer_id: Any, kind: str, params: Any, at: Any, cites: Any, *, sender: Any = None
) -> None:
    notice = NewNotice(
        party_id=customer_id,
        language=parties.customer(customer_id).language,
        kind=kind,
        params=params,
        cites=cites,
    )
    actions.send([notice], now=at, sender=sender)


def _when(event: LoginChanged) -> str:
    moment = event.due_at or event.at
    return moment.strftime("%Y-%m-%d %H:%M UTC")
