"""The club's guide: steps that number themselves, and one name that means two things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.test import Client

from oferta.kernel.i18n import LANGUAGES
from oferta.services.club.pages import guide

pytestmark = pytest.mark.django_db
WORDS = yaml.safe_load(Path(guide.WORDS).read_text(encoding="utf-8"))


@pytest.mark.parametrize("typed", ["Halyk Bonus", "халық бонус деген не", "HALYK BONUS?"])
def test_the_name_of_the_card_and_of_the_balance_is_told_apart(client: Client, typed: str) -> None:
    """BC-13: both are found, and the page says that they are two things."""
    found = guide.find(typed)
    assert [one.id for one in found.entries[:2]] == ["balance", "card"]
    assert found.ambiguous
    page = client.get("/club/guide/", {"q": typed}, headers={"accept-language": "en"})
    assert "Two different things have this name" in page.content.decode()


def test_the_digital_card_and_other_words_mean_one_thing() -> None:
    assert not guide.find("потеряна").ambiguous
    assert [one.id for one in guide.find("потеряна").entries] == ["lost"]
    assert guide.find("no such thing").entries == ()


def test_steps_are_numbered_by_the_page_and_none_is_missing(client: Client) -> None:
    """BC-81: the source numbers a step twice; here numbers are counted from the list."""
    page = client.get("/club/guide/").content.decode()
    shown = [one.count("<li>") for one in re.findall(r"<ol>(.*?)</ol>", page, re.DOTALL)]
    assert shown == [one.steps for one in guide.ENTRIES if one.steps]
    told = {key for one in guide.ENTRIES for key in one.step_keys}
    assert told == {key for key in WORDS if ".step" in key}
    for key in told:
        for language in LANGUAGES:
            assert not re.match(r"\W*\d", WORDS[key][language]), key
