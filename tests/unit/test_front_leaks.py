"""The finder of untranslated words really finds them, and leaves marked data alone."""

from __future__ import annotations

import pytest

from front_leaks import leaks
from front_walk import addresses

PAGE = '<html lang="{language}"><body><p>{text}</p></body></html>'


def found(text: str, language: str, data: frozenset[str] = frozenset()) -> list[str]:
    return [one.word for one in leaks(PAGE.format(language=language, text=text), language, data)]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("kk", "Шешім Sign out", ["Sign", "out"]),
        ("kk", "Это вы", ["это", "вы"]),
        ("ru", "Решение: decision", ["decision"]),
        ("ru", "Шешім қабылданды", ["қабылданды", "Шешім"]),
        ("en", "The decision решение 決定", ["решение", "決定"]),
        ("zh-Hant", "決定 decision решение", ["decision", "решение"]),
        ("zh-Hans", "決定應該", ["應"]),
        ("zh-Hant", "这是", ["这"]),
        ("en", "Say my.home_title here", ["my.home_title"]),
        ("kk", '<input placeholder="Your name">', ["Your", "name"]),
        ("kk", '<a aria-label="Close">×</a>', ["Close"]),
        ("ru", '<input type="submit" value="Send">', ["Send"]),
        ("ru", "<option>None</option>", ["None"]),
    ],
)
def test_a_word_of_another_language_is_found(language: str, text: str, words: list[str]) -> None:
    assert sorted(found(text, language)) == sorted(words)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("kk", '<b translate="no">amazon uk</b> төлемі'),
        ("kk", '<i lang="en">English</i>'),
        ("kk", '<i translate="no">amazon <b>uk</b> shop</i>'),
        ("ru", "Ответ придёт по SMS"),
        ("zh-Hans", "您的通知（UTC+05:00）"),
        ("en", "It costs 1.5 or 2.75"),
        ("en", "Write to help@example.com or see https://example.com/a.b"),
    ],
)
def test_data_names_and_other_languages_on_purpose_are_left_alone(language: str, text: str) -> None:
    assert found(text, language) == []


def test_words_that_came_in_from_outside_are_data() -> None:
    assert found("amazon: 5 бонус", "kk", frozenset({"amazon"})) == []


def test_a_key_left_in_english_on_a_real_page_is_found(
    client: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.test import Client

    from oferta.project.web import words

    page = Client(HTTP_ACCEPT_LANGUAGE="kk").get("/").content.decode()
    assert leaks(page, "kk") == []
    spoilt = {**words.catalogue(), "home.lead": {**words.catalogue()["home.lead"]}}
    spoilt["home.lead"]["kk"] = spoilt["home.lead"]["en"]
    monkeypatch.setattr(words, "catalogue", lambda: spoilt)
    monkeypatch.setattr(words, "shown", words.shown.__wrapped__)  # nothing remembered of before
    page = Client(HTTP_ACCEPT_LANGUAGE="kk").get("/").content.decode()
    assert "clause" in [one.word for one in leaks(page, "kk")]


def test_the_walk_knows_the_addresses_of_every_room() -> None:
    names = {one.name for one in addresses()}
    assert {
        "home",
        "terms:edition",
        "my:statement",
        "inbox:list",
        "cases:dispute",
        "desk:case",
    } <= names
    assert not [name for name in names if name.startswith("rest:api")]
