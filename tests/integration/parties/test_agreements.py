"""What customers agreed to: how, when, under which words; and when they are asked again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from party_builders import NOW, SHOWN, a_party, coded, edition

from oferta.core.parties import agreements, asking, keyring, models, receipts
from oferta.core.parties.agreement_errors import NotAsked
from oferta.core.parties.agreement_types import EditionCame, How, Standing
from oferta.core.parties.errors import UnknownCustomer
from oferta.core.parties.words_digest import text_digest
from oferta.core.terms import shelf
from oferta.kernel import events
from oferta.kernel.ids import uuid7
from oferta.project import wiring

pytestmark = pytest.mark.django_db
CLUB, TICKETS = "bonus-club", "ticket-refunds"
TODAY = coded("2024-05-16")


@pytest.fixture
def heard() -> Iterator[list[EditionCame]]:
    found: list[EditionCame] = []
    events.connect({EditionCame: (found.append,)})
    yield found
    events.connect(wiring.EVENTS)


def test_a_receipt_names_edition_words_way_and_moment_and_is_proved_without_a_database() -> None:
    """RM-41."""
    party = a_party()
    made = agreements.accept(
        party, edition(CLUB, "2024-04-16"), pack=CLUB, how=How.CLICK, shown=SHOWN, now=NOW
    )
    said = receipts.verify(made.receipt, keyring.keys().public)
    chosen = edition(CLUB, "2024-04-16")
    assert said == {
        "id": str(made.id),
        "party": str(party),
        "publisher": "Halyk Bank",
        "pack": CLUB,
        "edition": "2024-04-16",
        "edition_digest": chosen.digest,
        "language": "ru",
        "text_digest": text_digest(chosen, "ru"),
        "how": "click",
        "at": NOW.isoformat(),
    }


def test_the_three_ways_are_never_merged_and_the_first_moment_of_each_stays() -> None:
    """RM-42."""
    party = a_party()
    for moment in (NOW, NOW + timedelta(days=1)):
        for how in (How.VIEW, How.USE, How.CLICK):
            agreements.accept(
                party, edition(CLUB, "2017-01-01"), pack=CLUB, how=how, shown=SHOWN, now=moment
            )
    kept = agreements.agreements_of(party)
    assert sorted(item.how for item in kept) == ["click", "use", "view"]
    assert {item.at for item in kept} == {NOW}
    with pytest.raises(UnknownCustomer):
        agreements.accept(
            uuid7(), edition(CLUB, "2017-01-01"), pack=CLUB, how=How.USE, shown=SHOWN, now=NOW
        )


def test_an_agreement_cannot_be_changed_or_taken_away() -> None:
    party = a_party()
    agreements.accept(
        party, edition(CLUB, "2017-01-01"), pack=CLUB, how=How.USE, shown=SHOWN, now=NOW
    )
    for statement in (
        "UPDATE parties_agreement SET how = 'click'",
        "DELETE FROM parties_agreement",
    ):
        with (
            pytest.raises(IntegrityError, match="only ever added"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_where_a_right_falls_the_customer_is_asked_once_and_bound_only_by_their_word(
    heard: list[EditionCame],
) -> None:
    party = a_party()
    agreements.accept(
        party, edition(CLUB, "2023-11-02"), pack=CLUB, how=How.CLICK, shown=SHOWN, now=NOW
    )
    pack = shelf.terms().pack(CLUB)
    assert [agreements.bring(pack, today=TODAY, now=NOW) for _ in range(2)] == [1, 0]
    assert [(item.customer_ids, item.asks) for item in heard] == [((party,), True)]
    stands = agreements.standing(party, CLUB, today=TODAY)
    assert stands is not None
    assert (stands.standing, stands.falls) == (Standing.ASKED, ("bank_bonus",))
    assert [item.how for item in agreements.agreements_of(party)] == ["click"]
    agreements.accept(party, stands.newest, pack=CLUB, how=How.CLICK, shown=SHOWN, now=NOW)
    now_stands = agreements.standing(party, CLUB, today=TODAY)
    assert now_stands is not None
    assert now_stands.standing is Standing.BOUND


def test_who_declines_stays_with_the_old_edition_and_may_accept_later() -> None:
    party = a_party()
    agreements.accept(
        party, edition(CLUB, "2023-11-02"), pack=CLUB, how=How.CLICK, shown=SHOWN, now=NOW
    )
    agreements.bring(shelf.terms().pack(CLUB), today=TODAY, now=NOW)
    new = edition(CLUB, "2024-04-16")
    agreements.decline(party, new, pack=CLUB, now=NOW)
    stands = agreements.standing(party, CLUB, today=TODAY)
    assert stands is not None
    assert (stands.standing, stands.accepted.id) == (Standing.DECLINED, "2023-11-02")
    agreements.accept(party, new, pack=CLUB, how=How.CLICK, shown=SHOWN, now=NOW)
    with pytest.raises(NotAsked):
        agreements.decline(party, new, pack=CLUB, now=NOW)


def test_where_no_right_falls_the_edition_applies_without_asking_and_tells(
    heard: list[EditionCame],
) -> None:
    parties = [a_party(language) for language in ("kk", "zh-Hant")]
    for party in parties:
        agreements.accept(
            party, edition(TICKETS, "2021-09-01"), pack=TICKETS, how=How.USE, shown=SHOWN, now=NOW
        )
    assert agreements.bring(shelf.terms().pack(TICKETS), today=TODAY, now=NOW) == 2
    assert [item.asks for item in heard] == [False]
    told = [agreements.agreements_of(party)[0] for party in parties]
    assert [(item.how, item.edition, item.language) for item in told] == [
        (How.TOLD, "2024-03-22", "kk"),
        (How.TOLD, "2024-03-22", "zh-Hant"),
    ]
    said = receipts.verify(told[0].receipt, keyring.keys().public)
    assert said["how"] == "told", "the receipt does not pretend that anybody accepted"


def test_nobody_is_asked_for_an_edition_that_is_neither_in_force_nor_published() -> None:
    pack = shelf.terms().pack(CLUB)
    soon = coded("2024-09-02") - 3
    assert asking.newest(pack, soon) == edition(CLUB, "2024-04-16"), "the draft asks nobody"
    assert asking.newest(pack, soon + 3) == edition(CLUB, "2024-09-02")
    assert asking.newest(pack, coded("2016-01-01")) is None


def test_a_proof_is_made_once_for_two_editions(monkeypatch: pytest.MonkeyPatch) -> None:
    pack, old, new = shelf.terms().pack(CLUB), *shelf.terms().pack(CLUB).editions[1:3]
    assert asking.verdict(pack, old, new) is None
    assert asking.prove(pack, old, new, now=NOW) == ["bank_bonus"]
    monkeypatch.setattr(asking, "ask", lambda *_: pytest.fail("proved again"))
    assert asking.prove(pack, old, new, now=NOW) == ["bank_bonus"]
    assert models.EditionVerdict.objects.count() == 1


def test_what_cannot_be_proved_in_time_asks_the_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = shelf.terms().pack(TICKETS)
    monkeypatch.setattr(asking, "PROOF_SECONDS", 0.001)
    falls = asking.prove(pack, *pack.editions[:2], now=NOW)
    assert "refund" in falls


def test_using_or_viewing_a_newer_edition_takes_no_right_away_from_who_was_not_asked() -> None:
    """RM-42: the weaker kinds are kept, and do not bind where a right falls."""
    party = a_party()
    agreements.accept(
        party, edition(CLUB, "2023-11-02"), pack=CLUB, how=How.USE, shown=SHOWN, now=NOW
    )
    for how in (How.USE, How.VIEW, How.VIEW):
        agreements.note(party, CLUB, how, shown=SHOWN, today=TODAY, now=NOW)
    agreements.bring(shelf.terms().pack(CLUB), today=TODAY, now=NOW)
    stands = agreements.standing(party, CLUB, today=TODAY)
    assert stands is not None
    assert (stands.accepted.id, stands.standing) == ("2023-11-02", Standing.ASKED)
    kept = [(item.edition, item.how.value) for item in agreements.agreements_of(party)]
    assert sorted(kept) == [("2023-11-02", "use"), ("2024-04-16", "use"), ("2024-04-16", "view")]


def test_what_nobody_offers_is_not_noted() -> None:
    party = a_party()
    agreements.note(party, "no-such", How.USE, shown=SHOWN, today=TODAY, now=NOW)
    agreements.note(party, CLUB, How.USE, shown=SHOWN, today=coded("2016-01-01"), now=NOW)
    assert agreements.agreements_of(party) == []
