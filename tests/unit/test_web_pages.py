"""The frame answers without a database: first page, languages, headers, pages of errors."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import override
from django.views.defaults import server_error

from oferta.kernel.i18n import LANGUAGES, OWN_NAMES, language_of
from oferta.project.web.middleware import ContentSecurityPolicy


def test_the_first_page_needs_no_database(client: Client) -> None:
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_can_be_chosen_and_is_kept(client: Client, language: str) -> None:
    chosen = client.post("/language", {"language": language.lower(), "next": "/"})
    assert chosen.status_code == 302
    assert chosen.headers["Location"] == "/"
    page = client.get("/", headers={"accept-language": "en"})
    assert f'<html lang="{language}">' in page.content.decode()


def test_choosing_a_language_leads_to_no_other_site(client: Client) -> None:
    chosen = client.post("/language", {"language": "kk", "next": "https://elsewhere.example/"})
    assert chosen.headers["Location"] == "/"


def test_every_language_is_offered_by_its_own_name(client: Client) -> None:
    page = client.get("/").content.decode()
    assert [name for name in OWN_NAMES.values() if name not in page] == []


@pytest.mark.parametrize("address", ["/", "/nowhere", "/health"])
def test_no_answer_comes_without_its_guards(client: Client, address: str) -> None:
    headers = client.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_a_page_may_set_a_policy_of_its_own() -> None:
    def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    answer = ContentSecurityPolicy(page)(RequestFactory().get("/"))
    assert answer.headers["Content-Security-Policy"] == "sandbox"


def test_a_missing_page_is_said_in_the_readers_language(client: Client) -> None:
    answer = client.get("/nowhere", headers={"accept-language": "ru"})
    assert answer.status_code == 404
    assert "Такой страницы нет" in answer.content.decode()


def test_a_broken_page_is_said_without_asking_anything() -> None:
    with override("en"):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("kk-KZ", "kk"),
        ("zh-TW", "zh-Hant"),
        ("zh_MO", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("RU", "ru"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_every_tag_finds_a_language(tag: str, language: str) -> None:
    assert language_of(tag) == language
