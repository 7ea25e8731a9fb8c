"""Register customers, read them, say how to reach them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StrictStr

from oferta.core.parties import actions, agreements, identity, queries
from oferta.core.parties.agreement_types import How
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.identity_types import SEEN, Checked
from oferta.core.parties.types import Channel, Customer, NewCustomer
from oferta.kernel import clock
from oferta.kernel.i18n import Language
from oferta.kernel.rest.access import Needs, caller_of, idempotent
from oferta.kernel.rest.paging import PAGE_MAX
from oferta.kernel.rest.schemas import Given, Moment, Name, Told, answers, one_of

router = Router()
_READ, _WRITE = Needs("customers:read", own=True), Needs("customers:write")
_FIND = Needs("customers:read")
_IDENTIFY = Needs("identity:write")
CUSTOMERS_MAX = 1_000
_Address = Annotated[StrictStr, Field(min_length=1, max_length=320)]


class CustomerGiven(Given):
    """A customer to register."""

    key: Name = Field(description="Your own name for them; it stays the same.")
    name: Annotated[StrictStr, Field(max_length=200)] = ""
    language: Language = "en"
    contacts: dict[Channel, _Address] = Field({}, description="Address by channel.")


class CustomersGiven(Given):
    """Customers to register, all or none."""

    customers: Annotated[list[CustomerGiven], Field(min_length=1, max_length=CUSTOMERS_MAX)]


class Registered(Told):
    """A customer's id."""

    key: str
    id: UUID


class CustomersRegistered(Told):
    """The ids of the customers given, each key once."""

    customers: list[Registered]


class CustomerTold(Told):
    """A registered customer."""

    id: UUID
    key: str
    name: str
    language: Language
    identity_tier: int = Field(description="How far their identity is known: 0 not at all.")
    contacts: dict[str, str]


class AgreementTold(Told):
    """That a customer accepted an edition of terms."""

    id: UUID
    pack: str
    edition: str
    edition_digest: str = Field(description="Of the text that was accepted.")
    how: Annotated[How, one_of(How)]
    at: datetime
    language: Language
    receipt: str = Field(description="Signed; `oferta receipt verify` proves it.")


class AgreementsTold(Told):
    """Everything that a customer accepted, newest first."""

    items: list[AgreementTold]


class CustomersFound(Told):
    """Those of the keys asked for that are registered."""

    items: list[Registered]


class ContactGiven(Given):
    """Where a channel reaches a customer."""

    address: _Address


class LanguageGiven(Given):
    """The language in which a customer is told everything from now on."""

    language: Language


class IdentityEvidenceGiven(Given):
    """What somebody saw."""

    kind: Literal["document", "register", "meeting"]
    reference: Name = Field(description="Where it can be found again: never the document itself.")
    expires_at: Moment | None = None


class IdentityEvidenceTold(Told):
    """A proof on file."""

    id: UUID
    kind: str
    tier: int
    reference: str
    checked_by: str
    at: datetime
    expires_at: datetime | None
    withdrawn_at: datetime | None


class EvidenceList(Told):
    """What a customer's identity rests on."""

    identity_tier: int = Field(description="What follows from it now.")
    items: list[IdentityEvidenceTold]


@router.post("/customers", auth=_WRITE, response=answers(CustomersRegistered, body=True))
def register_customers(request: HttpRequest, given: CustomersGiven) -> CustomersRegistered:
    """Register up to 1,000 customers; those whose key is known stay as they are.

    Idempotent by the customers' own keys.
    """
    del request
    wanted = [
        NewCustomer(key=one.key, name=one.name, language=one.language, contacts=_plain(one))
        for one in given.customers
    ]
    ids = actions.register_customers(wanted, now=clock.now())
    return CustomersRegistered(customers=[Registered(key=key, id=ids[key]) for key in ids])


@router.get("/customers", auth=_FIND, response=answers(CustomersFound))
def find_customers(
    request: HttpRequest,
    key: Annotated[
        list[str],
        Query(..., min_length=1, max_length=PAGE_MAX, description="Your own name for them."),
    ],
) -> CustomersFound:
    """Return the ids of customers by your own names for them; unknown ones are left out."""
    found = queries.ids_by_key(key)
    for one in found.values():
        caller_of(request).ensure_sees(one)
    return CustomersFound(items=[Registered(key=name, id=found[name]) for name in sorted(found)])


@router.get("/customers/{uuid:customer_id}", auth=_READ, response=answers(CustomerTold, 404))
def get_customer(request: HttpRequest, customer_id: UUID) -> CustomerTold:
    """Read a customer."""
    caller_of(request).ensure_sees(customer_id, UnknownCustomer(customer_id=str(customer_id)))
    return _told(queries.customer(customer_id))


