"""Who customers are: evidence and the tier that follows, credentials, members of organisations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import transaction

from oferta.core.parties import models, queries
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.identity_errors import (
    BadAge,
    BadEvidence,
    NotAnOrganisation,
    UnknownEvidence,
)
from oferta.core.parties.identity_types import (
    TIER_MAX,
    Checked,
    CredentialEnding,
    CredentialEntry,
    EvidenceEntry,
    Member,
    MemberChanged,
    MemberRole,
    PartyKind,
)
from oferta.kernel import asking, events
from oferta.kernel.clock import zoned
from oferta.kernel.ids import uuid7

#: Ages from which to which a student's status may be granted, both included (SV-33).
STUDENT_AGES = (12, 25)
STUDENT = "student"
_ACTING = (
    "SELECT organisation_id, role FROM parties_membership WHERE person_id = %s AND until IS NULL"
)
#: How long before its end a customer is told that a status ends.
WARN_BEFORE = timedelta(days=30)


class Verifier(Protocol):
    """Checks who a customer is: a state's register, a bank, a clerk with a document before them."""

    @property
    def name(self) -> str:
        """Its name, as evidence keeps it."""

    def check(self, customer_id: UUID, given: dict[str, str]) -> Checked | None:
        """Return what was found; None if it does not bear out that they are who they say."""


_verifiers: dict[str, Verifier] = {}


def connect(verifiers: Iterable[Verifier]) -> None:
    """Make these the verifiers in use."""
    _verifiers.clear()
    _verifiers.update({item.name: item for item in verifiers})


def verify(customer_id: UUID, verifier: str, given: dict[str, str], *, now: datetime) -> int:
    """Ask a verifier, keep what it finds, and return the customer's tier.

    Raises:
        BadEvidence: there is no such verifier, or it found nothing that bears the customer out.
        UnknownCustomer: there is no such customer.
    """
    queries.customer(customer_id)
    found = _verifiers[verifier].check(customer_id, given) if verifier in _verifiers else None
    if found is None:
        raise BadEvidence(field="verifier", given=verifier, expected="one that finds the customer")
    add_evidence(customer_id, found, now=now)
    return queries.tiers([customer_id], at=now)[customer_id]


def add_evidence(customer_id: UUID, found: Checked, *, now: datetime) -> UUID:
    """Keep a proof of who a customer is; the tier follows from it by itself.

    The same reference of the same kind replaces nothing: what was known when stays on record.

    Raises:
        BadEvidence: no tier of ours, no reference, or at its end already.
    """
    if not 1 <= found.tier <= TIER_MAX:
        raise BadEvidence(field="tier", given=str(found.tier), expected=f"1 to {TIER_MAX}")
    if not found.reference.strip() or not found.kind.strip():
        raise BadEvidence(field="reference", given=found.reference, expected="where to find it")
    if found.expires_at is not None and found.expires_at <= zoned(now):
        raise BadEvidence(
            field="expires_at", given=found.expires_at.isoformat(), expected="later than now"
        )
    row = models.Evidence(
        id=uuid7(),
        customer_id=customer_id,
        kind=found.kind,
        tier=found.tier,
        reference=found.reference.strip(),
        checked_by=found.checked_by,
        at=now,
        expires_at=found.expires_at,
    )
    row.save(force_insert=True)
    return row.id


def withdraw_evidence(evidence_id: UUID, *, now: datetime, of: UUID | None = None) -> None:
    """Let a proof count no more from now on; decisions made under it stand.

    Args:
        evidence_id: the proof.
        now: zone-aware.
        of: the customer whose it must be; None: whoever's.

    Raises:
        UnknownEvidence: there is none that counts, of that customer.
    """
    rows = models.Evidence.objects.filter(id=evidence_id, withdrawn_at=None)
    rows = rows if of is None else rows.filter(customer_id=of)
    if not rows.update(withdrawn_at=zoned(now)):
        raise UnknownEvidence(evidence_id=str(evidence_id))


