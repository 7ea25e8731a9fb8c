"""Tables of logins, customers, staff and what they agreed to."""

from oferta.core.parties.models.agreements import (
    Agreement,
    AskedEdition,
    ConsentEntry,
    EditionVerdict,
    Erasure,
    Export,
    ExportPart,
    Tombstone,
)
from oferta.core.parties.models.audit import AuditEntry
from oferta.core.parties.models.customers import Contact, Customer
from oferta.core.parties.models.identity import (
    Block,
    Credential,
    Evidence,
    Invitation,
    Membership,
)
from oferta.core.parties.models.logins import Device, FactorRemoval, Login, LoginContact
from oferta.core.parties.models.staff import Appointment, Staff

__all__ = [
    "Agreement",
    "Appointment",
    "AskedEdition",
    "AuditEntry",
    "Block",
    "ConsentEntry",
    "Contact",
    "Credential",
    "Customer",
    "Device",
    "EditionVerdict",
    "Erasure",
    "Evidence",
    "Export",
    "ExportPart",
    "FactorRemoval",
    "Invitation",
    "Login",
    "LoginContact",
    "Membership",
    "Staff",
    "Tombstone",
]
