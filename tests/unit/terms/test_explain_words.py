"""The phrases of explanations are whole in five languages, and values read as each writes them."""

from __future__ import annotations

import string
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from oferta.core.terms.types import Kind, Type
from oferta.core.terms.wording import Phrase, plural_form, wording
from oferta.core.terms.writing import show
from oferta.kernel.i18n import LANGUAGES, Language

KZT = Type(Kind.MONEY, unit="KZT")
PERCENT = Type(Kind.PERCENT)
NBSP = "\u00a0"
#: 2024-04-16 and its evening, coded.
DAY = 19_829
EVENING = DAY * 86_400_000_000 + 13 * 3_600_000_000 + 59 * 60_000_000


def placeholders(phrase: Phrase) -> set[str]:
    forms = phrase.values() if isinstance(phrase, dict) else phrase
    texts = [forms] if isinstance(forms, str) else list(forms)
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_phrases_with_the_same_placeholders(language: Language) -> None:
    said = {key: placeholders(phrase) for key, phrase in wording(language).phrases.items()}
    assert said == {key: placeholders(phrase) for key, phrase in wording("en").phrases.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_every_form_that_its_language_uses(language: Language) -> None:
    used = {plural_form(language, number) for number in (*range(130), Fraction(3, 2))}
    for key, phrase in wording(language).phrases.items():
        if isinstance(phrase, dict):
            assert set(phrase) == used, key
    assert used == {"en": {"one", "other"}, "ru": {"one", "few", "many"}}.get(language, {"other"})


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1 день"),
        (2, "2 дня"),
        (5, "5 дней"),
        (11, "11 дней"),
        (12, "12 дней"),
        (21, "21 день"),
        (104, "104 дня"),
        (111, "111 дней"),
    ],
)
def test_russian_counts_with_three_forms(number: int, said: str) -> None:
    assert wording("ru").count("span.days", number).replace(NBSP, " ") == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "1,000.50 KZT"),
        ("ru", "1 000,50 ₸"),
        ("kk", "1 000,50 ₸"),
        ("zh-Hant", "1,000.50 堅戈"),
        ("zh-Hans", "1,000.50 坚戈"),
    ],
)
def test_money_reads_as_each_language_writes_it(language: Language, said: str) -> None:
    assert show(100_050, KZT, language).replace(NBSP, " ") == said


@pytest.mark.parametrize(
    ("value", "type_", "said"),
    [
        (100_000, KZT, "1,000 KZT"),
        (-799, Type(Kind.MONEY, unit="GBP"), "\u2212£7.99"),
        (0, KZT, "0 KZT"),
        (Fraction(10_033, 3), KZT, "≈ 33.443333 KZT"),
        (Fraction(1, 2), KZT, "0.005 KZT"),
        (100, Type(Kind.MONEY, unit="BONUS"), "1 bonus"),
        (150, Type(Kind.MONEY, unit="BONUS"), "1.50 bonuses"),
        (15_000, PERCENT, "1.5%"),
        (1, PERCENT, "0.0001%"),
        (4812, Type(Kind.INTEGER), "4812"),
        (DAY, Type(Kind.DATE), "16 April 2024"),
        (90 * 60_000_000, Type(Kind.DURATION), "1 hour 30 minutes"),
        (-3 * 86_400_000_000, Type(Kind.DURATION), "\u22123 days"),
        (1_500_000, Type(Kind.DURATION), "1.5 seconds"),
        (0, Type(Kind.DURATION), "0 seconds"),
        (True, Type(Kind.BOOLEAN), "yes"),
        (None, KZT, "not known"),
        ("Kcell", Type(Kind.TEXT), "“Kcell”"),
    ],
)
def test_every_kind_of_value_reads_in_english(value: object, type_: Type, said: str) -> None:
    assert show(value, type_, "en").replace(NBSP, " ") == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "16 April 2024, 18:59 (UTC+05:00)"),
        ("ru", "16 апреля 2024 г., 18:59 (UTC+05:00)"),
        ("kk", "2024 ж. 16 сәуір, 18:59 (UTC+05:00)"),
        ("zh-Hant", "2024年4月16日 18:59（UTC+05:00）"),
        ("zh-Hans", "2024年4月16日 18:59（UTC+05:00）"),
    ],
)
def test_a_moment_is_told_in_the_time_zone_of_the_terms(language: Language, said: str) -> None:
    told = show(EVENING, Type(Kind.MOMENT), language, zone=ZoneInfo("Asia/Qyzylorda"))
    assert told.replace(NBSP, " ") == said


def test_joints_are_mended() -> None:
    said = wording("ru").say("edition.open", id="1", start="1 января 2017 г.")
    assert said.endswith("1 января 2017 г.")
    assert (
        wording("zh-Hans").say("condition.is", left="方式", right="Halyk QR") == "方式为 Halyk QR"
    )


def test_quotation_marks_inside_others_become_inner_ones() -> None:
    assert wording("ru").quoted("программа «Halyk»") == "«программа „Halyk“»"
    assert wording("zh-Hant").quoted("「甲」") == "「『甲』」"
