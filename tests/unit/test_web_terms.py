"""The public pages of the terms: every edition by its day, in five languages, refused precisely."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from oferta.core.terms import shelf
from oferta.kernel.i18n import LANGUAGES

CLUB = "/terms/bonus-club/"
TRY = f"{CLUB}try/bank_bonus/"
FACTS = {
    "paid_on": "2018-02-01", "terminal_owner": "bank", "method": "halyk_qr", "channel": "pos",
    "merchant": "corner shop", "abroad": "false", "mcc": "", "category": "purchase",
    "card_kind": "debit", "special_account": "none", "instalment": "false",
    "money_paid": "10000", "bonuses_paid": "0", "halyk_plus_rate": "0", "oked_listed": "false",
    "repeat_no": "0", "customer": "me",
}  # fmt: skip


def page(address: str, language: str = "en", **headers: str) -> Any:
    return Client(HTTP_ACCEPT_LANGUAGE=language, **headers).get(address)


def text(address: str, language: str = "en") -> str:
    found: str = page(address, language).content.decode()
    return found


def tried(language: str = "en", address: str = TRY, **facts: str) -> str:
    given = {f"fact.{name}": value for name, value in {**FACTS, **facts}.items()}
    response = Client(HTTP_ACCEPT_LANGUAGE=language).post(address, given)
    assert response.status_code == 200
    return response.content.decode()


def wrong_fields(html: str) -> list[str]:
    return re.findall(r'class="errorlist" id="fact\.(\w+)-wrong"', html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_edition_of_every_pack_can_be_read_in_every_language(language: str) -> None:
    for pack in shelf.terms().packs.values():
        for edition in pack.editions:
            html = text(f"/terms/{pack.name}/editions/{edition.id}/", language)
            assert f'lang="{language}"' in html
            for clause in edition.clauses:
                assert f'id="{clause}"' in html
            assert edition.digest in html


@pytest.mark.parametrize(
    ("day", "present", "absent"),
    [
        ("2024-04-15", "app-payments-stopped", "mobile-spring-2024"),
        ("2024-04-16", "mobile-spring-2024", "bus-2024"),
        ("2023-11-01", "appendix-2", "app-payments-stopped"),
    ],
)
def test_the_edition_of_the_chosen_day_is_shown(day: str, present: str, absent: str) -> None:
    html = text(f"{CLUB}?on={day}")
    assert f'id="{present}"' in html
    assert f'id="{absent}"' not in html


def test_conditions_are_sentences_and_no_sql() -> None:
    html = text(CLUB)
    for sql in (" IN (", " IS NOT NULL", " BETWEEN ", " AND NOT "):
        assert sql not in html


def test_a_day_before_the_first_edition_and_one_that_is_none_are_explained() -> None:
    assert "No edition was in force on 1\u00a0January 1999" in text(f"{CLUB}?on=1999-01-01")
    refused = page(f"{CLUB}?on=2024-02-30")
    assert refused.status_code == 400
    assert 'aria-describedby="on-wrong"' in refused.content.decode()
    assert page(f"{CLUB}compare?from=x&to=y").status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/terms/nothing/",
        "/terms/nothing/compare",
        f"{CLUB}editions/2024-04-17/",
        f"{CLUB}editions/2024-04-17/examples",
        f"{CLUB}try/nothing/",
    ],
)
def test_what_is_not_there_is_not_found(address: str) -> None:
    assert page(address).status_code == 404


def test_a_page_is_sent_again_only_if_something_changed() -> None:
    first = page(CLUB)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert page(CLUB, HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert page(CLUB, "kk", HTTP_IF_NONE_MATCH=tag).status_code == 200
    assert page(f"{CLUB}?on=2024-05-16", HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_what_changed_between_two_days_is_told_and_nothing_if_nothing_did() -> None:
    html = text(f"{CLUB}compare?from=2024-04-15&to=2024-04-16", "ru")
    assert "mobile-spring-2024" in html
    assert "<ins>" in html
    assert "Ничего не изменилось" in text(f"{CLUB}compare?from=2024-05-01&to=2024-05-02", "ru")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_change_means_is_told_by_a_plain_case_and_by_proofs(language: str) -> None:
    html = text(f"{CLUB}compare?from=2023-11-01&to=2023-11-02", language)
    meaning = html[html.index('id="meaning"') :]
    assert meaning.index('id="meaning-bank_bonus"') < meaning.index('id="meaning-partner_bonus"')
    said = {"en": "That is proved.", "ru": "Это доказано.", "kk": "Бұл дәлелденді.",
            "zh-Hant": "此點已經證明", "zh-Hans": "此点已经证明"}  # fmt: skip
    assert meaning.count(said[language]) == 1
    alike = meaning[meaning.index(said[language]) :]
    assert alike.count('<li id="meaning-') == 10
    assert "app-rate" not in meaning
    assert "1%" in meaning.replace("\u00a0", "")
    same = text(f"{CLUB}compare?from=2024-05-01&to=2024-05-02", language)
    assert 'id="meaning"' not in same


def test_an_example_leads_to_the_form_filled_with_it() -> None:
    html = text(f"{CLUB}editions/2017-01-01/examples")
    assert f"{TRY}?example=apple-pay-earns" in html
    assert '<option value="apple_pay" selected>' in text(f"{TRY}?example=apple-pay-earns")


def test_a_case_is_decided_on_what_is_typed_and_explained() -> None:
    html = tried(money_paid="12,345.00")
    assert "bank-rate" in html
    assert "12,345\u00a0KZT × 1%" in html
    assert "123\u00a0KZT" in html


@pytest.mark.parametrize("typed", ["12 345,50", "12\u00a0345,50", "12345.5", "12345,50 KZT"])
def test_an_amount_is_read_as_the_language_writes_it(typed: str) -> None:
    assert "12\u00a0345,50" in tried("ru", money_paid=typed)


@pytest.mark.parametrize(
    ("fact", "typed"),
    [
        ("money_paid", "much"), ("money_paid", "-1"), ("money_paid", "1.234"), ("money_paid", ""),
        ("mcc", "12345"), ("mcc", "4.5"), ("method", "wish"), ("abroad", "maybe"),
        ("paid_on", "2024-02-30"), ("halyk_plus_rate", "x"), ("merchant", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_at_its_field(fact: str, typed: str) -> None:
    html = tried(**{fact: typed})
    assert wrong_fields(html) == [fact]
    assert 'aria-labelledby="answer"' not in html


def test_what_was_typed_is_escaped_and_stays_in_the_form() -> None:
    html = tried(money_paid='"><script>alert(1)</script>', merchant="<b>shop</b>")
    assert "<script>alert" not in html
    assert "<b>shop" not in html
    assert "&lt;b&gt;shop" in html


def test_a_day_before_the_first_edition_has_no_answer() -> None:
    assert "No edition was in force on that day" in tried(paid_on="2001-01-01")


def test_a_time_is_that_of_the_venue_that_is_named() -> None:
    html = text("/terms/ticket-refunds/try/refund/")
    assert 'type="datetime-local"' in html
    assert "Times are those of Europe/Moscow" in html


def test_a_gap_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sample pack has one, so a clause is taken out of the answer."""
    from oferta.core.terms.engine import Asked
    from oferta.core.terms.errors import Gap

    def stopped(asked: Asked) -> None:
        raise Gap(pack="bonus-club", edition=asked.edition.id, question=asked.question, mask=0)

    monkeypatch.setattr(Asked, "decide", stopped)
    assert "No clause decides this case" in tried()
