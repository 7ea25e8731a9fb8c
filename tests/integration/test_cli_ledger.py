"""`oferta ledger` proves the book and reads an account, for people and for scripts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from oferta.core.ledger import actions, queries
from oferta.core.ledger.types import Account, Finding, NewAccount, Proof, Transfer
from oferta.kernel.ids import uuid7
from oferta.project.cli import main

pytestmark = pytest.mark.django_db
NOON = datetime(2024, 4, 16, 12, 0, tzinfo=UTC)


@pytest.fixture
def earned() -> Account:
    """An account that earned 3.00 and then 0.50 bonuses."""
    wanted = [NewAccount(key="club", unit="BONUS"), NewAccount(key="member", unit="BONUS")]
    opened = actions.open_accounts(wanted)
    for amount in (300, 50):
        transfer = Transfer(
            id=uuid7(),
            decision_id=UUID(int=amount),
            event_at=NOON,
            debit=opened["club"].id,
            credit=opened["member"].id,
            amount=amount,
        )
        [result] = actions.post([transfer], now=NOON)
        assert result.code.accepted
    return opened["member"]


def test_a_book_that_holds_ends_with_0(earned: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "verify", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["transfers"], said["findings"]) == (True, 2, [])
    assert main(["ledger", "verify"]) == 0
    assert capsys.readouterr().out.endswith("The book holds.\n")


def test_a_book_that_does_not_hold_ends_with_1_and_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = Finding(invariant="I2", subject="account 7", detail="balance 5, history 4")
    proof = Proof(
        accounts=1, transfers=1, holds=0, seals=0, unsealed=1, findings=(finding,), head=""
    )
    monkeypatch.setattr(queries, "verify", lambda: proof)
    assert main(["ledger", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"] == [
        {"invariant": "I2", "subject": "account 7", "detail": "balance 5, history 4"}
    ]
    assert main(["ledger", "verify"]) == 1
    assert "I2 account 7: balance 5, history 4" in capsys.readouterr().out


@pytest.mark.parametrize("by", ["id", "key"])
def test_a_statement_shows_each_line_with_its_balance_and_decision(
    by: str, earned: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "statement", str(getattr(earned, by)), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["balance"] == 350
    assert [line["balance"] for line in said["lines"]] == [300, 350]
    assert [line["decision_id"] for line in said["lines"]] == [str(UUID(int=n)) for n in (300, 50)]
    assert said["next"] is None
    assert main(["ledger", "statement", str(getattr(earned, by))]) == 0
    assert "3.50 BONUS" in capsys.readouterr().out


def test_a_long_statement_is_read_page_by_page(
    earned: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["ledger", "statement", "member", "--limit", "1", "--json"])
    first = json.loads(capsys.readouterr().out)
    main(["ledger", "statement", "member", "--after", str(first["next"]), "--json"])
    second = json.loads(capsys.readouterr().out)
    assert [line["change"] for line in first["lines"] + second["lines"]] == [300, 50]


@pytest.mark.parametrize("account", ["nobody", "999999"])
def test_an_unknown_account_ends_with_4(account: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "statement", account, "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["error"] == "ledger.unknown_account"


def test_a_number_too_large_for_an_account_is_an_unknown_account(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ledger", "statement", "9" * 30]) == 4
    assert "Traceback" not in capsys.readouterr().err
