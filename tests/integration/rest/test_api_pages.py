"""The pages about the API, the desk's pages of tokens and webhooks, and the command line."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from rest_builders import NOW, a_customer, a_customers_api, an_api, an_event

from oferta.core.parties import actions as parties
from oferta.core.parties import audit, erasing
from oferta.core.parties.types import Role
from oferta.kernel import clock
from oferta.project.cli import main
from oferta.project.rest import models, openapi, own_data
from oferta.project.webhooks import actions as webhooks
from oferta.project.webhooks import queries as sent
from oferta.project.webhooks.types import Kind, NewEndpoint
from signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
LANGUAGES = ("kk", "ru", "en", "zh-hant", "zh-hans")


def desk(role: Role = Role.ADMINISTRATOR) -> Client:
    client = Client()
    sign_in_staff(client, parties.appoint_staff("a", password=None, name="A", role=role).id)
    return client


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reference_shows_every_operation_and_shape(language: str) -> None:
    response = Client().get("/api/docs", headers={"accept-language": language})
    page = response.content.decode()
    assert response.status_code == 200
    for operation in openapi.operations():
        assert f'id="{operation.view_func.__name__}"' in page
    for shape in openapi.document()["components"]["schemas"]:
        assert f'id="shape-{shape}"' in page


def test_the_problem_type_of_each_refusal_is_explained() -> None:
    kind = Client().get("/api/v1/me").json()["type"]
    place, _, code = kind.partition("#")
    assert f'id="{code}"' in Client().get(place).content.decode()


def test_the_description_is_served() -> None:
    assert Client().get("/api/openapi.json").json() == openapi.document()


def test_staff_make_a_token_see_it_once_and_revoke_it() -> None:
    client = desk()
    form = {"name": "till", "owner": "shop", "scopes": ["terms:read"], "days": "30"}
    page = client.post("/desk/api/", form).content.decode()
    (row,) = models.Token.objects.all()
    assert f"{row.prefix}_" in page
    assert f"{row.prefix}_" not in client.get("/desk/api/").content.decode()
    client.post(f"/desk/api/{row.prefix}/revoke")
    assert models.Token.objects.get().revoked_at is not None
    said = [one.what for one in audit.entries(audit.Filter(subject_kind="token"))]
    assert sorted(said) == ["token.created", "token.revoked"]


def test_a_token_that_cannot_be_is_refused_on_the_page() -> None:
    page = desk().post("/desk/api/", {"name": "till", "owner": "shop"}).content.decode()
    assert "rest.bad_token: scopes" in page
    assert not models.Token.objects.exists()


def test_only_who_may_manage_tokens_sees_the_pages() -> None:
    client = desk(Role.CLERK)
    assert client.get("/desk/api/").status_code == 403
    assert client.get("/desk/webhooks/").status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_shows_endpoints_their_log_and_sends_again(language: str) -> None:
    wanted = NewEndpoint(
        owner="shop", url="https://shop.example/hook", kinds=frozenset({Kind.CASE_OPENED})
    )
    endpoint = webhooks.add_endpoint(wanted, now=NOW)
    webhooks.send_test(endpoint.id, now=NOW)
    (delivery,) = sent.deliveries(endpoint.id)
    client = desk()
    for page in (
        "/desk/webhooks/",
        f"/desk/webhooks/{endpoint.id}/",
        f"/desk/webhooks/deliveries/{delivery.id}/",
    ):
        response = client.get(page, headers={"accept-language": language})
        assert response.status_code == 200
    client.post(f"/desk/webhooks/deliveries/{delivery.id}/replay")
    assert len(sent.deliveries(endpoint.id)) == 2
    client.post(f"/desk/webhooks/{endpoint.id}/switch")
    assert sent.endpoint(endpoint.id).disabled_because == "by_hand"


def test_tokens_and_endpoints_are_made_on_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["api", "token", "create", "till", "--owner", "shop", "--scope", "terms:read"]
    assert main([*command, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {made['token']}"})
    assert answer.json()["owner"] == "shop"
    assert main(["api", "token", "list"]) == 0
    assert main(["api", "token", "revoke", made["prefix"]]) == 0
    assert main([*command, "--scope", "no:such"]) == 2
    assert main(["webhooks", "add", "http://x", "--owner", "s", "--kind", "case.opened"]) == 2


def test_erasing_a_customer_empties_answers_that_hold_their_words() -> None:
    party = a_customer()
    api, own = an_api(), a_customers_api(party)
    (made,) = api.post("/decisions", an_event(party_id=str(party))).json()["decisions"]
    body = {"decision_id": made["id"], "words": "Private words."}
    own.post("/cases", body, Idempotency_Key="1")
    asked = erasing.ask(party, gives_up=["dispute"], now=clock.now())
    assert erasing.erase(asked.id, now=asked.due_at) is not None
    assert models.Done.objects.get().answer == ""
    again = own.post("/cases", body, Idempotency_Key="1")
    assert again.status_code == 401  # the token is revoked too
    assert [section.name for section in own_data.export(party, "en")] == ["tokens"]
