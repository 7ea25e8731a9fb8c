"""Facts read column by column and facts read by the terms themselves give the same rows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from loop_builders import NOW, PACK, a_customer, a_payment, a_purse, accounts_of, counts

from oferta.core.decisions import actions, asking
from oferta.core.decisions.types import Answer, Event

pytestmark = pytest.mark.django_db

BONUS_CLUB = Path(__file__).parents[3] / "terms" / "bonus-club"
#: Every column of a row but ids and whatever ids it names; those are compared as what they name.
_DECISIONS = """
SELECT d.key, d.question, d.pack, d.edition, d.edition_digest, d.day, d.event_at, d.decided_at,
       d.party_id, d.facts::text, d.outcome::text, d.decided_by, d.mask, d.status, d.error,
       d.error_facts::text, d.basis, d.plan, d.context::text, d.uses::text, d.digest, d.reason,
       d.actor_id, d.approver_id, d.overrides_id,
       (SELECT array_agg(concat_ws('/', t.debit, t.credit, t.amount, t.event_at, t.code)
                         ORDER BY at.n)
        FROM unnest(d.transfer_ids) WITH ORDINALITY AS at (id, n)
        LEFT JOIN ledger_transfer t ON t.id = at.id AND t.decision_id = d.id)
FROM decisions_decision d ORDER BY 1, 2
"""
_NOTICES = """
SELECT n.party_id, n.kind, n.language, (n.params - 'number')::text, n.cites::text, n.created_at,
       (SELECT array_agg(d.key || d.question ORDER BY at.n)
        FROM unnest(n.decision_ids) WITH ORDINALITY AS at (id, n)
        JOIN decisions_decision d ON d.id = at.id), b.size, b.state
FROM notices_notice n JOIN notices_batch b ON b.id = n.batch_id ORDER BY n.id
"""
_LIMITS = 'SELECT * FROM decisions_limit_use ORDER BY pack, "limit", holder, since'
_CASES = """
SELECT c.kind, c.party_id, c.status, c.words::text, c.due_at, d.key, d.question
FROM cases_case c JOIN decisions_decision d ON d.id = c.decision_id ORDER BY d.key, d.question
"""


def test_both_ways_of_reading_facts_store_the_same_and_answer_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _use_both_packs()
    parties = [None, a_customer("ru"), a_customer("kk")]
    purses = [a_purse(), a_purse(shop_has=30_000), a_purse(shop_has=0), accounts_of("corner/bare")]
    seen = set()
    read_many = asking.read_many
    for seed in range(12):
        drawn = random.Random(seed)
        batches = _batches(drawn, parties, purses)
        plainly_read = 0

        def counted(*args: Any) -> Any:
            nonlocal plainly_read
            found = read_many(*args)
            plainly_read += sum(own is not None for own in found)
            return found

        monkeypatch.setattr(asking, "read_many", counted)
        fast = _decided(batches)
        monkeypatch.setattr(asking, "read_many", lambda events: [None] * len(events))
        assert _decided(batches) == fast
        monkeypatch.setattr(asking, "read_many", read_many)
        assert _decided(batches, fed=True) == fast, "a feed differs in nothing"
        assert plainly_read > 20, "the fast way was taken"
        seen |= {answer[1] for answer in fast[0]}
    assert seen == {"decided", "stopped", "refused", "rejected"}, "every end was met"


def _decided(batches: list[list[Event]], *, fed: bool = False) -> tuple[Any, ...]:
    """Return answers and rows after some batches, and undo them."""
    point = transaction.savepoint()
    one_by_one = (actions.decide_many(batch, now=NOW) for batch in batches)
    through = actions.decide_all(batches, clock=lambda: NOW) if fed else one_by_one
    answers = [_plain(answer) for answered in through for answer in answered]
    rows = [_rows(query) for query in (_DECISIONS, _NOTICES, _LIMITS, _CASES)]
    found = answers, rows, counts()
    transaction.savepoint_rollback(point)
    return found


def _plain(answer: Answer) -> tuple[Any, ...]:
    decisions = [
        replace(item, id=UUID(int=0), transfer_ids=(UUID(int=0),) * len(item.transfer_ids))
        for item in answer.decisions
    ]
    error = answer.error and answer.error.as_json()
    return answer.key, answer.status, answer.replayed, error, decisions


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [
            tuple(bytes(item) if isinstance(item, memoryview) else item for item in row)
            for row in cursor.fetchall()
        ]


def _batches(
    drawn: random.Random, parties: list[UUID | None], purses: list[dict[str, int]]
) -> list[list[Event]]:
    made: list[Event] = []
    batches = []
    for _ in range(3):
        batch = []
        for _ in range(25):
            again = drawn.choice(made) if made and drawn.random() < 0.15 else None
            event = again or _event(drawn, f"drawn/{len(made)}", parties, purses)
            if again and drawn.random() < 0.5:
                event = replace(event, facts={**event.facts, "money_paid": "77 KZT"})
            made.append(event)
            batch.append(event)
        batches.append(batch)
    return batches


def _event(
    drawn: random.Random, key: str, parties: list[UUID | None], purses: list[dict[str, int]]
) -> Event:
    if drawn.random() < 0.3:
        return _club_payment(drawn, key, drawn.choice(parties))
    questions = drawn.choice(
        [("bonus",), ("partner_bonus",), ("bonus", "partner_bonus"), ("partner_bonus", "bonus")]
    )
    event = a_payment(
        drawn.choice(parties),
        key=key,
        questions=questions,
        context={**drawn.choice(purses), "said": drawn.choice(("a\tb\\c", "ә\nü", None, 1.5))},
        plan=drawn.choice(("corner.bonus", "corner.bonus", "none")),
        channel=drawn.choice(("till", "till", "app", "app", "kiosk", "phone")),
        money=drawn.choice(("1000 KZT", "400 KZT", "1 000.50 KZT", "007 KZT", "90000 KZT")),
        customer=drawn.choice(("anna", "bó\\b\t|", 'c"d', "")),
        paid_on=drawn.choice(("2024-05-16", date(2024, 5, 17), "2024-06-01", "2025-02-03")),
    )
    facts = dict(event.facts)
    if "partner" in facts:
        facts["partner"] = drawn.choice((True, False, "true"))
    if "bonus" not in questions:
        facts = {name: facts[name] for name in ("paid_on", "money_paid", "partner")}
    return replace(event, **_spoilt(drawn, facts))


def _spoilt(drawn: random.Random, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts, one time in four with something wrong or unusual."""
    wrong: list[dict[str, Any]] = [
        {"facts": {**facts, "paid_on": "1999-01-01"}},
        {"facts": {**facts, "paid_on": datetime(2024, 5, 16, tzinfo=UTC)}},
        {"facts": {**facts, "paid_on": None}},
        {"facts": {**facts, "money_paid": drawn.choice(("-1 KZT", "1 USD", 1, True, ["1 KZT"]))}},
        {"facts": {**facts, "customre": "anna"}},
        {"facts": {name: facts[name] for name in sorted(facts)[1:]}},
        {"facts": {name: facts[name] for name in sorted(facts, reverse=True)}},
        {"facts": {**facts, "partner": 1}},
        {"facts": facts, "plan": "corner.unknown"},
        {"facts": facts, "pack": "corner-clob"},
        {"facts": facts, "questions": ("bonus", "bonus")},
        {"facts": facts, "questions": ("bonos",)},
        {"facts": facts, "questions": ()},
        {"facts": facts, "party_id": UUID(int=5)},
        {"facts": facts, "context": {"shop": object()}},
        {"facts": facts, "event_at": NOW.replace(tzinfo=None)},
    ]
    return drawn.choice(wrong) if drawn.random() < 0.25 else {"facts": facts}


