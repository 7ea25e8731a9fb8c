"""An event may name the edition that its customer keeps; the day chooses it otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from loop_builders import NOW, a_clerk, a_customer, a_payment, a_purse

from oferta.core.decisions import actions, asking
from oferta.core.decisions.errors import KeyReused
from oferta.core.decisions.explaining import reproduce
from oferta.core.decisions.types import Override
from oferta.core.terms.errors import UnknownEdition

pytestmark = pytest.mark.django_db
KEPT = "2025-01-01"


@pytest.mark.parametrize("by_columns", [True, False])
def test_an_edition_that_is_named_decides_whatever_the_day_is(
    by_columns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not by_columns:
        monkeypatch.setattr(asking, "read_many", lambda events: [None] * len(events))
    party, purse = a_customer(), a_purse()
    plain = a_payment(party, context=purse)
    kept = replace(plain, key="kept", edition=KEPT)
    by_day, named = (answer.decisions[0] for answer in actions.decide_many([plain, kept], now=NOW))
    assert (by_day.edition, by_day.outcome, by_day.kept_edition) == (
        "2024-01-01", {"amount": 1000}, None
    )  # fmt: skip
    assert (named.edition, named.outcome, named.kept_edition) == (KEPT, {"amount": 3000}, KEPT)
    assert reproduce(named.id).equal

    corrected = Override(
        decision_id=named.id, reason="2,000", actor=a_clerk(), facts={"money_paid": "2000 KZT"}
    )
    actions.set_authority("corner-club", second_person_above=100_00)
    new = actions.override(corrected, now=NOW)
    assert (new.edition, new.outcome, new.kept_edition) == (KEPT, {"amount": 6000}, KEPT)


def test_the_edition_is_part_of_what_was_asked() -> None:
    event = a_payment(a_customer(), context=a_purse())
    actions.decide(replace(event, edition=KEPT), now=NOW)
    assert actions.decide(replace(event, edition=KEPT), now=NOW).replayed
    with pytest.raises(KeyReused):
        actions.decide(event, now=NOW)


def test_an_edition_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownEdition):
        actions.decide(replace(a_payment(a_customer(), context=a_purse()), edition="1999"), now=NOW)
