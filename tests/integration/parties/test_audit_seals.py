"""The audit log is sealed: whoever changes it, its tables' owner too, is found out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from party_builders import a_party

from oferta.core.parties import audit, erasing, sealing
from oferta.core.parties.errors import SealsOutOfOrder
from oferta.kernel import clock
from oferta.project.cli import main

NOW = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


def a_line(reason: str = "to call back", party: UUID | None = None) -> UUID:
    with transaction.atomic():
        return audit.record(
            actor=None,
            what="customer.read",
            parties=[] if party is None else [party],
            reason=reason,
            now=NOW,
        )


def by_the_owner(*statements: str, line: UUID | None = None) -> None:
    """Do what only the owner of the tables can: past the triggers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement.format(line=line))


def test_each_line_is_sealed_once_and_the_chain_holds(fresh_db: str) -> None:
    before = sealing.seal()
    for _ in range(3):
        a_line()
    assert sealing.verify().unsealed == 3
    assert (sealing.seal(), sealing.seal()) == (3, 0)
    a_line()
    assert sealing.seal() == 1
    proved = sealing.verify()
    assert proved.findings == ()
    assert (proved.entries, proved.unsealed) == (before + 4, 0)
    assert len(proved.head) == 64


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE parties_auditentry SET what = 'x' WHERE id = '{line}'", "a line was changed"),
        ("UPDATE parties_auditentry SET at = now() WHERE id = '{line}'", "a line was changed"),
        ("UPDATE parties_auditentry SET reason = 'x' WHERE id = '{line}'", "reason was changed"),
        (
            "UPDATE parties_auditentry SET reason = 'x', salt = NULL WHERE id = '{line}'",
            "reason was changed",
        ),
        ("DELETE FROM parties_auditentry WHERE id = '{line}'", "taken out or put in"),
        ("UPDATE parties_auditentry SET xid = 2000000000 WHERE id = '{line}'", "taken out"),
        ("UPDATE parties_auditseal SET entries = entries + 1 WHERE no = 1", "its hash is not"),
        ("DELETE FROM parties_auditseal WHERE no = 1", "does not follow"),
    ],
)
def test_a_change_past_the_triggers_is_found_out(
    statement: str, told: str, fresh_db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = a_line()
    sealing.seal()
    a_line()
    sealing.seal()
    by_the_owner(statement, line=line)
    found = sealing.verify().findings
    assert any(told in one for one in found), found
    assert main(["audit", "verify"]) == 1
    assert "does NOT hold" in capsys.readouterr().out


def test_a_past_made_anew_has_another_head(fresh_db: str) -> None:
    line = a_line()
    sealing.seal()
    kept = sealing.verify().head
    by_the_owner(
        "UPDATE parties_auditentry SET what = 'x' WHERE id = '{line}'",
        "DELETE FROM parties_auditseal",
        line=line,
    )
    sealing.seal()
    proved = sealing.verify()
    assert proved.findings == (), "made anew in every part"
    assert proved.head != kept, "but whoever kept the head knows"


def test_erasing_a_customer_lets_go_of_reasons_and_the_chain_holds(fresh_db: str) -> None:
    party = a_party()
    a_line(reason="he shouted", party=party)
    sealing.seal()
    now = clock.now()
    asked = erasing.ask(party, gives_up=[], now=now)
    erasing.erase(asked.id, now=now + timedelta(days=erasing.days() + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason, salt FROM parties_auditentry WHERE reason_digest IS NOT NULL"
        )
        rows = cursor.fetchall()
    assert all("shouted" not in reason for reason, _ in rows)
    assert sealing.verify().findings == ()


def test_a_server_that_counts_from_the_start_again_seals_nothing(fresh_db: str) -> None:
    a_line()
    sealing.seal()
    by_the_owner("UPDATE parties_auditseal SET to_xid = 4000000000000000 WHERE no = 1")
    with pytest.raises(SealsOutOfOrder):
        sealing.seal()
