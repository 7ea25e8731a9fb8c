"""Letters of members: what is read of them, and which of them machines wrote."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oferta.services.club.claims import wording
from oferta.services.club.claims.errors import LetterUnreadable
from oferta.services.club.claims.letters import BYTES_MAX, WORDS_MAX, read_letter

TODAY = date(2025, 3, 1)
PLAIN = """From: "Айгерім" <Aigerim@Example.KZ>
To: bonus@club.example
Subject: =?utf-8?b?0JHQvtC90YPRgQ==?=
Message-ID: <one@example.kz>
Content-Type: text/plain; charset=utf-8
{more}
{body}
"""


def letter(body: str = "Where is my bonus?", more: str = "") -> bytes:
    return PLAIN.format(body=body, more=f"{more}\n" if more else "").encode()


def test_a_letter_is_read_as_its_writer_wrote_it() -> None:
    """BC-87."""
    body = "Бонус қайда?\n\n> старое письмо\nРахмет\n-- Original message --\nзамечание"
    read = read_letter(letter(body))
    assert (read.id, read.sender, read.subject) == (
        "<one@example.kz>",
        "aigerim@example.kz",
        "Бонус",
    )
    assert read.words == "Бонус қайда?\n\nРахмет"
    assert not read.automatic


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=x",
        "Precedence: bulk",
        "List-Id: <list.example>",
        "Return-Path: <>",
        "X-Auto-Response-Suppress: All",
        'Content-Type: multipart/report; boundary="x"',
    ],
)
def test_what_a_machine_wrote_is_told_from_a_person(header: str) -> None:
    raw = letter(more=header)
    if header.startswith("Content-Type"):
        raw = raw.replace(b"Content-Type: text/plain; charset=utf-8\n", b"")
    assert read_letter(raw).automatic


def test_a_daemon_and_our_own_address_are_no_writers_either() -> None:
    daemon = letter().replace(b"Aigerim@Example.KZ", b"MAILER-DAEMON@example.kz")
    assert read_letter(daemon).automatic
    assert read_letter(letter(), own=frozenset({"aigerim@example.kz"})).automatic
    assert not read_letter(letter(more="Auto-Submitted: no")).automatic


def test_html_is_read_without_its_scripts_where_there_is_no_plain_text() -> None:
    raw = letter("<html><head><style>p{}</style></head><p>Қайда</p><script>x()</script>бонус?")
    read = read_letter(raw.replace(b"text/plain", b"text/html"))
    assert read.words.split() == ["Қайда", "бонус?"]


def test_what_is_no_message_is_refused_and_a_strange_charset_is_left_out() -> None:
    with pytest.raises(LetterUnreadable):
        read_letter(b"hello")
    with pytest.raises(LetterUnreadable):
        read_letter(b"From: a@b.kz\n\n" + b"x" * BYTES_MAX)
    assert read_letter(letter().replace(b"utf-8\n", b"klingon\n")).words == ""


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    read = read_letter(b"From: a@b.kz\nContent-Type: multipart/mixed; boundary=x\n" + body)
    assert len(read.words) <= WORDS_MAX
    assert "\0" not in read.words + read.subject + read.id


@pytest.mark.parametrize(
    "words",
    [
        "16.05.2024 күні 10 000 ₸ төледім",
        "2024 жылғы 16 мамыр, 10 000,00 теңге",
        "16 мая 2024 года заплатил 10000 тг",
        "I paid KZT 10,000.00 on May 16, 2024",
        "on 16 May 2024: 10000.0 tenge",
        "2024-05-16 10'000 KZT",
        "2024年5月16日付款10,000堅戈",
    ],
)
def test_days_and_amounts_are_understood_in_every_language(words: str) -> None:
    told = wording.understood(words, TODAY)
    assert told.days == {date(2024, 5, 16)}
    assert told.amounts == {10_000_00}


def test_a_day_without_a_year_is_the_latest_that_there_was() -> None:
    assert wording.understood("28 ақпан", TODAY).days == {date(2025, 2, 28)}
    assert wording.understood("28 апреля", TODAY).days == {date(2024, 4, 28)}
    assert wording.understood("30 ақпан", TODAY).days == frozenset()


def test_a_merchant_is_named_whatever_the_number_of_its_shop() -> None:
    assert wording.names("Оплата в Travelodge вчера", "travelodge gb0000")
    assert not wording.names("Оплата в отеле", "travelodge gb0000")
    assert not wording.names("12 34", "12 34")


def test_the_language_of_the_words_is_the_writers() -> None:
    said = ["Бонус қайда?", "Где бонус?", "Where?", "請問積分在哪裡", "积分在哪里"]
    assert [wording.language(one) for one in said] == ["kk", "ru", "en", "zh-Hant", "zh-Hans"]


@given(st.text(max_size=200))
def test_no_words_break_understanding(words: str) -> None:
    told = wording.understood(words, TODAY)
    assert all(amount >= 0 for amount in told.amounts)
    wording.names(words, words)
