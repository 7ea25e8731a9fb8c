"""Erasing a member takes the card out of tables, decisions and limits; the book stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from erased import places
from oferta.core.decisions import explaining
from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as book
from oferta.core.parties import erasing
from oferta.core.parties.agreement_types import ErasureState
from oferta.kernel import clock
from oferta.services.club import actions as club
from oferta.services.club.mapping import load_mapping
from oferta.services.club.models import Card, Payment

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parents[3] / "samples"


def test_an_erased_member_leaves_no_card_and_a_whole_book() -> None:
    now = clock.now()
    intake = club.read_file(SAMPLES / "card-payments-2017.csv.gz")
    del intake.payments[60:]
    club.replay(intake, load_mapping(SAMPLES / "club-mapping.yaml"), now=now - timedelta(days=30))
    card = Card.objects.order_by("number").first()
    assert card is not None
    member = card.member
    made = decided.decisions_of_party(member.party_id)
    before = places(card.number)
    assert {"club_payment.card", "club_card.number"} <= set(before)
    asked = erasing.ask(member.party_id, gives_up=["balance", "dispute"], now=now)
    done = erasing.erase(asked.id, now=asked.due_at)
    assert done is not None
    assert done.state is ErasureState.DONE, done.report
    assert places(card.number) == []
    mark = erasing.grave(member.party_id)
    assert Payment.objects.filter(card=mark).exists()
    assert Card.objects.get(member=member).number.startswith(mark)
    assert book.verify().ok
    assert all(explaining.reproduce(item.id).equal for item in made)
