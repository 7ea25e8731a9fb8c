"""Texts, accounts and banks as files of ISO 20022 have them."""

from __future__ import annotations

import pytest

from oferta.kernel import iso20022
from oferta.kernel.iso20022 import NotWritable, latin


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ТОО «Қазақ әуені»", "TOO 'Kazak aueni'"),
        ("Жұлдыз ЖШС", "Zhuldyz ZHSHS"),
        ("ООО «Щукин и Объедков» — №1", "OOO 'Shchukin i Obieedkov' - No1"),
        ("Žofie Ærø & Søn ß", "Zofie Aero + Son ss"),
        ("O'Neil, Ltd. (HK)", "O'Neil, Ltd. (HK)"),
        ("  two\u00a0\u00a0spaces ", "two spaces"),
    ],
)
def test_a_name_is_written_as_passports_write_it(name: str, written: str) -> None:
    assert latin(name) == written


@pytest.mark.parametrize("name", ["香港管弦樂團", "Ҡурай", "Шоу 🎭", "a\x00b"])
def test_what_the_rule_cannot_write_is_refused_and_never_dropped(name: str) -> None:
    with pytest.raises(NotWritable) as refused:
        latin(name)
    assert refused.value.letters
    assert set(refused.value.letters) <= set(name)


def test_a_text_that_is_too_long_shows_that_it_was_cut() -> None:
    assert latin("Щ" * 40, 140) == ("SHCH" * 40)[:139] + "+"
    assert latin("a" * 140, 140) == "a" * 140


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("SABRRUMM", True),
        ("SABRRUMM012", True),
        ("044525225", True),
        ("sabrrumm", False),
        ("SABRRUMM0", False),
        ("04452522", False),
        ("", False),
    ],
)
def test_a_bank_has_a_bic_or_a_number_at_home(code: str, good: bool) -> None:
    assert iso20022.is_bank(code) is good


@pytest.mark.parametrize("number", ["", "КЗ12", "4070 2810", "1" * 35])
def test_a_number_that_no_account_has_is_refused(number: str) -> None:
    assert not iso20022.is_number(number)
