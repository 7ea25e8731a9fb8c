"""Days and moments on pages read as the reader's language writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
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
