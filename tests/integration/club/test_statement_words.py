"""What a member sees of a purchase: lines, one message, one balance, the clause behind each."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from club_builders import SHOP, a_person, at, balance, paid, take

from oferta.core.decisions import actions as decisions
from oferta.core.decisions import purses, statement
from oferta.core.decisions.explaining import explanation_of
from oferta.core.decisions.types import Override
from oferta.core.notices import queries as noticed
from oferta.core.notices import rendering
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.kernel.i18n import LANGUAGES
from oferta.project.web import words
from oferta.services.club import partners, redeeming
from oferta.services.club.membership import cards, joining
from oferta.services.club.models import Member

NOW = at("2024-03-10")
AT_PARTNER = SHOP | {"partner_rate": "5%"}


@pytest.fixture
def anna(db: None) -> UUID:
    party = a_person()
    joining.join(party, now=at("2024-03-01"))
    cards.add(party, "card-1", product="debit", now=NOW)
    return party


def message(party: UUID) -> tuple[str, str]:
    """Return the label and the amount of the one message about a purchase."""
    told = [one for one in noticed.inbox(party) if one.kind.startswith("club.earned")]
    assert len(told) == 1
    return told[0].params["label"]["words"], rendering.said(told[0].params["amount"], "en")


def test_a_purchase_at_a_partner_is_two_lines_and_one_message(anna: UUID) -> None:
    """BC-06, BC-07, BC-72, BC-73, BC-76."""
    (taken,) = take(
        paid("p", "2024-03-05", 10_000, partner="costa", merchant="Costa", facts=AT_PARTNER),
        now=NOW,
    )
    assert [(one.question, (one.outcome or {})["amount"]) for one in taken.decisions] == [
        ("bank_bonus", 100_00),
        ("partner_bonus", 500_00),
    ]
    assert [len(one.transfer_ids) for one in taken.decisions] == [1, 1]
    span = statement.span_of(anna)
    assert span is not None
    line = statement.lines(anna, span._replace(until=NOW))[0][0]
    assert line.title.subject == "Costa"
    assert [one.minor for one in line.changes] == [600_00]
    assert message(anna) == ("club.line.both", rendering.said(_bonus(600_00), "en"))


def test_a_purchase_elsewhere_is_one_line_and_one_message(anna: UUID) -> None:
    """BC-75, BC-76."""
    (taken,) = take(paid("p", "2024-03-05", 10_000, facts=SHOP), now=NOW)
    assert [len(one.transfer_ids) for one in taken.decisions] == [1, 0]
    assert taken.decisions[1].decided_by == ("not-a-partner",)
    assert message(anna) == ("club.line.bank", rendering.said(_bonus(100_00), "en"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["club.earned", "club.earned_later"])
def test_the_message_has_one_amount_and_the_statements_own_label(kind: str, language: str) -> None:
    """BC-74, BC-76: the template itself is pinned to one operation."""
    body = rendering.catalogue(language).get(kind).body  # type: ignore[arg-type, union-attr]
    assert (body.count("{amount}"), body.count("{label}")) == (1, 1)
    told = {
        "amount": _bonus(600_00),
        "label": {"words": "club.line.bank"},
        "merchant": "Costa",
        "day": {"date": "2024-03-05"},
        "from": {"date": "2024-03-08"},
    }
    shown = rendering.render(kind, told, (), language)  # type: ignore[arg-type]
    assert words.say("club.line.bank", language) in shown.body  # type: ignore[arg-type]


def test_every_place_shows_the_ledgers_one_balance(anna: UUID) -> None:
    """BC-70: the purse on top, the club's own page and the API read the same accounts."""
    take(paid("p", "2024-03-05", 10_000, facts=SHOP), now=NOW)
    (purse,) = purses.of_party(anna)
    member = Member.objects.get(party_id=anna)
    assert purse.account_id == member.account_id
    assert purse.available.minor == balance(anna) * 100 == 100_00
    assert redeeming.usable(member.account_id, now=NOW) == purse.available.minor


def test_every_answer_about_an_accrual_cites_document_edition_and_clause(anna: UUID) -> None:
    """BC-04, BC-77: given or not."""
    made = take(
        paid("p", "2024-03-05", 10_000, facts=SHOP),
        paid("q", "2024-03-06", 10_000, facts=SHOP | {"category": "cash"}),
        now=NOW,
    )
    for one in [decision for taken in made for decision in taken.decisions]:
        why = explanation_of(one, "kk")
        assert why is not None
        assert (why.pack, why.edition.id) == ("bonus-club", "2023-11-02")
        assert why.decided_by
        assert all(clause.words for clause in why.clauses)


def test_an_upheld_claim_is_decided_by_the_edition_of_the_purchases_day(anna: UUID) -> None:
    """BC-89: asked in 2025 about May 2024, when mobile communication in the app earned 1%."""
    told = SHOP | {"channel": "app", "method": "other", "category": "utilities"}
    (taken,) = take(paid("p", "2024-05-16", 10_000, facts=told), now=at("2024-05-16"))
    assert balance(anna) == 0
    clerk, second = (
        parties.appoint_staff(one, password=None, name=one, role=Role.APPROVER) for one in "ab"
    )
    wanted = Override(
        decision_id=taken.decisions[0].id,
        reason="it was a mobile bill",
        actor=clerk,
        approver=second,
        facts={"category": "mobile"},
    )
    made = decisions.override(wanted, now=at("2025-02-01"))
    assert (made.edition, made.decided_by) == ("2024-04-16", ("mobile-spring-2024",))
    assert (made.day, balance(anna)) == (date(2024, 5, 16), 100)


def test_a_search_takes_letters_that_look_alike_for_the_same(db: None) -> None:
    """BC-45: typed with Cyrillic letters, found by Latin ones, and the other way round."""
    partners.put_partner("mcc", name="МСС Сауда")  # the first three letters are Cyrillic
    partners.put_partner("tech", name="TEXHO")
    on = date(2024, 3, 5)
    assert [one.key for one in partners.listed(on, "MCC")] == ["mcc"]
    assert [one.key for one in partners.listed(on, "ТЕХНО")] == ["tech"]
    assert partners.listed(on, "travel") == []


def _bonus(minor: int) -> dict[str, object]:
    return {"minor": minor, "unit": "BONUS"}