def evidence_of(customer_id: UUID) -> list[EvidenceEntry]:
    """Return every proof on file, the latest first."""
    rows = models.Evidence.objects.filter(customer_id=customer_id).order_by("-at", "-id")
    return [
        EvidenceEntry(
            id=row.id,
            kind=row.kind,
            tier=row.tier,
            reference=row.reference,
            checked_by=row.checked_by,
            at=row.at,
            expires_at=row.expires_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    ]


@transaction.atomic
def grant_student(
    customer_id: UUID, *, born: date, checked: Checked, until: datetime, now: datetime
) -> UUID:
    """Grant a student's status for a time, to those of 12 to 25 years (SV-33).

    The source does not say what happens on a 26th birthday inside the time (SV-36, a gap): the
    status holds to its end or to the day before that birthday, whichever comes first. The day of
    birth is not kept, only what follows from it.

    Args:
        customer_id: whom.
        born: their day of birth, as the evidence has it.
        checked: who saw which evidence.
        until: when the status ends at the latest; zone-aware.
        now: zone-aware; also the start.

    Raises:
        BadAge: not of that age today.
        BadEvidence: the status would end before it starts.
        UnknownCustomer: there is none.
    """
    queries.customer(customer_id)
    today = zoned(now).date()
    youngest, oldest = STUDENT_AGES
    if not youngest <= _age(born, today) <= oldest:
        raise BadAge(age=_age(born, today), youngest=youngest, oldest=oldest)
    grown = _birthday(born, oldest + 1)
    last = datetime.combine(grown, datetime.min.time(), tzinfo=now.tzinfo)
    ends = min(zoned(until), last)
    if ends <= now:
        raise BadEvidence(field="until", given=until.isoformat(), expected="later than now")
    row = models.Credential(
        id=uuid7(),
        customer_id=customer_id,
        kind=STUDENT,
        reference=checked.reference,
        checked_by=checked.checked_by,
        granted_at=now,
        holds_from=now,
        holds_until=ends,
    )
    row.save(force_insert=True)
    return row.id


def withdraw_credential(credential_id: UUID, *, of: UUID, now: datetime) -> None:
    """Let a customer's status hold no more from now on; decisions made under it stand.

    Raises:
        UnknownEvidence: they have none such that was not withdrawn.
    """
    rows = models.Credential.objects.filter(id=credential_id, customer_id=of, withdrawn_at=None)
    if not rows.update(withdrawn_at=zoned(now)):
        raise UnknownEvidence(evidence_id=str(credential_id))


def holders(customer_ids: Iterable[UUID], kind: str, *, at: datetime) -> set[UUID]:
    """Return which of these customers had a status of this kind at a moment."""
    found = models.Credential.objects.filter(
        customer_id__in=list(customer_ids),
        kind=kind,
        holds_from__lte=zoned(at),
        holds_until__gt=at,
    ).exclude(withdrawn_at__lte=at)
    return set(found.values_list("customer_id", flat=True))


def held_at(asked: Sequence[tuple[UUID, datetime]], kind: str) -> list[bool]:
    """Return for each customer and moment whether they had a status of this kind then."""
    rows = models.Credential.objects.filter(customer_id__in={id_ for id_, _ in asked}, kind=kind)
    spans: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for row in rows:
        ends = min(row.holds_until, row.withdrawn_at or row.holds_until)
        spans.setdefault(row.customer_id, []).append((row.holds_from, ends))
    return [
        any(start <= moment < end for start, end in spans.get(id_, ())) for id_, moment in asked
    ]


def credentials_of(customer_id: UUID) -> list[CredentialEntry]:
    """Return every status on file, the latest first."""
    rows = models.Credential.objects.filter(customer_id=customer_id).order_by("-holds_from")
    return [
        CredentialEntry(
            id=row.id,
            kind=row.kind,
            reference=row.reference,
            checked_by=row.checked_by,
            holds_from=row.holds_from,
            holds_until=row.holds_until,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    ]


@transaction.atomic
def warn_of_ends(*, now: datetime) -> int:
    """Tell those whose status ends within a month, each once; return how many."""
    rows = models.Credential.objects.select_for_update(skip_locked=True).filter(
        warned_at=None,
        withdrawn_at=None,
        holds_until__gt=zoned(now),
        holds_until__lte=now + WARN_BEFORE,
    )
    found = list(rows)
    for row in found:
        events.publish(
            CredentialEnding(
                customer_id=row.customer_id, kind=row.kind, holds_until=row.holds_until, at=now
            )
        )
    models.Credential.objects.filter(id__in=[row.id for row in found]).update(warned_at=now)
    return len(found)


def kind_of(customer_id: UUID) -> PartyKind:
    """Return whether a customer is a person or an organisation.

    Raises:
        UnknownCustomer: there is no such customer.
    """
    found = models.Customer.objects.filter(id=customer_id).values_list("kind", flat=True).first()
    if found is None:
        raise UnknownCustomer(customer_id=str(customer_id))
    return PartyKind(found)


@transaction.atomic
def set_member(
    organisation_id: UUID,
    person_id: UUID,
    role: MemberRole | None,
    *,
    now: datetime,
    staff_id: UUID | None = None,
) -> None:
    """Let a person act for an organisation in a role; None: no longer. Both are told.

    Args:
        organisation_id: for which.
        person_id: who.
        role: in which role.
        now: zone-aware.
        staff_id: the member of staff who does it; None: the organisation's owners.

    Raises:
        NotAnOrganisation: the first is none, or the second is one.
        UnknownCustomer: one of them does not exist.
    """
    for id_, kind in ((organisation_id, PartyKind.ORGANISATION), (person_id, PartyKind.PERSON)):
        queries.customer(id_)
        if not models.Customer.objects.filter(id=id_, kind=kind).exists():
            raise NotAnOrganisation(customer_id=str(id_), expected=kind.value)
    standing = models.Membership.objects.filter(
        organisation_id=organisation_id, person_id=person_id, until=None
    )
    if role is not None and standing.filter(role=role).exists():
        return
    ended = standing.update(until=zoned(now))
    if role is not None:
        models.Membership.objects.create(
            organisation_id=organisation_id, person_id=person_id, role=role, since=now
        )
    if role is not None or ended:
        events.publish(
            MemberChanged(
                organisation_id=organisation_id,
                person_id=person_id,
                role=role,
                at=now,
                staff_id=staff_id,
            )
        )


def members_of(organisation_id: UUID) -> list[Member]:
    """Return who acts for an organisation, in which role, the longest first."""
    rows = models.Membership.objects.filter(organisation_id=organisation_id, until=None)
    return [
        Member(person_id=row.person_id, role=MemberRole(row.role), since=row.since)
        for row in rows.order_by("since", "id")
    ]


def is_organisation(customer_id: UUID) -> bool:
    """Return whether a customer is an organisation."""
    rows = models.Customer.objects.filter(id=customer_id, kind=PartyKind.ORGANISATION)
    return rows.exists()


def organisations_of(person_id: UUID) -> dict[UUID, MemberRole]:
    """Return the organisations that a person acts for now, and in which role."""
    found = asking.rows(_ACTING, [person_id])
    return {organisation_id: MemberRole(role) for organisation_id, role in found}


def _age(born: date, today: date) -> int:
    return today.year - born.year - (today < _birthday(born, today.year - born.year))


def _birthday(born: date, age: int) -> date:
    """Return the day on which somebody turns that old; who was born on a leap day, on 1 March."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
