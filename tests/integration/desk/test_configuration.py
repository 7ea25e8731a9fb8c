"""Operators' configuration: behind a permission, logged, and nothing of people or money in it."""

from __future__ import annotations

import pytest
from desk_builders import at_the_desk
from django.contrib import admin
from django.urls import get_resolver

from oferta.core.decisions import queries as decisions
from oferta.core.parties import audit
from oferta.core.parties.audit import Filter
from oferta.core.parties.types import Role
from oferta.kernel.i18n import LANGUAGES
from oferta.project.web.configuration import configuration

pytestmark = pytest.mark.django_db
LIST = "/desk/configuration/decisions/authority/"


def test_only_configuration_is_registered_and_djangos_own_site_is_not_served() -> None:
    assert {model.__name__ for model in configuration._registry} == {"Authority"}
    assert admin.site not in {
        getattr(getattr(one.callback, "admin_site", None), "_wrapped", None)
        for one in get_resolver().url_patterns
        if hasattr(one, "callback")
    }
    assert admin.site._registry == {}, "nobody fills the site that Django makes by itself"


def test_an_administrator_sets_from_which_amount_a_second_person_decides_and_it_is_logged() -> None:
    client, actor = at_the_desk(Role.ADMINISTRATOR)
    form = {"pack": "corner-club", "second_person_above": "5000"}
    assert client.post(f"{LIST}add/", form).status_code == 302
    assert decisions.second_person_above("corner-club") == 5000
    client.post(f"{LIST}corner-club/change/", {"second_person_above": "7000"})
    assert decisions.second_person_above("corner-club") == 7000
    lines = audit.entries(Filter(what="configuration.changed"))
    assert [line.details for line in lines] == [
        {"second_person_above": 7000},
        {"second_person_above": 5000},
    ]
    assert {line.who_id for line in lines} == {actor.id}
    bad = client.post(f"{LIST}corner-club/change/", {"second_person_above": "-1"})
    assert bad.status_code == 200
    assert decisions.second_person_above("corner-club") == 7000


def test_nothing_is_deleted_and_nobody_else_comes_in() -> None:
    client, _ = at_the_desk(Role.ADMINISTRATOR)
    client.post(f"{LIST}add/", {"pack": "corner-club", "second_person_above": "5000"})
    assert client.post(f"{LIST}corner-club/delete/", {"post": "yes"}).status_code == 404
    for role in set(Role) - {Role.ADMINISTRATOR}:
        other, _ = at_the_desk(role)
        assert other.get(LIST).status_code == 403, role
    for gone in ("login/", "logout/", "password_change/", "autocomplete/", "jsi18n/"):
        assert client.get(f"/desk/configuration/{gone}").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_the_configuration_are_in_our_words(language: str) -> None:
    client, _ = at_the_desk(Role.ADMINISTRATOR, language=language)
    for path in ("/desk/configuration/", LIST, f"{LIST}add/"):
        page = client.get(path).content.decode()
        assert f'lang="{language}"' in page
        assert "Django" not in page
        assert ("Add" in page) == (language == "en" and path != "/desk/configuration/")
