"""The digest of what was asked: the same for a retry, another for another content."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID

import pytest

from oferta.core.decisions import rules
from oferta.core.decisions.errors import BadEvent
from oferta.core.decisions.types import Event
from oferta.kernel.jsontext import canonical_bytes

EVENT = Event(
    key="k",
    pack="bonus-club",
    questions=("bank_bonus",),
    facts={"paid_on": date(2018, 1, 2), "merchant": "дүкен", "mcc": None},
    event_at=datetime(2018, 1, 2, 12, 0, tzinfo=UTC),
    plan="none",
    context={"z": 1, "a": {"y": None, "b": 1.5}},
    party_id=UUID(int=7),
)


@pytest.mark.parametrize("party", [None, UUID(int=7)])
def test_the_digest_is_that_of_all_that_was_asked_written_as_one_list(party: UUID | None) -> None:
    event = replace(EVENT, party_id=party)
    moment, whom = event.event_at.timestamp(), party and party.hex
    said = canonical_bytes(
        (event.pack, event.questions, event.facts, moment, event.plan, event.context, whom)
    )
    assert rules.asked(event) == (sha256(said).digest(), b'{"a":{"b":1.5,"y":null},"z":1}')


def test_the_order_of_keys_is_no_part_of_what_was_asked() -> None:
    turned = replace(
        EVENT,
        facts=dict(reversed(list(EVENT.facts.items()))),
        context=dict(reversed(list(EVENT.context.items()))),
    )
    assert rules.asked(turned) == rules.asked(EVENT)


@pytest.mark.parametrize("bad", [float("nan"), date(2018, 1, 1), "half \ud800", EVENT])
def test_a_context_that_is_no_json_is_refused_by_name(bad: object) -> None:
    with pytest.raises(BadEvent) as refused:
        rules.asked(replace(EVENT, context={"said": bad}))
    assert refused.value.field == "context"
