"""The corner club in the place of the project's packs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LOOP = Path(__file__).parents[1] / "integration" / "loop"
sys.path.insert(0, str(LOOP))

import loop_builders as build  # noqa: E402 - the builders live beside the loop's own tests


@pytest.fixture(scope="module")
def corner_club() -> Iterator[None]:
    from oferta.core.decisions import plans
    from oferta.core.notices import rendering
    from oferta.core.terms import shelf
    from oferta.core.terms.engine import Terms
    from oferta.core.terms.loader import load_pack
    from oferta.project import wiring

    wiring.connect()
    ours = sorted(one for one in (build.PACK.parents[2] / "terms").iterdir() if one.is_dir())
    terms = Terms([load_pack(one) for one in (build.PACK, *ours)])
    shelf.fill(lambda: terms)
    plans.register({"corner.bonus": build.plan_bonus, "corner.told": build.plan_told})
    rendering.register_words(LOOP / "words")
    yield
    wiring.connect()
