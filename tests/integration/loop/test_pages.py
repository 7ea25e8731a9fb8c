"""The pages of the loop: an inbox, why, a dispute, the desk."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from loop_builders import NOW, a_customer, a_payment, an_approver

from oferta.core.cases import queries as cases
from oferta.core.decisions import actions as decisions
from oferta.core.notices import queries as notices
from oferta.core.parties import queries as parties
from oferta.kernel.i18n import LANGUAGES
from signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client()


def told(party: object, **payment: object) -> object:
    event = a_payment(party, plan="corner.told", **payment)  # type: ignore[arg-type]
    return decisions.decide(event, now=NOW).decisions[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customer_reads_why_in_each_language(client: Client, language: str) -> None:
    party = a_customer(language)
    decision = told(party)
    link = f"/c/{parties.link_token(party)}/"
    inbox = client.get(link)
    assert inbox.status_code == 200
    assert f'lang="{language}"' in inbox.content.decode()
    page = client.get(f"{link}decisions/{decision.id}/")  # type: ignore[attr-defined]
    words = page.content.decode()
    title = {
        "kk": "Кассада бір пайыз",
        "ru": "Один процент на кассе",
        "en": "One percent at the till",
        "zh-Hant": "收銀台百分之一",
        "zh-Hans": "收银台百分之一",
    }[language]
    assert title in words
    notice = re.search(rf'href="({re.escape(link)}notices/[0-9a-f-]+/)"', inbox.content.decode())
    assert notice
    assert title in client.get(notice[1]).content.decode()


def test_a_notice_of_several_decisions_names_the_question_of_each(client: Client) -> None:
    party = a_customer("zh-Hans")
    told(party, questions=("bonus", "partner_bonus"))
    notice = notices.inbox(party)[0]
    page = client.get(f"/c/{parties.link_token(party)}/notices/{notice.id}/").content.decode()
    assert page.count("：为何如此决定？") == 2
    assert "（决定 1）" not in page


def test_nobody_reads_another_customers_decision(client: Client) -> None:
    decision = told(a_customer())
    stranger = parties.link_token(a_customer())
    for path in (f"/c/{stranger}/decisions/{decision.id}/", "/c/forged/"):  # type: ignore[attr-defined]
        assert client.get(path).status_code == 404
    path = f"/c/{stranger}/decisions/{decision.id}/dispute"  # type: ignore[attr-defined]
    assert client.post(path, {"words": "mine"}).status_code == 404
    assert cases.open_cases() == []


def test_a_dispute_without_words_is_asked_for_them(client: Client) -> None:
    party = a_customer()
    decision = told(party)
    path = f"/c/{parties.link_token(party)}/decisions/{decision.id}/dispute"  # type: ignore[attr-defined]
    assert client.post(path, {"words": " "}).status_code == 422
    answer = client.post(path, {"words": "I paid by app", "evidence": "receipt 5"}, follow=True)
    assert "I paid by app" in answer.content.decode()
    assert len(cases.open_cases()) == 1
    again = client.post(path, {"words": "again"}, follow=True)
    assert "I paid by app" in again.content.decode(), "the open case is shown, none is added"
    assert len(cases.open_cases()) == 1


def test_the_desk_is_for_staff(client: Client) -> None:
    assert client.get("/desk/").headers["Location"].startswith("/sign-in/")
    from django.contrib.auth import get_user_model

    client.force_login(get_user_model().objects.create_user("visitor"))
    assert client.get("/desk/").status_code == 403


def test_staff_answer_a_case_by_corrected_facts(client: Client) -> None:
    party = a_customer()
    decision = told(party)
    token = parties.link_token(party)
    client.post(
        f"/c/{token}/decisions/{decision.id}/dispute",  # type: ignore[attr-defined]
        {"words": "I paid by app"},
    )
    (case,) = cases.open_cases()
    login(client)
    desk = client.get("/desk/").content.decode()
    assert "I paid by app" in desk
    assert "A. Customer" in desk
    page = client.get(f"/desk/cases/{case.id}/")
    assert page.status_code == 200
    form = {"answer": "facts", "reason": "The receipt says app", "fact.paid_on": "2024-05-16"}
    form |= {"fact.channel": "till", "fact.money_paid": "1000.00 KZT", "fact.customer": "anna"}
    path = f"/desk/cases/{case.id}/resolve"
    assert client.post(path, form).status_code == 422, "nothing was corrected"
    assert client.post(path, form | {"fact.channel": "no such"}).status_code == 422
    client.post(path, form | {"fact.channel": "app"})
    done = cases.case(case.id)
    assert (done.status, done.reason) == ("upheld", "The receipt says app")
    page = client.get(f"/c/{token}/cases/{case.id}/").content.decode()
    assert "The receipt says app" in page
    new = client.get(f"/c/{token}/decisions/{done.override_id}/").content.decode()
    assert "Ten percent in the app" in new


def login(client: Client) -> None:
    actor = an_approver()
    sign_in_staff(client, actor.id)