@router.get(
    "/customers/{uuid:customer_id}/agreements", auth=_READ, response=answers(AgreementsTold, 404)
)
def list_agreements(request: HttpRequest, customer_id: UUID) -> AgreementsTold:
    """List which editions of which terms a customer accepted, when and how."""
    caller_of(request).ensure_sees(customer_id, UnknownCustomer(customer_id=str(customer_id)))
    queries.customer(customer_id)
    return AgreementsTold(
        items=[
            AgreementTold(**{name: getattr(one, name) for name in AgreementTold.model_fields})
            for one in agreements.agreements_of(customer_id)
        ]
    )


@router.get(
    "/customers/{uuid:customer_id}/evidence", auth=_READ, response=answers(EvidenceList, 404)
)
def list_identity_evidence(request: HttpRequest, customer_id: UUID) -> EvidenceList:
    """List what a customer's identity rests on, the latest first."""
    caller_of(request).ensure_sees(customer_id, UnknownCustomer(customer_id=str(customer_id)))
    return _evidence(customer_id)


@router.post(
    "/customers/{uuid:customer_id}/evidence",
    auth=_IDENTIFY,
    response=answers(EvidenceList, 404, status=201, body=True),
)
@idempotent(201)
def add_identity_evidence(
    request: HttpRequest, customer_id: UUID, given: IdentityEvidenceGiven
) -> EvidenceList:
    """Keep that somebody saw who a customer is; the tier follows from it."""
    queries.customer(customer_id)
    checked = Checked(
        kind=given.kind,
        tier=SEEN[given.kind],
        reference=given.reference,
        checked_by=_checker(request, customer_id),
        expires_at=given.expires_at,
    )
    identity.add_evidence(customer_id, checked, now=clock.now())
    return _evidence(customer_id)


@router.delete(
    "/customers/{uuid:customer_id}/evidence/{uuid:evidence_id}",
    auth=_IDENTIFY,
    response=answers(EvidenceList, 404),
)
def withdraw_identity_evidence(
    request: HttpRequest, customer_id: UUID, evidence_id: UUID
) -> EvidenceList:
    """Let a proof count no more from now on; decisions made under it stand."""
    queries.customer(customer_id)
    _checker(request, customer_id)
    identity.withdraw_evidence(evidence_id, of=customer_id, now=clock.now())
    return _evidence(customer_id)


@router.put(
    "/customers/{uuid:customer_id}/contacts/{channel}",
    auth=_WRITE,
    response=answers(CustomerTold, 404, body=True),
)
def set_contact(
    request: HttpRequest, customer_id: UUID, channel: Channel, given: ContactGiven
) -> CustomerTold:
    """Reach a customer at an address from now on."""
    caller_of(request).ensure_sees(customer_id)
    actions.set_contact(customer_id, channel, given.address)
    return _told(queries.customer(customer_id))


@router.delete(
    "/customers/{uuid:customer_id}/contacts/{channel}",
    auth=_WRITE,
    response=answers(CustomerTold, 404),
)
def remove_contact(request: HttpRequest, customer_id: UUID, channel: Channel) -> CustomerTold:
    """Reach a customer by a channel no longer."""
    caller_of(request).ensure_sees(customer_id)
    actions.set_contact(customer_id, channel, "")
    return _told(queries.customer(customer_id))


@router.put(
    "/customers/{uuid:customer_id}/language",
    auth=_WRITE,
    response=answers(CustomerTold, 404, body=True),
)
def set_language(request: HttpRequest, customer_id: UUID, given: LanguageGiven) -> CustomerTold:
    """Tell a customer everything in a language from now on."""
    caller_of(request).ensure_sees(customer_id)
    actions.set_language(customer_id, given.language)
    return _told(queries.customer(customer_id))


def _checker(request: HttpRequest, customer_id: UUID) -> str:
    """Return who answers for a proof: the token's member of staff, or its owner.

    Raises:
        OwnAct: the member of staff is that customer.
    """
    caller = caller_of(request)
    if caller.staff_id is None:
        return caller.owner
    actor = queries.actor(caller.staff_id)
    queries.ensure_not_own(actor, customer_id)
    return actor.name


def _evidence(customer_id: UUID) -> EvidenceList:
    found = identity.evidence_of(customer_id)
    return EvidenceList(
        identity_tier=queries.customer(customer_id).identity_tier,
        items=[
            IdentityEvidenceTold(
                **{name: getattr(one, name) for name in IdentityEvidenceTold.model_fields}
            )
            for one in found
        ],
    )


def _plain(given: CustomerGiven) -> dict[str, str]:
    return {channel.value: address for channel, address in given.contacts.items()}


def _told(item: Customer) -> CustomerTold:
    return CustomerTold(
        id=item.id,
        key=item.key,
        name=item.name,
        language=item.language,
        identity_tier=item.identity_tier,
        contacts=dict(item.contacts),
    )
