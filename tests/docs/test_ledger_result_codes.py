"""The table of the ledger's result codes is complete, in order of precedence, and up to date."""

from __future__ import annotations

from pathlib import Path

from oferta.core.ledger.types import ResultCode

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "ledger-result-codes.md"


def test_every_result_code_stands_in_the_table_in_order_of_precedence() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if "| `ledger." in line]
    assert rows == [
        f"| {code.value} | `{code.text}` | {'yes' if code.sticky else ''} | {code.sentence} |"
        for code in ResultCode
    ]
