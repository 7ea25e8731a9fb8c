"""The examples of the library's page come out as they are printed."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "terms-library.md"


def test_every_example_of_the_library_page_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = doctest.testfile(
        str(PAGE), module_relative=False, parser=_Fenced(), optionflags=doctest.FAIL_FAST
    )
    assert done.attempted > 30
    assert done.failed == 0


class _Fenced(doctest.DocTestParser):
    """Ends an example at its fence, which is not something that was printed."""

    def parse(self, string: str, name: str = "<string>") -> list[str | doctest.Example]:
        return super().parse(string.replace("```", ""), name)
