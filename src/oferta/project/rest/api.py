"""The API put together: version 1 under `/api/v1/`, one router a room."""

from __future__ import annotations

from ninja import NinjaAPI, Router
from ninja.operation import Operation

from oferta.core.cases.rest.routes import router as cases
from oferta.core.decisions.rest.routes import router as decisions
from oferta.core.notices.rest.routes import router as notices
from oferta.core.parties.rest.own_data import router as own_data
from oferta.core.parties.rest.routes import router as parties
from oferta.kernel.rest import access
from oferta.kernel.rest import problems as table
from oferta.project.rest import problems
from oferta.project.rest.bodies import FastRenderer, StrictParser
from oferta.project.rest.door import Front
from oferta.project.rest.routes.ledger import router as ledger
from oferta.project.rest.routes.me import router as me
from oferta.project.rest.routes.terms import router as terms
from oferta.project.rest.statuses import STATUS_OF
from oferta.project.webhooks.rest.routes import router as webhooks
from oferta.services.club.rest.card_requests import router as club_card_requests
from oferta.services.club.rest.claims import router as club_claims
from oferta.services.club.rest.members import router as club_members
from oferta.services.club.rest.routes import router as club
from oferta.services.tickets.rest.box_office import router as box_office
from oferta.services.tickets.rest.changes import router as ticket_changes
from oferta.services.tickets.rest.delivery import router as ticket_delivery
from oferta.services.tickets.rest.holding import router as ticket_holding
from oferta.services.tickets.rest.office import router as refund_office
from oferta.services.tickets.rest.papers import router as ticket_papers
from oferta.services.tickets.rest.phone_codes import router as phone_codes
from oferta.services.tickets.rest.refunds import router as refunds
from oferta.services.tickets.rest.routes import router as tickets
from oferta.services.tickets.rest.settlement import router as ticket_settlement

DESCRIPTION = """\
Ask what the terms say, submit what happened, read what was decided and why.

A token goes in `Authorization: Bearer …`; a signed-in customer's pages may call by session, with
their CSRF token, and see only what is the customer's own. Money is whole minor units of a unit.
Every refusal is a problem (RFC 9457) with a stable `code`.
"""

#: Tag to router, in the order in which the reference shows them.
ROUTERS: dict[str, Router] = {
    "me": me,
    "terms": terms,
    "decisions": decisions,
    "customers": parties,
    "customers' data": own_data,
    "ledger": ledger,
    "cases": cases,
    "notices": notices,
    "club": club,
    "membership": club_members,
    "cards": club_card_requests,
    "claims": club_claims,
    "tickets": tickets,
    "ticket papers": ticket_papers,
    "ticket holders": ticket_holding,
    "ticket delivery": ticket_delivery,
    "refunds": refunds,
    "box office": box_office,
    "refund office": refund_office,
    "performances": ticket_changes,
    "settlement": ticket_settlement,
    "gates": phone_codes,
    "webhooks": webhooks,
}


class Api(NinjaAPI):
    """Ninja's API with our names for operations."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the operation's function: each name stands once in the API."""
        return operation.view_func.__name__


def make() -> Api:
    """Return the API with every room's router."""
    made = Api(
        title="Oferta",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
        parser=StrictParser(),
        renderer=FastRenderer(),
    )
    problems.install(made)
    for tag, router in ROUTERS.items():
        made.add_router("", router, tags=[tag])
    return made


access.connect(Front())
table.connect(STATUS_OF)
api = make()
