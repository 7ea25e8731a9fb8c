"""The member's pages: what they have, what each payment gave and why, what they may ask and do."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from oferta.core.cases import queries as cases
from oferta.core.decisions.models import Decision
from oferta.core.parties import actions as parties
from oferta.core.parties import joining as agreeing
from oferta.core.parties.agreement_types import Circumstances
from oferta.core.parties.types import NewCustomer
from oferta.core.terms import shelf
from oferta.kernel import clock
from oferta.kernel.i18n import Language
from oferta.services.club import enrolment, partners, paying
from oferta.services.club.facts import PACK, day_of
from oferta.services.club.models import Campaign, Card, Member, Redemption
from oferta.services.club.pages import asked
from oferta.services.club.paying import Paid
from signing_in import sign_in_customer

CARD = "*0007"
FACTS: dict[str, object] = {
    "terminal_owner": "bank",
    "method": "halyk_qr",
    "channel": "pos",
    "abroad": False,
    "mcc": None,
    "category": "purchase",
    "card_kind": "debit",
    "special_account": "none",
    "instalment": False,
    "bonuses_paid": "0.00 KZT",
    "partner_rate": None,
    "oked_listed": False,
}
NOW = clock.now()
PAID = NOW - timedelta(days=3)

pytestmark = pytest.mark.django_db


def pay(id_: str, amount: int, shop: str, partner: str = "", **facts: object) -> None:
    paid = Paid(
        id=id_,
        card=CARD,
        paid_at=PAID,
        merchant=shop,
        amount=amount,
        facts=FACTS | ({"partner_rate": "10%"} if partner else {}) | facts,
        partner=partner,
    )
    (taken,) = paying.take_payments([paid], now=NOW)
    assert taken.error is None, taken.error


@pytest.fixture
def member(client: Client) -> Member:
    """A member with a payment at a partner, one elsewhere and one that earned nothing."""
    partners.put_partner("costa", name="Costa")
    partners.set_rate("costa", "10%", starts=date(2024, 1, 1), today=date(2024, 1, 1))
    tills: dict[str, dict[str, Any]] = {
        "T1": {"channel": "app", "category": "utilities", "merchant": "water"},
        "T2": {"channel": "app", "merchant": "gas", "takes_bonuses": False},
        "T3": {"channel": "self_service", "merchant": "kiosk"},
    }
    for code, told in tills.items():
        partners.put_terminal(code, owner="bank", **told)
    party = parties.register_customers([NewCustomer(key="m", language="en")], now=NOW)["m"]
    made = enrolment.enrol(party, CARD)
    pay("p1", 10_000_00, "costa", "costa")
    pay("p2", 20_000_00, "magnum")
    pay("p3", 5_000_00, "treasury", category="tax_fine")
    newest = shelf.terms().pack(PACK).editions[-1].id
    shown = Circumstances(language="en")
    agreeing.accept(party, [(PACK, newest)], shown=shown, now=NOW)
    sign_in_customer(client, party)
    client.cookies["oferta_language"] = "en"
    return made


def text_of(client: Client, name: str, query: str = "") -> str:
    """Return what a page says, tags and runs of white space taken out."""
    answer = client.get(reverse(name, args=["my"]) + query)
    assert answer.status_code == 200
    main = answer.content.decode().partition("<main")[2].replace("\u00a0", " ")
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_the_balance_is_one_wherever_it_is_shown(member: Member, client: Client) -> None:
    """BC-02, BC-70, BC-71."""
    for name in ("my:home", "club:home"):
        assert "1,300 bonuses" in text_of(client, name)
    home = text_of(client, "club:home")
    assert "1,000 bonuses" in home, "the partner's lot"
    assert "200 bonuses" in home, "the Bank's lot"


def test_balance_and_section_lead_to_one_view_with_the_partners(
    member: Member, client: Client
) -> None:
    """BC-78, BC-79, BC-80."""
    first = client.get(reverse("my:home", args=["my"])).content.decode()
    figure = re.search(r'class="figure"><a href="([^"]+)"', first)
    section = re.search(r'<nav class="links".*?href="([^"]+club/)"', first, re.DOTALL)
    assert figure
    assert section
    assert figure[1] == section[1] == reverse("club:home", args=["my"])
    view = text_of(client, "club:home")
    assert "Costa 10%" in view
    public = client.get(reverse("club:partners")).content.decode()
    assert "Costa" in public
    assert reverse("club:partners") in client.get(figure[1]).content.decode()


def test_a_partners_purchase_has_two_lines_and_their_sum(member: Member, client: Client) -> None:
    """BC-06, BC-07, BC-72, BC-73, BC-76."""
    said = text_of(client, "club:statement")
    costa = said[said.index("costa") :]
    assert "costa · Partner's bonus +1,000 bonuses" in costa
    assert "For payments with the Halyk card +100 bonuses" in costa
    assert "Together +1,100 bonuses" in costa


def test_another_purchase_has_one_line_and_a_zero_says_why(member: Member, client: Client) -> None:
    """BC-75, BC-77, BC-85, BC-86."""
    said = text_of(client, "club:statement")
    magnum = said[said.index("magnum") :].split("Why")[0]
    assert "For payments with the Halyk card +200 bonuses" in magnum
    assert "Partner's bonus" not in magnum
    page = client.get(reverse("club:statement", args=["my"])).content.decode()
    treasury = page[page.index(">treasury<") :]
    clause = re.search(r'href="(/terms/bonus-club/[^"]+#taxes-and-fines)"', treasury)
    assert clause, "the clause that decided is linked"
    assert client.get(clause[1].partition("#")[0]).status_code == 200
    ask = re.search(r'href="([^"]+why/\?payment=[0-9a-f]+)"', treasury)
    assert ask


def test_the_question_why_shows_the_reason_and_opens_a_case_about_the_payment(
    member: Member, client: Client
) -> None:
    """BC-85, BC-88."""
    address = reverse("club:ask", args=["my"]) + f"?payment={paying.key_of('p3')}"
    page = client.get(address).content.decode()
    assert "#taxes-and-fines" in page
    assert client.post(address, {"words": " "}).status_code == 422
    answer = client.post(address, {"words": "It was no fine"}, follow=True)
    (case,) = cases.cases_of_party(member.party_id)
    assert str(case.number) in answer.content.decode()
    assert case.decision_id is not None
    listed = text_of(client, "club:ask")
    assert "treasury" in listed
    assert "magnum" not in listed
    other = client.get(reverse("club:ask", args=["my"]) + "?payment=0000")
    assert other.status_code == 404


def test_the_calculator_answers_by_the_terms_and_keeps_nothing(
    member: Member, client: Client
) -> None:
    address = reverse("club:calculator", args=["my"])
    before = Decision.objects.count()
    given = {
        "paid_on": day_of(NOW).isoformat(),
        "money_paid": "10,000",
        "method": "halyk_qr",
        "channel": "pos",
        "terminal_owner": "bank",
        "category": "purchase",
        "card_kind": "debit",
        "special_account": "none",
        "instalment": "false",
        "abroad": "false",
        "partner": "costa",
    }
    both = client.post(address, given).content.decode().replace("\u00a0", " ")
    assert "This payment would earn 1,100 bonuses" in both
    none = client.post(address, given | {"category": "tax_fine", "partner": ""}).content.decode()
    assert "This payment would earn nothing" in none
    assert "#taxes-and-fines" in none
    for wrong in ({"money_paid": "much"}, {"paid_on": "2001-01-01"}, {"method": "barter"}):
        assert client.post(address, given | wrong).status_code == 422
    assert Decision.objects.count() == before


@pytest.mark.parametrize(("language", "typed"), [("kk", "10 000,50"), ("en", "10,000.50")])
def test_amounts_are_read_as_the_language_writes_them(language: Language, typed: str) -> None:
    assert asked.minor(typed, language) == 10_000_50
    assert asked.minor("0", language) is None
    assert asked.minor("-5", language) is None
    assert asked.minor("x", language) is None


def test_a_bill_is_checked_first_and_then_paid_once(member: Member, client: Client) -> None:
    """BC-62, BC-66."""
    address = reverse("club:pay", args=["my"])
    given = {"till": "T1", "bill": "1500", "every": "1"}
    page = client.post(address, given).content.decode().replace("\u00a0", " ")
    assert "1,300 bonuses" in page
    assert "200 KZT" in page
    assert not Redemption.objects.exists()
    hidden: dict[str, Any] = dict(
        re.findall(
            r'type="hidden" name="(sure|till|bill|bonuses|every|reference)" value="([^"]*)"', page
        )
    )
    for _ in range(2):
        answer = client.post(address, hidden)
        assert answer.status_code == 302
        assert "/decisions/" in answer.headers["Location"]
    assert Redemption.objects.get().amount == 1300_00
    assert "0 bonuses" in text_of(client, "club:home")


@pytest.mark.parametrize(
    ("till", "instead"), [("T2", "paying with money"), ("T3", "a till with a cashier")]
)
def test_where_bonuses_do_not_pay_the_alternative_is_named(
    member: Member, client: Client, till: str, instead: str
) -> None:
    """BC-65, BC-67."""
    given = {"till": till, "bill": "1000", "bonuses": "500"}
    page = client.post(reverse("club:pay", args=["my"]), given).content.decode()
    assert instead in page
    assert 'name="sure"' not in page


def test_campaigns_of_today_show_ceiling_used_and_left(member: Member, client: Client) -> None:
    """BC-26, BC-82."""
    today = day_of(NOW)
    told = {
        "title": {"en": "Double coffee"},
        "owner": "bank",
        "clause": "bank-rate",
        "limit": "none-such",
        "rate": 5_0000,
        "cap": 1000_00,
        "cap_period": "month",
        "accrual_days": 3,
        "document": "https://example.kz/coffee",
        "state": "started",
        "started_at": datetime(2024, 1, 1, tzinfo=UTC),
    }
    tomorrow = today + timedelta(days=1)  # midnight may pass meanwhile
    Campaign.objects.create(key="now", starts=today, ends=tomorrow, **told)
    over = today - timedelta(days=1)
    Campaign.objects.create(
        key="over", starts=over, ends=over, **(told | {"title": {"en": "Finished"}})
    )
    said = text_of(client, "club:campaigns")
    assert "Double coffee 5%" in said
    assert "after 3 days" in said
    assert "Finished" not in said.split("Campaigns that are over")[0]
    assert "Finished" in said, "history is readable (BC-41)"
    assert "1%" in said, "the general rate"
    assert "+10%" in said, "the best partner's"


def test_a_campaign_says_whether_it_is_for_this_member_and_why_not(
    member: Member, client: Client
) -> None:
    """BC-82: asked of the terms by the card that the member has, not of a list of cards."""
    today = day_of(clock.now())
    Campaign.objects.create(
        key="here",
        title={"en": "Here"},
        owner="bank",
        clause="bank-rate",
        limit="none",
        rate=1_0000,
        cap=1000_00,
        cap_period="month",
        accrual_days=0,
        starts=today,
        ends=today,
        document="https://example.com/",
        state="started",
        started_at=clock.now(),
    )

    def shown() -> str:
        return client.get("/my/club/campaigns/").content.decode()

    assert "For you, with these cards" in shown()
    Card.objects.filter(member=member).update(product="corporate")
    assert "Cards of your kind earn nothing" in shown()
    Card.objects.filter(member=member).update(state="lost", until=today)
    assert "You have no card in use" in shown()
    Member.objects.update(left_on=today, reopens_until=today)
    assert "You left the club" in shown()


def test_who_leaves_is_told_what_happens_and_may_come_back(member: Member, client: Client) -> None:
    address = reverse("club:leave", args=["my"])
    assert "Your bonuses wait" in text_of(client, "club:leave")
    assert client.post(address).status_code == 422
    client.post(address, {"sure": "yes"})
    member.refresh_from_db()
    assert member.left_on == day_of(clock.now())
    assert "You can come back" in text_of(client, "club:home")
    client.post(reverse("club:join", args=["my"]))
    member.refresh_from_db()
    assert member.left_on is None


def test_who_is_no_member_is_invited_and_the_club_pays_nothing_for_them(client: Client) -> None:
    """BC-03."""
    party = parties.register_customers([NewCustomer(key="n", language="en")], now=NOW)["n"]
    sign_in_customer(client, party)
    client.cookies["oferta_language"] = "en"
    assert "You are not in the club yet" in text_of(client, "club:home")
    assert "/terms/" in client.post(reverse("club:join", args=["my"])).headers["Location"]
    for name in ("club:campaigns", "club:leave"):
        assert client.get(reverse(name, args=["my"])).status_code == 302
