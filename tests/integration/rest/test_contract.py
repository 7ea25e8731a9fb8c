"""The description of the API keeps its word: Schemathesis sends what it allows and what it forbids.

Seeded and bounded: about a minute. Each operation is called with the token of every kind of caller;
half of the calls go to things that exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from rest_builders import ALL, a_customer, a_customers_api, an_api, an_event
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from oferta.core.decisions import actions as decisions
from oferta.core.ledger.types import NewAccount
from oferta.core.parties import actions as parties
from oferta.core.parties import identity
from oferta.core.parties.identity_types import Checked
from oferta.core.parties.types import Role
from oferta.project.rest import openapi
from oferta.project.rest.types import CUSTOMER_SCOPES, Scope
from oferta.project.webhooks import actions as webhooks
from oferta.project.webhooks import queries as sent
from oferta.project.webhooks.types import Kind, NewEndpoint

pytestmark = pytest.mark.django_db

SCHEMA = schemathesis.openapi.from_dict(openapi.document())
OPERATIONS = {
    item.ok().definition.raw["operationId"]: item.ok() for item in SCHEMA.get_all_operations()
}
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
PER_MINUTE = 100_000
CLIENT = Client(raise_request_exception=False)


@dataclass
class World:
    """Something of everything, and a token of every kind."""

    tokens: dict[str, str] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def world() -> World:
    anna, clerk = a_customer(), parties.appoint_staff("c", password=None, name="C", role=Role.CLERK)
    every = an_api(ALL, per_minute=PER_MINUTE)
    (made,) = every.post("/decisions", an_event(party_id=str(anna))).json()["decisions"]
    case = every.post(
        "/cases", {"decision_id": made["id"], "words": "No."}, Idempotency_Key="w"
    ).json()
    every.post("/club/members", {"party_id": str(anna), "card": "card-1"})
    wanted = NewEndpoint(
        owner="shop", url="https://shop.example/", kinds=frozenset({Kind.CASE_OPENED})
    )
    endpoint = webhooks.add_endpoint(wanted, now=case_time())
    webhooks.send_test(endpoint.id, now=case_time())
    seen = Checked(kind="document", tier=2, reference="scan 1", checked_by="C")
    proof = identity.add_evidence(anna, seen, now=case_time())
    notice = every.get(f"/notices?party_id={anna}").json()["items"][0]
    staff = an_api(frozenset(Scope), staff_id=clerk.id, per_minute=PER_MINUTE)
    own = a_customers_api(anna)
    account = decisions.open_accounts([NewAccount(key="t/1", unit="KZT")])["t/1"]
    return World(
        tokens={
            "operator": every.text,
            "staff": staff.text,
            "customer": own.text,
            "reader": an_api(frozenset({Scope.TERMS_READ}), per_minute=PER_MINUTE).text,
            "nobody": "x",
        },
        known={
            "decision_id": made["id"],
            "case_id": case["id"],
            "customer_id": str(anna),
            "party_id": str(anna),
            "notice_id": notice["id"],
            "evidence_id": str(proof),
            "account_id": account,
            "endpoint_id": str(endpoint.id),
            "delivery_id": sent.deliveries(endpoint.id)[0].id,
            "pack": "bonus-club",
            "edition": "2024-04-16",
            "question": "bank_bonus",
        },
        query={"party_id": str(anna)},
    )


def case_time() -> Any:
    from oferta.kernel import clock

    return clock.now()


def _run(
    operation: Any, mode: GenerationMode, examples: int, call: Callable[[Any, bool], None]
) -> None:
    strategy = st.tuples(operation.as_strategy(generation_mode=mode), st.booleans())

    @seed(20_261_122)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(drawn: tuple[Any, bool]) -> None:
        call(*drawn)

    run()


def _caller(world: World, token: str) -> Callable[[Any, bool], None]:
    def call(case: Any, to_known: bool) -> None:
        if to_known:
            case.path_parameters = {
                name: world.known.get(name, value) for name, value in case.path_parameters.items()
            }
            if case.query and "party_id" in case.query:
                case.query = {**case.query, **world.query}
        case.validate_response(_sent(case, world.tokens[token]), checks=CHECKS)

    return call


def _sent(case: Any, token: str) -> Response:
    """Send a case through Django's own client, inside the test's database transaction."""
    headers = {"Authorization": f"Bearer {token}"}
    wanted = case.as_transport_kwargs(base_url="http://localhost", headers=headers)
    for unused in ("timeout", "verify", "cert", "allow_redirects", "stream"):
        wanted.pop(unused, None)
    prepared = requests.Request(**wanted).prepare()
    body = prepared.body or b""
    got = CLIENT.generic(
        str(prepared.method),
        prepared.path_url,
        body.encode() if isinstance(body, str) else body,
        content_type=prepared.headers.get("Content-Type", "application/json"),
        headers={
            name: value if isinstance(value, str) else value.decode("latin-1")
            for name, value in prepared.headers.items()
            if name.lower() not in ("content-length", "content-type")
        },
    )
    return Response(
        status_code=got.status_code,
        headers={name.lower(): [value] for name, value in got.headers.items()},
        content=got.content,
        request=prepared,
        elapsed=0.0,
        verify=True,
    )


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_answers_as_described(name: str, world: World) -> None:
    operation = OPERATIONS[name]
    _run(operation, GenerationMode.POSITIVE, 8, _caller(world, "operator"))
    _run(operation, GenerationMode.POSITIVE, 3, _caller(world, "staff"))
    _run(operation, GenerationMode.POSITIVE, 3, _caller(world, "customer"))
    _run(operation, GenerationMode.POSITIVE, 1, _caller(world, "reader"))
    _run(operation, GenerationMode.POSITIVE, 1, _caller(world, "nobody"))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_what_the_description_forbids_is_refused(name: str, world: World) -> None:
    _run(OPERATIONS[name], GenerationMode.NEGATIVE, 5, _caller(world, "operator"))


def test_every_operation_says_which_scope_it_takes_and_every_scope_is_taken() -> None:
    guards = [openapi._guard(one) for one in openapi.operations()]
    assert {guard.scope for guard in guards} - {""} == {scope.value for scope in Scope}
    assert {guard.scope for guard in guards if guard.own} - {""} == CUSTOMER_SCOPES


def test_no_two_shapes_share_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ninja lets the later one win, and the description would be wrong in silence."""
    from ninja.openapi.schema import OpenAPISchema

    clashes: list[str] = []

    def add(self: Any, definitions: dict[str, Any]) -> None:
        clashes.extend(n for n, d in definitions.items() if self.schemas.get(n, d) != d)
        self.schemas.update(definitions)

    monkeypatch.setattr(OpenAPISchema, "add_schema_definitions", add)
    openapi.api.get_openapi_schema(path_prefix="x")
    assert clashes == []


def test_each_operation_has_a_name_of_its_own() -> None:
    names = [one.view_func.__name__ for one in openapi.operations()]
    assert len(names) == len(set(names))