def _club_payment(drawn: random.Random, key: str, party: UUID | None) -> Event:
    """Return a payment under the real pack, whose facts may be null or left out."""
    facts: dict[str, object] = {
        "paid_on": date(2018, 1, 1) + timedelta(days=drawn.randrange(300)),
        "terminal_owner": drawn.choice(("bank", "bank", "nobody")),
        "method": drawn.choice(("halyk_qr", "samsung_pay", "apple_pay")),
        "channel": "pos",
        "merchant": f"shop {drawn.randrange(4)}",
        "abroad": drawn.choice((False, False, "true", 0)),
        "category": "purchase",
        "card_kind": "debit",
        "special_account": "none",
        "instalment": False,
        "money_paid": f"{drawn.randrange(500, 50_000)} KZT",
        "bonuses_paid": "0 KZT",
        "halyk_plus_rate": drawn.choice(("0%", "0.50%")),
        "oked_listed": False,
        "repeat_no": drawn.choice((0, 1, False)),
        "customer": "anna",
    }
    if drawn.random() < 0.8:
        facts["mcc"] = drawn.choice((None, "5411"))
    questions: tuple[str, ...] = ("bank_bonus",)
    if drawn.random() < 0.5:
        questions = ("bank_bonus", "partner_bonus")
        facts["partner_rate"] = drawn.choice(("5%", "10%"))
    for name in ("partner", "member"):  # these have a default
        if len(questions) > 1 and drawn.random() < 0.5:
            facts[name] = drawn.choice(("", "anna"))
    return Event(
        key=key,
        pack="bonus-club",
        questions=questions,
        facts=facts,
        event_at=NOW,
        plan="corner.told",
        party_id=party,
    )


def _use_both_packs() -> None:
    from oferta.core.terms import shelf
    from oferta.core.terms.engine import Terms
    from oferta.core.terms.loader import load_pack

    terms = Terms([load_pack(PACK), load_pack(BONUS_CLUB)])
    shelf.fill(lambda: terms)
