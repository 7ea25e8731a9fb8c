"""Days and moments on pages read as the reader's language writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.html import strip_tags
from django.utils.translation import override

from oferta.project.web import tags

LATE = datetime(2024, 5, 16, 19, 30, 59, tzinfo=UTC)

SAID = {
    "kk": "2024 ж. 17 мамыр, 00:30 (UTC+05:00)",
    "ru": "17 мая 2024 г., 00:30 (UTC+05:00)",
    "en": "17 May 2024, 00:30 (UTC+05:00)",
    "zh-hant": "2024年5月17日 00:30（UTC+05:00）",
    "zh-hans": "2024年5月17日 00:30（UTC+05:00）",
}


@pytest.fixture(autouse=True)
def almaty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "CONFIG", replace(tags.CONFIG, time_zone=ZoneInfo("Asia/Almaty")))


@pytest.mark.parametrize("language", SAID)
def test_a_moment_is_told_to_the_minute_with_its_zone(language: str) -> None:
    with override(language):
        said = tags.moment(LATE).replace("\u00a0", " ")
    assert said == f'<time datetime="{LATE.isoformat()}">{SAID[language]}</time>'


def test_the_day_of_a_moment_is_that_of_the_pages_zone() -> None:
    with override("en"):
        said = tags.day(LATE).replace("\u00a0", " ")
    assert said == '<time datetime="2024-05-17">17 May 2024</time>'


DAYS = {
    "kk": ("2026 ж. 3–17 желтоқсан", "2026 ж. 31 желтоқсан – 2027 ж. 3 қаңтар"),
    "ru": ("3–17 декабря 2026 г.", "31 декабря 2026 г. – 3 января 2027 г."),
    "en": ("3–17 December 2026", "31 December 2026 – 3 January 2027"),
    "zh-hant": ("2026年12月3日至17日", "2026年12月31日至2027年1月3日"),
    "zh-hans": ("2026年12月3日至17日", "2026年12月31日至2027年1月3日"),
}


@pytest.mark.parametrize("language", DAYS)
def test_days_of_one_month_name_their_month_once(language: str) -> None:
    last = date(2026, 12, 31)
    with override(language):
        said = [tags.days(date(2026, 12, 3), date(2026, 12, 17)), tags.days(last, date(2027, 1, 3))]
        assert tags.days(last, last) == tags.day(last)
    assert tuple(strip_tags(one).replace("\u00a0", " ") for one in said) == DAYS[language]


def test_a_day_of_the_week_is_small_inside_a_sentence() -> None:
    with override("ru"):
        alone, inside = (tags.local(LATE, "Asia/Almaty", inside=one) for one in (False, True))
    assert "Пятница, 17" in alone
    assert "пятница, 17" in inside
