from __future__ import annotations

import re
from pathlib import Path

from oferta.core.terms.problems import Code

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "terms-problem-codes.md"


def test_the_reference_lists_every_problem_code_once_and_no_other() -> None:
    listed = re.findall(
        r"^\| `(terms\.[a-z0-9_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(code.value for code in Code)
