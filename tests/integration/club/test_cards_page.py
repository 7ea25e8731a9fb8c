"""The member's cards on a page: which there are, and one that is lost."""

from __future__ import annotations

from datetime import date

import pytest
from club_builders import a_person
from django.test import Client

from oferta.kernel import clock
from oferta.services.club.membership import cards, joining
from oferta.services.club.models import Card, MembershipChange
from signing_in import sign_in_customer

pytestmark = pytest.mark.django_db


def test_a_member_says_that_a_card_is_lost_and_only_of_their_own() -> None:
    """BC-30, BC-32: the product reads as the terms call it."""
    anna, berik = a_person("anna"), a_person("berik")
    for party, number, product in ((anna, "*0001", "gift"), (berik, "*0002", "benefit")):
        joining.join(party, now=clock.now())
        cards.add(party, number, product=product, since=date(2024, 1, 1), now=clock.now())
    client = Client(headers={"Accept-Language": "en"})
    sign_in_customer(client, anna)
    shown = client.get("/my/club/cards/").content.decode()
    assert "*0001" in shown
    assert "*0002" not in shown
    client.post("/my/club/cards/", {"number": "*0002"})
    assert Card.objects.get(number="*0002").state == "active"
    client.post("/my/club/cards/", {"number": "*0001"})
    assert Card.objects.get(number="*0001").state == "lost"
    assert MembershipChange.objects.latest("id").by == "customer"
    assert "*0001" in client.get("/my/club/cards/").content.decode()
