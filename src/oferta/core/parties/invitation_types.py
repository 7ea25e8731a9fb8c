"""Invitations to act for an organisation, as other rooms see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oferta.core.parties.identity_types import MemberRole
from oferta.core.parties.login_types import Address
from oferta.kernel.i18n import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEntry:
    """Somebody is asked to act for an organisation."""

    id: UUID
    organisation_id: UUID
    to: Address
    role: MemberRole
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSent:
    """An address is asked to act for an organisation; whose it is, nobody looks up."""

    to: Address
    organisation: str
    language: Language
    at: datetime
    expires_at: datetime
